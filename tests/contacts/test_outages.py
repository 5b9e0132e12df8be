"""Outages: who declares them, what they explain, and how paper comes into the record."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from crm.borrowers.models import circumstance, consent, contact_point
from crm.contacts.actions.catching_up import CatchUp, Made
from crm.contacts.actions.outages import DeclareOutage, EndOutage
from crm.contacts.actions.said import Said
from crm.contacts.actions.withdrawing import WithdrawSaid
from crm.contacts.models import contact, finding, outage, permit_event, said
from crm.contacts.queries.outages import OneOutage, Outages, lasting, look_again
from crm.contacts.rules.outages import covers, covers_until, instant_on, is_late
from crm.contacts.rules.references import reference_in, reference_of
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.approvals import approval
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from tests.contacts.conftest import Clock
from tests.contacts.scene import NOON_IN_CHINA, Scene, in_china, rows
from tests.factories import make_account, make_loan, make_point, make_team
from tests.visitors import Browser, Program

pytestmark = pytest.mark.usefixtures("house")
NOON = NOON_IN_CHINA
HOUR = timedelta(hours=1)


def supervisor_of(case: Scene) -> Actor:
    return make_account(Role.SUPERVISOR, team_id=case.collector.team_id)


def declared(case: Scene, began_at: datetime | None = None, **given: Any) -> UUID:
    """Declare an outage, with a compliance officer's agreement where that is due."""
    done = perform(DeclareOutage("network", began_at, **given), supervisor_of(case))
    if done.waiting:
        perform(Approve(done.waiting), make_account(Role.COMPLIANCE_OFFICER))
    look_again()
    return UUID(str(rows(outage)[-1]["id"]))


def made(case: Scene, number: int, at: datetime, outcome: str = "no_answer", **given: Any) -> Made:
    whom = given.pop("whom", reference_of(case.point))
    return Made(number, Sealed.fresh(whom), at, outcome, **given)


@pytest.mark.parametrize(
    ("ago", "late"),
    [
        (timedelta(0), False),
        (timedelta(minutes=15), False),
        (timedelta(minutes=15, seconds=1), True),
        (timedelta(days=7), True),
    ],
)
def test_what_is_declared_late(ago: timedelta, late: bool) -> None:
    assert is_late(NOON - ago, NOON) is late


@pytest.mark.parametrize(
    ("ended_after", "at_after", "covered"),
    [
        (HOUR, timedelta(seconds=-1), False),
        (HOUR, timedelta(0), True),
        (HOUR, HOUR - timedelta(seconds=1), True),
        (HOUR, HOUR, False),
        (None, timedelta(hours=23), True),
        (None, timedelta(hours=24), False),  # nobody ended it: it shields no second day
    ],
)
def test_what_it_covers(ended_after: timedelta | None, at_after: timedelta, covered: bool) -> None:
    ended_at = None if ended_after is None else NOON + ended_after
    assert covers(NOON, ended_at, NOON + at_after) is covered
    assert (NOON + at_after < covers_until(NOON, ended_at)) is (covered or at_after < timedelta(0))


def test_a_time_on_paper_is_read_on_a_clock() -> None:
    new_york = ZoneInfo("America/New_York")
    usual = instant_on(date(2026, 11, 25), time(9, 42), new_york)
    assert usual == datetime.fromisoformat("2026-11-25T09:42:00-05:00")
    assert instant_on(date(2026, 3, 8), time(2, 30), new_york) is None  # the hour is left out
    twice = instant_on(date(2026, 11, 1), time(1, 30), new_york)
    assert twice == datetime.fromisoformat("2026-11-01T01:30:00-04:00")


def test_a_reference_is_read_however_it_is_typed() -> None:
    point = UUID("0197f3a0-0000-7000-8000-00ffeeddccbb")
    printed = reference_of(point)
    assert len(printed) == 9
    assert printed == reference_in(printed)
    assert reference_in(f" {printed.replace('-', '').lower()} ") == printed
    assert reference_in("0OIL-1234") == "0011-1234"
    for other in ("", "L1234567890", "7K2M-0QX", "7K2M-0QXU", "七七七七七七七七"):
        assert reference_in(other) is None
    assert reference_of(UUID(int=0)) == "0000-0000"


@pytest.mark.both
def test_one_declared_late_waits_for_a_second_person(time: Clock) -> None:
    case = in_china()
    began = NOON - 2 * HOUR
    asked = perform(DeclareOutage("power", began, NOON - HOUR), supervisor_of(case))
    assert asked.waiting
    assert not rows(outage)
    assert rows(approval)[-1]["rule"] == "outage.late"
    with pytest.raises(Missing):
        perform(Approve(asked.waiting), make_account(Role.TEAM_LEADER, team_id=make_team()))
    with pytest.raises(Refusal):  # a role that declares none agrees to none
        perform(Approve(asked.waiting), make_account(Role.PRIVACY_OFFICER))
    perform(Approve(asked.waiting), make_account(Role.COMPLIANCE_OFFICER))
    assert (rows(outage)[0]["began_at"], rows(outage)[0]["ended_at"]) == (began, NOON - HOUR)


@pytest.mark.parametrize(
    ("began", "ended", "field"),
    [
        (-timedelta(days=7, seconds=1), -timedelta(days=7), "began_at"),
        (timedelta(seconds=1), None, "began_at"),
        (-2 * HOUR, timedelta(seconds=1), "ended_at"),
        (-2 * HOUR, -3 * HOUR, "ended_at"),
        (-timedelta(days=2), None, "ended_at"),  # it would cover nothing any more
        (-timedelta(days=2), -timedelta(hours=23), "ended_at"),  # longer than a day
    ],
)
def test_times_that_cannot_be(
    began: timedelta, ended: timedelta | None, field: str, time: Clock
) -> None:
    case = in_china()
    with pytest.raises(Invalid) as no:
        declared(case, NOON + began, ended_at=None if ended is None else NOON + ended)
    assert field in no.value.fields


def test_one_lasts_at_a_time_and_ends_once(time: Clock) -> None:
    case = in_china()
    first = declared(case)
    with pytest.raises(Refusal) as no:
        declared(case)
    assert no.value.verdict.rule == "outage.lasts"
    declared(case, team_id=case.collector.team_id)  # a team's own may overlap it
    with pytest.raises(Invalid):
        declared(case, team_id=make_account().id)
    assert len(lasting(case.collector)) == 2
    assert len(lasting(make_account())) == 1
    perform(EndOutage(first, time.forward(hours=1) - timedelta(minutes=20)), supervisor_of(case))
    look_again()
    assert len(lasting(case.collector)) == 1
    with pytest.raises(Refusal) as no:
        perform(EndOutage(first), supervisor_of(case))
    assert no.value.verdict.rule == "outage.ended"


def test_one_that_nobody_ends_ends_by_itself(time: Clock) -> None:
    case = in_china()
    forgotten = declared(case)
    time.forward(hours=25)
    assert not lasting(case.collector)
    last = made(case, 1, NOON + timedelta(hours=23))
    late = made(case, 0, NOON + timedelta(hours=24))
    assert faults_of(case, forgotten, last, late)["0"].keys() == {"started_at"}
    done = perform(CatchUp(forgotten, (last,)), case.collector).result
    assert done["marks"] == {"outage": 1}
    declared(case)  # the next one
    perform(EndOutage(forgotten), supervisor_of(case))
    assert rows(outage)[0]["ended_at"] == NOON + timedelta(days=1)


@pytest.mark.both
def test_calls_on_paper_are_judged_each_at_its_time(time: Clock) -> None:
    case = in_china()
    time.set("2026-11-24T21:50:00+08:00")
    down = declared(case)
    night = time.set("2026-11-24T22:10:00+08:00")
    time.set("2026-11-25T09:00:00+08:00")
    perform(EndOutage(down, night + HOUR), supervisor_of(case))
    lines = (
        made(case, 3, night),
        made(case, 1, night - timedelta(minutes=15)),
    )
    after = made(case, 2, night + 2 * HOUR)
    found = faults_of(case, down, *lines, after)
    assert set(found) == {"2"}
    assert set(found["2"]) == {"started_at"}, "it had ended"
    done = perform(CatchUp(down, lines), case.collector).result
    assert done["marks"] == {"outage": 2}
    kept = rows(contact)
    assert [row["started_at"] for row in kept] == sorted(row["started_at"] for row in kept)
    charged = {row["mark"]: row["charged_to"] for row in rows(finding)}
    assert charged == {"outage": None}
    seen = answer(OneOutage(down), supervisor_of(case))
    assert seen["counts"] == {"contacts": 2, "unlawful": 1, "open_findings": 1, "permits": 0}
    assert len(seen["items"]) == 2
    assert not answer(OneOutage(down), supervisor_of(in_china()))["items"]


def test_each_counts_for_those_after_it(time: Clock) -> None:
    case = in_china()
    down = declared(case)
    time.forward(hours=3)
    lines = tuple(
        made(case, n, NOON + n * timedelta(minutes=10), "effective_conversation") for n in range(4)
    )
    perform(CatchUp(down, lines), case.collector)
    (only,) = rows(finding)
    assert only["contact_id"] == rows(contact)[-1]["id"]  # the fourth of a day


def test_what_was_said_on_paper_stops_what_is_reserved(time: Clock) -> None:
    case = in_china()
    down = declared(case)
    time.forward(minutes=10)
    permit = case.ask()["id"]
    lines = (made(case, 0, NOON, "conversation", said=(Said("cease"),)),)
    perform(CatchUp(down, lines), case.collector)
    assert [row["kind"] for row in rows(circumstance)]
    assert [row["permit_id"] for row in rows(permit_event) if row["kind"] == "ended"] == [permit]
    assert answer(OneOutage(down), supervisor_of(case))["counts"]["permits"] == 1


def faults_of(case: Scene, down: UUID, *lines: Made) -> Any:
    with pytest.raises(Invalid) as no:
        perform(CatchUp(down, lines), case.collector)
    return no.value.fields["items"]


@pytest.mark.both
def test_every_line_with_a_fault_is_named_at_once(time: Clock) -> None:
    case = in_china()
    down = declared(case, time.now - HOUR)
    ahead = time.now + HOUR
    lines = (
        made(case, 0, time.now, whom="ZZZZ-ZZZZ"),
        made(case, 1, ahead),
        made(case, 2, time.now, said=(Said("cease"),)),
        made(case, 3, time.now),
    )
    with pytest.raises(Invalid) as no:
        perform(CatchUp(down, lines), case.collector)
    found = {number: list(fields) for number, fields in no.value.fields["items"].items()}
    assert found == {"0": ["whom"], "1": ["started_at"], "2": ["said"]}
    assert not rows(contact)


def test_paper_has_minutes_and_an_outage_begins_within_one(time: Clock) -> None:
    case = in_china()
    time.forward(seconds=20)
    down = declared(case)
    time.forward(minutes=5)
    done = perform(CatchUp(down, (made(case, 0, NOON),)), case.collector).result
    assert done["marks"] == {"outage": 1}


def test_a_wish_whose_time_is_over_is_kept_and_opens_nothing(time: Clock) -> None:
    case = in_china()
    began = time.now - HOUR
    down = declared(case, began)
    wish = said_of("callback", SHAPES["callback"]().load({"at": (began + HOUR / 4).isoformat()}))
    line = made(case, 0, began, "conversation", code="CBK", said=(wish,))
    perform(CatchUp(down, (line,)), case.collector)
    assert [row["kind"] for row in rows(said)] == ["callback"]
    assert not rows(consent)


@pytest.mark.both
def test_of_two_numbers_of_one_sheet_each_is_taken_back_alone(time: Clock) -> None:
    case = in_china()
    down = declared(case, time.now - HOUR)
    lines = tuple(
        made(
            case,
            number,
            time.now - HOUR + timedelta(minutes=number),
            "conversation",
            code="3P-L",
            said=(Said("new_number", fields={"kind": "phone"}, value=Sealed.fresh(value)),),
        )
        for number, value in enumerate(("+8613900139001", "+8613900139002"))
    )
    perform(CatchUp(down, lines), case.collector)
    second = rows(said)[-1]
    perform(WithdrawSaid(second["id"], second["contact_id"]), case.collector)
    standing = [reopen(row["value"]) for row in rows(contact_point) if row["valid_until"] is None]
    assert standing == ["+8613800138000", "+8613900139001"]


def test_one_wrong_line_keeps_all_of_them_out(time: Clock) -> None:
    case, other = in_china(), in_china(number="+8613800138001")
    make_loan(case.person, number="L-1")
    down = declared(case)
    time.forward(hours=1)
    good = made(case, 0, NOON)
    assert faults_of(case, down) == ["Enter 1 to 50 contacts."]
    assert set(faults_of(case, down, good, made(other, 7, NOON))) == {"7"}  # not his to know
    assert set(faults_of(case, down, good, made(case, 2, NOON + 2 * HOUR))["2"]) == {"started_at"}
    assert set(faults_of(case, down, good, made(case, 2, NOON, "met"))["2"]) == {"outcome"}
    assert set(faults_of(case, down, good, made(case, 2, NOON))["2"]) == {"started_at"}  # twice
    long_ago = made(case, 2, NOON - timedelta(days=15))
    assert set(faults_of(case, down, good, long_ago)["2"]) == {"started_at"}
    assert not rows(contact)
    perform(CatchUp(down, (made(case, 0, NOON, whom="l-1"),)), case.collector)
    assert rows(contact)[0]["contact_point_id"] == case.point
    make_point(case.person, "+8613800138009")
    two = made(case, 0, NOON + timedelta(minutes=1), whom="L-1")
    assert set(faults_of(case, down, two)["0"]) == {"whom"}


def test_sent_twice_it_is_entered_once(time: Clock) -> None:
    case = in_china()
    down = declared(case)
    time.forward(hours=1)
    deed = CatchUp(down, (made(case, 0, NOON),))
    perform(deed, case.collector, "a-key")
    assert perform(CatchUp(down, (made(case, 0, NOON),)), case.collector, "a-key").repeated
    assert len(rows(contact)) == 1


def test_pages_from_the_declaration_to_the_last_line(
    browser: Callable[..., Browser], time: Clock
) -> None:
    case = in_china()
    noted = {"said_1": "wrong_number", "note_1": "在外地"}
    chief = browser(actor=supervisor_of(case))
    assert "No outage was ever declared" in chief.get("/outages").text
    wrong = chief.post("/outages", page="/outages", zone="UTC", reason="power", began_at="soon")
    assert wrong.status_code == 422
    sent = chief.post("/outages", zone="Asia/Shanghai", reason="power", began_at="2026-11-25T12:00")
    assert sent.status_code == 303
    down = rows(outage)[0]["id"]
    desk = browser(actor=case.collector)
    assert f'href="/outages/{down}"' in desk.get("/me").text  # the banner, while it lasts
    time.forward(minutes=25)
    chief.post(f"/outages/{down}/end", zone="Asia/Shanghai", ended_at="2026-11-25T12:24")
    assert "banner-closed" not in desk.get("/me").text
    page = f"/outages/{down}/contacts"
    assert "Enter calls from paper" in desk.get(page).text
    line = {"whom_1": reference_of(case.point), "clock_1": "12:20", "came_1": "wrjt"}
    form = {"zone": "Asia/Shanghai", "day": "2026-11-25", "page": page}
    bad = desk.post(page, **form, **line, whom_4="nobody", clock_4="12:30", came_4="NA")
    assert bad.status_code == 422
    assert 'id="whom_4-fault"' in bad.text
    assert 'value="12:20"' in bad.text
    assert 'value="wrjt"' in bad.text
    assert 'id="came_2-fault"' in desk.post(page, **form, **line, came_2="??").text
    assert desk.post(page, **form).status_code == 422
    assert desk.post(page, **form, **line, **noted).status_code == 303
    assert "Lawful at its time" in desk.get(page).text
    assert "Contacts made meanwhile" in chief.get(f"/outages/{down}").text
    assert desk.get("/outages").status_code == 200
    assert browser(Role.ADMIN).get("/outages").status_code == 403


def test_programs_declare_end_and_catch_up(program: Callable[..., Program], time: Clock) -> None:
    case = in_china()
    chief, desk = (
        program(actor.role, actor=actor) for actor in (supervisor_of(case), case.collector)
    )
    late = {"reason": "upkeep", "began_at": "2026-11-25T09:00:00+08:00"}
    assert chief.post("/outages", late).status_code == 202
    assert desk.get("/outages").json == {"items": [], "waiting": 1}
    down = chief.post("/outages", {"reason": "upkeep"}).json["id"]
    time.forward(hours=1)
    call = {"whom": reference_of(case.point), "started_at": "2026-11-25T12:05:00+08:00"}
    address = f"/outages/{down}/contacts"
    assert desk.post(address, {"items": [call]}).status_code == 422
    assert desk.post(address, {"items": []}).status_code == 422
    done = desk.post(address, {"items": [call | {"code": "NA"}]})
    assert (done.status_code, done.json["marks"]) == (201, {"outage": 1})
    ended = chief.post(f"/outages/{down}/end", {"ended_at": "2026-11-25T12:30:00+08:00"})
    assert ended.status_code == 200
    seen = desk.get(f"/outages/{down}").json
    assert (seen["lasts"], seen["counts"]["contacts"]) == (False, 1)
    assert seen["items"][0]["allowed"] is True
    assert (
        desk.post(f"/outages/{case.loan}/contacts", {"items": [call | {"code": "NA"}]}).status_code
        == 404
    )


def test_overlapping_outages_name_each_other(time: Clock) -> None:
    case = in_china()
    one = declared(case, NOON - 3 * HOUR, ended_at=NOON - HOUR)
    other = declared(case, NOON - 2 * HOUR)
    declared(case, NOON - 9 * HOUR, ended_at=NOON - 8 * HOUR)
    assert [o["id"] for o in answer(OneOutage(one), case.collector)["overlapping"]] == [other]
    assert [o["id"] for o in answer(OneOutage(other), case.collector)["overlapping"]] == [one]
    assert len(answer(Outages(), case.collector)["items"]) == 3
