"""What pages judge by: no more of the past than can matter to contacts that nobody makes yet.

A decision that is kept rests on all that its books ask for (`gather`). A page shows who could be
reached now and keeps nothing; so it reads who somebody is first, and then only as much of what was
before as the rules on him reach back (docs/decisions/0023). The answers are the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from crm.contacts.facts.approach import Approach
from crm.contacts.facts.document import place_in, standing_in
from crm.contacts.facts.gathered import Gathered, asked, read
from crm.contacts.facts.statement import MADE, PRESENT
from crm.gate.errors import Invalid, Missing
from crm.gate.reader import Reader
from crm.rulebook.books import ALWAYS
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reach import LookBack, reach
from crm.rulebook.vocabulary import Target

# With them a debt is never discussed; the most they may be asked is where the borrower is.
ASKED_WHERE = frozenset(
    {"contact_person", "relative", "neighbour", "employer", "colleague", "other"}
)
LOCATION = {"purpose": "location"}


def glimpse(reader: Reader, approaches: Sequence[Approach]) -> Gathered:
    """Read what matters to these approaches, in two statements however many they are."""
    found = read(reader, PRESENT, approaches)
    found.take(reader.all(MADE, asked(approaches, _furthest(found, approaches))))
    return found


def each_relation(found: Gathered, approach: Approach) -> Iterator[Approach]:
    """Yield the approach; whoever stands on loans in several relations, once for each loan."""
    try:
        yield _to_purpose(approach, standing_in(found, approach).target)
    except Invalid:
        for tie in found.ties(approach.person_id):
            yield _to_purpose(replace(approach, loan_ids=(tie.loan_id,)), tie.role)


def _to_purpose(approach: Approach, target: str) -> Approach:
    """Return the approach for what such a person may be asked at all: where the borrower is."""
    return replace(approach, extra=LOCATION) if target in ASKED_WHERE else approach


def _furthest(found: Gathered, approaches: Iterable[Approach]) -> LookBack:
    """Return how far back the past matters to any of them."""
    one_each = {approach.person_id: approach for approach in approaches}
    reaches = [back for one in one_each.values() for back in _reaches(found, one)]
    return LookBack(
        max((back.days for back in reaches), default=0),
        max((back.others_days for back in reaches), default=0),
    )


def _reaches(found: Gathered, approach: Approach) -> Iterator[LookBack]:
    try:
        for one in each_relation(found, approach):
            standing = standing_in(found, one)
            books, _ = place_in(found, one, standing)
            yield reach(books_in_force(), ALWAYS.union(books), Target(standing.target))
    except Missing:  # nobody, to whom nothing matters
        return
