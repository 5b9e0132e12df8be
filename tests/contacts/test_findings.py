"""Findings: opened with the record, charged to few, settled by words of lists, closed by two."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from crm.audit.models import audit_entry
from crm.contacts.actions.findings import CloseFinding, SettleFinding
from crm.contacts.actions.outages import DeclareOutage
from crm.contacts.actions.unpermitted import ImportContact, LogUnpermitted
from crm.contacts.models import finding
from crm.contacts.queries import findings as listing
from crm.contacts.queries.findings import Findings, OneFinding
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.gate.perform import perform
from crm.identity.actor import Actor, system
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, an_outage, in_china, rows
from tests.counting import counted
from tests.factories import make_account, make_team

NIGHT = "2026-11-25T23:00:00+08:00"
SETTLED = {"cause": "misread", "effect": "untimely", "remedy": "apology", "report": "not_needed"}


def told(case: Scene, at: Any, **more: Any) -> dict[str, Any]:
    return {
        "person_id": case.person,
        "contact_point_id": case.point,
        "channel": "call",
        "direction": "outbound",
        "outcome": "no_answer",
        "started_at": at,
        "reason": "not_asked",
    } | more


def late(case: Scene, at: Any, **more: Any) -> UUID:
    record: UUID = perform(LogUnpermitted(**told(case, at, **more)), case.collector).result["id"]
    return record


def the_finding() -> dict[str, Any]:
    (row,) = rows(finding)
    return dict(row)


def unlawful(time: Clock, case: Scene | None = None) -> UUID:
    """Have a call of the night before written down; return its finding's id."""
    at = time.set(NIGHT)
    late(case or in_china(), at)
    found: UUID = the_finding()["id"]
    return found


def asked_to_close(finding_id: UUID, who: Actor) -> UUID:
    request: UUID | None = perform(CloseFinding(finding_id), who).waiting
    assert request is not None
    return request


@pytest.mark.both
def test_an_unlawful_record_opens_a_finding_in_its_own_transaction(house: Any, time: Clock) -> None:
    case, officer = in_china(), make_account(Role.COMPLIANCE_OFFICER)
    at = time.set(NIGHT)
    contact_id = late(case, at)
    row = the_finding()
    assert (row["kind"], row["mark"], row["rule"]) == (
        "unlawful",
        "late_unlawful",
        "CN.hours.night",
    )
    assert (row["contact_id"], row["person_id"]) == (contact_id, case.person)
    assert (row["charged_to"], row["owner_id"]) == (case.collector.id, officer.id)
    assert row["due_on"] == date(2026, 12, 2)
    entries = [row for row in rows(audit_entry) if row["action"].startswith("contacts.")]
    assert {"contacts.contact.recorded_late", "contacts.finding.opened"} == {
        row["action"] for row in entries
    }
    assert len({row["at"] for row in entries}) == 1


def test_a_lawful_contact_without_permit_is_unmatched_and_charged_to_nobody(
    house: Any, time: Clock
) -> None:
    late(in_china(), time.now)
    row = the_finding()
    assert (row["kind"], row["charged_to"], row["rule"]) == ("unmatched", None, None)
    assert row["due_on"] == date(2026, 12, 9)


def test_which_records_open_none(house: Any, time: Clock) -> None:
    case = in_china()
    case.call()
    case.rang_us(started_at=time.now)
    an_outage(time.now - timedelta(hours=1))
    late(case, time.now)
    perform(ImportContact(**told(case, time.now)), system("import"))
    assert rows(finding) == []


def test_what_a_file_or_an_outage_brings_in_unlawfully_is_charged_to_nobody(
    house: Any, time: Clock
) -> None:
    case = in_china()
    at = time.set(NIGHT)
    perform(ImportContact(**told(case, at)), system("import"))
    perform(DeclareOutage("network", at), make_account(Role.SUPERVISOR, team_id=make_team()))
    late(case, at)
    found = rows(finding)
    assert [row["mark"] for row in found] == ["external_file", "outage"]
    assert {(row["kind"], row["charged_to"]) for row in found} == {("unlawful", None)}


def test_findings_go_round_the_officers(house: Any, time: Clock) -> None:
    officers = {make_account(Role.COMPLIANCE_OFFICER).id for _ in range(2)}
    case = in_china()
    at = time.set(NIGHT)
    late(case, at)
    late(case, at)
    assert {row["owner_id"] for row in rows(finding)} == officers


@pytest.mark.both
def test_settling_keeps_words_sealed_and_the_rest_of_lists(house: Any, time: Clock) -> None:
    finding_id, officer = unlawful(time), make_account(Role.COMPLIANCE_OFFICER)
    words = Sealed.fresh("He was asleep, and Li Na said so twice.")
    settled = SettleFinding(finding_id, owner_id=officer.id, words=words, **SETTLED)
    perform(settled, officer)
    row = the_finding()
    assert {name: row[name] for name in SETTLED} == SETTLED
    assert (row["owner_id"], row["version"]) == (officer.id, 2)
    assert str(row["words"]) == "[sealed]"
    shown = answer(OneFinding(finding_id), officer)
    assert shown["words"].text == "He was asleep, and Li Na said so twice."
    assert shown["missing"] == []


def test_two_people_do_not_write_over_each_other(house: Any, time: Clock) -> None:
    finding_id, officer = unlawful(time), make_account(Role.COMPLIANCE_OFFICER)
    perform(SettleFinding(finding_id, cause="misread", version=1), officer)
    with pytest.raises(Stale):
        perform(SettleFinding(finding_id, cause="fault", version=1), officer)
    assert the_finding()["cause"] == "misread"


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR, Role.PRIVACY_OFFICER])
def test_who_may_not_settle(house: Any, time: Clock, role: Role) -> None:
    finding_id = unlawful(time)
    with pytest.raises(Refusal):
        perform(SettleFinding(finding_id, cause="misread"), make_account(role))


def test_a_leader_settles_those_of_his_team_only(house: Any, time: Clock) -> None:
    team = make_team()
    finding_id = unlawful(time, in_china(make_account(team_id=team)))
    perform(
        SettleFinding(finding_id, cause="misread"), make_account(Role.TEAM_LEADER, team_id=team)
    )
    other = make_account(Role.TEAM_LEADER, team_id=make_team())
    with pytest.raises(Missing):
        perform(SettleFinding(finding_id, cause="fault"), other)
    assert answer(Findings(), other)["items"] == []


def test_nobody_settles_or_closes_what_is_charged_to_himself(house: Any, time: Clock) -> None:
    me = make_account(Role.SUPERVISOR, team_id=make_team())
    finding_id = unlawful(time, in_china(me))
    with pytest.raises(Refusal) as no:
        perform(SettleFinding(finding_id, cause="misread"), me)
    assert no.value.rule == "finding.own"
    officer = make_account(Role.COMPLIANCE_OFFICER)
    perform(SettleFinding(finding_id, **SETTLED), officer)
    with pytest.raises(Refusal):
        perform(CloseFinding(finding_id), me)
    request = asked_to_close(finding_id, make_account(Role.TEAM_LEADER, team_id=me.team_id))
    with pytest.raises(Refusal) as no:
        perform(Approve(request), me)
    assert no.value.rule == "finding.own"
    assert the_finding()["closed_at"] is None


@pytest.mark.both
def test_closing_takes_all_answers_and_a_second_person(house: Any, time: Clock) -> None:
    finding_id, officer = unlawful(time), make_account(Role.COMPLIANCE_OFFICER)
    with pytest.raises(Refusal) as no:
        perform(CloseFinding(finding_id), officer)
    assert no.value.rule == "finding.unsettled"
    perform(SettleFinding(finding_id, **SETTLED), officer)
    request = asked_to_close(finding_id, officer)
    assert the_finding()["closed_at"] is None
    with pytest.raises(Refusal):
        perform(Approve(request), officer)
    perform(Approve(request), make_account(Role.PRIVACY_OFFICER))
    row = the_finding()
    assert (row["closed_at"], row["closed_by"]) == (time.now, officer.id)
    with pytest.raises(Refusal) as no:
        perform(SettleFinding(finding_id, cause="fault"), officer)
    assert no.value.rule == "finding.closed"


def test_a_change_after_the_request_makes_it_void(house: Any, time: Clock) -> None:
    finding_id, officer = unlawful(time), make_account(Role.COMPLIANCE_OFFICER)
    perform(SettleFinding(finding_id, **SETTLED), officer)
    request = asked_to_close(finding_id, officer)
    perform(SettleFinding(finding_id, effect="distress"), officer)
    with pytest.raises(Refusal) as no:
        perform(Approve(request), make_account(Role.COMPLIANCE_OFFICER))
    assert no.value.rule == "approval.stale"
    assert the_finding()["closed_at"] is None


def test_owners_and_days_that_cannot_be(house: Any, time: Clock) -> None:
    finding_id, officer = unlawful(time), make_account(Role.COMPLIANCE_OFFICER)
    for owner in (make_account(Role.COLLECTOR).id, the_finding()["charged_to"], finding_id):
        with pytest.raises(Invalid) as no:
            perform(SettleFinding(finding_id, owner_id=owner), officer)
        assert "owner_id" in no.value.fields
    for day in (date(2026, 11, 20), date(2028, 1, 1)):
        with pytest.raises(Invalid) as no:
            perform(SettleFinding(finding_id, due_on=day), officer)
        assert "due_on" in no.value.fields


def test_the_list_by_state_age_owner_and_charge(house: Any, time: Clock) -> None:
    case = in_china()
    time.set("2026-11-01T12:00:00+08:00")
    late(case, time.now)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    time.set(NIGHT)
    late(case, time.now)
    old, new = (row["id"] for row in rows(finding))

    def ids(**given: Any) -> list[UUID]:
        return [item["id"] for item in answer(Findings(**given), officer)["items"]]

    assert ids() == [old, new]
    assert ids(state="overdue") == [old]
    assert ids(state="closed") == []
    assert ids(kind="unlawful") == [new]
    assert (ids(age="week"), ids(age="fortnight"), ids(age="month"), ids(age="older")) == (
        [new],
        [],
        [old],
        [],
    )
    assert ids(owner=officer.id) == [new]
    assert ids(unowned=True) == [old]
    assert ids(charged_to=case.collector.id) == [new]


@pytest.mark.both
def test_pages_follow_each_other(
    house: Any, time: Clock, program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    case = in_china()
    for _ in range(3):
        late(case, time.now)
        time.forward(seconds=1)
    officer = program(Role.COMPLIANCE_OFFICER)
    first = officer.get("/findings").json
    second = officer.get("/findings", after=first["next"]).json
    seen = [item["id"] for page in (first, second) for item in page["items"]]
    assert seen == [str(row["id"]) for row in rows(finding)]
    assert second["next"] is None


def test_statements_do_not_grow_with_findings(house: Any, time: Clock) -> None:
    case, officer = in_china(), make_account(Role.COMPLIANCE_OFFICER)
    late(case, time.now)
    with counted() as one:
        answer(Findings(), officer)
    for _ in range(4):
        late(case, time.now)
    with counted() as many:
        answer(Findings(), officer)
    assert len(many) == len(one)


def test_by_program(house: Any, time: Clock, program: Callable[..., Any]) -> None:
    finding_id = unlawful(time)
    officer = program(Role.COMPLIANCE_OFFICER)
    assert officer.post(f"/findings/{finding_id}", {}).status_code == 422
    assert officer.post(f"/findings/{finding_id}", {"cause": "weather"}).status_code == 422
    done = officer.post(f"/findings/{finding_id}", SETTLED | {"words": "Asleep.", "version": 1})
    assert done.status_code == 200
    one = officer.get(f"/findings/{finding_id}").json
    assert (one["cause"], one["words"], one["missing"]) == ("misread", "Asleep.", [])
    assert one["decision"]["reasons"][0]["rule"] == "CN.hours.night"
    assert officer.post(f"/findings/{finding_id}/close").status_code == 202


def test_on_the_page(house: Any, time: Clock, browser: Callable[..., Any]) -> None:
    finding_id = unlawful(time)
    officer = browser(Role.COMPLIANCE_OFFICER)
    listed = officer.get("/findings").text
    assert f'href="/findings/{finding_id}?' in listed  # with the list it stands in
    assert "charged to Wu Min" in listed
    page = officer.get(f"/findings/{finding_id}").text
    assert "It is 23:00 in Shanghai" in page
    assert "Ask to close it" not in page
    saved = officer.post(f"/findings/{finding_id}", due_on="2026-12-01", version="1", **SETTLED)
    assert saved.status_code == 303
    assert "Ask to close it" in officer.get(f"/findings/{finding_id}").text
    assert officer.post(f"/findings/{finding_id}/close").status_code == 303
    assert "waits for a second person" in officer.get(f"/findings/{finding_id}").text
    second = browser(Role.SUPERVISOR, team_id=None)
    assert second.get(f"/findings/{finding_id}").status_code == 404
    leader = browser(Role.AUDITOR).get(f"/findings/{finding_id}").text
    assert 'name="cause"' not in leader
