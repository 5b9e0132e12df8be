"""The console: figures of some days against those before, by colleague and hour, in whose reach."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.contacts.actions.calling import SaySomebodyElse
from crm.contacts.actions.outages import DeclareOutage
from crm.contacts.actions.said import Said
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.queries.console import Console, NearLimits
from crm.contacts.queries.refusals import Refusals
from crm.contacts.queries.span import Span
from crm.contacts.rules.said import Kind
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china
from tests.counting import counted
from tests.factories import make_account, make_party, make_person, make_point, make_team

SHANGHAI = "Asia/Shanghai"


def officer() -> Actor:
    return make_account(Role.COMPLIANCE_OFFICER, zone=SHANGHAI)


def late(case: Scene, at: datetime, **more: Any) -> Any:
    told = {"direction": "outbound", "outcome": "no_answer", "reason": "not_asked"} | more
    action = LogUnpermitted(case.person, case.point, "call", started_at=at, **told)
    return perform(action, case.collector).result


def seen(who: Actor | None = None, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer(Console(**given), who or officer())
    return found


@pytest.mark.both
def test_figures_now_and_before(house: Any, time: Clock) -> None:
    case = in_china()
    time.set("2026-10-20T12:00:00+08:00")
    late(case, time.now)
    night = time.set("2026-11-24T23:00:00+08:00")
    late(case, night)
    case.refused()
    noon = time.set("2026-11-25T12:00:00+08:00")
    case.call()
    perform(DeclareOutage("network", noon), make_account(Role.SUPERVISOR, team_id=make_team()))
    late(case, time.forward(minutes=1))
    figures = seen()["figures"]
    assert {name: (one["now"], one["before"]) for name, one in figures.items()} == {
        "made": (3, 1),
        "unlawful": (1, 0),
        "late_unlawful": (1, 0),
        "late_lawful": (0, 1),
        "outage": (1, 0),
        "external_file": (0, 0),
        "third_party": (0, 0),
        "ground": (0, 0),
        "purpose": (0, 0),
        "asked": (3, 0),
        "refused": (1, 0),
    }


@pytest.mark.both
def test_findings_come_first_by_age(house: Any, time: Clock) -> None:
    case = in_china()
    time.set("2026-11-01T12:00:00+08:00")
    late(case, time.now)
    who = officer()
    late(case, time.set("2026-11-24T23:00:00+08:00"))
    found = seen(who)["findings"]
    assert (found["open"], found["overdue"], found["unowned"]) == (2, 1, 1)
    assert found["ages"] == {"week": 1, "fortnight": 0, "month": 1, "older": 0}


def test_by_team_and_colleague(house: Any, time: Clock) -> None:
    team = make_team()
    mine, other = in_china(make_account(team_id=team)), in_china(number="+8613900139000")
    late(mine, time.set("2026-11-24T23:00:00+08:00"))
    late(other, time.set("2026-11-25T12:00:00+08:00"))
    rows = {row["by"]: row for row in seen()["colleagues"]}
    assert set(rows) == {mine.collector.id, other.collector.id}
    assert (rows[mine.collector.id]["unlawful"], rows[other.collector.id]["unlawful"]) == (1, 0)
    assert rows[mine.collector.id]["team_id"] == team
    assert [row["by"] for row in seen(team=team)["colleagues"]] == [mine.collector.id]
    only = seen(by=other.collector.id)
    assert (only["figures"]["made"]["now"], only["findings"]["open"]) == (1, 0)
    leader = make_account(Role.TEAM_LEADER, team_id=team)
    assert [row["by"] for row in seen(leader)["colleagues"]] == [mine.collector.id]
    with pytest.raises(Refusal):
        seen(mine.collector)


@pytest.mark.both
def test_contacts_by_weekday_and_hour_lead_to_their_list(house: Any, time: Clock) -> None:
    case, who = in_china(), officer()
    late(case, time.set("2026-11-24T23:50:00+08:00"))  # a Tuesday
    late(case, time.set("2026-11-25T12:10:00+08:00"))
    late(case, time.set("2026-11-25T12:59:00+08:00"))
    heat = seen(who)["heat"]
    full = {
        (row, hour): (cell["made"], cell["unlawful"], cell["shade"])
        for row, cells in enumerate(heat["rows"])
        for hour, cell in enumerate(cells)
        if cell["made"]
    }
    assert full == {(1, 23): (1, 1, 3), (2, 12): (2, 0, 5)}
    made = answer(Refusals(kind="made", weekday=2, hour=12), who)["items"]
    assert [item["at"].minute for item in made] == [59, 10]
    assert len(answer(Refusals(kind="unlawful", weekday=1, hour=23), who)["items"]) == 1
    assert answer(Refusals(kind="unlawful", weekday=1, hour=22), who)["items"] == []


def test_quarters_of_an_hour_fit_zones_that_lie_between(house: Any, time: Clock) -> None:
    late(in_china(), time.set("2026-11-25T12:20:00+08:00"))
    who = make_account(Role.COMPLIANCE_OFFICER, zone="Asia/Kathmandu")  # 5:45 from UTC
    row = seen(who)["heat"]["rows"][2]
    assert [hour for hour, cell in enumerate(row) if cell["made"]] == [10]


def test_an_hour_that_clocks_show_twice_is_one_hour() -> None:
    zone = ZoneInfo("America/New_York")
    span = Span(date(2026, 11, 1), date(2026, 11, 2), zone)
    quarters = list(span.hours(6, 1))
    assert len(quarters) == 8
    assert quarters[0][0] == datetime(2026, 11, 1, 5, tzinfo=UTC)


def test_third_parties_and_grounds(house: Any, time: Clock) -> None:
    case = in_china()
    friend = make_person("Li Na", collector=case.collector)
    point = make_point(friend, "+8613700137000")
    make_party(case.loan, friend, "contact_person")
    told = {"direction": "outbound", "outcome": "no_answer", "reason": "not_asked"}
    perform(LogUnpermitted(friend, point, "call", started_at=time.now, **told), case.collector)
    assert seen()["figures"]["third_party"]["now"] == 1
    (item,) = answer(Refusals(kind="third_party"), officer())["items"]
    assert item["person_id"] == friend


@pytest.mark.both
def test_who_takes_anothers_call_is_a_third_party(house: Any, time: Clock) -> None:
    noted, by_code = in_china(), in_china(number="+8613800138001")
    permit = noted.ask()["id"]
    noted.start(permit)
    perform(SaySomebodyElse(permit), noted.collector)
    noted.log(permit, "conversation")
    by_code.call("conversation", code="3P-M")
    by_code.call()
    assert seen()["figures"]["third_party"]["now"] == 2


@pytest.mark.both
def test_from_opt_out_to_block(house: Any, time: Clock) -> None:
    case = in_china()
    stop = (Said(Kind.OPT_OUT, fields={"breadth": "channel"}),)
    said_at = time.now - timedelta(hours=3)
    late(case, time.now - timedelta(hours=1))
    told = {"outcome": "inbound_conversation", "direction": "inbound", "reason": None}
    late(case, said_at, said=stop, **told)
    stops = seen()["stops"]
    assert (stops["count"], stops["late"], stops["median"]) == (1, 1, timedelta(hours=3))
    (slow,) = stops["items"]
    assert (slow["person_id"], slow["between"]) == (case.person, 1)


def test_stops_that_bind_at_once_are_not_listed(house: Any, time: Clock) -> None:
    case = in_china()
    case.rang_us(started_at=time.now, said=(Said(Kind.OPT_OUT, fields={"breadth": "channel"}),))
    stops = seen()["stops"]
    assert (stops["count"], stops["late"], stops["items"]) == (1, 0, [])


@pytest.mark.both
def test_people_near_a_limit(house: Any, time: Clock) -> None:
    near, far = in_china(), in_china(number="+8613900139000")
    for _ in range(5):
        near.call()
        time.forward(minutes=1)
    far.call()
    who = officer()
    (one,) = answer(NearLimits(), who)["items"]
    assert (one["person_id"], one["used"], one["limit"], one["left"]) == (near.person, 5, 6, 1)
    assert seen(who)["near"]["count"] == 1
    assert answer(NearLimits(by=far.collector.id), who)["count"] == 0


@pytest.mark.both
def test_statements_do_not_grow(house: Any, time: Clock) -> None:
    case, who = in_china(), officer()
    late(case, time.now)
    with counted() as one:
        seen(who)
    for number in range(3):
        late(in_china(number=f"+861380013810{number}"), time.now)
    with counted() as many:
        seen(who)
    assert len(many) == len(one)


def test_days_that_cannot_be(house: Any) -> None:
    day = date(2026, 11, 25)
    for since, until in ((day, day), (day - timedelta(days=100), day)):
        with pytest.raises(Invalid):
            seen(since=since, until=until)


def test_by_program_and_on_the_page(
    house: Any, time: Clock, program: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    case = in_china()
    late(case, time.set("2026-11-24T23:00:00+08:00"))
    told = program(Role.COMPLIANCE_OFFICER).get("/compliance").json
    assert told["figures"]["unlawful"] == {"now": 1, "before": 0}
    assert told["findings"]["ages"]["week"] == 1
    page = browser(Role.COMPLIANCE_OFFICER, zone=SHANGHAI).get("/compliance").text
    assert page.index("Open findings") < page.index("Unlawful contacts")
    assert "kind=made&amp;weekday=1&amp;hour=23" in page
    assert browser(Role.TEAM_LEADER).get("/compliance").status_code == 200
    assert browser(Role.COLLECTOR).get("/compliance").status_code == 403
    assert browser(Role.COMPLIANCE_OFFICER).get("/compliance/near-limits").status_code == 200
