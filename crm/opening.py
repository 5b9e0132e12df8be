"""How an instance is made and opened; it refuses to open where a promise could not hold."""

import os
import secrets
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, column, func, select, text

from crm.audit.refusal import check_triggers
from crm.audit.signer import make_signer
from crm.contacts.continuity.files import open_home
from crm.contacts.queries import day_one, outages
from crm.gate import generation
from crm.migration import at_head, migrate
from crm.privacy.fields import check_registry
from crm.privacy.kek import make_kek
from crm.privacy.keyring import keyring, open_keyring
from crm.privacy.spool import open_spool
from crm.rooms import TABLES
from crm.rulebook.shelf import shipped_books
from crm.rulebook.versions import kept
from crm.settings import Settings
from crm.storage.database import connect, database, file_of
from crm.storage.tables import is_recorded, metadata

PRIVATE = 0o600


class CannotOpen(RuntimeError):
    """The instance cannot be opened as it is; the message says why and what to do."""


def make_instance(given: Settings) -> Settings:
    """Make a new instance: id, folders, keys, tables. Return the settings it now has."""
    if given.instance_id is not None:
        raise CannotOpen(f"{given.home} holds an instance already")
    _refuse_remains(given)
    given.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_once(given.home / "instance-id", str(uuid4()))
    settings = Settings.from_environment()
    settings.keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.secret_key is None:
        write_once(settings.keys_dir / "secret-key", secrets.token_urlsafe(48))
    make_kek(settings)
    _make_file(settings)
    migrate(settings)
    open_keyring(settings)
    make_signer(settings)
    return Settings.from_environment()


def refuse_lost_database(settings: Settings) -> None:
    """Refuse where the file of an existing instance is gone: SQLite would make an empty one."""
    file = file_of(settings.database_url)
    if file is not None and not (file.exists() and file.stat().st_size):
        raise CannotOpen(
            f"the database {file} is missing: restore it from a backup (or, if 'crm init' was "
            f"broken off, delete {settings.home} and {settings.keys_dir} and begin anew)"
        )


def _make_file(settings: Settings) -> None:
    """Make the SQLite file as one that only its owner can read; its WAL takes the same mode."""
    file = file_of(settings.database_url)
    if file is not None:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE))


def _keep_private(settings: Settings) -> None:
    """Close the SQLite files to others, whoever made or copied them."""
    file = file_of(settings.database_url)
    for ending in ("", "-wal", "-shm", ".lock") if file else ():
        path = Path(f"{file}{ending}")
        if path.exists() and path.stat().st_uid == os.geteuid():
            path.chmod(PRIVATE)


def _refuse_remains(given: Settings) -> None:
    """Refuse before anything is made: over an instance that lost its id, or without the owner."""
    remains = (given.home / "probity.db", given.home / "keys.db", given.keys_dir / "kek")
    found = next((path for path in remains if path.exists()), None)
    if found is not None:
        raise CannotOpen(
            f"{found} belongs to an instance whose {given.home / 'instance-id'} is missing: "
            "bring that file back from your backup"
        )
    if given.database_url.startswith("postgres") and not given.owner_url:
        raise CannotOpen("CRM_OWNER_URL is missing: on PostgreSQL the owner makes the tables")


def open_foundations(settings: Settings) -> None:
    """Connect, unlock and check; every refusal says what to do about it."""
    if settings.instance_id is None:
        raise CannotOpen(f"there is no instance in {settings.home} yet: run 'crm init' first")
    if settings.secret_key is None:
        raise CannotOpen(
            f"{settings.keys_dir / 'secret-key'} is missing: restore it from your backup of the "
            "keys folder, or set CRM_SECRET_KEY to a new long random text"
        )
    refuse_lost_database(settings)
    _keep_private(settings)
    assert TABLES, "the tables of every room are known from here on"
    check_registry(metadata)
    shipped_books()
    connect(settings.database_url)
    open_keyring(settings)
    open_spool(settings)
    open_home(settings)
    if not at_head(settings):
        raise CannotOpen("the database is not migrated: run 'crm init --migrate' as its owner")
    with database().glance() as connection:
        check_triggers(connection)
        _refuse_owner(connection)
        generation.notice(connection.execute(generation.current).scalar_one())
    kept.look_again()
    day_one.look_again()
    outages.look_again()
    generation.when_changed(_forget_keys)
    generation.when_changed(kept.look_again)
    generation.when_changed(day_one.look_again)
    generation.when_changed(outages.look_again)


def _forget_keys() -> None:
    keyring().reload()


def write_once(path: Path, content: str) -> None:
    """Write a new file that only its owner can read; fail where it exists."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())


def _refuse_owner(connection: Connection) -> None:
    """On PostgreSQL, refuse to serve as a role that could switch the ledger's triggers off."""
    if database().is_sqlite:
        return
    names = [table.name for table in metadata.tables.values() if is_recorded(table)]
    owned = (
        select(func.count())
        .select_from(text("pg_class c"))
        .where(
            text("pg_table_is_visible(c.oid) and pg_has_role(c.relowner, 'USAGE')"),
            column("relname").in_(names),
        )
    )
    if connection.execute(owned).scalar():
        raise CannotOpen("CRM_DATABASE_URL names the owner of the ledger: use the other role")
