"""People: entered, changed and assigned, each only by whom they lie to."""

from uuid import UUID

import pytest

from crm.borrowers.actions.people import AssignPeople, CreatePerson, EditPerson
from crm.borrowers.models import organisation, person
from crm.borrowers.queries.file import OnePerson
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.borrowers.desk import do, entries, one, open_desk, rows, text
from tests.factories import LONG_AGO, make_account, make_person


@pytest.mark.both
def test_a_collector_has_whom_he_enters(house) -> None:
    desk = open_desk()
    made = do(CreatePerson(name=text("Zhao Lei"), language="zh", organisation="Mill Ltd"), desk.ann)
    row = one(person, id=made["id"])
    assert (row.collector_id, row.team_id) == (desk.ann.id, desk.team)
    again = do(CreatePerson(organisation="Mill Ltd"), desk.ann)
    assert one(person, id=again["id"]).organisation_id == row.organisation_id
    assert len(rows(organisation)) == 1
    assert answer(OnePerson(made["id"]), desk.ann)["name"].text == "Zhao Lei"


def test_a_leaders_person_goes_to_the_team_and_an_officers_to_nobody(house) -> None:
    desk = open_desk()
    row = one(person, id=do(CreatePerson(), desk.leader)["id"])
    assert (row.collector_id, row.team_id) == (None, desk.team)
    officer = make_account(Role.LEGAL_OFFICER)
    row = one(person, id=do(CreatePerson(), officer)["id"])
    assert (row.collector_id, row.team_id) == (None, None)


def test_who_may_not_edit_people_enters_none(house) -> None:
    for role in (Role.ADMIN, Role.AUDITOR, Role.QUALITY_REVIEWER, Role.MANAGEMENT):
        with pytest.raises(Refusal) as no:
            do(CreatePerson(), make_account(role))
        assert no.value.by_permission
    assert len(entries("borrowers.person.created", "refused")) == 4


def test_what_is_left_out_of_a_change_stays(house) -> None:
    desk = open_desk()
    do(EditPerson(desk.anns, 1, language="en"), desk.ann)
    do(EditPerson(desk.anns, 2, name=text("Chen Jing Yi")), desk.ann)
    shown = answer(OnePerson(desk.anns), desk.ann)
    assert (shown["name"].text, shown["language"], shown["version"]) == ("Chen Jing Yi", "en", 3)


@pytest.mark.both
def test_a_stale_change_is_refused_and_recorded(house) -> None:
    desk = open_desk()
    do(EditPerson(desk.anns, 1, language="en"), desk.ann)
    with pytest.raises(Stale):
        do(EditPerson(desk.anns, 1, language="zh"), desk.ann)
    assert one(person, id=desk.anns).language == "en"
    assert len(entries("borrowers.person.changed", "refused")) == 1


def test_anothers_person_does_not_exist_and_the_try_is_recorded(house) -> None:
    desk = open_desk()
    for actor in (desk.ann, desk.leader):
        with pytest.raises(Missing):
            do(EditPerson(desk.cais, 1, language="en"), actor)
    with pytest.raises(Missing):
        do(EditPerson(desk.bens, 1, language="en"), desk.ann)  # a colleague's
    assert len(entries("borrowers.person.changed", "refused")) == 3
    do(EditPerson(desk.bens, 1, language="en"), desk.leader)


def test_an_erased_person_is_not_there(house) -> None:
    desk = open_desk()
    gone = make_person("Sun Li", desk.ann, erasure_begun_at=LONG_AGO)
    for missing in (gone, new_id()):
        with pytest.raises(Missing):
            do(EditPerson(missing, 1, language="en"), desk.ann)


@pytest.mark.both
def test_assigning_brings_the_collectors_team_along(house) -> None:
    desk = open_desk()
    done = do(AssignPeople((desk.anns, desk.bens), collector_id=desk.ben.id), desk.leader)
    assert set(done["person_ids"]) == {desk.anns, desk.bens}
    assert one(person, id=desk.anns).collector_id == desk.ben.id
    with pytest.raises(Missing):
        answer(OnePerson(desk.anns), desk.ann)  # at once no longer hers
    do(AssignPeople((desk.anns,), team_id=desk.team), desk.leader)
    assert one(person, id=desk.anns).collector_id is None


def test_nobody_is_assigned_beyond_ones_area(house) -> None:
    desk = open_desk()
    ended = make_account(team_id=desk.team, active=False)
    for target in (desk.cai.id, new_id(), ended.id):
        with pytest.raises(Invalid):
            do(AssignPeople((desk.anns,), collector_id=target), desk.leader)
    with pytest.raises(Invalid):
        do(AssignPeople((desk.anns,), team_id=desk.cai.team_id), desk.leader)
    assert one(person, id=desk.anns).collector_id == desk.ann.id


def test_one_stranger_among_many_stops_the_assignment(house) -> None:
    desk = open_desk()
    for other in (desk.cais, new_id()):
        with pytest.raises(Missing):
            do(AssignPeople((desk.anns, other), collector_id=desk.ben.id), desk.leader)
    assert one(person, id=desk.anns).collector_id == desk.ann.id


def test_a_collector_assigns_nobody(house) -> None:
    desk = open_desk()
    with pytest.raises(Refusal):
        do(AssignPeople((desk.anns,), collector_id=desk.ben.id), desk.ann)
    ids: tuple[UUID, ...] = ()
    with pytest.raises(Invalid):
        do(AssignPeople(ids, collector_id=desk.ben.id), desk.leader)
