"""Keeping the keys: what the doctor names, what he sweeps, and a new KEK for all keys."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from crm import clock, open_house
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.identity.queries import account_to_sign_in
from crm.privacy.actions import RotateKek
from crm.privacy.doctor import examine, sweep
from crm.privacy.fields import Retention
from crm.privacy.kek import KekUnavailable
from crm.privacy.keyring import keyring
from crm.privacy.keystore import open_keystore, subject_key
from crm.privacy.rotation import adopt, old_files, rotate
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import make_account, make_person
from tests.houses import Instance
from tests.identity.commands import crm
from tests.identity.conftest import Entries
from tests.touching import erase

EMAIL = "wu@bank.example"


def faults(house: Instance) -> list[str]:
    """Return what the doctor names."""
    with database().read() as connection:
        return examine(house.settings, connection, clock.now()).faults


@pytest.mark.both
def test_a_sound_house_has_no_faults(house: Instance) -> None:
    make_account()
    make_person()
    assert faults(house) == []


@pytest.mark.both
def test_keys_never_used_are_swept_after_a_day(house: Instance) -> None:
    account = make_account()
    unused = new_id()
    keyring().prepare([unused], [Retention.PROFILE, Retention.COMMITMENT])
    with database().read() as connection:
        now = clock.now()
        assert examine(house.settings, connection, now).orphans == []
        found = examine(house.settings, connection, now + timedelta(days=1, minutes=1))
    assert found.orphans == [unused]
    assert account.id not in found.orphans
    assert sweep(house.settings, found.orphans) == 1
    keyring().forget()
    with database().read() as connection:
        later = now + timedelta(days=2)
        assert examine(house.settings, connection, later).orphans == []


@pytest.fixture
def untampered() -> bool:
    """Let a test take keys away."""
    return False


@pytest.mark.both
def test_a_person_whose_keys_are_gone_is_named(house: Instance) -> None:
    person = make_person()
    engine = open_keystore(house.settings.keystore_url)
    with engine.begin() as keystore:
        keystore.execute(delete(subject_key).where(subject_key.c.subject == person))
    engine.dispose()
    (fault,) = faults(house)
    assert "gone" in fault
    assert str(person) in fault


def test_an_erased_person_is_no_fault(house: Instance) -> None:
    person = make_person()
    erase(person)
    assert faults(house) == []


def test_a_damaged_key_is_named(house: Instance) -> None:
    person = make_person()
    engine = open_keystore(house.settings.keystore_url)
    with engine.begin() as keystore:
        mine = update(subject_key).where(subject_key.c.subject == person)
        keystore.execute(mine.values(wrapped=b"x" * 60))
    engine.dispose()
    (fault,) = faults(house)
    assert str(person) in fault


def test_the_commands_say_how_the_keys_are(house: Instance) -> None:
    make_account()
    status = crm("keys", "status")
    assert status.returncode == 0, status.stderr
    assert "verifier key" in status.stdout
    sound = crm("keys", "doctor")
    assert (sound.returncode, sound.stderr) == (0, "")
    (house.settings.keys_dir / "signer.state").write_text('{"size": 999, "root": ""}')
    wrong = crm("keys", "doctor")
    assert wrong.returncode == 1
    assert "999 entries were signed" in wrong.stdout


@pytest.mark.both
def test_a_new_kek_opens_what_the_old_one_sealed(house: Instance, entries: Entries) -> None:
    make_account(email=EMAIL)
    old = (house.settings.keys_dir / "kek").read_bytes()
    done = rotate(house.settings)
    assert (house.settings.keys_dir / "kek").read_bytes() != old
    assert [path.name for path in old_files(house.settings)] == [f"kek.{done.old}"]
    perform(RotateKek(done.old, done.new, done.keys), system("tests"))
    keyring().reload()
    found = account_to_sign_in(EMAIL)
    assert found is not None
    assert found[1] is not None
    assert faults(house) == []
    assert entries("privacy.kek.rotated") == ["done"]
    open_house(house.settings).close()


def test_what_an_older_process_wraps_meanwhile_is_adopted(house: Instance) -> None:
    rotate(house.settings)
    keyring().prepare([new_id()], [Retention.PROFILE])  # this keyring still has the old KEK
    assert any("rotate" in fault for fault in faults(house))
    assert adopt(house.settings) >= 1
    assert faults(house) == []


@pytest.mark.parametrize("step", [1, 2])
def test_an_interrupted_rotation_is_finished_by_the_next(
    house: Instance, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account(email=EMAIL)
    renamed: list[object] = []
    real = Path.rename

    def stop(self: Path, target: Path) -> Path:
        renamed.append(target)
        if len(renamed) == step:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        rotate(house.settings)
    monkeypatch.setattr(Path, "rename", real)
    with pytest.raises(KekUnavailable):
        open_house(house.settings)
    rotate(house.settings)
    open_house(house.settings)
    assert account_to_sign_in(EMAIL) is not None
    assert faults(house) == []
