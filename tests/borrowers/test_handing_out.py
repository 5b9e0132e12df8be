"""People whom nobody has: leaders of the house find them and hand them out, one by one or many."""

import re

import pytest

from crm.borrowers.actions.people import AssignPeople
from crm.borrowers.models import person
from crm.borrowers.queries.file import OnePerson
from crm.borrowers.queries.people import People
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.identity.models import agency
from crm.identity.roles import Role
from crm.loans.handing_out import HandOut
from crm.storage.ids import new_id
from crm.worklists.queries import MyWork
from tests.borrowers.desk import do, entries, one, open_desk
from tests.factories import make_account, make_loan, make_person, make_team, seed


def ids(found) -> set:
    return {item["id"] for item in found["items"]}


@pytest.mark.both
def test_leaders_of_the_house_find_and_assign_whom_nobody_has(house) -> None:
    desk = open_desk()
    for leader in (desk.supervisor, desk.leader):
        stray = make_person("Sun Li")
        assert stray in ids(answer(People(assigned=False), leader))
        assert answer(OnePerson(stray), leader)["id"] == stray
        do(AssignPeople((stray, desk.anns), collector_id=desk.ben.id), leader)
        row = one(person, id=stray)
        assert (row.collector_id, row.team_id) == (desk.ben.id, desk.team)


def test_whom_a_team_an_agency_or_another_has_is_not_nobodys(house) -> None:
    desk = open_desk()
    house_of = seed(agency, id=new_id(), name="Agency One")
    taken = [
        make_person("Of a team", team_id=make_team()),
        make_person("Of an agency", agency_id=house_of),
        make_person("Of a collector", collector_id=make_account().id),
        desk.cais,
    ]
    assert ids(answer(People(assigned=False), desk.supervisor)) == set()
    for other in taken:
        with pytest.raises(Missing):
            do(AssignPeople((other,), collector_id=desk.ann.id), desk.supervisor)
        with pytest.raises(Missing):
            answer(OnePerson(other), desk.supervisor)


def test_nobody_else_reaches_whom_nobody_has(house) -> None:
    stray = make_person("Sun Li")
    house_of = seed(agency, id=new_id(), name="Agency One")
    beyond = [
        make_account(Role.AGENCY_LEAD, agency_id=house_of),
        make_account(Role.TEAM_LEADER, agency_id=house_of, team_id=make_team()),
        make_account(Role.SUPERVISOR),  # of no team: there is nobody to give people to
        make_account(Role.COLLECTOR, team_id=make_team()),
    ]
    for actor in beyond:
        assert ids(answer(People(), actor)) == set()
        with pytest.raises(Missing):
            answer(OnePerson(stray), actor)


def test_whom_nobody_has_is_nobodys_work(house) -> None:
    desk = open_desk()
    make_loan(make_person("Sun Li"))
    make_loan(desk.anns)
    assert ids(answer(MyWork(), desk.supervisor)) == {desk.anns, desk.bens}


@pytest.mark.both
def test_a_portion_is_the_longest_overdue(house) -> None:
    desk = open_desk()
    days = {late: make_person(f"Late {late}") for late in (10, 90, 40)}
    for late, person_id in days.items():
        make_loan(person_id, days_past_due=late)
    unowing = make_person("Owes nothing")
    of_team = make_person("The team's", team_id=desk.team)
    make_loan(of_team, days_past_due=50)
    first = do(HandOut(2, desk.ann.id), desk.supervisor)
    assert set(first["person_ids"]) == {days[90], of_team}
    assert one(person, id=days[90]).collector_id == desk.ann.id
    assert one(person, id=days[40]).collector_id is None
    rest = do(HandOut(500, desk.ben.id), desk.supervisor)
    assert set(rest["person_ids"]) == {days[40], days[10], unowing}
    with pytest.raises(Invalid):
        do(HandOut(1, desk.ben.id), desk.supervisor)
    assert len(entries("loans.people.handed_out", "done")) == 2
    assert len(entries("borrowers.people.assigned", "done")) == 2  # each names who went to whom


def test_a_portion_goes_only_to_ones_own_collectors_and_only_from_a_leader(house) -> None:
    desk = open_desk()
    stray = make_person("Sun Li")
    with pytest.raises(Invalid):
        do(HandOut(1, desk.cai.id), desk.supervisor)
    with pytest.raises(Refusal):
        do(HandOut(1, desk.ann.id), desk.ann)
    assert one(person, id=stray).collector_id is None


def test_a_program_hands_out_what_an_import_left(house, program) -> None:
    desk = open_desk()
    strays = [str(make_person(f"Person {n}")) for n in range(3)]
    leader = program(Role.SUPERVISOR, actor=desk.supervisor)
    body = {"person_ids": strays[:2], "collector_id": str(desk.ann.id)}
    assert leader.post("/people/assignments", body).status_code == 201
    portion = {"count": 5, "collector_id": str(desk.ben.id)}
    assert leader.post("/people/assignments/next", portion).json["person_ids"] == strays[2:]
    assert leader.post("/people/assignments/next", portion).status_code == 422


def test_handing_out_on_the_page(house, browser) -> None:
    desk = open_desk()
    strays = [make_person(f"Person {n}") for n in range(4)]
    page = browser(Role.SUPERVISOR, actor=desk.supervisor)
    shown = page.get("/people?assigned=false").text
    ticks = re.findall(r'name="person_ids" value="([^"]+)"', shown)
    assert set(ticks) == {str(stray) for stray in strays}
    chosen = {"person_ids": ticks[:2], "collector_id": str(desk.ann.id)}
    sent = page.post("/people/assignments", page="/people?assigned=false", **chosen)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/people?assigned=false")
    sent = page.post("/people/assignments/next", count="1", collector_id=str(desk.ben.id))
    assert (sent.status_code, sent.headers["Location"]) == (303, "/people?assigned=false")
    assert len(ids(answer(People(assigned=False), desk.supervisor))) == 1
    assert len(ids(answer(People(collector_id=desk.ann.id), desk.supervisor))) == 3
    none = page.post("/people/assignments", page="/people", collector_id=str(desk.ann.id))
    assert none.status_code == 422
    plain = browser(Role.COLLECTOR, actor=desk.ann).get("/people").text
    assert 'name="person_ids"' not in plain
