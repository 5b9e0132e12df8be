"""How long a reservation lives: until its limit, or until the books would refuse it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm.rulebook.books import Books, Timeline
from crm.rulebook.case import Case
from crm.rulebook.facts import Facts
from crm.rulebook.kinds.hours import Holidays, Hours
from crm.rulebook.lifts import CALL_BACK, REQUEST_FRESH
from crm.rulebook.moments import DAY, Window, next_edge, start_of_day
from crm.rulebook.search import judged, rules_at
from crm.rulebook.vocabulary import TELEPHONE, Effect

CALL_LIMIT = timedelta(minutes=10)
_JUST_AFTER = timedelta(microseconds=1)  # a ground still holds at the end of its span


def expiry_of(facts: Facts, books: Books) -> datetime:
    """Return when a reservation ends that is lawful at its planned instant.

    A telephone call has ten minutes, anything else until its local day ends in the first of the
    zones possible; earlier where hours close or any other refusal begins before.
    """
    case = Case(facts)
    limit = limit_of(case)
    return refused_from(case, books, limit) or limit


def limit_of(case: Case) -> datetime:
    """Return the end of a reservation that no rule cuts short."""
    at = case.proposed.at
    if case.proposed.channel in TELEPHONE:
        return at + CALL_LIMIT
    return min(start_of_day(at.astimezone(zone).date() + DAY, zone) for zone in case.zones)


def refused_from(case: Case, books: Books, limit: datetime) -> datetime | None:
    """Return the first instant after the proposed one, up to `limit`, at which a rule refuses."""
    timeline = books.timeline(case.facts.jurisdictions)
    moments = {
        moment
        for moment in _turning_points(case, timeline, limit)
        if case.proposed.at < moment < limit
    }
    return next((m for m in sorted(moments) if _is_refused(case, timeline, m)), None)


def _is_refused(case: Case, timeline: Timeline, at: datetime) -> bool:
    for rule in rules_at(case, timeline, at):
        finding = judged(rule, case, at)
        if finding is not None and (finding.effect or rule.effect) is Effect.REFUSE:
            return True
    return False


def _turning_points(case: Case, timeline: Timeline, limit: datetime) -> Iterator[datetime]:
    """Yield every instant at which an answer may turn from yes to no."""
    yield from case.turns()
    yield from _midnights(case, limit)
    yield from _ends(case)
    for contact in case.facts.history:
        yield contact.at  # what is reserved for later begins to count
        yield contact.at + CALL_BACK + _JUST_AFTER
        yield contact.at + REQUEST_FRESH + _JUST_AFTER
    for window, zones in _windows(case, timeline):
        for zone in zones:
            edge = next_edge(window, zone, case.proposed.at)
            while edge is not None and edge < limit:
                yield edge
                edge = next_edge(window, zone, edge)
    ends = timeline.era(case.proposed.at).ends
    while ends is not None and ends < limit:
        yield ends
        ends = timeline.era(ends).ends


def _midnights(case: Case, limit: datetime) -> Iterator[datetime]:
    for zone in case.zones:
        day = case.proposed.at.astimezone(zone).date()
        while (midnight := start_of_day(day, zone)) < limit:
            yield midnight
            day += DAY


def _ends(case: Case) -> Iterator[datetime]:
    """Yield when consents run out, and when a circumstance that lifts something does."""
    for bound in (
        *(consent.until for consent in case.facts.consents),
        *(fact.until for fact in case.facts.circumstances),
    ):
        if bound is not None:
            yield case.closes(bound)
            yield case.closes(bound, narrow=True)
    for consent in case.facts.consents:
        if consent.revoked_at is not None:
            yield case.opens(consent.revoked_at)
    asked_at = case.proposed.in_reply_to_at
    if asked_at is not None:
        yield asked_at + REQUEST_FRESH + _JUST_AFTER


def _windows(case: Case, timeline: Timeline) -> Iterator[tuple[Window, tuple[ZoneInfo, ...]]]:
    """Yield every window of hours, with the zones by whose clocks it is read."""
    for rule in rules_at(case, timeline, case.proposed.at):
        if isinstance(rule.judgement, Hours):
            clock = rule.judgement.clock
            zones = case.zones if clock is None else (clock,)
            yield from ((window, zones) for window in rule.judgement.windows)
        elif isinstance(rule.judgement, Holidays) and rule.judgement.window is not None:
            yield rule.judgement.window, case.zones
    for window in (
        *(fact.window for fact in case.facts.circumstances),
        *(consent.window for consent in case.facts.consents),
    ):
        if window is not None:
            yield window, case.zones
