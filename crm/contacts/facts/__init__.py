"""From approaches to decisions: one statement reads, one document each, the books judge."""

from collections.abc import Sequence
from typing import Any

from crm.contacts.facts.approach import Approach
from crm.contacts.facts.document import document_of
from crm.contacts.facts.gathered import gather
from crm.gate.errors import Invalid
from crm.gate.reader import Reader
from crm.rulebook.engine import Decision, decide
from crm.rulebook.facts import BadFacts, Facts
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reading import read_facts

__all__ = ["Approach", "decision_of", "facts_for", "judge", "judged"]


def facts_for(reader: Reader, approaches: Sequence[Approach]) -> list[dict[str, Any]]:
    """Return the contract's facts of each approach, in order; one statement for all of them.

    Raises Missing for people, numbers and loans that are not there, and Invalid where the parts
    of an approach do not fit together.
    """
    if not approaches:
        return []
    found = gather(reader, approaches)
    return [document_of(found, approach) for approach in approaches]


def judge(reader: Reader, approaches: Sequence[Approach]) -> list[Decision]:
    """Return the decision on each approach, in order, by the books of the house."""
    return [decision_of(facts) for facts in facts_for(reader, approaches)]


def decision_of(facts: dict[str, Any]) -> Decision:
    """Judge one facts document by the house's books; raise Invalid where it cannot be judged."""
    return judged(facts)[1]


def judged(facts: dict[str, Any]) -> tuple[Facts, Decision]:
    """Return the document as the engine reads it, beside the decision; raise Invalid likewise."""
    try:
        read = read_facts(facts)
        return read, decide(read, books_in_force())
    except BadFacts as fault:
        raise Invalid({fault.field.removeprefix("proposed."): [fault.reason]}) from None
