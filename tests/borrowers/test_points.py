"""Contact points: added in one spelling, with their evidence; ended with all that hangs on them."""

from datetime import timedelta

import pytest

from crm import clock
from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent
from crm.borrowers.actions.place import EndPlaceEvidence, RecordPlaceEvidence
from crm.borrowers.actions.points import AddContactPoint, EndContactPoint
from crm.borrowers.models import circumstance, consent, contact_point, place_evidence
from crm.borrowers.queries.file import OnePerson
from crm.borrowers.rules import number_of
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.storage.ids import new_id
from tests.borrowers.desk import do, entries, one, open_desk, rows, text
from tests.factories import make_evidence, make_person
from tests.visitors import Browser


def add(desk, value: str, kind: str = "phone", **rest):
    return do(AddContactPoint(desk.anns, kind, text(value), **rest), desk.ann)["id"]


@pytest.mark.both
def test_one_number_has_one_token_whoever_has_it_and_however_it_is_written(house) -> None:
    desk = open_desk()
    first = one(contact_point, id=add(desk, "138 0013 8000"))
    other = make_person("Sun Li", desk.ann)
    done = do(AddContactPoint(other, "phone", text("+86-13800138000")), desk.ann)
    second = one(contact_point, id=done["id"])
    assert first.token == second.token
    assert first.value_index == second.value_index
    assert bytes(first.value) != bytes(second.value)


def test_the_same_number_is_not_added_twice_while_it_is_valid(house) -> None:
    desk = open_desk()
    point = add(desk, "13800138000")
    with pytest.raises(Invalid) as no:
        add(desk, "+86 138 0013 8000")
    assert list(no.value.fields) == ["value"]
    make_evidence(desk.anns)
    do(EndContactPoint(point, "other"), desk.ann)
    assert add(desk, "13800138000") != point


def test_what_cannot_be_one_is_not_added_and_not_repeated(house) -> None:
    desk = open_desk()
    for kind, value in (
        ("phone", "12345"),
        ("phone", "☎☎☎"),
        ("email", "nobody"),
        ("postal", "号"),
        ("im", "a b"),
    ):
        with pytest.raises(Invalid) as no:
            add(desk, value, kind, country="CN")
        assert value not in str(no.value.fields)
    assert rows(contact_point) == []


@pytest.mark.both
def test_a_number_brings_its_area_code_and_an_address_its_place(house) -> None:
    desk = open_desk()
    add(desk, "+1 419 555 1234")
    found = one(place_evidence)
    assert (found.source, found.country, found.region) == ("area_code_told", "US", "US-OH")
    with pytest.raises(Invalid):
        add(desk, "350 5th Ave\nNew York, NY 10118", "postal", place="home")
    add(desk, "350 5th Ave\nNew York, NY 10118", "postal", place="home", country="US")
    address = rows(place_evidence)[-1]
    assert (address.source, address.city, address.zones) == (
        "address_told",
        "US-NYC",
        ["America/New_York"],
    )
    add(desk, "chen@example.com", "email")
    assert len(rows(place_evidence)) == 2
    assert answer(OnePerson(desk.anns), desk.ann)["placed"].jurisdictions == (
        "US-FED",
        "US-NY",
        "US-NYC",
    )


@pytest.mark.both
def test_a_wrong_number_ends_with_its_consents_and_its_evidence(house) -> None:
    desk = open_desk()
    wrong, good = add(desk, "13800138000"), add(desk, "13900139000")
    for point in (wrong, good):
        do(RecordConsent(desk.anns, "channel", contact_point_id=point), desk.ann)
    done = do(EndContactPoint(wrong, "wrong_number"), desk.ann)
    assert done["person_id"] == desk.anns
    row = one(contact_point, id=wrong)
    assert row.valid_until is not None
    assert [given.until is None for given in rows(consent)] == [False, True]
    assert [piece.ended_at is None for piece in rows(place_evidence)] == [False, True]
    stop = one(circumstance)
    assert (stop.kind, stop.scope) == ("wrong_number", {"number": number_of(row.token)})
    with pytest.raises(Refusal):
        do(EndContactPoint(wrong, "other"), desk.ann)


@pytest.mark.both
def test_what_was_found_to_be_wrong_is_not_entered_again(house) -> None:
    desk = open_desk()
    make_evidence(desk.anns)
    do(EndContactPoint(add(desk, "13800138000"), "wrong_number"), desk.ann)
    with pytest.raises(Invalid) as no:
        add(desk, "138 0013 8000")
    assert set(no.value.fields) == {"value"}
    assert add(desk, "13800138001")
    add(desk, "13800138000", source="said")  # he says so: kept, and the stop goes on binding


def test_who_moved_has_no_wrong_number(house) -> None:
    desk = open_desk()
    make_evidence(desk.anns)
    do(EndContactPoint(add(desk, "13800138000"), "moved"), desk.ann)
    assert rows(circumstance) == []


def test_nobody_ends_anothers_number(house) -> None:
    desk = open_desk()
    point = add(desk, "13800138000")
    for actor in (desk.ben, desk.cai):
        with pytest.raises(Missing):
            do(EndContactPoint(point, "wrong_number"), actor)
    with pytest.raises(Missing):
        do(EndContactPoint(new_id(), "wrong_number"), desk.ann)
    assert one(contact_point, id=point).valid_until is None
    assert len(entries("borrowers.contact_point.ended", "refused")) == 2


@pytest.mark.both
def test_a_clock_that_counts_is_dropped_by_two_or_by_his_own_word(house) -> None:
    desk = open_desk()
    chicago, here = add(desk, "+1 312 555 1234"), add(desk, "13800138000")
    for point in (chicago, here):
        asked = perform(EndContactPoint(point, "wrong_number"), desk.ann)
        assert asked.waiting
    assert {row.ended_at for row in rows(place_evidence)} == {None}
    perform(Approve(asked.waiting), desk.leader)
    assert one(contact_point, id=here).valid_until is not None
    # The last one too: another could be entered in its place.
    assert perform(EndContactPoint(chicago, "wrong_number"), desk.ann).waiting


def test_a_law_that_counts_is_dropped_by_two(house) -> None:
    desk = open_desk()
    add(desk, "+1 305 555 0123")  # Florida: the same clock
    home = add(
        desk, "12 Orchard Street\nNew York, NY 10002", "postal", country="US", region="US-NY"
    )
    assert perform(EndContactPoint(home, "moved"), desk.ann).waiting


@pytest.mark.parametrize("nowhere", ["ZW", "BV"])
def test_a_place_without_a_book_hides_no_law_that_is_dropped(house, nowhere: str) -> None:
    desk = open_desk()
    make_evidence(desk.anns, "US", ("America/New_York",), "US-NY")
    florida = add(desk, "+1 305 555 0123", source="file")
    else_where = add(desk, "Far Street 1", "postal", country=nowhere)
    assert perform(EndContactPoint(florida, "other"), desk.ann).waiting
    assert perform(EndContactPoint(else_where, "other"), desk.ann).waiting, "it stopped all"


def test_who_moved_by_his_own_word_has_his_old_number_ended_at_once(house) -> None:
    desk = open_desk()
    old = add(desk, "Old Road 1", "postal", country="US", region="US-TX")
    do(RecordPlaceEvidence(desk.anns, "US", region="US-HI"), desk.ann)
    assert not perform(EndContactPoint(old, "moved"), desk.ann).waiting


def test_a_word_older_than_the_address_does_not_end_it(house) -> None:
    desk = open_desk()
    yesterday = clock.now() - timedelta(days=1)
    do(RecordPlaceEvidence(desk.anns, "US", region="US-HI", stated_at=yesterday), desk.ann)
    new = add(desk, "Old Road 1", "postal", country="US", region="US-TX")
    assert perform(EndContactPoint(new, "moved"), desk.ann).waiting


@pytest.mark.both
def test_an_address_entered_by_hand_narrows_nothing(house) -> None:
    desk = open_desk()
    make_evidence(desk.anns, "US", (), None)
    before = answer(OnePerson(desk.anns), desk.ann)["placed"]
    add(desk, "1 Beach Road\nHonolulu, HI 96815", "postal", country="US", region="US-HI")
    after = answer(OnePerson(desk.anns), desk.ann)["placed"]
    assert set(before.zones) <= set(after.zones)
    assert set(before.jurisdictions) <= set(after.jurisdictions)


@pytest.mark.both
def test_what_outlived_its_number_is_ended_by_two(house, app) -> None:
    desk = open_desk()
    make_evidence(desk.anns)
    chicago = add(desk, "+1 312 555 1234")
    told = one(place_evidence, contact_point_id=chicago).id
    with pytest.raises(Refusal) as no:
        do(EndPlaceEvidence(told), desk.ann)
    assert no.value.verdict.rule == "place_evidence.stands"
    do(EndContactPoint(chicago, "wrong_number", new_id()), desk.ann)
    assert one(place_evidence, id=told).ended_at is None
    page = Browser(app, actor=desk.ann)
    assert "It tells nothing of their place" in page.get(f"/people/{desk.anns}/edit").text
    sent = page.post(f"/place-evidence/{told}/end", page=f"/people/{desk.anns}/edit")
    assert sent.location == "/me/requests", "it waits for a second person"
    asked = perform(EndPlaceEvidence(told), desk.ann)
    card = Browser(app, actor=desk.leader).get("/approvals").text
    assert "End what tells of a person&#39;s place" in card
    assert "1234" in card, "the end of the number says which"
    assert "555 1234" not in card
    perform(Approve(asked.waiting), desk.leader)
    assert one(place_evidence, id=told).ended_at is not None
    assert answer(OnePerson(desk.anns), desk.ann)["placed"].zones == ("Asia/Shanghai",)


def test_what_no_clock_hangs_on_ends_with_its_number(house) -> None:
    desk = open_desk()
    make_evidence(desk.anns)
    here = add(desk, "13800138000")
    do(EndContactPoint(here, "wrong_number", new_id()), desk.ann)
    assert one(place_evidence, contact_point_id=here).ended_at is not None


def test_a_persons_own_word_sets_an_area_code_aside(house) -> None:
    desk = open_desk()
    add(desk, "+1 212 555 1234")
    do(RecordPlaceEvidence(desk.anns, "CN", region="CN-GD"), desk.ann)
    placed = answer(OnePerson(desk.anns), desk.ann)["placed"]
    assert placed.jurisdictions == ("CN",)
    assert placed.zones == ("Asia/Shanghai",)
    with pytest.raises(Invalid):
        do(RecordPlaceEvidence(desk.anns, "US", region="CN-GD"), desk.ann)
    with pytest.raises(Invalid):
        do(
            RecordPlaceEvidence(desk.anns, "US", region="US-NY", zone="Asia/Shanghai"),
            desk.ann,
        )


def test_a_bound_is_the_persons_own_contact_point(house) -> None:
    desk = open_desk()
    point = add(desk, "13800138000")
    with pytest.raises(Invalid):
        do(RecordCircumstance(desk.bens, "opt_out", contact_point_id=point), desk.ben)
    do(RecordCircumstance(desk.anns, "opt_out", contact_point_id=point), desk.ann)
    shown = answer(OnePerson(desk.anns), desk.ann)["circumstances"][0]
    assert (shown["point_id"], shown["scope"]) == (point, {})
