"""Who sees whom, how much of them, in how many statements, and what the ledger says of it."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from crm import clock
from crm.borrowers.actions.people import CreatePerson
from crm.borrowers.queries.file import OnePerson
from crm.borrowers.queries.people import LIST, PAGE, SORTS, People
from crm.gate.answer import answer
from crm.gate.beside import Beside
from crm.gate.cursor import opened
from crm.gate.errors import Missing, Refusal
from crm.identity.models import agency
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.borrowers.desk import do, entries, open_desk
from tests.counting import counted
from tests.factories import (
    LONG_AGO,
    make_account,
    make_evidence,
    make_person,
    make_point,
    seed,
)


def ids(found) -> set[UUID]:
    return {item["id"] for item in found["items"]}


@pytest.mark.both
def test_each_sees_as_far_as_his_role_reaches(house) -> None:
    desk = open_desk()
    assert ids(answer(People(), desk.ann)) == {desk.anns}
    assert ids(answer(People(), desk.leader)) == {desk.anns, desk.bens}
    assert ids(answer(People(), desk.cai)) == {desk.cais}
    officer = make_account(Role.COMPLIANCE_OFFICER)
    assert ids(answer(People(), officer)) == {desk.anns, desk.bens, desk.cais}
    for role in (Role.ADMIN, Role.MANAGEMENT, Role.AUDITOR, Role.DATA_STEWARD):
        with pytest.raises(Refusal):
            answer(People(), make_account(role))


def test_an_agency_lead_sees_the_agencys_people(house) -> None:
    house_of = seed(agency, id=new_id(), name="Agency One")
    desk = open_desk(agency_id=house_of)
    lead = make_account(Role.AGENCY_LEAD, agency_id=house_of)
    assert ids(answer(People(), lead)) == {desk.anns, desk.bens}
    with pytest.raises(Missing):
        answer(OnePerson(desk.cais), lead)


def test_who_belongs_to_no_team_has_nobody_of_no_team(house) -> None:
    stray = make_person("Sun Li")
    loner = make_account(Role.TEAM_LEADER)
    assert ids(answer(People(), loner)) == set()
    with pytest.raises(Missing):
        answer(OnePerson(stray), loner)


@pytest.mark.both
def test_a_file_beyond_ones_area_is_not_there_and_the_try_is_recorded(house) -> None:
    desk = open_desk()
    for person_id in (desk.bens, desk.cais, new_id()):
        with pytest.raises(Missing):
            answer(OnePerson(person_id), desk.ann)
    refused = entries("borrowers.person.viewed", "refused")
    assert [entry.subject_id for entry in refused] == [desk.bens, desk.cais]


def test_each_role_sees_its_masks(house) -> None:
    desk = open_desk()
    person_id = make_person("Chen Jing", desk.ann, national_id="110101199003071233")
    make_point(person_id)
    for role, name, phone, national_id in (
        (Role.TEAM_LEADER, "Chen Jing", "138••••8000", "1••••••••3"),
        (Role.COMPLIANCE_OFFICER, "Chen Jing", "138••••8000", "1••••••••3"),
        (Role.PRIVACY_OFFICER, "C••• J•••", "138••••8000", "1••••••••3"),
        (Role.QUALITY_REVIEWER, "C••• J•••", "", ""),
    ):
        shown = answer(OnePerson(person_id), make_account(role, team_id=desk.team))
        assert shown["name"].text == name
        assert shown["points"][0]["value"].text == phone
        assert shown["national_id"].text == national_id


def test_no_list_shows_a_number(house) -> None:
    desk = open_desk()
    make_point(desk.anns)
    (line,) = answer(People(), desk.ann)["items"]
    assert set(line) == {
        "id",
        "name",
        "language",
        "organisation",
        "collector_id",
        "collector",
        "team_id",
        "team",
        "created_at",
    }
    reviewer = make_account(Role.QUALITY_REVIEWER)
    names = {item["name"].text for item in answer(People(), reviewer)["items"]}
    assert names == {"C••• J•••", "W••• F•••", "L••• N•••"}


@pytest.mark.both
def test_pages_follow_each_other_without_gap_or_repeat(house) -> None:
    desk = open_desk()
    made = {make_person(f"Person {n}", desk.ann) for n in range(PAGE + 3)} | {desk.anns}
    first = answer(People(), desk.ann)
    assert len(first["items"]) == PAGE
    rest = answer(People(after=opened(LIST, first["next"])), desk.ann)
    assert rest["next"] is None
    assert ids(first).isdisjoint(ids(rest))
    assert ids(first) | ids(rest) == made
    assert len(entries("borrowers.people.listed", "read")) == 2  # a page, an entry
    told = json.loads(entries("borrowers.people.listed")[0].entry)["details"]["people"]
    assert {UUID(person_id) for person_id in told} == ids(first)


@pytest.mark.both
@pytest.mark.parametrize("sort", SORTS)
def test_pages_of_every_order_follow_without_gap_or_repeat(
    house, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(People, "most", 2)
    desk, officer = open_desk(), make_account(Role.COMPLIANCE_OFFICER)
    mill = do(CreatePerson(language="zh", organisation="磨坊" * 100), desk.ann)["id"]
    made = [desk.anns, desk.bens, desk.cais, mill, make_person("Nobody's")]
    made += [make_person(f"Person {n}", desk.cai, language="en") for n in range(3)]
    found, turn = [], {}
    while True:
        page = answer(People(sort=sort, **turn), officer)
        found += page["items"]
        if page["next"] is None:
            break
        turn = {"after": opened(LIST, page["next"])}
    name = sort.removeprefix("-")
    keys = [(one["id"] if name == "since" else one[name] or "", one["id"]) for one in found]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert sorted(one["id"] for one in found) == sorted(made)
    ids_found = [one["id"] for one in found]
    way = answer(Beside(People(sort=sort), ids_found[3]), officer)
    assert (way["previous"], way["next"]) == (ids_found[2], ids_found[4])
    assert (way["place"], way["of"], way["left"]) == (4, 8, 4)


def test_a_page_follows_only_one_of_its_own_order(house, browser, monkeypatch) -> None:
    monkeypatch.setattr(People, "most", 1)
    me = browser(Role.TEAM_LEADER, team_id=open_desk().team)
    after = me.get("/api/v1/people?sort=team").json["next"]
    assert me.get(f"/api/v1/people?sort=team&after={after}").status_code == 200
    wrong = me.get(f"/api/v1/people?sort=-team&after={after}")
    assert (wrong.status_code, list(wrong.json["fields"])) == (422, ["after"])
    assert me.get(f"/people?after={after}").status_code == 200  # a page begins again


def test_headings_sort_and_say_which_way(house, browser) -> None:
    me = browser(Role.TEAM_LEADER, team_id=open_desk().team)
    usual, turned = me.get("/people").text, me.get("/people?assigned=true&sort=team").text
    assert usual.count("aria-sort") == turned.count("aria-sort") == 1
    assert 'aria-sort="descending"><a class="sort" href="/people?sort=since">Since' in usual
    way = 'aria-sort="ascending"><a class="sort" href="/people?assigned=true&amp;sort=-team">Team'
    assert way in turned
    assert '<a class="sort" href="/people?assigned=true">Since' in turned  # the usual order again
    assert "sort%3Dteam" in turned  # the way from file to file follows it


def test_filters_narrow_and_never_widen(house) -> None:
    desk = open_desk()
    free = make_person("Nobody's", team_id=desk.team)
    assert ids(answer(People(collector_id=desk.ben.id), desk.leader)) == {desk.bens}
    assert ids(answer(People(assigned=False), desk.leader)) == {free}
    assert ids(answer(People(assigned=True), desk.leader)) == {desk.anns, desk.bens}
    assert ids(answer(People(team_id=desk.cai.team_id), desk.leader)) == set()


def test_an_erased_person_is_in_no_list(house) -> None:
    desk = open_desk()
    gone = make_person("Sun Li", desk.ann, erasure_begun_at=LONG_AGO)
    assert gone not in ids(answer(People(), desk.ann))
    with pytest.raises(Missing):
        answer(OnePerson(gone), desk.ann)


@pytest.mark.both
def test_a_view_is_recorded_once_in_fifteen_minutes(house) -> None:
    desk = open_desk()
    for _ in range(3):
        answer(OnePerson(desk.anns), desk.ann)
    answer(OnePerson(desk.anns), desk.leader)
    assert len(entries("borrowers.person.viewed", "read")) == 2
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=True):
        answer(OnePerson(desk.anns), desk.ann)
    assert len(entries("borrowers.person.viewed", "read")) == 3


def test_a_file_says_where_the_person_is_and_why(house) -> None:
    desk = open_desk()
    make_evidence(desk.anns)
    shown = answer(OnePerson(desk.anns), desk.ann)
    assert shown["placed"].jurisdictions == ("CN",)
    assert [piece["counts"] for piece in shown["evidence"]] == [True]


def seen(question, actor) -> int:
    """Return how many statements an unrecorded part of a read takes."""
    with counted() as statements:
        answer(question, actor)
    return sum(s.lstrip().upper().startswith(("SELECT", "WITH")) for s in statements)


@pytest.mark.both
def test_lists_and_files_take_as_many_statements_whatever_their_size(house) -> None:
    desk = open_desk()
    small, few = seen(People(), desk.ann), seen(OnePerson(desk.anns), desk.ann)
    for n in range(30):
        person_id = make_person(f"Person {n}", desk.ann)
        make_point(person_id, f"+86138001380{n:02}")
        make_point(desk.anns, f"+86139001390{n:02}")
        make_evidence(desk.anns)
    answer(OnePerson(desk.anns), desk.ann)
    assert seen(People(), desk.ann) == small
    assert seen(OnePerson(desk.anns), desk.ann) <= few
    assert small <= 6  # the page, staff names, teams; keys; the tree's head
    assert few <= 11
