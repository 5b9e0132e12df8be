"""The lawful hours of a person's local day, found by asking the books through the whole day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crm.rulebook.books import Books, Timeline
from crm.rulebook.case import Case
from crm.rulebook.moments import DAY, start_of_day
from crm.rulebook.rule import Rule
from crm.rulebook.search import judged, rules_at
from crm.rulebook.vocabulary import Effect

_STEP = timedelta(minutes=15)  # no window of a book is shorter; edges are then found exactly
MINUTES_A_DAY = 1440


class Hours(NamedTuple):
    """The lawful hours of one local day.

    `windows` are minutes of the clock in `zone`, opening inclusive, closing exclusive; `closes_at`
    is when the window around the present moment closes, None where it is closed or never closes.
    """

    zone: str
    windows: tuple[tuple[int, int], ...]
    now_minute: int | None
    closes_at: datetime | None


NOWHERE = Hours("", (), None, None)


def lawful_hours(case: Case, books: Books, known: dict[Any, Hours] | None = None) -> Hours:
    """Return the hours of the day on which the contact is proposed, on the first zone's clock.

    Where the person may be in several zones, only what is lawful in each of them is a window.
    `known` carries answers between people about whom nothing special is known.
    """
    if not case.clocks:
        return NOWHERE
    key = _alike(case)
    if known is None or key is None:
        return _hours(case, books)
    if key not in known:
        known[key] = _hours(case, books)
    return known[key]


def _alike(case: Case) -> Any:
    """Return what decides the hours; None where facts of the person may change them."""
    facts, proposed = case.facts, case.proposed
    if facts.circumstances or facts.consents or proposed.in_reply_to_at is not None:
        return None
    kinds = frozenset((debt.kind, debt.days_past_due) for debt in facts.debts.values())
    place = proposed.place, proposed.borrower_at
    way = proposed.channel, proposed.target, proposed.purpose, proposed.at, place
    return facts.jurisdictions, facts.role, case.clocks, kinds, way


def _hours(case: Case, books: Books) -> Hours:
    zone, at = case.clocks[0], case.proposed.at
    local = at.astimezone(zone)
    bounds = start_of_day(local.date(), zone), start_of_day(local.date() + DAY, zone)
    spans = list(_open_spans(case, books, *bounds))
    around = [closes for opens, closes in spans if opens <= at < closes]
    return Hours(
        zone=str(zone),
        windows=tuple((_minute(a, zone), _minute(b, zone) or MINUTES_A_DAY) for a, b in spans),
        now_minute=_minute(at, zone),
        closes_at=around[0] if around and around[0] != bounds[1] else None,
    )


def _open_spans(
    case: Case, books: Books, first: datetime, last: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield each span of the day in which no rule about hours refuses."""
    opened: datetime | None = None
    before, was_open = first, False
    timeline = books.timeline(case.facts.jurisdictions)
    for moment in _moments(first, last):
        is_open = moment < last and _is_open(case, timeline, moment)
        if is_open and not was_open:
            opened = first if moment == first else _edge(case, timeline, before, moment)
        elif was_open and not is_open and opened is not None:
            yield opened, last if moment == last else _edge(case, timeline, before, moment)
        before, was_open = moment, is_open


def _moments(first: datetime, last: datetime) -> Iterator[datetime]:
    moment = first
    while moment < last:
        yield moment
        moment += _STEP
    yield last


def _edge(case: Case, timeline: Timeline, before: datetime, after: datetime) -> datetime:
    """Return the first second after `before` that is as open, or as closed, as `after`."""
    wanted = _is_open(case, timeline, after)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _is_open(case, timeline, datetime.fromtimestamp(middle, UTC)) == wanted:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def _is_open(case: Case, timeline: Timeline, at: datetime) -> bool:
    return not any(_refuses(rule, case, at) for rule in _rules(case, timeline, at))


def _rules(case: Case, timeline: Timeline, at: datetime) -> tuple[Rule, ...]:
    """Return the rules about hours at that instant, sought out once for all of a day's."""
    found = (rule for rule in rules_at(case, timeline, at) if rule.kind == "hours")
    return case.once(("hours", id(timeline.era(at))), found)


def _refuses(rule: Rule, case: Case, at: datetime) -> bool:
    finding = judged(rule, case, at)
    return finding is not None and (finding.effect or rule.effect) is Effect.REFUSE


def _minute(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute
