"""What the kinds of rule can say, each by a book of one rule."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_scopes import a_book

from crm.rulebook.books import Books
from crm.rulebook.case import Case
from crm.rulebook.engine import decide
from crm.rulebook.kinds.informing import Limitation, Recording, Retention, Span
from crm.rulebook.reading import read_facts
from crm.rulebook.shelf import BrokenBook, read_book
from crm.rulebook.terms import said, terms

Facts = dict[str, Any]
FACTS: Facts = {
    "jurisdictions": ["XX"],
    "collector_role": "bank",
    "time_zones": ["UTC"],
    "proposed": {"at": "2026-06-04T03:00:00Z", "channel": "call"},
}


def books(folder: Path, **rule: Any) -> Books:
    return Books([read_book(a_book(folder, "XX", {"id": "XX.a.rule", **rule}))])


def ask(shelf: Books, proposed: Facts, **facts: Any) -> Facts:
    document = {
        "jurisdictions": ["XX"],
        "collector_role": "bank",
        "time_zones": ["UTC"],
        "proposed": {"channel": "call", "debts": ["A"], **proposed},
        **facts,
    }
    return decide(document, shelf)


def called(*moments: str, **more: Any) -> list[Facts]:
    return [{"at": at, "channel": "call", "outcome": "no_answer", **more} for at in moments]


def cap(limit: int, per: str = "person", **period: Any) -> dict[str, Any]:
    counts = {"outcomes": ["attempt"], "channels": ["call"], "per": per, **period.pop("counts", {})}
    return {
        "kind": "cap",
        "parameters": {"limit": limit, "sentence": "cap.calls_day", "counts": counts, **period},
    }


def test_hours_of_each_weekday_and_the_day_without_any(tmp_path: Path) -> None:
    windows = [
        {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "12:00"},
        {"days": [1, 2, 3, 4, 5], "from": "14:00", "to": "18:00"},
        {"days": [6], "from": "10:00", "to": "12:00"},
    ]
    shelf = books(tmp_path, kind="hours", parameters={"windows": windows})
    noon = ask(shelf, {"at": "2026-06-05T12:00:00Z"})
    assert noon["next_allowed_at"] == "2026-06-05T14:00:00+00:00"
    assert (noon["reasons"][0]["figures"]["opens"], noon["reasons"][0]["figures"]["closes"]) == (
        "14:00",
        "18:00",
    )
    evening = ask(shelf, {"at": "2026-06-05T19:00:00Z"})
    assert evening["reasons"][0]["figures"]["opens"] == "14:00"
    saturday = ask(shelf, {"at": "2026-06-06T12:00:00Z"})
    assert saturday["next_allowed_at"] == "2026-06-08T09:00:00+00:00"
    sunday = ask(shelf, {"at": "2026-06-07T11:00:00Z"})
    assert sunday["reasons"][0]["why"] == (
        "It is Sunday, 11:00:00, in UTC; no contact may start there on that day."
    )


def test_the_clock_that_a_law_names_counts_wherever_the_person_is(tmp_path: Path) -> None:
    parameters = {"from": "08:00", "to": "20:00", "zone": "Asia/Tokyo"}
    shelf = books(tmp_path, kind="hours", parameters=parameters)
    decision = ask(shelf, {"at": "2026-06-05T22:00:00Z"})
    assert decision["next_allowed_at"] == "2026-06-05T23:00:00+00:00"
    assert decision["reasons"][0]["figures"]["zone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("period", "free"),
    [
        ({"days": 1}, "2026-06-05T00:00:00+00:00"),
        ({"hours": 24}, "2026-06-05T09:00:00+00:00"),
        ({"days": 7}, "2026-06-11T00:00:00+00:00"),
        ({"period": "week"}, "2026-06-08T00:00:00+00:00"),
        ({"period": "month"}, "2026-07-01T00:00:00+00:00"),
    ],
)
def test_a_cap_is_free_again_when_its_period_is_over(
    tmp_path: Path, period: dict[str, Any], free: str
) -> None:
    shelf = books(tmp_path, **cap(1, **period))
    history = called("2026-06-04T09:00:00Z")
    decision = ask(shelf, {"at": "2026-06-04T10:00:00Z"}, history=history)
    assert decision["next_allowed_at"] == free
    second = datetime.fromisoformat(free) - timedelta(seconds=1)
    assert not ask(shelf, {"at": second.isoformat()}, history=history)["allowed"]
    assert ask(shelf, {"at": free}, history=history)["allowed"]


def test_the_oldest_of_several_gives_room_first(tmp_path: Path) -> None:
    shelf = books(tmp_path, **cap(2, hours=10))
    moments = ("2026-06-04T01:00:00Z", "2026-06-04T04:00:00Z", "2026-06-04T08:00:00Z")
    decision = ask(shelf, {"at": "2026-06-04T09:00:00Z"}, history=called(*moments))
    assert decision["next_allowed_at"] == "2026-06-04T14:00:00+00:00"
    assert decision["reasons"][0]["used"] == 3


def test_a_call_reserved_for_later_in_a_week_counts_in_that_week(tmp_path: Path) -> None:
    shelf = books(tmp_path, **cap(1, period="week"))
    pending = [{"at": "2026-06-06T09:00:00Z", "channel": "call", "outcome": "pending"}]
    decision = ask(shelf, {"at": "2026-06-04T09:00:00Z"}, history=pending)
    assert decision["next_allowed_at"] == "2026-06-08T00:00:00+00:00"


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (
            "effective_conversation",
            "A telephone conversation that counts for this debt took place on 2026",
        ),
        ("pending", "A contact of 2026-06-03 is under way, or nobody has said yet what came of it"),
    ],
)
def test_no_conversation_is_claimed_of_a_call_nobody_has_spoken_of(
    tmp_path: Path, outcome: str, why: str
) -> None:
    counts = {"outcomes": ["conversation"], "channels": ["call"], "per": "person"}
    parameters = {"days": 7, "sentence": "wait.conversation", "counts": counts}
    shelf = books(tmp_path, kind="wait", parameters=parameters)
    history = [{"at": "2026-06-03T09:00:00Z", "channel": "call", "outcome": outcome}]
    decision = ask(shelf, {"at": "2026-06-04T09:00:00Z"}, history=history)
    assert decision["next_allowed_at"] == "2026-06-10T00:00:00+00:00"
    assert decision["reasons"][0]["why"].startswith(why)


def test_places_are_counted_and_bound_apart(tmp_path: Path) -> None:
    counts = {"places": ["home", "unknown"]}
    shelf = books(tmp_path, places=["home", "unknown"], **cap(1, days=1, counts=counts))
    at = "2026-06-04T10:00:00Z"
    at_home = called("2026-06-04T09:00:00Z", place="home")
    nowhere, at_work = called("2026-06-04T09:00:00Z"), called("2026-06-04T09:00:00Z", place="work")
    assert not ask(shelf, {"at": at}, history=at_home)["allowed"]
    assert not ask(shelf, {"at": at, "place": "home"}, history=nowhere)["allowed"]
    assert ask(shelf, {"at": at, "place": "home"}, history=at_work)["allowed"]
    assert ask(shelf, {"at": at, "place": "work"}, history=at_home)["allowed"]
    # Whoever is known to be at home is reached there, by whatever telephone.
    mobile = {"at": at, "place": "mobile", "borrower_at": "home"}
    assert not ask(shelf, mobile, history=at_home)["allowed"]


def test_contacts_with_anyone_concerned_are_counted_together(tmp_path: Path) -> None:
    counts = {"targets": ["borrower", "spouse"]}
    shelf = books(tmp_path, **cap(2, "anyone", days=1, counts=counts))
    history = called("2026-06-04T08:00:00Z") + called("2026-06-04T09:00:00Z", target="spouse")
    assert not ask(shelf, {"at": "2026-06-04T10:00:00Z"}, history=history)["allowed"]
    other = called("2026-06-04T08:00:00Z") + called("2026-06-04T09:00:00Z", target="neighbour")
    assert ask(shelf, {"at": "2026-06-04T10:00:00Z"}, history=other)["allowed"]


def test_nothing_counts_up_to_the_first_conversation(tmp_path: Path) -> None:
    shelf = books(tmp_path, **cap(1, days=7, counts={"after_conversation": True}))
    before = called("2026-06-01T09:00:00Z", "2026-06-02T09:00:00Z")
    spoken = [{"at": "2026-06-02T10:00:00Z", "channel": "call", "outcome": "conversation"}]
    after = called("2026-06-03T09:00:00Z")
    at = {"at": "2026-06-04T10:00:00Z"}
    assert ask(shelf, at, history=before)["allowed"]
    assert ask(shelf, at, history=before + spoken)["allowed"]
    assert not ask(shelf, at, history=before + spoken + after)["allowed"]
    # An e-mail is no conversation, and one with a neighbour none with the borrower.
    mailed = [{**spoken[0], "channel": "email"}, {**spoken[0], "target": "neighbour"}]
    assert ask(shelf, at, history=before + mailed + after)["allowed"]


def test_a_notice_is_given_its_days(tmp_path: Path) -> None:
    parameters = {"after": ["notice_sent"], "days": 6, "sentence": "wait.notice"}
    shelf = books(tmp_path, kind="wait", parameters=parameters)
    notices = [{"kind": "notice_sent", "since": "2026-06-01T23:00:00Z"}]
    decision = ask(shelf, {"at": "2026-06-05T10:00:00Z"}, circumstances=notices)
    assert decision["next_allowed_at"] == "2026-06-07T00:00:00+00:00"
    # A notice of which no day is known was sent long ago, as one that nobody mentions.
    undated = [{"kind": "notice_sent"}]
    assert ask(shelf, {"at": "2026-06-05T10:00:00Z"}, circumstances=undated)["allowed"]
    assert ask(shelf, {"at": "2026-06-05T10:00:00Z"})["allowed"]


def test_a_stop_may_last_so_many_days_and_no_longer(tmp_path: Path) -> None:
    parameters = {
        "circumstances": ["breathing_space"],
        "days": 60,
        "sentence": "stop.breathing_space",
        "event": "stop.breathing_space",
    }
    shelf = books(tmp_path, kind="stop", parameters=parameters)

    def free(**fact: Any) -> Any:
        known = [{"kind": "breathing_space", **fact}]
        return ask(shelf, {"at": "2026-06-05T10:00:00Z"}, circumstances=known)["next_allowed_at"]

    assert free(since="2026-06-01") == "2026-07-31T00:00:00+00:00"
    assert free(since="2026-06-01", until="2026-06-09") == "2026-06-10T00:00:00+00:00"
    assert free(since="2026-01-01") == "2026-06-05T10:00:00Z"
    assert free() is None


def test_a_place_may_be_closed_to_a_medium(tmp_path: Path) -> None:
    shelf = books(
        tmp_path, kind="place", places=["work"], channels=["visit"], parameters={"barred": True}
    )
    at = "2026-06-04T10:00:00Z"
    decision = ask(shelf, {"at": at, "channel": "visit", "place": "work"})
    assert decision["reasons"][0]["event"] == "the borrower agrees to this place"
    assert ask(shelf, {"at": at, "channel": "visit", "place": "home"})["allowed"]
    assert ask(shelf, {"at": at, "channel": "call", "place": "work"})["allowed"]


def test_a_rule_may_spare_debts_by_their_age(tmp_path: Path) -> None:
    parameters = {"from": "08:00", "to": "20:00"}
    shelf = books(tmp_path / "a", kind="hours", spares_past_due_over=15, parameters=parameters)
    late = {"at": "2026-06-04T22:00:00Z"}

    def allowed(shelf: Books, *days: int | None) -> bool:
        names = "ABC"[: len(days)]
        debts = {
            n: {} if d is None else {"days_past_due": d} for n, d in zip(names, days, strict=True)
        }
        decision: bool = ask(shelf, {**late, "debts": list(names)}, debts=debts)["allowed"]
        return decision

    assert [allowed(shelf, 15), allowed(shelf, 16), allowed(shelf, 16, 15)] == [False, True, False]
    assert not allowed(shelf, 16, None)
    young = books(tmp_path / "b", kind="hours", spares_past_due_up_to=30, parameters=parameters)
    assert [allowed(young, 30), allowed(young, 31), allowed(young, 31, 30)] == [True, False, False]
    assert not allowed(young, None)


def test_a_rule_may_bind_machines_alone(tmp_path: Path) -> None:
    shelf = books(tmp_path, kind="channel", agents=["ai"], channels=["call"], parameters={})
    at = "2026-06-04T10:00:00Z"
    assert not ask(shelf, {"at": at, "agent": "ai"})["allowed"]
    assert ask(shelf, {"at": at, "agent": "human"})["allowed"]
    assert ask(shelf, {"at": at})["allowed"]


def test_what_only_informs_is_told_to_rooms_and_judges_nothing(tmp_path: Path) -> None:
    kept = {
        "id": "XX.a.rule",
        "kind": "retention",
        "parameters": {"what": "records", "from": "last_activity", "years": 3},
    }
    shelf = Books([read_book(a_book(tmp_path, "XX", kept))])
    decision = ask(shelf, {"at": "2026-06-04T03:00:00Z"})
    assert decision["reasons"] == []
    era = shelf.timeline(("XX",)).era(datetime(2026, 6, 4, tzinfo=UTC))
    (rule,) = era.informing("retention")
    assert rule.judgement == Retention("records", Span(3, 0, 0), "last_activity")
    case = Case(read_facts(FACTS))
    assert rule.judgement.judge(rule, case, case.proposed.at) is None
    assert era.informing("limitation") == ()
    assert Recording.read({"announced": True}) == Recording(announced=True)
    assert Limitation.read({"years": 3}).span == Span(3, 0, 0)


def test_two_periods_in_one_cap_break_the_book(tmp_path: Path) -> None:
    with pytest.raises(BrokenBook):
        books(tmp_path, **cap(1, days=1, hours=2))


def test_of_very_many_contacts_each_counts_on_its_own_day(tmp_path: Path) -> None:
    shelf = books(tmp_path, **cap(1, days=2))
    end = datetime(2026, 6, 4, 10, tzinfo=UTC)
    moments = [end - timedelta(minutes=4 * n) for n in range(1, 701)]
    # Half past midnight of the third, which was still the second where he then was.
    moved = called("2026-06-03T00:30:00Z", time_zone="America/New_York")
    history = called(*(at.isoformat() for at in moments)) + moved
    decision = ask(shelf, {"at": end.isoformat()}, history=history)
    assert decision["reasons"][0]["used"] == sum(at.day >= 3 for at in moments)


def test_what_a_rule_of_any_kind_demands_is_told_in_words(tmp_path: Path) -> None:
    def told(number: int, **rule: Any) -> list[str]:
        file = a_book(tmp_path / str(number), "XX", {"id": "XX.a.rule", **rule})
        book = read_book(file)
        return [said(term, str) for term in terms(book.rules[0], book.content["rules"][0])]

    holidays = {"country": "CA", "subdivision": "ON"}
    hours = {"holidays": holidays, "from": "10:00", "to": "12:00"}
    assert told(1, kind="hours", parameters=hours) == [
        "On public holidays of CA-ON contact may start from 10:00 to before 12:00 only."
    ]
    assert told(2, **cap(3, hours=24))[0] == "At most 3 within 24 hours."
    stop = {"circumstances": ["dispute"], "days": 30, "sentence": "stop.dispute"}
    stop["event"] = "stop.dispute"
    assert told(3, kind="stop", parameters=stop)[1] == (
        "For 30 calendar days at most, that on which it began the first."
    )


def test_an_unknown_clock_breaks_the_book(tmp_path: Path) -> None:
    parameters = {"from": "08:00", "to": "20:00", "zone": "Mars"}
    with pytest.raises(BrokenBook, match="unknown zone 'Mars'"):
        books(tmp_path, kind="hours", parameters=parameters)
