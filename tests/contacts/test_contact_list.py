"""The list of contact records: each filter, whose records each role sees, days and their edges."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.actions.outages import DeclareOutage
from crm.contacts.meter.words import OUTCOMES
from crm.contacts.queries.contacts import Contacts
from crm.contacts.queries.refusals import Refusals
from crm.contacts.queries.timeline import KINDS, ContactsOfPerson
from crm.gate.answer import answer
from crm.gate.beside import Beside
from crm.gate.cursor import opened
from crm.gate.errors import Missing
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china
from tests.contacts.test_console import late
from tests.factories import make_account, make_team

SHANGHAI = "Asia/Shanghai"


def officer(**given: Any) -> Actor:
    return make_account(Role.COMPLIANCE_OFFICER, **({"zone": SHANGHAI} | given))


def ids(who: Actor, **filters: Any) -> list[UUID]:
    return [item["id"] for item in answer(Contacts(**filters), who)["items"]]


@pytest.fixture
def two(house: Any, time: Clock) -> tuple[Scene, Scene, dict[str, UUID]]:
    """Two collectors of two teams, and a contact of each kind, oldest first."""
    mine = in_china(make_account(team_id=make_team(name="North"), name="Ann Xu"))
    other = in_china(
        make_account(team_id=make_team(name="South"), name="Ben Yu"), number="+8613900139000"
    )
    made: dict[str, UUID] = {}
    time.set("2026-11-24T23:00:00+08:00")
    made["night"] = late(mine, time.now)["id"]
    time.set("2026-11-25T09:00:00+08:00")
    made["day"] = late(mine, time.now)["id"]
    time.forward(minutes=10)
    made["called"] = mine.call("conversation")["id"]
    time.forward(minutes=10)
    made["rang"] = other.rang_us(started_at=time.now)["id"]
    time.forward(minutes=10)
    perform(DeclareOutage("network", time.now), make_account(Role.SUPERVISOR, team_id=make_team()))
    made["outage"] = late(other, time.forward(minutes=1))["id"]
    return mine, other, made


@pytest.mark.both
def test_each_filter_leaves_what_it_names(two: tuple[Scene, Scene, dict[str, UUID]]) -> None:
    mine, other, made = two
    team = mine.collector.team_id
    for filters, names in (
        ({}, "outage rang called day night"),
        ({"channel": "call"}, "outage rang called day night"),
        ({"channel": "sms"}, ""),
        ({"outcome": "conversation"}, "called"),
        ({"direction": "inbound"}, "rang"),
        ({"direction": "outbound"}, "outage called day night"),
        ({"mark": "permit"}, "called"),
        ({"mark": "late_unlawful"}, "night"),
        ({"mark": "late_lawful"}, "day"),
        ({"mark": "outage"}, "outage"),
        ({"mark": "inbound"}, "rang"),
        ({"mark": "external_file"}, ""),
        ({"unlawful": True}, "night"),
        ({"by": mine.collector.id}, "called day night"),
        ({"by": new_id()}, ""),
        ({"team": team}, "called day night"),
        ({"team": new_id()}, ""),
        ({"team": team, "unlawful": True, "direction": "outbound"}, "night"),
        ({"by": other.collector.id, "team": team}, ""),
        ({"since": date(2026, 11, 25)}, "outage rang called day"),
        ({"until": date(2026, 11, 25)}, "night"),
        ({"since": date(2026, 11, 25), "until": date(2026, 11, 25)}, ""),
    ):
        found = ids(officer(), **filters)  # type: ignore[arg-type]
        assert found == [made[name] for name in names.split()], filters
    judged_lawful = ids(officer(), unlawful=False)
    assert made["night"] not in judged_lawful
    assert made["called"] in judged_lawful


@pytest.mark.both
def test_each_role_sees_the_records_of_the_people_it_reaches(
    two: tuple[Scene, Scene, dict[str, UUID]],
) -> None:
    mine, _other, made = two
    norths = [made["called"], made["day"], made["night"]]
    team = mine.collector.team_id
    for who, seen in (
        (mine.collector, norths),
        (make_account(team_id=team), []),
        (make_account(Role.TEAM_LEADER, team_id=team), norths),
        (make_account(Role.SUPERVISOR, team_id=team), norths),
        (make_account(Role.TEAM_LEADER, team_id=make_team()), []),
        (make_account(Role.TEAM_LEADER), []),
    ):
        assert ids(who) == seen
        assert ids(who, team=team, mark="late_unlawful") == seen[2:]


def test_it_offers_the_colleagues_and_teams_in_reach(
    two: tuple[Scene, Scene, dict[str, UUID]],
) -> None:
    mine, other, _made = two
    gone = make_account(team_id=mine.collector.team_id, active=False, name="Cai Gone")
    seen = answer(Contacts(), officer())
    assert {row[0] for row in seen["colleagues"]} >= {mine.collector.id, other.collector.id}
    assert seen["colleagues"][-1][0] == gone.id, "those who left come last"
    assert [name for _, name in seen["teams"]] == ["North", "South"]
    leader = make_account(Role.TEAM_LEADER, team_id=mine.collector.team_id)
    for question in (Contacts(), Refusals()):
        found = answer(question, leader)
        assert {row[0] for row in found["colleagues"]} == {mine.collector.id, gone.id, leader.id}
        assert [name for _, name in found["teams"]] == ["North"]
    assert answer(Contacts(), mine.collector)["colleagues"] == []


def test_on_the_page_one_chooses_and_takes_each_filter_away(
    two: tuple[Scene, Scene, dict[str, UUID]], browser: Any
) -> None:
    mine, _other, _made = two
    one = browser(actor=officer())
    by, team = mine.collector.id, mine.collector.team_id
    page = one.get(f"/contacts?by={by}&team={team}&outcome=conversation&since=2026-11-01").text
    assert f'<option value="{by}" selected>Ann Xu</option>' in page
    assert f'<option value="{team}" selected>North</option>' in page
    on = page.partition('aria-label="Filters in force"')[2].partition("</ul>")[0]
    for word in ("Ann Xu", "North", OUTCOMES["conversation"], "From "):
        assert word in on
    assert f'href="/contacts?by={by}&amp;team={team}&amp;since=2026-11-01"' in on
    stranger = new_id()
    page = one.get(f"/contacts?by={stranger}").text
    assert f'<option value="{stranger}" selected>One collector</option>' in page
    own = browser(actor=mine.collector).get(f"/contacts?by={by}&team={team}").text
    assert f'<input type="hidden" name="team" value="{team}">' in own
    assert '<select class="form-select" id="by"' not in own


@pytest.mark.parametrize("zone", [SHANGHAI, "America/New_York", "Pacific/Kiritimati"])
def test_days_that_no_zone_can_tell_are_named(
    house: Any, time: Clock, browser: Any, program: Any, zone: str
) -> None:
    told, page = program(Role.COMPLIANCE_OFFICER, zone=zone), browser(actor=officer(zone=zone))
    for path in ("/contacts", "/refusals"):
        for name, day in (
            ("since", "0001-01-01"),
            ("until", "0001-01-05"),
            ("until", "9999-12-31"),
        ):
            answered = told.get(path, **{name: day})
            assert answered.status_code == 422
            assert answered.json["fields"][name] == ["Give a year from 1900 to 9000."]
            assert "Left out" in page.get(f"{path}?{name}={day}").text
        for query in ("since=1901-01-01", "until=8999-12-31", "since=8999-12-31&until=1901-01-01"):
            assert "Left out" not in page.get(f"{path}?{query}").text
    assert page.get("/compliance?until=0001-01-05").status_code == 422


@pytest.mark.parametrize(
    ("zone", "day", "begun", "hours"),
    [
        ("America/New_York", date(2026, 11, 1), "2026-11-01T04:00:00Z", 25),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00:00Z", 23),
        (
            "America/Santiago",
            date(2026, 9, 6),
            "2026-09-06T04:00:00Z",
            23,
        ),  # its midnight is skipped
        (SHANGHAI, date(2026, 11, 1), "2026-10-31T16:00:00Z", 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(
    house: Any, time: Clock, zone: str, day: date, begun: str, hours: int
) -> None:
    case, who = in_china(), officer(zone=zone)
    begins = datetime.fromisoformat(begun)
    time.set(begins + timedelta(hours=30))
    edges = [
        late(case, begins + timedelta(hours=at, seconds=more))["id"]
        for at, more in ((0, -1), (0, 0), (hours, -1), (hours, 0))
    ]
    found = ids(who, since=day, until=day + timedelta(days=1))
    assert set(found) == set(edges[1:3])


def test_bad_values_are_named(house: Any, time: Clock, browser: Any, program: Any) -> None:
    bad = {
        "since": "2026-13-01",
        "until": "yesterday",
        "channel": "pigeon",
        "outcome": "married",
        "direction": "sideways",
        "mark": "zorro",
        "unlawful": "maybe",
        "by": "me",
        "team": "9" * 40,
        "before": "torn",
        "colour": "龘",
    }
    told = program(Role.COMPLIANCE_OFFICER).get("/contacts", **bad)
    assert told.status_code == 422
    assert set(told.json["fields"]) == set(bad)
    page = browser(actor=officer()).get("/contacts", query_string=bad)
    assert page.status_code == 200
    left = page.text.partition("Left out")[2].partition("</p>")[0]
    assert all(name in left for name in bad)


@pytest.mark.both
def test_pages_hold_each_record_once_and_corrected_ones_in_their_newest(
    house: Any, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.contacts.queries.contacts.PAGE", 2)
    case, who = in_china(), officer()
    at = time.set("2026-11-25T12:00:00+08:00")
    made = {late(case, at)["id"] for _ in range(5)}  # all of one instant
    found: list[UUID] = []
    turn: dict[str, Any] = {}
    while True:
        page = answer(Contacts(**turn), who)
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        turn = {"before": opened("contacts.contacts", page["next"])}
    assert len(found) == 5
    assert set(found) == made


@pytest.mark.both
def test_one_walks_the_list_from_record_to_record(
    two: tuple[Scene, Scene, dict[str, UUID]],
) -> None:
    mine, _other, made = two
    who, order = officer(), ["outage", "rang", "called", "day", "night"]
    for place, name in enumerate(order, 1):
        way = answer(Beside(Contacts(), made[name]), who)
        assert (way["place"], way["of"], way["left"]) == (place, 5, 5 - place)
        assert way["previous"] == (made[order[place - 2]] if place > 1 else None)
        assert way["next"] == (made[order[place]] if place < 5 else None)
    only = Contacts(by=mine.collector.id)
    way = answer(Beside(only, made["rang"]), who)  # not under this filter: it keeps its place
    assert (way["previous"], way["next"]) == (None, made["called"])
    assert (way["place"], way["of"], way["left"]) == (None, 3, 3)
    nowhere = answer(Beside(only, new_id()), who)
    assert (nowhere["previous"], nowhere["next"], nowhere["of"]) == (None, None, 0)
    stranger = make_account(Role.TEAM_LEADER, team_id=make_team())
    assert answer(Beside(Contacts(), made["called"]), stranger)["of"] == 0
    with pytest.raises(Missing):
        answer(Beside(Contacts(), made["called"]), make_account(Role.DATA_STEWARD))


def test_the_place_is_not_counted_beyond_a_thousand(
    two: tuple[Scene, Scene, dict[str, UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.gate.beside.MOST", 2)
    _mine, _other, made = two
    for name, place in (("outage", 1), ("rang", 2), ("called", None), ("night", None)):
        way = answer(Beside(Contacts(), made[name]), officer())
        assert (way["place"], way["of"], way["most"]) == (place, 3, 2), name
        assert way["left"] is None


@pytest.mark.both
def test_the_timeline_leaves_each_kind(two: tuple[Scene, Scene, dict[str, UUID]]) -> None:
    mine, other, made = two
    for kind, norths, souths in (
        ("calls", "called day night", "outage rang"),
        ("messages", "", ""),
        ("letters", "", ""),
        ("visits", "", ""),
        ("spoken", "called", "rang"),
        ("from_them", "", "rang"),
        ("unlawful", "night", ""),
    ):
        for case, names in ((mine, norths), (other, souths)):
            found = answer(ContactsOfPerson(case.person, kind=kind), officer())["items"]
            assert [item["id"] for item in found] == [made[n] for n in names.split()], kind
    assert set(KINDS) == {
        *("calls", "messages", "letters", "visits", "spoken", "from_them", "unlawful")
    }
