"""What is left of a value where only a part may be shown, and what each opener gives."""

from uuid import UUID

import pytest
from sqlalchemy import select

from crm.borrowers.models import contact_point, person
from crm.identity.roles import Role
from crm.privacy.masks import MATRIX, Context, Level, Mask, ending, level_of, masked, pseudonym
from crm.privacy.openers import (
    HIDDEN,
    Looker,
    Presented,
    State,
    deliver,
    match,
    present,
    reopen,
    reveal,
)
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.factories import make_person, make_point


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (Mask.NAME, "陈静", "陈••"),
        (Mask.NAME, "欧阳娜娜", "欧阳••"),
        (Mask.NAME, "陈", "陈••"),
        (Mask.NAME, "Chen Jing", "C••• J•••"),
        (Mask.NAME, "Maria de la Cruz", "M••• C•••"),
        (Mask.NAME, "Cher", "C•••"),
        (Mask.NAME, "", ""),
        (Mask.ID, "11010119900307123X", "1••••••••X"),
        (Mask.ID, "123-45-6789", "1••••••••9"),
        (Mask.ID, "1234", "••••••••"),
        (Mask.CONTACT_POINT, "+8613800138000", "138••••8000"),
        (Mask.CONTACT_POINT, "13800138000", "138••••8000"),
        (Mask.CONTACT_POINT, "+12125550123", "+1 •••• 0123"),
        (Mask.CONTACT_POINT, "+99900000000000001234", "••••1234"),
        (Mask.CONTACT_POINT, "chen@bank.example", "c••••@bank.example"),
        (Mask.CONTACT_POINT, "12 High Street, York", "••••, York"),
        (Mask.CONTACT_POINT, "上海市南京路1号", "上海••••"),
        (Mask.LOAN_NUMBER, "L0000001234", "••••1234"),
        (Mask.LOAN_NUMBER, "1234", "••••"),
        (Mask.STAFF_NAME, "Wu Min", "W••• M•••"),
        (Mask.STAFF_EMAIL, "wu@bank.example", "w••••@bank.example"),
        (Mask.HIDDEN, "anything", ""),
        (Mask.NOTE, "call 13800138000 now", "call •••• now"),
        (Mask.NOTE, "call 138 0013 8000", "call ••••"),
        (Mask.NOTE, "打１３８００１３８０００吧", "打••••吧"),
        (Mask.NOTE, "+86-13800138000", "••••"),
        (Mask.NOTE, "id 11010119900307123X.", "id ••••."),
        (Mask.NOTE, "card 6222 0200 0000 0000 000", "card ••••"),
        (Mask.NOTE, "call (212) 555-0123 or wu@a.example", "call •••• or ••••"),
        (Mask.NOTE, "ssn 123-45-6789, due 2026-11-30", "ssn ••••, due 2026-11-30"),
        (Mask.NOTE, "pays 3000 on the 15th", "pays 3000 on the 15th"),
    ],
)
def test_what_is_left_of_a_value(mask: Mask, text: str, shown: str) -> None:
    assert masked(mask, text) == shown


def test_a_masked_name_does_not_tell_its_length() -> None:
    for names in (("李娜", "李明月光"), ("Al B", "Alexander Bonaparte"), ("Al", "Alexander")):
        assert len({masked(Mask.NAME, name) for name in names}) == 1


def test_a_screen_reader_says_the_ending() -> None:
    assert ending("138••••8000") == "8000"
    assert ending("+1 •••• 0123") == "0123"
    assert ending("clear") == "clear"


def test_a_pseudonym_is_stable_and_says_nothing() -> None:
    one, two = UUID(int=1), UUID(int=2**31)
    assert pseudonym(one) == pseudonym(one) != pseudonym(two)
    assert pseudonym(one).startswith("P-")
    assert len(pseudonym(one)) == 8


@pytest.fixture
def values(house) -> dict[Mask, Sealed]:
    """A stored value of each kind that a person has."""
    who = make_person("Chen Jing", national_id="11010119900307123X")
    point = make_point(who)
    with database().read() as connection:
        row = connection.execute(select(person).where(person.c.id == who)).one()
        other = connection.execute(select(contact_point).where(contact_point.c.id == point)).one()
    known = stored(person, dict(row._mapping))
    return {
        Mask.NAME: known["name"],
        Mask.ID: known["national_id"],
        Mask.CONTACT_POINT: stored(contact_point, dict(other._mapping))["value"],
    }


CLEAR = {
    Mask.NAME: "Chen Jing",
    Mask.ID: "11010119900307123X",
    Mask.CONTACT_POINT: "+8613800138000",
}


def test_present_gives_what_the_matrix_says_and_nothing_more(values) -> None:
    """Each role, each context, each scope: the one place that masks, against the table."""
    checked = 0
    for role in [*MATRIX, "nobody"]:
        for scope in (None, "own", "team", "agency", "all"):
            for context in Context:
                for mask, value in values.items():
                    level, more = level_of(mask, role, scope, context)
                    shown = present(value, Looker(role, scope), context)
                    assert shown == expected(mask, value, level, more), (role, scope, mask)
                    if level is not Level.CLEAR:
                        assert CLEAR[mask] not in shown.text
                    checked += 1
    assert checked == (len(Role)) * 5 * len(Context) * 3


def expected(mask: Mask, value: Sealed, level: Level, more: bool) -> Presented:
    assert value.subject is not None
    if level is Level.CLEAR:
        return Presented(CLEAR[mask], State.CLEAR)
    if level is Level.TOKEN:
        return Presented(pseudonym(value.subject), State.MASKED)
    if level is Level.HIDDEN:
        return Presented("", State.HIDDEN, revealable=more)
    part = masked(mask, CLEAR[mask])
    return Presented(part, State.MASKED, ending(part), more)


def test_nothing_is_shown_of_nothing() -> None:
    assert present(None, Looker("collector")) is None
    assert HIDDEN.text == ""


def test_a_fresh_value_is_never_shown(house) -> None:
    with pytest.raises(AssertionError, match="only stored values"):
        present(Sealed.fresh("Chen Jing"), Looker("collector"))


def test_what_the_other_openers_give(values) -> None:
    for mask, value in values.items():
        for opener in (deliver, reveal, reopen):
            assert opener(value) == CLEAR[mask]
    assert match(values[Mask.ID], Sealed.fresh("110101 19900307 123x"), "person.national_id")
    assert not match(values[Mask.ID], Sealed.fresh("110101199003071231"), "person.national_id")
