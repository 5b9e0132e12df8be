"""A search finds exactly, tells nothing of others' people, and is always recorded."""

import json
from collections.abc import Iterator

import pytest

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries import search
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Refusal
from crm.identity.roles import Role
from crm.loans.search import SearchPeople
from crm.privacy.index import blind, normal
from tests.borrowers.desk import Desk, entries, one, open_desk, text
from tests.counting import counted
from tests.factories import LONG_AGO, make_account, make_loan, make_party, make_person, make_point

NATIONAL_ID = "110101199003071233"


@pytest.fixture
def desk(house) -> Desk:
    return open_desk()


def found(actor, **by: str) -> list:
    result = answer(SearchPeople(**{name: text(value) for name, value in by.items()}), actor)
    return [item["id"] for item in result["items"]]


def elsewhere(actor, **by: str) -> list:
    result = answer(SearchPeople(**{name: text(value) for name, value in by.items()}), actor)
    assert result["items"] == []
    return result["elsewhere"]


@pytest.mark.both
def test_each_way_finds_the_one_and_no_other(desk) -> None:
    wanted = make_person("Sun Li", desk.ann, national_id=NATIONAL_ID)
    make_point(wanted, "+8613912345678")
    make_point(wanted, "sun.li@example.com", kind="email", place="other")
    make_loan(wanted, number="L0000000001")
    make_point(desk.anns, "+8613912345679")
    for by, values in {
        "phone": ("+8613912345678", "139 1234 5678", "１３９１２３４５６７８"),
        "email": ("SUN.LI@example.com",),
        "national_id": (NATIONAL_ID, "110101 1990 0307 1233"),
        "loan_number": ("L0000000001", " l0000000001 "),
        "name": ("Sun Li", "sun  li", "SUN", "ＳＵＮ"),
    }.items():
        for value in values:
            assert found(desk.ann, **{by: value}) == [wanted], (by, value)
    for by, value in {
        "phone": "+8613912345670",
        "email": "sun@example.com",
        "national_id": "11010119900307123X",
        "loan_number": "L000000000",
        "name": "Zhao",
    }.items():
        assert found(desk.ann, **{by: value}) == []


def collision(field: str, values: Iterator[str]) -> tuple[str, str]:
    """Return two different values that share one place in the index of 20 bits."""
    seen: dict[int | bytes, str] = {}
    for value in values:
        place = blind(field, 20, normal(field, value))
        if place in seen:
            return seen[place], value
        seen[place] = value
    raise AssertionError("no two share a place")


@pytest.mark.both
def test_neighbours_in_the_index_are_told_apart(desk) -> None:
    phones = collision("contact_point.value", (f"+86139{n:08}" for n in range(9000)))
    numbers = collision("person.national_id", (f"11010119900307{n:04}" for n in range(9000)))
    people = []
    for phone, number in zip(phones, numbers, strict=True):
        people.append(make_person("Sun Li", desk.ann, national_id=number))
        make_point(people[-1], phone)
    first, second = people
    assert one(person, id=first).national_id_index == one(person, id=second).national_id_index
    places = [one(contact_point, person_id=person_id).value_index for person_id in people]
    assert places[0] == places[1]
    for person_id, phone, number in zip(people, phones, numbers, strict=True):
        assert found(desk.ann, phone=phone) == [person_id]
        assert found(desk.ann, national_id=number) == [person_id]


def test_a_number_that_ended_finds_nobody(desk) -> None:
    make_point(desk.anns, "+8613912345678", valid_until=LONG_AGO, ended_because="wrong_number")
    assert found(desk.ann, phone="+8613912345678") == []


def test_an_erased_person_is_not_found(desk) -> None:
    gone = make_person("Gone", desk.ann, erasure_begun_at=LONG_AGO, national_id=NATIONAL_ID)
    make_point(gone, "+8613912345678")
    make_loan(gone, number="L0000000001")
    assert found(desk.ann, phone="+8613912345678") == []
    assert found(desk.ann, national_id=NATIONAL_ID) == []
    assert found(desk.ann, loan_number="L0000000001") == []
    assert found(desk.ann, name="Gone") == []


def test_everybody_who_stands_on_a_loan_is_found_by_its_number(desk) -> None:
    loan_id = make_loan(desk.anns, number="L0000000001")
    guarantor = make_person("Sun Li", desk.ann)
    make_party(loan_id, guarantor, "guarantor")
    assert set(found(desk.ann, loan_number="L0000000001")) == {desk.anns, guarantor}


@pytest.mark.both
def test_of_others_a_leader_learns_the_team_and_a_collector_nothing(desk) -> None:
    make_point(desk.cais, "+8613912345678")
    assert elsewhere(desk.leader, phone="+8613912345678") == [{"team": "Team B"}]
    assert elsewhere(desk.ann, phone="+8613912345678") == []
    assert elsewhere(desk.ann, phone="+8613912345670") == []  # the same answer as for nobody
    assert elsewhere(desk.leader, name="Li Na") == []


def test_a_name_is_looked_for_only_among_ones_own_and_not_among_too_many(desk, monkeypatch) -> None:
    assert found(desk.ann, name="Wang Fang") == []
    assert found(desk.leader, name="Wang") == [desk.bens]
    monkeypatch.setattr(search, "MOST_BY_NAME", 1)
    with pytest.raises(Invalid) as no:
        found(desk.leader, name="Wang")
    assert list(no.value.fields) == ["name"]
    assert found(desk.ann, name="Chen") == [desk.anns]


def test_a_name_is_compared_as_its_viewer_sees_it(desk) -> None:
    """Whoever sees masked names cannot try them out letter by letter."""
    reviewer = make_account(Role.QUALITY_REVIEWER)
    assert found(reviewer, name="Chen Jing") == []
    assert found(reviewer, name="C•••") == [desk.anns]


def test_one_searches_by_exactly_one_thing(desk) -> None:
    for given in ({}, {"name": "Sun", "phone": "+8613912345678"}):
        with pytest.raises(Invalid):
            found(desk.ann, **given)


def test_what_is_no_number_is_not_searched_and_not_repeated(desk) -> None:
    for value in ("1391234", "no number", "١٢٣", "139123456789999999"):
        with pytest.raises(Invalid) as no:
            found(desk.ann, phone=value)
        assert list(no.value.fields) == ["phone"]
        assert value not in str(no.value.fields)


@pytest.mark.both
def test_every_search_is_recorded_without_what_was_typed(desk) -> None:
    make_point(desk.anns, "+8613912345678")
    found(desk.ann, phone="+8613912345678")
    found(desk.ann, phone="+8613912345678")
    found(desk.ann, name="Nobodywhatsoever")
    told = [json.loads(entry.entry) for entry in entries("borrowers.people.searched", "read")]
    assert [entry["details"]["by"] for entry in told] == ["phone", "phone", "name"]
    assert told[0]["details"]["people"] == [str(desk.anns)]
    assert "13912345678" not in json.dumps(told)
    assert "Nobodywhatsoever" not in json.dumps(told)


def test_who_may_not_search_is_refused(desk) -> None:
    for role in (Role.ADMIN, Role.MANAGEMENT, Role.AUDITOR, Role.DATA_STEWARD):
        with pytest.raises(Refusal):
            found(make_account(role), phone="+8613912345678")


@pytest.mark.both
def test_a_search_takes_as_many_statements_whoever_is_found(desk) -> None:
    make_point(desk.anns, "+8613912345678")
    assert found(desk.ann, phone="+8613912345678")
    sizes = []
    for value in ("+8613912345678", "+8613912345670"):
        with counted() as statements:
            found(desk.ann, phone=value)
        sizes.append(len([s for s in statements if s.lstrip().startswith("SELECT")]))
    assert max(sizes) <= 4, sizes
