"""A ciphertext opens in its own place only, and its length tells little."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.borrowers.models import contact_point, person
from crm.identity.models import account
from crm.privacy.cipher import BEFORE, NONCE, SealTampered, _padded, open_text, seal_text
from crm.privacy.fields import Field, Retention, fields_of
from crm.privacy.keyring import SealKeyMissing, keyring
from crm.privacy.openers import reopen
from crm.privacy.rows import seal_row, stored
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from crm.storage.ids import new_id
from crm.storage.types import Ciphertext
from tests.factories import make_account, make_person, make_point
from tests.intruder import Intruder
from tests.touching import touch

NAME: Field = fields_of(person)["name"]
FORM = bytes((1, 1, 0, 1))


@pytest.fixture
def subject(house) -> UUID:
    """Somebody with keys."""
    made = new_id()
    keyring().prepare([made], list(Retention))
    return made


def test_it_comes_back(subject: UUID) -> None:
    row = new_id()
    for text in ("", "Chen Jing", "陈静", "x" * 31, "x" * 32, "a\x80", "a\x00\x80\x00", "😀" * 200):
        assert open_text(seal_text(text, NAME, subject, row), NAME, subject, row) == text


def test_equal_texts_give_unequal_bytes(subject: UUID) -> None:
    row = new_id()
    made = {bytes(seal_text("Chen Jing", NAME, subject, row)) for _ in range(50)}
    assert len(made) == 50
    assert len({one[BEFORE : BEFORE + NONCE] for one in made}) == 50


def test_its_form_is_what_was_written_down(subject: UUID) -> None:
    """Version, suite, generation, nonce, padded text, tag: what is on disk must be readable."""
    sealed = seal_text("Chen Jing", NAME, subject, new_id())
    assert sealed[:4] == FORM
    assert len(sealed) == 4 + 12 + 32 + 16


def test_it_opens_nowhere_else(subject: UUID) -> None:
    row, other = new_id(), new_id()
    keyring().prepare([other], list(Retention))
    sealed = seal_text("Chen Jing", NAME, subject, row)
    for field, who, where in (
        (NAME, subject, new_id()),
        (NAME, other, row),
        (fields_of(person)["national_id"], subject, row),
        (replace(NAME, id="person.named"), subject, row),
        (replace(NAME, retention=Retention.COMMS), subject, row),
    ):
        with pytest.raises(SealTampered):
            open_text(sealed, field, who, where)
    with pytest.raises(SealKeyMissing):
        open_text(sealed, NAME, new_id(), row)
    renamed = replace(NAME, label="Full name", pad=64, mask=None)
    assert open_text(sealed, renamed, subject, row) == "Chen Jing", "a label is no part of it"


def test_no_byte_of_it_may_change(subject: UUID) -> None:
    row = new_id()
    sealed = seal_text("Chen Jing", NAME, subject, row)
    for place in range(len(sealed)):
        bad = bytearray(sealed)
        bad[place] ^= 1
        with pytest.raises((SealTampered, SealKeyMissing)):
            open_text(bytes(bad), NAME, subject, row)
    for bad in (b"", sealed[:-1], sealed[:20], sealed + b"\x00"):
        with pytest.raises(SealTampered):
            open_text(bad, NAME, subject, row)


@given(st.binary(max_size=200), st.sampled_from([32, 128, 256]))
@settings(max_examples=200)
def test_padding_hides_the_length_and_loses_nothing(plain: bytes, step: int) -> None:
    padded = _padded(plain, step)
    assert len(padded) % step == 0
    assert len(plain) < len(padded) <= len(plain) + step
    assert padded[: padded.rindex(b"\x80")] == plain


def test_short_names_are_all_of_one_length(subject: UUID) -> None:
    names = ("李娜", "王芳芳", "欧阳娜娜", "Li", "Chen Jing", "Wolfgang Amadeus")
    assert len({len(seal_text(name, NAME, subject, new_id())) for name in names}) == 1


def test_a_row_seals_what_is_sealed_and_nothing_else(subject: UUID) -> None:
    row = {"id": subject, "name": Sealed.fresh("Chen Jing"), "version": 1}
    ready = seal_row(person, row, subject)
    assert isinstance(ready["name"], Ciphertext)
    assert ready["version"] == 1
    assert row["name"] is not ready["name"], "the caller's own row is left as it was"
    assert seal_row(person, ready, subject)["name"] is ready["name"]
    for wrong in ("Chen Jing", b"Chen Jing", 7):
        with pytest.raises(TypeError, match="sealed values only"):
            seal_row(person, {"id": subject, "name": wrong}, subject)


def test_an_emptied_value_empties_its_index(subject: UUID) -> None:
    made = {name for name, field in fields_of(person).items() if field.of == "national_id"}
    assert len(made) == 2, "the index to search by, and the token to count by"
    ready = seal_row(
        person, {"id": subject, "national_id": Sealed.fresh("11010119900307123X")}, subject
    )
    emptied = seal_row(person, {"id": subject, "national_id": None}, subject)
    untouched = seal_row(person, {"id": subject, "version": 2}, subject)
    for name in made:
        assert ready[name] is not None
        assert emptied[name] is None
        assert name not in untouched


def test_what_is_copied_to_another_row_is_sealed_anew(house) -> None:
    one, two = make_person("Chen Jing"), make_person("Wang Fang")
    touch(person, {"id": two, "name": value(person, one, "name")})
    assert reopen(value(person, two, "name")) == "Chen Jing"
    assert raw(person, one, "name") != raw(person, two, "name")


def value(table: Table, row_id: UUID, column: str) -> Sealed:
    with database().read() as connection:
        row = connection.execute(select(table).where(table.c.id == row_id)).one()
    found: Sealed = stored(table, dict(row._mapping))[column]
    return found


def raw(table: Table, row_id: UUID, column: str) -> bytes:
    with database().read() as connection:
        return bytes(
            connection.execute(select(table.c[column]).where(table.c.id == row_id)).scalar_one()
        )


Move = tuple[Table, UUID, str, Table, UUID, str]


def between_people() -> Move:
    one, two = make_person("Chen Jing"), make_person("Wang Fang")
    return person, one, "name", person, two, "name"


def between_fields() -> Move:
    one = make_person("Chen Jing", national_id="11010119900307123X")
    return person, one, "name", person, one, "national_id"


def between_rows() -> Move:
    """The same person, the same field, another row."""
    one = make_person()
    first, second = make_point(one), make_point(one, "+8613900139000")
    return contact_point, first, "value", contact_point, second, "value"


def between_tables() -> Move:
    one = make_person("Chen Jing")
    return person, one, "name", contact_point, make_point(one), "value"


def from_people_to_staff() -> Move:
    return person, make_person(), "name", account, make_account().id, "name"


@pytest.fixture
def untampered() -> bool:
    return False


@pytest.mark.both
@pytest.mark.parametrize(
    "move", [between_people, between_fields, between_rows, between_tables, from_people_to_staff]
)
def test_one_that_was_moved_does_not_open_and_is_named(house, move: Callable[[], Move]) -> None:
    source, from_id, column, table, row_id, to = move()
    intruder = Intruder(house)
    cell: Any = row_id.bytes if intruder.sqlite else row_id
    intruder.run(
        f"UPDATE {table.name} SET {to} = ? WHERE id = ?", raw(source, from_id, column), cell
    )
    intruder.close()
    with pytest.raises(SealTampered):
        reopen(value(table, row_id, to))
    faults = verify(database(), open_signer(house.settings)).faults
    assert f"{table.name} {row_id}: a sealed value was damaged or swapped" in faults
    assert len(faults) == 1
