"""Keys of subjects: made once, before the data; cached a while; destroyed for good; never lost."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy
from sqlalchemy import delete, func, select, update

from crm.borrowers.models import person
from crm.privacy import memory
from crm.privacy.fields import Retention
from crm.privacy.kek import KekUnavailable
from crm.privacy.keyring import Keyring, SealDestroyed, SealKeyMissing, keyring
from crm.privacy.keystore import open_keystore, place, subject_key, system_key
from crm.privacy.openers import Looker, State, match, present, reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import LONG_AGO, make_person
from tests.houses import Instance
from tests.touching import touch

PROFILE, COMMS = Retention.PROFILE, Retention.COMMS
ROOT = Path(__file__).parents[2]


@pytest.fixture
def another(house: Instance):
    """Another process's keyring."""
    opened = Keyring(house.settings)
    yield opened
    opened.close()


def keystore(house: Instance, statement: sqlalchemy.Executable) -> sqlalchemy.CursorResult:
    """Run one statement on the keystore, past the keyring."""
    engine = open_keystore(house.settings.keystore_url)
    try:
        with engine.begin() as connection:
            return connection.execute(statement)
    finally:
        engine.dispose()


def keys(house: Instance, subject: UUID) -> int:
    """Return how many keys of a subject the keystore holds, destroyed or not."""
    engine = open_keystore(house.settings.keystore_url)
    query = select(func.count()).where(subject_key.c.subject == subject)
    try:
        with engine.connect() as connection:
            return int(connection.execute(query).scalar_one())
    finally:
        engine.dispose()


def name_of(person_id: UUID) -> Sealed:
    """Return a person's name as it is stored."""
    with database().read() as connection:
        row = connection.execute(select(person).where(person.c.id == person_id)).one()
    name: Sealed = stored(person, dict(row._mapping))["name"]
    return name


def test_keys_are_made_once(house: Instance, another: Keyring) -> None:
    one, two = new_id(), new_id()
    keyring().prepare([one, two], [PROFILE, COMMS])
    made = keys(house, one), keys(house, two)
    assert min(made) >= 2
    keyring().prepare([one, two, one], [PROFILE, COMMS])
    another.prepare([one], [PROFILE])
    assert (keys(house, one), keys(house, two)) == made
    assert keyring()._held((one, PROFILE)).key == another._held((one, PROFILE)).key
    told = {keyring()._held((who, kind)).key for who in (one, two) for kind in (PROFILE, COMMS)}
    assert len(told) == 4, "no two are the same"


def test_a_key_is_committed_before_its_data(house: Instance, monkeypatch) -> None:
    """Whoever is stopped right after the keys leaves keys without data, never the other way."""
    made: list[UUID] = []

    def stopped(*given: object) -> None:
        made.append(given[2])
        raise KeyboardInterrupt

    monkeypatch.setattr("crm.privacy.rows.seal_text", stopped)
    with pytest.raises(KeyboardInterrupt):
        make_person()
    assert keys(house, made[0]) > 0
    with database().read() as connection:
        assert connection.execute(select(func.count()).select_from(person)).scalar() == 0


def test_no_key_no_seal(house: Instance) -> None:
    for ask in (keyring().newest, lambda who, kind: keyring().cipher(who, kind, 1)):
        with pytest.raises(SealKeyMissing):
            ask(new_id(), PROFILE)
    with pytest.raises(SealKeyMissing):
        keyring().commitment_key(new_id())


def test_a_generation_that_was_never_made_is_missing(house: Instance) -> None:
    subject = new_id()
    keyring().prepare([subject], [PROFILE])
    assert keyring().newest(subject, PROFILE)[0] == 1
    assert keyring().cipher(subject, PROFILE, 1) is keyring().newest(subject, PROFILE)[1]
    with pytest.raises(SealKeyMissing, match="key 2"):
        keyring().cipher(subject, PROFILE, 2)


def test_a_generation_begun_by_another_process_is_read(house: Instance, another: Keyring) -> None:
    subject = new_id()
    keyring().prepare([subject], [PROFILE])
    row = {
        "subject": subject,
        "kind": "profile",
        "generation": 2,
        "wrapped": another._kek.wrap(b"2" * 32, place("subject", subject.bytes, "profile", 2)),
        "kek_ref": another._kek.ref,
        "created_at": LONG_AGO,
    }
    keystore(house, subject_key.insert().values(row))
    assert keyring().cipher(subject, PROFILE, 2) is not None
    assert keyring().newest(subject, PROFILE)[0] == 2


def test_threads_at_once_make_one_key(house: Instance) -> None:
    subject, start = new_id(), threading.Barrier(8)
    rings = [Keyring(house.settings) for _ in range(8)]
    got: list[bytes] = []

    def make(ring: Keyring) -> None:
        start.wait()
        ring.prepare([subject], [PROFILE])
        got.append(ring._held((subject, PROFILE)).key)

    threads = [threading.Thread(target=make, args=(ring,)) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ring in rings:
        ring.close()
    assert len(got) == 8
    assert len(set(got)) == 1
    assert keys(house, subject) >= 1


PROGRAM = """
import hashlib, sys, time
from uuid import UUID
from crm.privacy.keyring import Keyring
from crm.settings import Settings
ring, kinds = Keyring(Settings.from_environment()), ["profile", "commitment"]
subjects = [UUID(int=number) for number in range(1, 41)]
print("ready", flush=True)
time.sleep(max(0, float(sys.stdin.readline()) - time.time()))
for subject in subjects:
    ring.prepare([subject], kinds)
keys = [ring._held((subject, kind)).key for subject in subjects for kind in kinds]
print(hashlib.sha256(b"".join(keys)).hexdigest())
"""


def test_processes_at_once_make_one_key(house: Instance) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    moment = f"{time.time() + 0.2}\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write(moment)
        child.stdin.flush()
    told = [child.communicate(timeout=60)[0] for child in children]
    assert told[0] == told[1] != ""
    assert keys(house, UUID(int=7)) == 4  # one of each class


@pytest.mark.parametrize("untampered", [False])
def test_a_destroyed_key_is_gone_for_good(
    house: Instance, another: Keyring, untampered: bool
) -> None:
    subject = make_person("Wanda Vanishing")
    name = name_of(subject)
    held = keyring()._held((subject, PROFILE)).key
    assert another.newest(subject, PROFILE)[0] == 1
    assert not keyring().is_destroyed(subject, PROFILE)
    assert keyring().destroy(subject) > 0
    assert keyring().is_destroyed(subject, PROFILE)
    assert keyring().destroy(subject) == 0, "the second time there is nothing to destroy"
    keyring().prepare([subject], [PROFILE])
    another.forget()
    for ring in (keyring(), another):
        for ask in (
            lambda ring=ring: ring.newest(subject, PROFILE),
            lambda ring=ring: ring.cipher(subject, PROFILE, 1),
            lambda ring=ring: ring.commitment_key(subject),
        ):
            with pytest.raises(SealDestroyed):
                ask()
    with pytest.raises(SealDestroyed):
        reopen(name)
    shown = present(name, Looker("collector"))
    assert shown is not None
    assert shown.state is State.ERASED
    assert not match(name, Sealed.fresh("Wanda Vanishing"), "person.name")
    path = Path(house.settings.keystore_url.removeprefix("sqlite:///"))
    for file in path.parent.glob(path.name + "*"):
        assert held not in file.read_bytes()


@pytest.mark.parametrize("untampered", [False])
def test_nothing_new_is_sealed_for_an_erased_person(house: Instance, untampered: bool) -> None:
    subject = make_person()
    keyring().destroy(subject)
    with pytest.raises(SealDestroyed):
        touch(person, {"id": subject, "name": Sealed.fresh("Again Here")})


def test_a_class_is_destroyed_alone(house: Instance) -> None:
    subject = new_id()
    keyring().prepare([subject], [PROFILE, COMMS])
    assert keyring().destroy(subject, [COMMS]) == 1
    assert keyring().newest(subject, PROFILE)[0] == 1
    with pytest.raises(SealDestroyed):
        keyring().newest(subject, COMMS)


def test_a_subject_destroyed_before_any_key_was_made_gets_none(house: Instance) -> None:
    subject = new_id()
    assert keyring().destroy(subject) == 0
    keyring().prepare([subject], [PROFILE])
    assert keyring().is_destroyed(subject, PROFILE)


def test_the_wrapped_bytes_of_a_destroyed_key_are_gone(house: Instance) -> None:
    subject = new_id()
    keyring().prepare([subject], [PROFILE])
    engine = open_keystore(house.settings.keystore_url)
    with engine.connect() as connection:
        query = select(subject_key.c.wrapped).where(subject_key.c.subject == subject)
        wrapped = connection.execute(query).scalars().all()
    engine.dispose()
    path = Path(house.settings.keystore_url.removeprefix("sqlite:///"))

    def found() -> bool:
        content = [file.read_bytes() for file in path.parent.glob(path.name + "*")]
        return any(key in one for key in wrapped for one in content)

    assert found()
    keyring().destroy(subject)
    assert not found()


def test_a_reader_that_keeps_the_journal_is_named(house: Instance, monkeypatch) -> None:
    subject = new_id()
    keyring().prepare([subject], [PROFILE])
    ring = Keyring(house.settings)
    with ring._engine.connect() as reader:
        reader.execute(select(subject_key)).all()
        with keyring()._engine.connect() as quick:
            quick.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(TimeoutError, match="still in its WAL"):
            keyring().destroy(subject)
    ring.close()
    assert keyring().is_destroyed(subject, PROFILE), "it is destroyed; its bytes go next time"
    keyring().destroy(subject)


def test_a_lost_key_does_not_pass_for_an_erasure(house: Instance) -> None:
    subject = make_person()
    name = name_of(subject)
    engine = open_keystore(house.settings.keystore_url)
    with engine.connect() as connection:
        rows = connection.execute(select(subject_key)).mappings().all()
    engine.dispose()
    keystore(house, delete(subject_key).where(subject_key.c.subject == subject))
    keyring().forget()
    assert not keyring().is_destroyed(subject, PROFILE)
    with pytest.raises(SealKeyMissing) as fault:
        reopen(name)
    assert fault.type is SealKeyMissing
    for row in rows:
        if row["subject"] == subject:
            keystore(house, subject_key.insert().values(dict(row)))
    assert reopen(name) == "Chen Jing"


def test_a_lost_key_of_the_house_is_named(house: Instance) -> None:
    with keyring()._engine.begin() as connection:
        lost = connection.execute(select(system_key)).mappings().all()
        connection.execute(delete(system_key))
    keyring().reload()
    with pytest.raises(KekUnavailable, match="index-root"):
        keyring().index_key("tests")
    with keyring()._engine.begin() as connection:
        connection.execute(system_key.insert(), [dict(row) for row in lost])


def test_a_damaged_key_is_no_key(house: Instance) -> None:
    one, two = new_id(), new_id()
    keyring().prepare([one, two], [PROFILE])
    keyring().forget()
    swapped = select(subject_key.c.wrapped).where(subject_key.c.subject == two).scalar_subquery()
    keystore(house, update(subject_key).where(subject_key.c.subject == one).values(wrapped=swapped))
    with pytest.raises(KekUnavailable, match="damaged or swapped"):
        keyring().newest(one, PROFILE)
    assert keyring().newest(two, PROFILE)[0] == 1


def test_keys_are_held_for_five_minutes(house: Instance, another: Keyring, monkeypatch) -> None:
    subject, ticks = new_id(), [1000.0]
    monkeypatch.setattr("crm.clock.ticks", lambda: ticks[0])
    keyring().prepare([subject], [PROFILE])
    another.destroy(subject)
    ticks[0] += memory.SECONDS
    assert keyring().newest(subject, PROFILE)[0] == 1, "the other process's copy is still held"
    ticks[0] += 0.1
    with pytest.raises(SealDestroyed):
        keyring().newest(subject, PROFILE)


def test_only_so_many_keys_are_held(monkeypatch) -> None:
    monkeypatch.setattr(memory, "CACHED", 2)
    held = memory.Memory()
    one, two, three = ((new_id(), "profile") for _ in range(3))
    for name in (one, two):
        held.keep(name, {1: bytes(32)}, held.epoch)
    held.keep(one, {1: bytes(32)}, held.epoch)  # read again: the other ends first now
    held.keep(three, {1: bytes(32)}, held.epoch)
    assert [bool(held.recall(name)) for name in (one, two, three)] == [True, False, True]


def test_what_was_read_before_all_was_forgotten_is_not_held() -> None:
    held, name = memory.Memory(), (new_id(), "profile")
    epoch = held.epoch
    held.forget()
    held.keep(name, {1: bytes(32)}, epoch)
    assert held.recall(name) is None


def test_many_keys_are_read_in_few_statements(house: Instance, another: Keyring) -> None:
    subjects = [new_id() for _ in range(1100)]
    keyring().prepare(subjects, [PROFILE])
    seen: list[str] = []
    sqlalchemy.event.listen(
        another._engine, "before_cursor_execute", lambda *given: seen.append(given[2][:6])
    )
    another.prefetch(subjects)
    assert seen.count("SELECT") == 3
    for subject in subjects:
        assert another.newest(subject, PROFILE)[0] == 1
    another.prefetch(subjects)
    assert seen.count("SELECT") == 3
