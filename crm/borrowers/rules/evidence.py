"""Where a person is: evidence weighed by source and date, and the books that follow from it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from crm.borrowers.rules.regions import MEMBERS, TERRITORIES, UNION, zones_of
from crm.rulebook.books import DEFAULT


class Source(StrEnum):
    """Where evidence of place comes from, the strongest first."""

    STATEMENT = "statement"  # the word of the verified person
    ADDRESS = "address"
    AREA_CODE = "area_code"
    FILE = "file"  # what the creditor's file says
    ADDRESS_TOLD = "address_told"  # entered by hand, as the last two: whoever told it
    AREA_CODE_TOLD = "area_code_told"


# Entered by hand: they add a clock or a book, and never set one aside (decision 0031).
TOLD = frozenset({Source.ADDRESS_TOLD, Source.AREA_CODE_TOLD})
RANK = {source: rank for rank, source in enumerate(Source, start=1)}

# What a fresh statement sets aside: an area code, and what weighs less than one. An address
# stays until it is ended as moved from.
_SET_ASIDE = frozenset({Source.AREA_CODE, Source.FILE, Source.AREA_CODE_TOLD})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence; places are ISO 3166 codes, `zones` empty where it names none."""

    source: str
    observed_at: datetime
    country: str | None = None
    region: str | None = None
    city: str | None = None
    zones: tuple[str, ...] = ()
    ended_at: datetime | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the evidence leaves a person: each word only where all evidence agrees on it.

    `zones` and `jurisdictions` are all that it leaves possible, in alphabetical order; no
    jurisdiction where the place is unknown, or where no book covers some part of it and the house
    has chosen none for such places (DEFAULT).
    """

    country: str | None
    region: str | None
    city: str | None
    zones: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    used: tuple[Evidence, ...]
    set_aside: tuple[Evidence, ...]


def place_of(
    evidence: Sequence[Evidence],
    now: datetime,
    books: Collection[str],
    coming: Collection[str] = (),
) -> Placed:
    """Weigh the evidence as it stands at `now`; `books` are the ids of those that judge then.

    `coming` are books that judge only later: they are named, since they bound what is lawful when.

    DESIGN section 3, "Which books": the strictest reading of whatever is not set aside.
    """
    used, aside = _weighed(evidence, now)
    telling = _telling(used)
    zones = sorted({zone for one in telling for zone in one.zones or _zones_of(one)})
    return Placed(
        country=_agreed({one.country for one in telling}),
        region=_agreed({one.region for one in telling}),
        city=_agreed({one.city for one in telling}),
        zones=tuple(zones),
        jurisdictions=_jurisdictions(telling, books, coming),
        used=tuple(used),
        set_aside=tuple(aside),
    )


def ending_loosens(
    evidence: Sequence[Evidence],
    ended: Collection[UUID],
    now: datetime,
    books: Collection[str],
    coming: Collection[str] = (),
) -> bool:
    """Tell whether a clock or a book that counts would count no more if these pieces ended.

    The last one too: another could be entered in its place. Not where a statement of the last
    twelve months stands and nothing that ends is newer: then he moved by his own word.
    """
    left = [one for one in evidence if one.id not in ended]
    before, after = place_of(evidence, now, books), place_of(left, now, books)
    said = [one.observed_at for one in after.used if one.source == Source.STATEMENT]
    known = [one.observed_at for one in before.used if one.id in ended]
    if any(at >= max([a_year_before(now.astimezone(UTC)), *known]) for at in said):
        return False
    return not (
        set(before.zones) <= set(after.zones)
        and _laws(before, books, coming) <= _laws(after, books, coming)
    )


def _laws(placed: Placed, books: Collection[str], coming: Collection[str]) -> set[str]:
    """Return every book that covers something of it, and each country that no book covers.

    There nothing is lawful, so that such evidence counts too, and hides no other.
    """
    found = set[str]()
    for one in _telling(placed.used):
        found |= _covering(one, frozenset(books), frozenset(coming)) or {f"none:{one.country}"}
    return found


def a_year_before(now: datetime) -> datetime:
    """Return the same moment twelve months earlier (28 February for the 29th)."""
    try:
        return now.replace(year=now.year - 1)
    except ValueError:
        return now.replace(year=now.year - 1, day=28)


def _weighed(evidence: Sequence[Evidence], now: datetime) -> tuple[list[Evidence], list[Evidence]]:
    """Part what counts from what the person's newest statement sets aside."""
    standing = [
        one
        for one in evidence
        if one.observed_at <= now and (one.ended_at is None or one.ended_at > now)
    ]
    standing.sort(key=lambda one: (RANK[Source(one.source)], -one.observed_at.timestamp()))
    said = [one for one in standing if one.source == Source.STATEMENT]
    newest = said[0] if said else None
    if newest is None:
        return standing, []
    fresh = newest.observed_at >= a_year_before(now.astimezone(UTC))
    aside = [
        one
        for one in standing
        if one in said[1:]
        or (fresh and one.source in _SET_ASIDE and one.observed_at <= newest.observed_at)
    ]
    return [one for one in standing if one not in aside], aside


def _telling(used: Sequence[Evidence]) -> list[Evidence]:
    """Leave out what another piece says more exactly."""
    return [one for one in used if not any(_refines(other, one) for other in used)]


def _refines(precise: Evidence, vague: Evidence) -> bool:
    """Tell whether a piece at least as strong says the same as another, only more exactly."""
    if precise is vague or precise.source in TOLD:
        return False
    if RANK[Source(precise.source)] > RANK[Source(vague.source)]:
        return False
    if precise.country != vague.country or _names(precise) == _names(vague):
        return False
    return (
        vague.region in {None, precise.region}
        and vague.city in {None, precise.city}
        and set(precise.zones or _zones_of(precise)) <= set(vague.zones or _zones_of(vague))
    )


def _names(one: Evidence) -> tuple[object, ...]:
    return (one.country, one.region, one.city, frozenset(one.zones))


def _zones_of(one: Evidence) -> tuple[str, ...]:
    return zones_of(one.country, one.region) if one.country else ()


def _agreed(words: set[str | None]) -> str | None:
    return next(iter(words)) if len(words) == 1 else None


def _jurisdictions(
    telling: Sequence[Evidence], books: Collection[str], coming: Collection[str]
) -> tuple[str, ...]:
    """Return every book that covers some place left possible; none where one place has none."""
    found: set[str] = set()
    for one in telling:
        covering = _covering(one, frozenset(books), frozenset(coming))
        if not covering:
            return ()
        found |= covering
    return tuple(sorted(found))


def _covering(one: Evidence, judging: frozenset[str], later: frozenset[str]) -> set[str]:
    """Return every book that covers a piece of evidence; none where nothing does."""
    country = TERRITORIES.get(one.country or "", one.country)
    named = {word for word in (one.city, one.region, country, f"{country}-FED") if word}
    stands_in = {DEFAULT} if country is not None else set()
    covering = named & judging or stands_in & judging
    # The Union's law alone is no book of a member state: it leaves hours and numbers to it.
    union = {UNION} & judging if country in MEMBERS else set()
    return covering | union | (named & later) if covering else set()
