"""Whatever is wrong with the keys is named; a keystore may be a database of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from crm.audit.models import audit_entry
from crm.audit.signer import open_signer
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.privacy import keyring as keyrings
from crm.privacy import spool
from crm.privacy.actions import SweepKeys
from crm.privacy.doctor import Findings, examine
from crm.privacy.fields import Retention
from crm.privacy.kek import KekUnavailable, make_kek
from crm.privacy.keyring import Keyring, SealDestroyed, keyring
from crm.privacy.keystore import (
    keystore_meta,
    keystore_metadata,
    open_keystore,
    subject_key,
    system_key,
)
from crm.privacy.rotation import adopt, old_files, rotate
from crm.settings import Settings
from crm.storage import database as databases
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.cluster import OWNER
from tests.factories import LONG_AGO, make_person
from tests.houses import Instance, Templates

PROFILE = Retention.PROFILE


@pytest.fixture
def untampered() -> bool:
    """Keys are harmed here."""
    return False


def harmed(house: Instance, *statements: object) -> None:
    """Change the keystore by hand."""
    engine = open_keystore(house.settings.keystore_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


def faults(settings: Settings) -> list[str]:
    """Return what an examination finds."""
    with database().read() as connection:
        return examine(settings, connection, LONG_AGO).faults


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (delete(keystore_meta), "the keystore is missing"),
        (update(keystore_meta).values(check_value=b"12345678"), "not the one the keystore"),
        (update(keystore_meta).values(instance=uuid4()), "belongs to another instance"),
        (delete(system_key).where(system_key.c.name == "spool"), "system keys are gone: spool"),
        (
            update(system_key).where(system_key.c.name == "instance").values(wrapped=b"x" * 60),
            "system keys do not open under this KEK: instance",
        ),
    ],
)
def test_what_is_wrong_is_named(house: Instance, harm: object, says: str) -> None:
    make_person()
    assert faults(house.settings) == []
    harmed(house, harm)
    assert any(says in fault for fault in faults(house.settings))


def test_a_keystore_that_was_emptied_is_named(house: Instance) -> None:
    engine = open_keystore(house.settings.keystore_url)
    keystore_metadata.drop_all(engine)
    engine.dispose()
    assert faults(house.settings)[0] == "the keystore is missing"


def test_of_very_many_the_first_are_named() -> None:
    findings = Findings()
    findings.fault("these are wrong", range(25))
    assert findings.faults[0].endswith("and 5 more")


def kek_of(house: Instance) -> Path:
    return Path(house.settings.kek.removeprefix("file:"))


def test_a_rotation_needs_the_kek_of_its_keystore(house: Instance) -> None:
    make_person()
    harmed(house, update(keystore_meta).values(check_value=b"12345678"))
    with pytest.raises(KekUnavailable, match="another KEK"):
        rotate(house.settings)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (update(subject_key).values(kek_ref="0" * 16), "wrapped by KEK 0000000000000000"),
        (update(system_key).values(wrapped=b"x" * 60), "a system key does not open"),
    ],
)
def test_a_rotation_that_cannot_open_a_key_changes_none(house: Instance, harm, says) -> None:
    make_person()
    harmed(house, harm)
    before = kek_of(house).read_bytes()
    with pytest.raises(KekUnavailable, match=says):
        rotate(house.settings)
    assert kek_of(house).read_bytes() == before
    Keyring(house.settings).close()  # the keystore still belongs to the KEK it had


def test_only_a_kek_in_a_file_is_rotated(house: Instance) -> None:
    elsewhere = replace(house.settings, kek="env:A_KEY")
    for step in (rotate, adopt):
        with pytest.raises(KekUnavailable, match="only a KEK in a file"):
            step(elsewhere)
    assert old_files(elsewhere) == []


def test_nothing_is_there_before_it_was_opened(monkeypatch) -> None:
    monkeypatch.setattr(keyrings, "_current", None)
    monkeypatch.setattr(spool, "_folder", None)
    monkeypatch.setattr(databases, "_current", None)
    for ask, says in ((keyring, "keyring"), (spool.folder, "spool"), (database, "database")):
        with pytest.raises(RuntimeError, match=says):
            ask()


@pytest.fixture
def elsewhere(house: Instance, templates: Templates) -> Iterator[Settings]:
    """Settings of an instance whose keystore is a PostgreSQL database of its own."""
    server = templates.server()
    name = server.create()
    url = server.url(OWNER, name).replace("+psycopg", "")
    folder = house.settings.keys_dir / "other"
    folder.mkdir(mode=0o700)
    yield replace(house.settings, keystore_url=url, kek=f"file:{folder / 'kek'}")
    server.drop(name)


@pytest.mark.postgres
def test_a_keystore_may_be_a_database_of_its_own(elsewhere: Settings) -> None:
    make_kek(elsewhere)
    one, two = Keyring(elsewhere), Keyring(elsewhere)
    subject = new_id()
    one.prepare([subject], [PROFILE])
    two.prepare([subject], [PROFILE])
    assert one._held((subject, PROFILE)).key == two._held((subject, PROFILE)).key
    assert one.destroy(subject) > 0
    assert one.destroy(subject) == 0
    two.forget()
    with pytest.raises(SealDestroyed):
        two.newest(subject, PROFILE)
    assert one.instance_key() == two.instance_key()
    for ring in (one, two):
        ring.close()
    with pytest.raises(KekUnavailable, match="exists already"):
        make_kek(elsewhere)
    done = rotate(elsewhere)
    assert done.old != done.new


@pytest.mark.postgres
def test_an_empty_database_is_no_keystore(elsewhere: Settings, house: Instance) -> None:
    with pytest.raises(KekUnavailable, match="keystore is missing"):
        Keyring(replace(elsewhere, kek=house.settings.kek))


def test_whatever_is_done_to_keys_leaves_its_entry(house: Instance) -> None:
    perform(SweepKeys(3), system("tests"))
    with database().read() as connection:
        query = select(audit_entry.c.entry).where(audit_entry.c.action == "privacy.keys.swept")
        assert b'"subjects":3' in connection.execute(query).scalar_one()


def test_outsiders_know_the_signer_by_its_key(house: Instance) -> None:
    signer = open_signer(house.settings)
    assert signer.verifier_key.startswith(signer.origin + "+")
