"""How far back the past can matter: leaving out what lies further back changes no answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_facts import Document, contacts, documents

from crm.contacts.meter.lines import line_of
from crm.rulebook.books import ALWAYS
from crm.rulebook.engine import canonical, decide
from crm.rulebook.moments import DAY
from crm.rulebook.reach import look_back, reach
from crm.rulebook.reading import read_facts
from crm.rulebook.shelf import shipped_books
from crm.rulebook.vocabulary import Target

BOOKS = shipped_books()


def far(book: str, target: str = "borrower") -> tuple[int, int]:
    return reach(BOOKS, ALWAYS.union([book]), Target(target))


@pytest.mark.parametrize(
    ("book", "target", "days"),
    [
        ("CN", "borrower", 1),  # its caps are of one day
        ("CN", "neighbour", 90),  # whether contact is lost only all attempts tell
        ("AU", "borrower", 31),
        ("CA-ON", "borrower", 90),  # nothing counts before the first conversation
        ("GB", "borrower", 0),
    ],
)
def test_the_past_matters_as_far_as_the_rules_on_one_person_look(
    book: str, target: str, days: int
) -> None:
    assert far(book, target)[0] == days


def test_what_may_never_be_forgotten_is_read_as_far_as_its_book_has_it() -> None:
    assert far("US-FED", "other") == look_back(BOOKS, ALWAYS.union(["US-FED"])) == (8, 3650)


@st.composite
def cut(draw: Any) -> tuple[Document, Document]:
    """Facts of an ordinary contact, and the same without what lies out of reach."""
    document = draw(documents)
    proposed = {
        key: value
        for key, value in document["proposed"].items()
        if key not in {"ground", "in_reply_to_at", "in_reply_to_channel"}
    }
    proposed.setdefault("debts", ["A"])  # a house always names them
    history = [*document.get("history", []), *draw(st.lists(contacts, max_size=12))]
    at = datetime.fromisoformat(proposed["at"]).astimezone(UTC)
    chosen = ALWAYS.union(document["jurisdictions"])
    days, _ = reach(BOOKS, chosen, Target(proposed.get("target", "borrower")))
    since = at - timedelta(days=days) - 2 * DAY
    document = document | {"proposed": proposed}
    near = [one for one in history if datetime.fromisoformat(one["at"]) >= since]
    return document | {"history": history}, document | {"history": near}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(cut())
def test_what_lies_out_of_reach_changes_no_answer(pair: tuple[Document, Document]) -> None:
    whole, near = pair
    assert as_line(whole) == as_line(near)
    assert decided(whole) == decided(near)


def as_line(document: Document) -> Any:
    """Return all that a page says of it: how much of each limit is used up, too."""
    return line_of(read_facts(document), BOOKS)


def decided(document: Document) -> bytes:
    return canonical(decide(document, BOOKS) | {"facts_digest": ""})
