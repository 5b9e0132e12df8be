"""Contacts, stops and consents of others: judged by their day, never twice, never looser."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Table

from crm.borrowers.actions.circumstances import LiftCircumstance, RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.actions.points import EndContactPoint
from crm.borrowers.models import circumstance, consent, place_evidence
from crm.contacts.imports.models import import_item
from crm.contacts.models import contact, decision, finding, permit_event, said
from crm.contacts.outcomes import codes
from crm.gate.actions import Approve
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.loans.models import import_conflict
from tests.contacts.conftest import Clock
from tests.contacts.filing import bring_in, text_of
from tests.contacts.scene import Scene, in_china
from tests.contacts.scene import rows as as_dicts
from tests.factories import (
    make_account,
    make_evidence,
    make_loan,
    make_party,
    make_person,
    make_point,
)
from tests.touching import touch

pytestmark = pytest.mark.usefixtures("house")

NUMBER = "+8613800138000"


@pytest.fixture
def scene(time: Clock) -> Scene:
    found = in_china()
    found.loan = make_loan(found.person, number="L-1")
    return found


def call(**cells: str) -> dict[str, str]:
    told = {
        "loan_number": "L-1",
        "number": NUMBER,
        "channel": "call",
        "outcome": "no_answer",
        "at": "2026-11-24T11:00:00+08:00",
    }
    return told | cells


def rows(table: Table) -> list[Any]:
    return [SimpleNamespace(**row) for row in as_dicts(table)]


def reasons(found: dict[str, Any]) -> list[str]:
    return [one.reason for one in found["rejects"]]


def clashes() -> list[str]:
    return [row.reason for row in rows(import_conflict)]


@pytest.mark.both
def test_contacts_come_in_with_their_decision_and_count(scene: Scene) -> None:
    told = [
        call(at=f"2026-11-25T1{hour}:00:00+08:00", outcome="NA", note="=1+1, said nothing")
        for hour in range(2)
    ]
    found = bring_in("contacts", told)
    assert found["preview"]["words"] == [["no_answer", 2]]
    assert (found["preview"]["oldest"], found["run"]["new"]) == ("2026-11-25", 2)
    (first, second) = rows(contact)
    assert {first.mark, second.mark} == {"external_file"}
    assert (first.code, first.reason, first.contact_point_id) == ("NA", "elsewhere", scene.point)
    assert first.loan_ids == [str(scene.loan)]
    assert [row.asked_for for row in rows(decision)] == ["contact", "contact"]
    assert not rows(finding)
    for _ in range(4):
        scene.call()
    assert scene.refused(), "six attempts a day on one number, whoever made them"


def test_a_refused_one_opens_a_finding_that_is_charged_to_nobody(scene: Scene) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    found = bring_in("contacts", [call(at="2026-11-23T23:30:00+08:00")])
    assert found["run"]["unlawful"] == 1
    (row,) = rows(finding)
    assert (row.kind, row.mark, row.charged_to, row.owner_id) == (
        "unlawful",
        "external_file",
        None,
        officer.id,
    )


def test_earlier_lines_of_a_file_count_for_later_ones_whatever_their_order(scene: Scene) -> None:
    told = [call(at=f"2026-11-24T{hour}:00:00+08:00") for hour in range(18, 10, -1)]
    found = bring_in("contacts", told)
    assert found["run"]["unlawful"] == 2, "of eight attempts on one day six are lawful"


@pytest.mark.both
def test_the_same_file_and_the_same_line_add_nothing(scene: Scene) -> None:
    told = [call(), call(at="2026-11-24T15:00:00+08:00", outcome="busy")]
    bring_in("contacts", told)
    again = bring_in("contacts", [*told, call(at="2026-11-24 11:00", zone="Asia/Shanghai")])
    assert (again["run"]["new"], again["run"]["same"]) == (0, 3)
    assert len(rows(import_item)) == len(rows(contact)) == 2


def test_a_line_written_otherwise_is_the_same_moment(scene: Scene) -> None:
    bring_in("contacts", [call()])
    again = bring_in("contacts", [call(at="2026-11-24T03:00:00Z")])
    assert (again["run"]["new"], again["run"]["same"]) == (0, 1)


def test_a_reference_that_says_something_else_is_listed_and_the_first_stays(scene: Scene) -> None:
    bring_in("contacts", [call(reference="77")])
    again = bring_in("contacts", [call(reference="77", outcome="busy")])
    assert (again["run"]["new"], again["run"]["conflicts"]) == (0, 1)
    assert clashes() == ["row_changed"]
    (row,) = rows(contact)
    assert row.outcome == "no_answer"


def test_a_late_file_judges_open_permits_anew(scene: Scene, time: Clock) -> None:
    permit_id = scene.ask()["id"]
    told = [call(at=f"2026-11-25T0{8 + n // 6}:{n % 6}0:00+08:00") for n in range(6)]
    bring_in("contacts", told)
    (ended,) = rows(permit_event)
    assert (ended.permit_id, ended.kind) == (permit_id, "ended")


def test_a_stop_of_a_file_ends_an_open_permit(scene: Scene) -> None:
    scene.ask()
    found = bring_in("stops", [{"loan_number": "L-1", "kind": "bankruptcy", "since": "2026-11-01"}])
    assert found["run"]["new"] == 1
    (row,) = rows(circumstance)
    assert (row.kind, row.since, row.source) == ("bankruptcy", "2026-11-01", "file")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"at": "2026-11-24 11:00"}, "Nobody says in which zone this time is."),
        (
            {"at": "2026-11-01 01:30", "zone": "America/New_York"},
            "This local time was twice: the clocks were put back over it.",
        ),
        (
            {"at": "2026-03-08 02:30", "zone": "America/New_York"},
            "This local time never was: the clocks were put forward over it.",
        ),
        ({"at": "2026-11-24"}, "This is not a moment."),
        ({"at": "2027-01-01T00:00:00+08:00"}, "It cannot lie in the future."),
        ({"at": "1812-01-01T00:00:00+08:00"}, "This moment is outside what is possible."),
        ({"zone": "Mars/Olympus"}, "This zone is not known."),
        ({"outcome": "met"}, "This cannot come of such a contact."),
        ({"outcome": "pending"}, "This word is not known."),
        ({"outcome": "好"}, "This word is not known."),
        ({"channel": "sms", "outcome": "delivered", "number": ""}, ""),
        ({"loan_number": "L-2"}, "Nobody here has this number."),
        ({"loan_number": "", "number": ""}, "The line names nobody."),
        ({"loan_number": "", "number": "+8613900000000"}, "Nobody here has this number."),
        ({"number": "12"}, "This is not a telephone number."),
        ({"ended_at": "2026-11-24T10:00:00+08:00"}, "It ended before it began."),
        ({"said": "opt_out"}, "What binds us does not come in with contacts."),
        ({"at": ""}, "This value is missing."),
        ({"note": "a\x07b"}, "This value holds control characters."),
        (
            {"channel": "email", "outcome": "delivered"},
            "This number or address is not reached that way.",
        ),
        ({"national_id": "110101199001011234"}, "Nobody here has this number."),
    ],
)
def test_what_cannot_be_read_is_named(scene: Scene, cells: dict[str, str], reason: str) -> None:
    found = bring_in("contacts", [call(**cells)])
    assert reasons(found) == ([reason] if reason else [])
    assert found["run"]["rejected"] == found["preview"]["rejected"] == len(found["rejects"])


def test_no_reject_keeps_what_it_rejects(scene: Scene) -> None:
    found = bring_in("contacts", [call(number="Wang Xiaoming 44"), call(at="secret words here")])
    assert len(found["rejects"]) == 2
    for one in found["rejects"]:
        assert "Wang" not in one.value
        assert "words" not in one.value


def test_both_encodings_and_words_of_the_sender(scene: Scene) -> None:
    content = text_of([call(outcome="无人接听", note="称下月还款 🙏")]).encode("gb18030")
    found = bring_in("contacts", content, values={"outcome": {"no_answer": ["无人接听"]}})
    assert (found["run"]["new"], found["preview"]["encoding"]) == (1, "GB18030")


def test_a_zone_of_the_whole_file(scene: Scene) -> None:
    found = bring_in("contacts", [call(at="2026/11/24 11:00")], zone="Asia/Shanghai")
    assert found["run"]["new"] == 1
    (row,) = rows(contact)
    assert row.started_at.isoformat() == "2026-11-24T03:00:00+00:00"


def test_whoever_on_the_loan_has_the_number_is_meant(scene: Scene) -> None:
    wife = make_person("Li Na")
    make_party(scene.loan, wife, "spouse")
    make_point(wife, "+8613900139000")
    bring_in("contacts", [call(number="+86 139 0013 9000")])
    (row,) = rows(contact)
    assert (row.person_id, row.target) == (wife, "spouse")


def test_a_number_of_several_people_needs_a_loan(scene: Scene) -> None:
    other = make_person("Somebody Else")
    make_point(other, NUMBER)
    found = bring_in("contacts", [call(loan_number=""), call()])
    assert reasons(found) == ["Several people here have this number."]
    assert found["run"]["new"] == 1


def test_a_number_nobody_knows_is_listed_and_the_contact_counts(scene: Scene) -> None:
    found = bring_in("contacts", [call(number="+8613900000000")])
    assert (found["run"]["new"], clashes()) == (1, ["number_unknown"])
    assert rows(contact)[0].contact_point_id is None


def test_contact_by_a_number_that_was_ended_here_is_listed(scene: Scene, time: Clock) -> None:
    perform(EndContactPoint(scene.point, "wrong_number"), scene.collector)
    time.forward(days=1)
    found = bring_in("contacts", [call(at="2026-11-26T09:00:00+08:00")])
    assert (found["run"]["new"], clashes()) == (1, ["point_ended"])
    assert found["run"]["unlawful"] == 1


def test_a_claimed_reply_without_its_message_counts_in_full(scene: Scene) -> None:
    inbound = call(direction="inbound", outcome="inbound", at="2026-11-24T10:00:00+08:00")
    proved = call(purpose="reply", in_reply_to_at="2026-11-24T10:00:00+08:00")
    bring_in("contacts", [inbound, proved, call(purpose="reply", at="2026-11-20T09:00:00+08:00")])
    assert clashes() == ["unproved"]
    assert [row.exempt for row in rows(contact) if row.direction == "outbound"].count(True) == 1


def test_plain_words_that_were_said_are_kept(scene: Scene) -> None:
    bring_in("contacts", [call(outcome="effective_conversation", said="promise; refusal")])
    assert sorted(row.kind for row in rows(said)) == ["promise", "refusal"]


STOP = {"loan_number": "L-1", "kind": "medium_refused", "since": "2026-11-01", "channel": "sms"}


@pytest.mark.both
@pytest.mark.parametrize(
    ("code", "kind"),
    [("CEA", "medium_refused"), ("BKR", "bankruptcy"), ("WN", "wrong_number"), ("DIS", "dispute")],
)
def test_a_code_of_ours_stops_as_it_would_have_here(scene: Scene, code: str, kind: str) -> None:
    found = bring_in("contacts", [call(outcome=code), call(at="2026-11-25T09:00:00+08:00")])
    (stop,) = rows(circumstance)
    assert (stop.kind, stop.source) == (kind, "file")
    assert datetime.fromisoformat(stop.since) == datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert [row.kind for row in rows(said)] == [codes()[code].said]
    assert found["run"]["unlawful"] == (1 if code in ("CEA", "WN") else 0)
    bring_in("contacts", [call(outcome=code, at="2026-11-25T09:30:00+08:00")])
    assert len(rows(circumstance)) == 1, "it stands already"


def test_contacts_before_anything_was_known_are_judged_by_what_is(
    scene: Scene, time: Clock
) -> None:
    since = {"id": rows(place_evidence)[0].id, "observed_at": time.now - timedelta(days=30)}
    touch(place_evidence, since)
    told = [call(at=f"2026-08-20T{clock}:00+08:00") for clock in ("12:00", "23:30")]
    assert bring_in("contacts", told)["run"]["unlawful"] == 1
    assert [row.rule for row in rows(finding)] == ["CN.hours.night"]


@pytest.mark.both
def test_what_a_reference_says_is_the_borrowers(scene: Scene, time: Clock) -> None:
    friend = make_person("Qian Hao", scene.collector)
    make_evidence(friend)
    make_party(scene.loan, friend, "contact_person")
    make_point(friend, "+8613800138044")
    permit = scene.ask()["id"]
    told = [
        call(number="+8613800138044", outcome="DEC", at=f"2026-11-24T1{n}:00:00+08:00")
        for n in (1, 2)
    ]
    bring_in("contacts", told)
    (stop,) = rows(circumstance)
    assert (stop.person_id, stop.kind) == (scene.person, "deceased")
    assert [row.kind for row in rows(permit_event) if row.permit_id == permit] == ["ended"]
    officer, other = (make_account(Role.COMPLIANCE_OFFICER) for _ in range(2))
    asked = perform(LiftCircumstance(stop.id, "mistaken"), officer)
    perform(Approve(asked.waiting), other)
    bring_in("contacts", [told[0] | {"at": "2026-11-24T13:00:00+08:00"}])
    assert [row.lifted_at is None for row in rows(circumstance)] == [False]
    assert clashes() == ["stop_lifted"]


def test_a_code_in_a_file_brings_back_nothing_that_two_people_lifted(
    scene: Scene, time: Clock
) -> None:
    bring_in("contacts", [call(outcome="BKR")])
    officer, other = (make_account(Role.COMPLIANCE_OFFICER) for _ in range(2))
    asked = perform(LiftCircumstance(rows(circumstance)[0].id, "mistaken"), officer)
    perform(Approve(asked.waiting), other)
    bring_in("contacts", [call(outcome="BKR", at="2026-11-24T12:00:00+08:00")])
    assert [row.lifted_at is None for row in rows(circumstance)] == [False]


def test_contacts_of_who_owes_nothing_are_rejected_beforehand(time: Clock) -> None:
    found = in_china()
    make_point(make_person("Owes Nothing", found.collector), "+8613800138044")
    preview = bring_in("contacts", [call(loan_number="", number="+8613800138044")])
    assert (preview["preview"]["new"], preview["run"]["rejected"]) == (0, 1)
    assert "stands on no loan" in reasons(preview)[0]


@pytest.mark.both
def test_stops_come_once_with_their_bounds(scene: Scene) -> None:
    bound = STOP | {"only_number": NUMBER, "only_loan": "L-1"}
    bring_in("stops", [STOP, bound])
    again = bring_in("stops", [bound, STOP])
    assert (again["run"]["new"], again["run"]["same"]) == (0, 2)
    wide, narrow = sorted(rows(circumstance), key=lambda row: len(row.scope))
    assert wide.scope == {"channel": "sms"}
    assert narrow.scope["debts"] == [str(scene.loan)]
    assert set(narrow.scope) == {"channel", "debts", "number"}


def test_an_import_ends_no_stop(scene: Scene) -> None:
    perform(
        RecordCircumstance(scene.person, "medium_refused", "2026-10-01", scope={"channel": "sms"}),
        scene.collector,
    )
    found = bring_in("stops", [STOP | {"until": "2026-11-10"}])
    assert (found["run"]["new"], clashes()) == (0, ["stop_holds"])
    (row,) = rows(circumstance)
    assert (row.until, row.lifted_at) == (None, None)


@pytest.mark.parametrize("since", ["2026-11-01", "2026-11-20T09:00:00+08:00"])
def test_a_stop_that_began_earlier_is_taken_in(scene: Scene, since: str) -> None:
    bring_in("stops", [STOP | {"since": "2026-11-20T10:00:00+08:00"}])
    earlier = bring_in("stops", [STOP | {"since": since}])
    assert (earlier["run"]["new"], clashes()) == (1, [])
    again = bring_in("stops", [STOP | {"since": "2026-11-21", "until": "2026-12-31"}])
    assert (again["run"]["new"], clashes()) == (0, ["stop_holds"])
    assert len(rows(circumstance)) == 2


def lifted(scene: Scene) -> None:
    done = perform(
        RecordCircumstance(scene.person, "medium_refused", "2026-10-01", scope={"channel": "sms"}),
        scene.collector,
    )
    officer, other = (make_account(Role.COMPLIANCE_OFFICER) for _ in range(2))
    asked = perform(LiftCircumstance(done.result["id"], "mistaken"), officer)
    perform(Approve(asked.waiting), other)


def test_an_import_brings_back_no_stop_that_two_people_lifted(scene: Scene, time: Clock) -> None:
    lifted(scene)
    found = bring_in("stops", [STOP])
    assert (found["run"]["new"], clashes()) == (0, ["stop_lifted"])
    later = STOP | {"since": (time.now + timedelta(days=1)).date().isoformat()}
    assert bring_in("stops", [later])["run"]["new"] == 1, "a new one is a new one"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"kind": "whim"}, "This word is not known."),
        ({"since": "soon"}, "This is not a moment."),
        ({"until": "2026-10-01"}, "This is before it begins."),
        ({"kind": "inconvenient_time"}, "Say on which days or between which hours."),
        ({"days": "8"}, "These are no weekdays."),
        ({"from": "25:00"}, "Give a time of day as HH:MM."),
        ({"only_loan": "L-9"}, "This person does not stand on this loan."),
    ],
)
def test_a_stop_that_would_stop_nothing_is_rejected(
    scene: Scene, cells: dict[str, str], reason: str
) -> None:
    found = bring_in("stops", [STOP | cells])
    assert reasons(found) == [reason]
    assert not rows(circumstance)


CONSENT = {
    "loan_number": "L-1",
    "kind": "channel",
    "at": "2026-11-01T10:00:00+08:00",
    "until": "2027-11-01",
    "channel": "sms",
    "only_loan": "",
    "only_number": NUMBER,
    "from": "",
    "to": "",
    "given_to": "",
    "given_in_breach": "",
    "words": "Yes, text me",
}


def test_consents_come_once_with_their_words(scene: Scene) -> None:
    assert bring_in("consents", [CONSENT])["run"]["new"] == 1
    assert bring_in("consents", [CONSENT])["run"]["same"] == 1
    (row,) = rows(consent)
    assert (row.kind, row.until, row.source) == ("channel", "2027-11-01", "file")
    assert row.words is not None


def test_a_revoked_consent_does_not_come_back(scene: Scene) -> None:
    done = perform(
        RecordConsent(scene.person, "channel", scope={"channel": "sms"}), scene.collector
    )
    perform(RevokeConsent(done.result["id"]), scene.collector)
    found = bring_in("consents", [CONSENT | {"only_number": ""}])
    assert (found["run"]["new"], clashes()) == (0, ["consent_revoked"])


def test_no_consent_comes_back_about_a_number_that_was_ended(scene: Scene) -> None:
    perform(EndContactPoint(scene.point, "reassigned"), scene.collector)
    found = bring_in("consents", [CONSENT])
    assert (found["run"]["new"], clashes()) == (0, ["point_ended"])
    assert not rows(consent)
