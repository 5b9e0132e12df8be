"""Who may be one and the same person: groups that are counted together, and their decisions."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from uuid import UUID

from crm.words import Word

Pair = tuple[UUID, UUID]

# A number or an identity that more people have than this is nobody's own: a switchboard, or
# something typed in place of what was not known. It proposes no more matches.
MOST = 50


class MatchState(Word):
    """What is held of two people: that they may be one, are two, or are one."""

    PROPOSED = "proposed"
    APART = "apart"
    MERGED = "merged"


class Basis(StrEnum):
    """What two people share that makes them look like one."""

    NATIONAL_ID = "national_id"
    NUMBER_AND_NAME = "number_and_name"


class MatchReason(StrEnum):
    """By what it was decided; a closed list, so that the ledger holds no free text."""

    PAPERS = "papers"  # their papers were compared
    SAID = "said"  # the person said so, verified
    LENDER = "lender"
    TYPED_WRONG = "typed_wrong"
    OTHER = "other"


TOGETHER = frozenset({MatchState.PROPOSED, MatchState.MERGED})


def pair_of(one: UUID, other: UUID) -> Pair:
    """Return two people in the order in which their match is kept."""
    return (one, other) if one < other else (other, one)


class Groups:
    """People and with whom they are one so far; each group goes by its smallest id."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self._above: dict[UUID, UUID] = {}
        for one, other in pairs:
            self.join(one, other)

    def root(self, person_id: UUID) -> UUID:
        """Return by whose id his group goes."""
        above = self._above.setdefault(person_id, person_id)
        while above != person_id:
            person_id, above = above, self._above[above]
        return person_id

    def join(self, one: UUID, other: UUID) -> bool:
        """Make two groups one; tell whether they were two."""
        first, second = pair_of(self.root(one), self.root(other))
        self._above[second] = first
        return first != second

    def members(self) -> dict[UUID, list[UUID]]:
        """Return each group of more than one, in the order of ids, by its smallest id."""
        found: dict[UUID, list[UUID]] = {}
        for person_id in sorted(self._above):
            found.setdefault(self.root(person_id), []).append(person_id)
        return {root: people for root, people in found.items() if len(people) > 1}


def counted_with(pairs: Iterable[Pair]) -> dict[UUID, UUID]:
    """Return for each person of these pairs the id that all who may be he share."""
    groups = Groups(pairs).members()
    return {person_id: root for root, people in groups.items() for person_id in people}


def main_of(pairs: Iterable[Pair], chosen: Collection[UUID]) -> dict[UUID, UUID]:
    """Return for each person of merged pairs in whose file he is read.

    The first of `chosen` that is among them; else the one who was entered first.
    """
    found: dict[UUID, UUID] = {}
    for root, people in Groups(pairs).members().items():
        main = next((one for one in chosen if one in people), root)
        found |= dict.fromkeys(people, main)
    return found


def new_pairs(
    found: Iterable[Pair], together: Iterable[Pair], decided: Collection[Pair]
) -> list[Pair]:
    """Return which of the pairs `found` are new proposals.

    Those who are counted together already, by whatever way, need no further row, and who was
    decided to be apart is not proposed again: what is left has no ring, so that many who share
    something make few rows.
    """
    groups = Groups(together)
    kept = []
    for one, other in found:
        pair = pair_of(one, other)
        if pair not in decided and groups.join(*pair):
            kept.append(pair)
    return kept
