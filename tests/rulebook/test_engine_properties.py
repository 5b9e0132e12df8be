"""What is true of the engine whatever the facts are."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from made_up_facts import JURISDICTIONS, Document, contacts, documents

from crm.rulebook.case import Case
from crm.rulebook.engine import canonical, decide
from crm.rulebook.facts import Facts
from crm.rulebook.kinds.party import Party
from crm.rulebook.reading import read_facts
from crm.rulebook.search import judged, rules_at
from crm.rulebook.shelf import shipped_books
from crm.rulebook.vocabulary import Effect

BOOKS = shipped_books()
SEARCHED = timedelta(days=11)
ORDER = {"refuse": 0, "require": 1, "warn": 2}
# History that a rule names as opening the way: lost contact, a dropped call, a message to answer.
OPENING_GROUNDS = {"call_dropped", "information_requested"}

wide = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def moved(document: Document, at: datetime) -> Document:
    return {**document, "proposed": {**document["proposed"], "at": at.isoformat()}}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def refused(facts: Facts, at: datetime) -> bool:
    """Judge every rule at an instant, without any search."""
    later = replace(facts, proposed=facts.proposed._replace(at=at))
    case = Case(later)
    found = [
        (rule, judged(rule, case, at))
        for rule in rules_at(case, BOOKS.timeline(facts.jurisdictions), at)
    ]
    return any(f and (f.effect or rule.effect) is Effect.REFUSE for rule, f in found)


@settings(wide, max_examples=200)
@given(documents)
def test_the_next_lawful_time_is_lawful_and_nothing_earlier_is(document: Document) -> None:
    decision, facts = decide(document, BOOKS), read_facts(document)
    at = instant(document["proposed"]["at"]).astimezone(UTC)
    following = decision["next_allowed_at"]
    end = at + SEARCHED
    if following is not None:
        assert not refused(facts, instant(following))
        end = min(instant(following).astimezone(UTC), end)
    while at < end:
        assert refused(facts, at), at
        at += timedelta(minutes=30)
    if following is not None and decision["allowed"] is False:
        assert refused(facts, instant(following) - timedelta(seconds=1))


@wide
@given(documents)
def test_a_reason_ends_when_it_says_and_no_sooner(document: Document) -> None:
    at = instant(document["proposed"]["at"])
    for reason in decide(document, BOOKS)["reasons"]:
        if reason["effect"] != "refuse" or reason["until"] is None:
            continue
        until = instant(reason["until"])
        assert until > at
        for moment, refused in ((until, False), (until - timedelta(seconds=1), True)):
            later = decide(moved(document, moment), BOOKS)["reasons"]
            rules = {r["rule"] for r in later if r["effect"] == "refuse"}
            assert (reason["rule"] in rules) is refused


def opens_by_loss(document: Document) -> bool:
    at = instant(document["proposed"]["at"])
    return any(
        isinstance(rule.judgement, Party) and rule.judgement.failures is not None
        for book in BOOKS.applicable(document["jurisdictions"], at)
        for rule in book.rules
    )


@wide
@given(documents, contacts)
def test_more_history_never_allows_more(document: Document, contact: dict[str, Any]) -> None:
    proposed = document["proposed"]
    assume(proposed.get("ground") not in OPENING_GROUNDS)
    # Where others may be turned to once contact is lost, the history that shows it opens the way.
    assume(not (proposed.get("target", "borrower") != "borrower" and opens_by_loss(document)))
    assume(contact["at"] and instant(contact["at"]) <= instant(proposed["at"]))
    longer = {**document, "history": [*document.get("history", []), contact]}
    if decide(longer, BOOKS)["allowed"]:
        assert decide(document, BOOKS)["allowed"]


@wide
@given(documents, st.sampled_from(JURISDICTIONS))
def test_from_one_book_on_more_books_never_allow_more(document: Document, more: str) -> None:
    books = [*document["jurisdictions"], more]
    if decide({**document, "jurisdictions": books}, BOOKS)["allowed"]:
        for book in books:
            assert decide({**document, "jurisdictions": [book]}, BOOKS)["allowed"]


@wide
@given(documents, st.randoms())
def test_order_does_not_matter(document: Document, chance: random.Random) -> None:
    shuffled = dict(document)
    for key in ("jurisdictions", "time_zones", "circumstances", "consents", "history"):
        if key in document:
            shuffled[key] = chance.sample(document[key], len(document[key]))
    one, other = decide(document, BOOKS), decide(shuffled, BOOKS)
    assert {**one, "facts_digest": ""} == {**other, "facts_digest": ""}


@wide
@given(documents)
def test_the_same_facts_give_the_same_bytes(document: Document) -> None:
    assert canonical(decide(document, BOOKS)) == canonical(decide(document, BOOKS))


@wide
@given(documents)
def test_refusals_come_first_and_each_rule_speaks_once(document: Document) -> None:
    reasons = decide(document, BOOKS)["reasons"]
    keys = [(ORDER[reason["effect"]], reason["rule"]) for reason in reasons]
    assert all(one < other for one, other in pairwise(keys))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_the_zone_of_the_server_does_not_matter(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {
        "jurisdictions": ["US-FED"],
        "collector_role": "agency",
        "time_zones": ["America/New_York"],
        "proposed": {"at": "2026-06-03T21:30:00-04:00", "channel": "call"},
    }
    here = canonical(decide(document, BOOKS))
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert canonical(decide(document, BOOKS)) == here
    finally:
        monkeypatch.undo()
        time.tzset()
