"""Who may be one person is counted as one: caps, waits, stops, places, locks; consents are not."""

from datetime import timedelta

import pytest

from crm.audit.models import audit_entry
from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.actions.identifying import KIND
from crm.borrowers.actions.people import CreatePerson, EditPerson
from crm.borrowers.actions.points import AddContactPoint
from crm.borrowers.models import consent, person, person_match
from crm.contacts.actions.batch import RequestPermits, Wanted
from crm.contacts.models import permit_event
from crm.contacts.queries.lists import CheckList
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from tests.contacts.scene import Scene, in_china, rows, rules_of
from tests.contacts.test_facts import facts, told
from tests.contacts.test_races import at_once, permits_of
from tests.contacts.test_statements import cost, writes
from tests.factories import LONG_AGO, make_account, make_evidence, make_loan, seed
from tests.houses import Instance
from tests.intruder import Intruder

pytestmark = pytest.mark.both

ID = "110101199003071234"


def identified(case: Scene, national_id: str = ID) -> Scene:
    """Give the person of a case an identity number, as somebody at a desk does."""
    (row,) = rows(person, person.c.id == case.person)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    change = EditPerson(case.person, row["version"], national_id=Sealed.fresh(national_id))
    perform(change, officer)
    return case


def twice(number: str = "+8613900139000", **given) -> tuple[Scene, Scene]:
    """Enter one man twice: two people, two numbers, two loans, one identity number."""
    one = in_china(**given)
    other = in_china(one.collector, number=number)
    return identified(one), identified(other)


def test_the_same_identity_number_is_a_proposed_match(house, time) -> None:
    one, other = twice()
    (match,) = rows(person_match)
    assert {match["one_id"], match["other_id"]} == {one.person, other.person}
    assert (match["basis"], match["state"]) == ("national_id", "proposed")
    groups = {row["counted_with"] for row in rows(person)}
    assert groups == {min(one.person, other.person)}


def test_spaces_and_letters_do_not_hide_him(house, time) -> None:
    identified(in_china(), "110101 19900307-123x")
    identified(in_china(number="+8613900139000"), "11010119900307123X")
    assert len(rows(person_match)) == 1


@pytest.mark.parametrize("nothing", ["--", "…"])
def test_what_is_no_number_is_nobodys(house, time, nothing: str) -> None:
    identified(in_china(), nothing)
    identified(in_china(number="+8613900139000"), nothing)
    assert rows(person_match) == []


def test_a_person_who_is_entered_with_a_known_number(house, time) -> None:
    one = identified(in_china())
    officer = make_account(Role.COMPLIANCE_OFFICER)
    new = perform(CreatePerson(national_id=Sealed.fresh(ID)), officer).result["id"]
    assert {row["counted_with"] for row in rows(person)} == {one.person}
    assert new != one.person


def test_the_same_number_and_name_is_one_too(house, time) -> None:
    one = in_china()
    other = in_china(one.collector, number="+8613900139000")  # the same name
    third = in_china(one.collector, number="+8613900139001")
    seed_name(third, "Wang Fang")
    for case in (other, third):
        added = AddContactPoint(case.person, "phone", Sealed.fresh("+8613800138000"))
        perform(added, one.collector)
    (match,) = rows(person_match)
    assert {match["one_id"], match["other_id"]} == {one.person, other.person}
    assert match["basis"] == "number_and_name"


def seed_name(case: Scene, name: str) -> None:
    (row,) = rows(person, person.c.id == case.person)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    perform(EditPerson(case.person, row["version"], name=Sealed.fresh(name)), officer)


def test_three_conversations_a_day_are_three_for_both(house, time) -> None:
    one, other = twice()
    for case in (one, other, one):
        case.call("effective_conversation")
        time.forward(minutes=30)
    for case in (one, other):
        assert "CN.call_frequency.three_conversations" in rules_of(case.refused())


def test_a_stop_of_one_binds_for_the_other(house, time) -> None:
    one, other = twice()
    perform(RecordCircumstance(other.person, "deceased"), one.collector)
    assert one.refused()["allowed"] is False


def test_a_consent_of_one_opens_nothing_for_the_other(house, time) -> None:
    one, other = twice()
    seed(
        consent,
        person_id=other.person,
        kind="extra_calls",
        at="2026-11-01",
        source="form",
        created_at=LONG_AGO,
        version=1,
    )
    assert len(facts(other, time.now)["consents"]) == 1
    assert facts(one, time.now)["consents"] == []


def test_the_law_of_both_places_binds(house, time) -> None:
    one, other = twice()
    make_evidence(other.person, "US", ("America/New_York",), "US-NY")
    document = facts(one, time.now)
    assert {"CN", "US-FED", "US-NY"} <= set(document["jurisdictions"])
    assert {"Asia/Shanghai", "America/New_York"} <= set(document["time_zones"])


def test_who_may_be_he_and_is_nowhere_takes_no_place_away(house, time) -> None:
    one = identified(in_china())
    officer = make_account(Role.COMPLIANCE_OFFICER)
    perform(CreatePerson(national_id=Sealed.fresh(ID)), officer)
    assert facts(one, time.now)["jurisdictions"] == ["CN"]


def test_contacts_with_both_are_contacts_with_each(house, time) -> None:
    one, other = twice()
    other.call("effective_conversation")
    (item,) = facts(one, time.now + timedelta(hours=1))["history"]
    assert item["target"] == "borrower"
    assert item["debts"] == [str(other.loan)]


def test_a_call_to_one_is_pending_for_the_other(house, time) -> None:
    one, other = twice()
    one.ask()
    assert "HOUSE.permit.open" in rules_of(other.refused())


def test_a_match_ends_what_it_forbids(house, time) -> None:
    one = identified(in_china())
    other = in_china(one.collector, number="+8613900139000")
    told(other.person, "deceased")
    permit = one.ask()["id"]
    identified(other)
    (event,) = rows(permit_event, permit_event.c.permit_id == permit)
    assert event["kind"] == "ended"


def test_a_stop_of_one_ends_a_reservation_for_the_other(house, time) -> None:
    one, other = twice()
    permit = one.ask()["id"]
    perform(RecordCircumstance(other.person, "deceased"), one.collector)
    (event,) = rows(permit_event, permit_event.c.permit_id == permit)
    assert event["kind"] == "ended"


def test_one_slot_for_two_who_may_be_one(house, time) -> None:
    one, other = twice()
    told_all = at_once([one.ask, other.ask] * 6)
    assert len(permits_of(told_all)) == 1


def test_two_entered_at_once_do_not_miss_each_other(house, time) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    act = CreatePerson(national_id=Sealed.fresh(ID))
    at_once([lambda: perform(act, officer)] * 6)
    assert len(rows(person_match)) == 5
    assert len({row["counted_with"] for row in rows(person)}) == 1


def test_in_a_list_and_a_batch_they_share_their_slots(house, time) -> None:
    one, other = twice()
    checked = answer(CheckList((one.person, other.person)), one.collector)
    assert checked["items"][0]["state"] == "now"
    assert checked["items"][1]["state"] != "now"
    wanted = (Wanted(one.person, one.point, "call"), Wanted(other.person, other.point, "call"))
    made = perform(RequestPermits(wanted), one.collector).result["items"]
    assert [item["status"] for item in made] == ["reserved", "refused"]


def test_they_cost_no_statement_more(house, time) -> None:
    alone = in_china(number="+8613700137000")
    one, other = twice()
    make_loan(other.person)
    alone.call()
    one.call()
    time.forward(hours=1)
    asked = [len(cost(case.ask)) for case in (alone, one)]
    assert asked[0] == asked[1]
    permits = [case.refused for case in (alone, one)]
    assert all("HOUSE.permit.open" in rules_of(refused()) for refused in permits)


def test_a_stranger_costs_no_entry_more(house, time) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    cost(lambda: perform(CreatePerson(national_id=Sealed.fresh("1" * 18)), officer))
    done = cost(lambda: perform(CreatePerson(national_id=Sealed.fresh(ID)), officer))
    assert len(writes(done)) <= 2, done


def without_tokens(house: Instance) -> None:
    """Leave everybody as a house of before the token has them."""
    somebody = Intruder(house)
    somebody.past_triggers("person", "UPDATE person SET national_id_token = NULL")
    somebody.close()


def test_two_from_before_the_token_are_found_by_the_worker(house, time) -> None:
    """Neither was written since, so only the worker can find that they are one."""
    one = identified(in_china())
    without_tokens(house)
    other = identified(in_china(one.collector, number="+8613900139000"))
    without_tokens(house)
    for _ in range(3):
        other.call("effective_conversation")
        time.forward(minutes=30)
    permit = one.ask()["id"]
    assert rows(person_match) == []
    work_off()
    (match,) = rows(person_match)
    assert {match["one_id"], match["other_id"]} == {one.person, other.person}
    events = rows(permit_event, permit_event.c.permit_id == permit)
    assert [event["kind"] for event in events] == ["ended"]
    assert "CN.call_frequency.three_conversations" in rules_of(one.refused())


def test_the_worker_says_nothing_where_everybody_has_his_token(house, time) -> None:
    identified(in_china())
    work_off()
    assert rows(audit_entry, audit_entry.c.action == KIND) == []


def work_off() -> None:
    worker = new_id()
    while run_next(worker):
        pass
