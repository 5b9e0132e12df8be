"""Fresh instances for tests: each with its own database, keys, keystore, signer and folder."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, insert

from crm import House, open_house
from crm.audit.signer import make_signer
from crm.contacts.models import day_one
from crm.contacts.rules.day_one import Answer, DayOne
from crm.migration import migrate
from crm.opening import write_once
from crm.privacy.kek import make_kek
from crm.settings import Settings
from crm.storage.database import normal_url
from tests.cluster import APPLICATION, OWNER, Cluster, NoServer
from tests.required import lacking

DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Templates:
    """Databases at the newest shape, made once and copied for each test."""

    folder: Path
    cluster: Cluster | None = None
    _sqlite: Path | None = None
    _postgres: str | None = None

    def sqlite(self) -> Path:
        """Return a migrated SQLite file."""
        if self._sqlite is None:
            path = self.folder / "template.db"
            migrate(_settings(self.folder, {"CRM_DATABASE_URL": f"sqlite:///{path}"}))
            _begin(f"sqlite:///{path}")
            self._sqlite = path
        return self._sqlite

    def postgres(self) -> str:
        """Return the name of a migrated PostgreSQL database."""
        if self._postgres is None:
            cluster = self.server()
            name = cluster.create()
            urls = {
                "CRM_DATABASE_URL": cluster.url(APPLICATION, name),
                "CRM_OWNER_URL": cluster.url(OWNER, name),
            }
            migrate(_settings(self.folder, urls))
            _begin(urls["CRM_OWNER_URL"])
            self._postgres = name
        return self._postgres

    def server(self) -> Cluster:
        """Return the run's PostgreSQL server; skip the test where its programs are missing."""
        if self.cluster is None:
            try:
                self.cluster = Cluster()
            except NoServer as fault:
                lacking("postgres", str(fault))
        return self.cluster


@dataclass
class Instance:
    """What a test was given, and how to undo it."""

    environment: Mapping[str, str]
    settings: Settings
    house: House
    database: str | None  # on PostgreSQL, the name to drop


def make_house(templates: Templates, folder: Path, kind: str) -> Instance:
    """Return a fresh opened instance on "sqlite" or "postgresql"."""
    home, keys = folder / "home", folder / "keys"
    home.mkdir(parents=True)
    keys.mkdir(mode=0o700)
    environment = {"CRM_HOME": str(home), "CRM_KEYS_DIR": str(keys), "CRM_SECRET_KEY": "t" * 40}
    name = None
    if kind == "postgresql":
        server = templates.server()
        name = server.create(templates.postgres())
        environment["CRM_DATABASE_URL"] = server.url(APPLICATION, name)
    else:
        shutil.copy(templates.sqlite(), home / "probity.db")
    write_once(home / "instance-id", str(uuid4()))
    settings = Settings.from_environment(environment)
    make_kek(settings)
    make_signer(settings)
    settings = Settings.from_environment(environment)
    return Instance(environment, settings, open_house(settings), name)


def _begin(url: str) -> None:
    """Answer the day-one question, as a house that is at work has done."""
    engine = create_engine(normal_url(url))
    rows = [{"question": one, "answer": Answer.BEFORE, "at": DAY_ONE} for one in DayOne]
    with engine.begin() as connection:
        connection.execute(insert(day_one), rows)
    engine.dispose()


def _settings(folder: Path, urls: Mapping[str, str]) -> Settings:
    settings = Settings.from_environment({"CRM_HOME": str(folder), **urls})
    return replace(settings, instance_id=uuid4())
