"""Contact records: under a permit or with a mark, corrected, and what they change."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from crm.borrowers.actions.people import AssignPeople
from crm.borrowers.models import circumstance, consent, contact_point, person
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.outages import DeclareOutage, EndOutage
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.said import Said
from crm.contacts.actions.unpermitted import ImportContact, LogUnpermitted
from crm.contacts.models import contact, decision, permit_event
from crm.gate.action import Action
from crm.gate.actions import Approve
from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from tests.contacts.scene import an_outage, in_china, in_new_york, rows, rules_of
from tests.factories import make_account, make_loan, make_point

pytestmark = pytest.mark.both


def late(case, **given):
    values = {
        "person_id": case.person,
        "contact_point_id": case.point,
        "channel": "call",
        "direction": "outbound",
        "outcome": "no_answer",
        "reason": "not_asked",
    } | given
    return perform(LogUnpermitted(**values), case.collector).result


def test_a_record_keeps_its_permit_and_the_decision_of_its_start(house, time) -> None:
    case = in_china()
    permit = case.ask()["id"]
    case.start(permit)
    case.log(permit, "voicemail_left", note=Sealed.fresh("rang twice"), emotion="calm", code="VM-L")
    (record,) = rows(contact)
    (event,) = rows(permit_event)
    assert record["permit_id"] == permit
    assert record["decision_id"] == event["decision_id"]
    assert record["mark"] is None
    assert record["started_at"] == event["at"]
    assert reopen(record["note"]) == "rang twice"
    assert record["loan_ids"] == [str(case.loan)]


def test_a_permit_has_one_record_and_needs_its_start(house, time) -> None:
    case = in_china()
    permit = case.ask()["id"]
    with pytest.raises(Refusal) as no:
        case.log(permit)
    assert no.value.verdict.rule == "permit.not_started"
    case.start(permit)
    case.log(permit)
    with pytest.raises(Refusal) as no:
        case.log(permit)
    assert no.value.verdict.rule == "permit.logged"
    with pytest.raises(Refusal) as no:
        case.start(permit)
    assert no.value.verdict.rule == "permit.started"


def test_what_cannot_be_is_named(house, time) -> None:
    case, other = in_china(), in_china(number="+8613800138001")
    permit = case.ask()["id"]
    case.start(permit)
    for wrong, field in (
        ({"outcome": "met"}, "outcome"),
        ({"outcome": "inbound"}, "outcome"),
        ({"outcome": "pending"}, "outcome"),
        ({"code": "PTP"}, "code"),
        ({"code": "??"}, "code"),
        ({"ended_at": time.now - timedelta(seconds=1)}, "ended_at"),
        ({"ended_at": time.now + timedelta(seconds=1)}, "ended_at"),
        ({"discussed_loan_ids": (other.loan,)}, "discussed_loan_ids"),
        ({"discussed_loan_ids": ()}, "discussed_loan_ids"),
    ):
        with pytest.raises(Invalid) as fault:
            case.log(permit, **({"outcome": "no_answer"} | wrong))
        assert list(fault.value.fields) == [field]
    assert case.log(permit)["id"]


def test_of_the_loans_planned_those_discussed_count(house, time) -> None:
    case = in_china()
    second = make_loan(case.person)
    permit = case.ask(loan_ids=(case.loan, second))["id"]
    case.start(permit)
    case.log(permit, "effective_conversation", discussed_loan_ids=(second,))
    (record,) = rows(contact)
    assert record["loan_ids"] == [str(second)]


def test_a_call_for_one_loan_is_never_counted_toward_another_alone(house, time) -> None:
    case = in_china()
    second = make_loan(case.person)
    permit = case.ask(loan_ids=(case.loan,))["id"]
    case.start(permit)
    case.log(permit, "no_answer", discussed_loan_ids=(second,))
    (record,) = rows(contact)
    assert record["loan_ids"] == sorted([str(case.loan), str(second)])


def test_an_inbound_call_needs_no_reason_and_is_marked(house, time) -> None:
    case = in_china()
    time.set("2026-11-25T23:00:00+08:00")
    told = case.rang_us(started_at=time.now - timedelta(minutes=5))
    assert told["mark"] == "inbound"
    (record,) = rows(contact)
    (kept,) = rows(decision)
    assert (record["mark"], record["decision_id"], kept["allowed"]) == ("inbound", kept["id"], True)


def test_a_late_record_says_whether_it_was_lawful(house, time) -> None:
    case = in_china()
    with pytest.raises(Invalid):
        late(case, started_at=time.now, reason=None)
    assert late(case, started_at=time.now - timedelta(hours=1))["mark"] == "late_lawful"
    at_night = time.now.replace(hour=6)
    assert late(case, started_at=at_night)["mark"] == "late_unlawful"
    assert [row["rule"] for row in rows(decision)] == [None, "CN.hours.night"]
    with pytest.raises(Invalid) as fault:
        late(case, started_at=time.now + timedelta(seconds=1))
    assert list(fault.value.fields) == ["started_at"]


def test_a_late_record_needs_a_permission_of_its_own(house, time, monkeypatch) -> None:
    from crm.gate import permissions

    case = in_china()
    monkeypatch.delitem(permissions.TABLE[Role.COLLECTOR], permissions.Permission.LOG_UNPERMITTED)
    permissions.scope_of.cache_clear()
    try:
        with pytest.raises(Refusal) as no:
            late(case, started_at=time.now)
        assert no.value.by_permission
        assert case.rang_us(started_at=time.now)["mark"] == "inbound"
    finally:
        permissions.scope_of.cache_clear()


def test_an_outage_explains_only_what_began_in_it(house, time) -> None:
    case = in_china()
    supervisor = make_account(Role.SUPERVISOR, team_id=case.collector.team_id)
    began = time.now - timedelta(hours=2)
    outage = an_outage(began)
    assert late(case, started_at=began)["mark"] == "outage"
    assert late(case, started_at=began - timedelta(seconds=1))["mark"] == "late_lawful"
    perform(EndOutage(outage), supervisor)
    time.forward(seconds=1)
    assert late(case, started_at=time.now)["mark"] == "late_lawful"
    unlawful = an_outage(time.now - timedelta(hours=6))
    assert late(case, started_at=time.now.replace(hour=7))["mark"] == "outage"
    assert rows(decision)[-1]["allowed"] is False
    perform(EndOutage(unlawful), supervisor)
    with pytest.raises(Refusal):
        perform(EndOutage(unlawful), supervisor)
    with pytest.raises(Invalid):
        perform(DeclareOutage("x", time.now - timedelta(days=8)), supervisor)
    with pytest.raises(Refusal) as no:
        perform(DeclareOutage("x"), case.collector)
    assert no.value.by_permission


def test_only_an_import_brings_contacts_from_a_file(house, time) -> None:
    case = in_china()
    values = (
        case.person,
        case.point,
        "call",
        "outbound",
        "conversation",
        time.now - timedelta(days=1),
    )
    done = perform(ImportContact(*values), system("import")).result
    assert done["mark"] == "external_file"
    with pytest.raises(Refusal) as no:
        perform(ImportContact(*values), case.collector)
    assert no.value.by_permission


def test_a_stricter_correction_binds_at_once(house, time) -> None:
    case = in_new_york()
    time.set("2026-11-25T12:00:00-05:00")
    first = case.call("answered_hangup")
    time.forward(hours=1)
    assert case.ask()["decision"]["allowed"]
    time.forward(minutes=11)
    done = perform(CorrectContact(first["id"], "conversation"), case.collector).result
    assert rules_of(case.refused()) == {"US-FED.call_frequency.after_conversation"}
    old, new = rows(contact)
    assert (new["corrects_id"], new["permit_id"], new["mark"]) == (
        old["id"],
        old["permit_id"],
        None,
    )
    with pytest.raises(Stale):
        perform(CorrectContact(first["id"], "conversation"), case.collector)
    assert done["id"] == new["id"]


def test_a_looser_correction_takes_a_second_person(house, time) -> None:
    case = in_new_york()
    time.set("2026-11-25T12:00:00-05:00")
    first = case.call("conversation")
    time.forward(minutes=3)
    asked = perform(CorrectContact(first["id"], "busy"), case.collector)
    assert asked.waiting
    assert rules_of(case.refused()) == {"US-FED.call_frequency.after_conversation"}
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    perform(Approve(asked.waiting), leader)
    assert case.ask()["decision"]["allowed"]
    assert len(rows(contact)) == 2


def test_an_author_mends_his_own_slip_within_two_minutes(house, time) -> None:
    case = in_china()
    first = case.call("conversation")
    time.forward(minutes=2)
    done = perform(CorrectContact(first["id"], "no_answer"), case.collector)
    assert not done.waiting
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    assert perform(CorrectContact(done.result["id"], "busy"), leader).waiting


def test_the_fourth_own_slip_of_a_day_takes_a_second_person(house, time) -> None:
    case, begun = in_china(), time.now
    for turn in range(4):
        time.forward(minutes=10)
        made = case.call("conversation")
        time.forward(seconds=30)
        done = perform(CorrectContact(made["id"], "no_answer"), case.collector)
        assert bool(done.waiting) is (turn == 3)
    time.set(begun + timedelta(days=1, minutes=11))
    made = case.call("conversation")
    assert not perform(CorrectContact(made["id"], "no_answer"), case.collector).waiting


def test_a_correction_does_not_begin_the_two_minutes_anew(house, time) -> None:
    case = in_china()
    first = case.call("conversation")
    time.forward(days=1)
    noted = perform(CorrectContact(first["id"], emotion="calm"), case.collector)
    assert not noted.waiting
    assert perform(CorrectContact(noted.result["id"], "no_answer"), case.collector).waiting


def test_only_who_made_a_contact_logs_it_even_where_another_has_the_person_by_now(
    house, time
) -> None:
    case = in_china()
    given = case.ask()
    case.start(given["id"])
    leader = make_account(Role.SUPERVISOR, team_id=case.collector.team_id)
    other = make_account(team_id=case.collector.team_id)
    perform(AssignPeople((case.person,), collector_id=other.id), leader)
    for stranger in (leader, other):
        with pytest.raises(Refusal) as no:
            perform(LogContact(given["id"], "no_answer"), stranger)
        assert no.value.verdict.rule == "permit.holder"
    assert case.log(given["id"], "no_answer")["id"]


def test_a_correction_keeps_what_it_leaves_out(house, time) -> None:
    case = in_china()
    first = case.call("no_answer", note=Sealed.fresh("as it was"), emotion="calm", code="NA")
    done = perform(CorrectContact(first["id"], emotion="angry"), case.collector).result
    new = rows(contact)[-1]
    assert (new["id"], new["emotion"], new["code"]) == (done["id"], "angry", "NA")
    assert reopen(new["note"]) == "as it was"
    with pytest.raises(Invalid):
        perform(CorrectContact(done["id"], started_at=time.now), case.collector)
    with pytest.raises(Missing):
        perform(CorrectContact(first["id"], "busy"), in_china(number="+8613800138001").collector)


def test_a_late_record_may_be_moved_in_time_by_two_people(house, time) -> None:
    case = in_china()
    told = late(case, started_at=time.now - timedelta(hours=2))
    time.forward(minutes=3)
    moved = CorrectContact(told["id"], started_at=time.now - timedelta(hours=3))
    assert perform(moved, case.collector).waiting
    ahead = CorrectContact(told["id"], started_at=time.now + timedelta(hours=3))
    with pytest.raises(Invalid):
        perform(ahead, case.collector)


def test_a_record_moved_in_time_keeps_its_end(house, time) -> None:
    case = in_china()
    began = time.now - timedelta(hours=2)
    told = late(case, started_at=began, ended_at=began + timedelta(minutes=5))
    moved = CorrectContact(told["id"], started_at=began - timedelta(minutes=5))
    perform(moved, case.collector)
    new = rows(contact)[-1]
    assert (new["started_at"], new["ended_at"]) == (
        began - timedelta(minutes=5),
        began + timedelta(minutes=5),
    )
    with pytest.raises(Invalid) as fault:
        perform(CorrectContact(new["id"], started_at=time.now), case.collector)
    assert list(fault.value.fields) == ["ended_at"]


def test_a_correction_adds_what_was_said(house, time) -> None:
    case = in_china()
    first = case.call("conversation")
    perform(CorrectContact(first["id"], said=(Said("opt_out"),)), case.collector)
    assert [row["kind"] for row in rows(circumstance)] == ["medium_refused"]


def test_nobody_finds_the_contacts_of_one_who_was_erased(house, time) -> None:
    case = in_china()
    permit = case.ask()["id"]
    case.start(permit)
    first = case.rang_us(started_at=time.now)["id"]
    perform(BeginErasure(case.person), system("tests"))
    for action in (LogContact(permit, "no_answer"), CorrectContact(first, emotion="calm")):
        with pytest.raises(Missing):
            perform(action, case.collector)


@dataclass(frozen=True)
class BeginErasure(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.erasure.begun"):
    """Mark a person as erased, as the erasure of a later issue will."""

    person_id: UUID

    def run(self, work, subject):
        work.change(person, self.person_id, erasure_begun_at=work.now)


def test_a_conversation_ends_reservations_it_makes_unlawful(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    mobile = make_point(case.person, "+12125550199", "phone", "mobile")
    first = case.ask()["id"]
    case.start(first)
    case.log(first, "no_answer")
    permit = case.ask("ringless_voicemail", contact_point_id=mobile)["id"]
    told = case.rang_us(started_at=time.now)
    assert told["judged_anew"]
    ended = rows(permit_event, permit_event.c.permit_id == permit)
    assert [(row["kind"], row["reason"]) for row in ended] == [
        ("ended", "US-FED.call_frequency.after_conversation")
    ]


def test_nothing_else_was_written(house, time) -> None:
    case = in_china()
    case.call()
    assert not rows(circumstance)
    assert not rows(consent)
    assert len(rows(contact_point)) == 1
