"""Finding who may have been entered twice, and counting those together from that moment on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, func, or_, select

from crm.borrowers.models import contact_point, person, person_match
from crm.borrowers.queries.subjects import ALIVE
from crm.borrowers.rules.matching import (
    MOST,
    TOGETHER,
    Basis,
    MatchState,
    Pair,
    counted_with,
    main_of,
    new_pairs,
    pair_of,
)
from crm.borrowers.rules.points import PointKind
from crm.gate.work import Work
from crm.privacy.index import blind
from crm.privacy.keyring import keyring
from crm.privacy.openers import match
from crm.privacy.rows import stored_value

_ID = "person.national_id"
# Held by whatever can make two people alike: of two who are entered at once neither sees the
# other, and there is no row yet that both could hold.
MATCHING = uuid5(UUID("6f1c0f7e-3f0e-5d0b-9d5c-0c1f6d3a9b11"), "borrowers.matching")
_OWN = (PointKind.PHONE, PointKind.EMAIL, PointKind.IM)  # a house is shared by a family


def propose(
    work: Work, people: Collection[UUID], papers_of: Collection[UUID] = ()
) -> tuple[UUID, ...]:
    """Write down whom these people may be; return one of each group that is counted anew.

    A handful of statements, however many they are. They and whoever they may be are one for every
    limit until somebody decides. `papers_of` are those whose identity number became another just
    now: who has the same is known anew, whatever was decided on the number before.
    """
    if not people:
        return ()
    bases: dict[Pair, Basis] = {}
    for basis, pairs in ((Basis.NATIONAL_ID, _by_id), (Basis.NUMBER_AND_NAME, _by_number)):
        for pair in pairs(work, set(people)):
            bases.setdefault(pair, basis)
    if not bases:
        return ()
    known = _known(work, bases)
    equal = [row for pair, row in known.items() if bases.get(pair) == Basis.NATIONAL_ID]
    anew = _strengthened(work, equal, set(papers_of))
    new = new_pairs(bases, _together(work, bases), known)
    rows = [
        {
            "one_id": one,
            "other_id": other,
            "basis": bases[one, other],
            "state": MatchState.PROPOSED,
            "reason": None,
            "proposed_at": work.now,
            "decided_at": None,
            "decided_by": None,
            "version": 1,
        }
        for one, other in new
    ]
    work.add_many(person_match, rows)
    return regroup(work, {person_id for pair in (*new, *anew) for person_id in pair})


def regroup(work: Work, people: Collection[UUID], main: UUID | None = None) -> tuple[UUID, ...]:
    """Count together anew, by the matches as they stand; return one of each group it concerns.

    `main` is in whose file those merged with him are read from now on.
    """
    pairs = _reached(work, people)
    concerned = set(people) | {person_id for pair in pairs for person_id in pair}
    query = select(person.c.id, person.c.counted_with, person.c.main_id)
    rows = work.all(query.where(person.c.id.in_(concerned))) if concerned else ()
    mains = [main] if main is not None else []
    mains += sorted({row.main_id for row in rows if row.main_id is not None})
    groups = counted_with(pairs)
    merged = main_of((p for p, state in pairs.items() if state == MatchState.MERGED), mains)
    changed = [
        {"id": row.id, "counted_with": groups.get(row.id), "main_id": merged.get(row.id)}
        for row in rows
        if (row.counted_with, row.main_id) != (groups.get(row.id), merged.get(row.id))
    ]
    work.change_many(person, changed)
    return tuple(sorted({groups.get(one, one) for one in concerned}))


def _by_id(work: Work, people: set[UUID]) -> Iterator[Pair]:
    """Yield who has the identity number of one of these people."""
    token = person.c.national_id_token
    asked = select(token).where(person.c.id.in_(people), token.is_not(None))
    nothing = blind(_ID, 128, "")  # what a row of dashes comes to
    query = select(token.label("token"), person.c.id).where(
        token.in_(_few(token, asked, ALIVE)), token != nothing, ALIVE
    )
    holders = defaultdict(list)
    for row in work.all(query.order_by(person.c.id)):
        holders[row.token].append(row.id)
    for held_by in holders.values():
        yield from _with_one_of(people, held_by)


def _by_number(work: Work, people: set[UUID]) -> Iterator[Pair]:
    """Yield who has a number or address of one of these people, and his name."""
    token, holder = contact_point.c.token, contact_point.c.person_id
    valid = (contact_point.c.valid_until.is_(None), contact_point.c.kind.in_(_OWN))
    asked = select(token).where(holder.in_(people), *valid)
    query = (
        select(token.label("token"), person.c.id, person.c.name)
        .distinct()
        .join(person, person.c.id == holder)
        .where(token.in_(_few(token, asked, *valid, of=holder)), *valid, ALIVE)
    )
    holders: dict[bytes, dict[UUID, Any]] = defaultdict(dict)
    for row in work.all(query.order_by(person.c.id)):
        holders[row.token][row.id] = row.name
    keyring().prefetch({one for named in holders.values() for one in named})
    for named in holders.values():
        for pair in _with_one_of(people, list(named)):
            if _same_name(named, *pair):
                yield pair


def _few(token: Any, asked: Any, *where: ColumnElement[bool], of: Any = person.c.id) -> Any:
    """Return the tokens among `asked` that more than one and no more than MOST people have."""
    many = func.count(of.distinct())
    return (
        select(token).where(token.in_(asked), *where).group_by(token).having(many > 1, many <= MOST)
    )


def _with_one_of(people: set[UUID], holders: Iterable[UUID]) -> Iterator[Pair]:
    for one, other in combinations(holders, 2):
        if one in people or other in people:
            yield pair_of(one, other)


def _same_name(named: Mapping[UUID, Any], one: UUID, other: UUID) -> bool:
    names = [stored_value(person, "name", named[who], who, who) for who in (one, other)]
    first, second = names
    return first is not None and second is not None and match(first, second, "person.name")


def _together(work: Work, pairs: Iterable[Pair]) -> list[Pair]:
    """Return each of these people with the id of those with whom he is counted already."""
    people = {person_id for pair in pairs for person_id in pair}
    query = select(person.c.id, person.c.counted_with).where(
        person.c.id.in_(people), person.c.counted_with.is_not(None)
    )
    return [(row.id, row.counted_with) for row in work.all(query)]


def _known(work: Work, pairs: Iterable[Pair]) -> dict[Pair, Any]:
    """Return which of these pairs are written down already, however they were decided."""
    query = select(person_match).where(person_match.c.one_id.in_({one for one, _ in pairs}))
    return {(row.one_id, row.other_id): row for row in work.all(query)}


def _strengthened(work: Work, rows: Iterable[Any], papers_of: set[UUID]) -> list[Pair]:
    """Note that they have one identity, where less was known; return who is proposed anew.

    A decision of before knew less: whoever was told apart is counted together until it is decided
    again, and what waits for a second person becomes stale.
    """
    anew = []
    for row in rows:
        apart_since = row.state == MatchState.APART and papers_of & {row.one_id, row.other_id}
        if row.basis == Basis.NATIONAL_ID and not apart_since:
            continue
        told: dict[str, Any] = {"basis": Basis.NATIONAL_ID}
        if row.state == MatchState.APART:
            told |= {"state": MatchState.PROPOSED, "reason": None, "proposed_at": work.now}
            told |= {"decided_at": None, "decided_by": None}
            anew.append((row.one_id, row.other_id))
        work.change(person_match, row.id, version=row.version, **told)
    return anew


def _reached(work: Work, people: Collection[UUID]) -> dict[Pair, str]:
    """Return all pairs counted together that lead, step by step, to one of these people."""
    found: dict[Pair, str] = {}
    ahead, seen = set(people), set[UUID]()
    match_of = person_match.c
    while ahead:
        seen |= ahead
        query = select(match_of.one_id, match_of.other_id, match_of.state).where(
            or_(match_of.one_id.in_(ahead), match_of.other_id.in_(ahead)),
            match_of.state.in_(sorted(TOGETHER)),
        )
        rows = work.all(query)
        found |= {(row.one_id, row.other_id): row.state for row in rows}
        ahead = {one for row in rows for one in (row.one_id, row.other_id)} - seen
    return found
