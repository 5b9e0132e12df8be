"""A PostgreSQL server of the test run's own: made when first asked for, gone at the end."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from glob import glob
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text

OWNER, APPLICATION = "probity_owner", "probity_app"


class NoServer(RuntimeError):
    """PostgreSQL's programs are not installed here."""


def programs() -> Path:
    """Return the folder of the newest installed server's programs."""
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"), key=_version)
    if found:
        return Path(found[-1]).parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoServer("PostgreSQL's server programs are not installed")
    return Path(on_path).parent


def _version(path: str) -> float:
    return float(path.split("/")[4])


class Cluster:
    """One server, reached through a socket in its own folder; a user other than root runs it.

    Unless it is `durable`, it does not wait for the disk.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._programs = programs()
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="probity-pg-"))
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        )
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=200"
        # A test's data may be lost with the machine; what is measured must reach the disk.
        loose = " -c fsync=off -c full_page_writes=off -c shared_buffers=64MB"
        options += " -c shared_buffers=512MB" if durable else loose
        self._run(
            "pg_ctl",
            "-D",
            str(self._data),
            "-o",
            options,
            "-w",
            "-l",
            str(self.folder / "log"),
            "start",
        )
        self.run(f"CREATE ROLE {OWNER} LOGIN CREATEDB", f"CREATE ROLE {APPLICATION} LOGIN")

    def create(self, template: str | None = None) -> str:
        """Make a database of the owner role's, a copy of `template`; return its name."""
        name = f"t_{uuid4().hex}"
        # Files are copied in a third of the time that a log of their pages takes.
        copied = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
        self.run(f"CREATE DATABASE {name} OWNER {OWNER}{copied}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, role: str, name: str) -> str:
        """Return the address of database `name` for `role`."""
        return f"postgresql+psycopg://{role}@/{name}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Run statements as the superuser, outside any transaction."""
        engine = create_engine(self.url("postgres", "postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        with suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *words],
            user=self._user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": os.defpath},
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, program, stderr=done.stderr)
