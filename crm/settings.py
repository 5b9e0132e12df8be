"""Every setting, typed, read once from the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_T = TypeVar("_T")
LONGEST_NAME = 120  # characters


class BadSettings(ValueError):
    """Settings that cannot be used; `faults` names every one of them."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what it is for, and what holds without it."""

    name: str
    meaning: str
    default: str = ""


CATALOGUE = (
    Setting("CRM_HOME", "folder of the instance's own files", "./var"),
    Setting("CRM_DATABASE_URL", "database of the instance", "SQLite in CRM_HOME"),
    Setting("CRM_OWNER_URL", "PostgreSQL role that owns and migrates; never read by the server"),
    Setting("CRM_KEYSTORE_URL", "where wrapped keys lie", "a second SQLite file in CRM_HOME"),
    Setting("CRM_KEK", "key that wraps all keys: file:/path or env:NAME", "file in CRM_KEYS_DIR"),
    Setting("CRM_KEYS_DIR", "folder of KEK, signer key and signer state", "~/.config/probity/<id>"),
    Setting("CRM_SECRET_KEY", "secret behind form tokens and cursors", "made by crm init"),
    Setting("CRM_INSTITUTION", "full name of the house, as collectors say it to borrowers"),
    Setting("CRM_DEMO_PASSWORD", "password of the demo accounts", "made up once"),
    Setting("CRM_HTTPS", "yes where the site is served over HTTPS: cookies become Secure", "no"),
    Setting("CRM_PROXIES", "number of trusted proxies in front of the server", "0"),
    Setting("CRM_UPLOAD_MEGABYTES", "largest file an import accepts", "64"),
    Setting("CRM_THREADS", "threads of the embedded server", "8"),
    Setting("PORT", "port of the embedded server", "8000"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one instance was told by its environment."""

    home: Path
    instance_id: UUID | None
    database_url: str
    owner_url: str | None
    keystore_url: str
    kek: str
    keys_dir: Path
    secret_key: str | None
    institution: str | None = None
    demo_password: str | None = None
    https: bool = False
    proxies: int = 0
    upload_bytes: int = 64 * 1024 * 1024
    threads: int = 8
    port: int = 8000

    @classmethod
    def from_environment(cls, given: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; raise BadSettings with every fault at once."""
        values = os.environ if given is None else given
        read = _Reader(values)
        home = Path(values.get("CRM_HOME") or "./var").absolute()
        instance = read.instance(home / "instance-id")
        keys_dir = Path(values.get("CRM_KEYS_DIR") or _keys_folder(values, instance))
        settings = cls(
            home=home,
            instance_id=instance,
            database_url=read.url("CRM_DATABASE_URL", f"sqlite:///{home / 'probity.db'}"),
            owner_url=read.url("CRM_OWNER_URL", "") or None,
            keystore_url=read.url("CRM_KEYSTORE_URL", f"sqlite:///{home / 'keys.db'}"),
            kek=read.kek(f"file:{keys_dir / 'kek'}"),
            keys_dir=keys_dir,
            secret_key=values.get("CRM_SECRET_KEY") or read.secret(keys_dir / "secret-key"),
            institution=read.name("CRM_INSTITUTION"),
            demo_password=values.get("CRM_DEMO_PASSWORD") or None,
            https=read.yes("CRM_HTTPS"),
            proxies=read.number("CRM_PROXIES", 0, 0, 10),
            upload_bytes=read.number("CRM_UPLOAD_MEGABYTES", 64, 1, 4096) * 1024 * 1024,
            threads=read.number("CRM_THREADS", 8, 1, 64),
            port=read.number("PORT", 8000, 1, 65535),
        )
        if read.faults:
            raise BadSettings(read.faults)
        return settings


def _keys_folder(values: Mapping[str, str], instance: UUID | None) -> Path:
    """Return the folder of keys: the user's own, never beside the data."""
    config = values.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "probity" / (str(instance) if instance else "new")


class _Reader:
    """Reads single values and collects what is wrong with them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.faults: list[str] = []

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.values.get(name) or str(default)
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        self.faults.append(f"{name} must be a whole number from {least} to {most}")
        return default

    def name(self, name: str) -> str | None:
        text = self.values.get(name, "").strip()
        if len(text) > LONGEST_NAME or not text.isprintable():
            self.faults.append(f"{name} must be one line of at most {LONGEST_NAME} characters")
        return text or None

    def yes(self, name: str) -> bool:
        text = (self.values.get(name) or "no").lower()
        if text not in {"yes", "no"}:
            self.faults.append(f"{name} must be yes or no")
        return text == "yes"

    def url(self, name: str, default: str) -> str:
        text = self.values.get(name) or default
        try:
            backend = make_url(text).get_backend_name() if text else "sqlite"
        except ArgumentError:
            backend = ""
        if backend not in {"sqlite", "postgresql", "postgres"}:
            self.faults.append(f"{name} must be a sqlite:/// or postgresql:// address")
        return text

    def kek(self, default: str) -> str:
        text = self.values.get("CRM_KEK") or default
        if not text.startswith(("file:", "env:")):
            self.faults.append("CRM_KEK must begin with file: or env:")
        return text

    def instance(self, path: Path) -> UUID | None:
        return self._file(path, UUID, "is damaged: restore it from a backup")

    def secret(self, path: Path) -> str | None:
        return self._file(path, str, "cannot be read")

    def _file(self, path: Path, kind: Callable[[str], _T], fault: str) -> _T | None:
        try:
            return kind(path.read_text(encoding="utf-8").strip())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            self.faults.append(f"{path} {fault}")
            return None
