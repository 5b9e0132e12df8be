"""From rows to the contract's document: whose facts, which history, which place."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.borrowers.rules import Evidence, number_of, place_of
from crm.contacts.facts.answering import told_of
from crm.contacts.facts.approach import Approach
from crm.contacts.facts.gathered import Gathered, Point
from crm.contacts.facts.history import history_of
from crm.contacts.rules.standing import (
    Ambiguous,
    Standing,
    role_of_collector,
    standing_of,
    word_of,
)
from crm.gate.errors import Invalid, Missing
from crm.loans.rules import days_past_due
from crm.rulebook.in_force import books_in_force
from crm.words import N_

# What of another person bears on contact with him, and so stands in the borrower's facts too.
_OF_ANYBODY = frozenset(
    {
        "party_refused_contact",
        "medium_refused",
        "opt_out",
        "inconvenient_time",
        "inconvenient_place",
        "wrong_number",
        "location_answer_doubtful",
        "contact_hold",
    }
)
_CONSENTS_OF_ANYBODY = frozenset({"extra_calls", "time_exception", "channel", "place_exception"})

KINDS_OF_CHANNEL = {
    "call": {"phone"},
    "ringless_voicemail": {"phone"},
    "sms": {"phone"},
    "im": {"im", "phone"},
    "email": {"email"},
    "letter": {"postal"},
    "visit": {"postal"},
    "social_private": {"im"},
    "social_public": {"im"},
}


def document_of(found: Gathered, approach: Approach) -> dict[str, Any]:
    """Return the contract's facts of one approach.

    Raises Missing for a person, number or loan that is not there, and Invalid where the parts
    do not fit together.
    """
    standing = standing_in(found, approach)
    point = _point(found, approach)
    number = number_of(point.token) if point is not None and point.token else None
    jurisdictions, zones = place_in(found, approach, standing)
    history = list(history_of(found, approach, standing, number, jurisdictions))
    return {
        "jurisdictions": jurisdictions,
        "collector_role": role_of_collector(
            found.loans[loan_id].collector_role for loan_id in standing.loan_ids
        ),
        "time_zones": zones,
        "debts": _debts(found, approach, standing, history),
        "circumstances": list(_circumstances(found, approach, standing, point, number)),
        "consents": list(_consents(found, approach, standing)),
        "history": history,
        "proposed": told_of(found, approach) | _proposed(approach, standing, point, number),
    }


def standing_in(found: Gathered, approach: Approach) -> Standing:
    """Return as whom a person is approached; raise Missing or Invalid where that is unclear."""
    if approach.person_id not in found.people:
        raise Missing("person")
    try:
        standing = standing_of(
            approach.person_id, found.ties(approach.person_id), approach.loan_ids
        )
    except Ambiguous:
        sentence = N_("Name loans on which this person stands in one and the same role.")
        raise Invalid({"loan_ids": [sentence]}) from None
    if standing is None:
        raise Invalid({"loan_ids": [N_("Name loans on which this person stands.")]})
    return standing


def _point(found: Gathered, approach: Approach) -> Point | None:
    if approach.contact_point_id is None:
        return None
    point = found.points.get(approach.contact_point_id)
    if point is None or point.person_id != approach.person_id:
        raise Missing("contact_point")
    if point.kind not in KINDS_OF_CHANNEL.get(approach.channel, set()):
        raise Invalid({"channel": [N_("This number or address is not reached that way.")]})
    return point


def place_in(
    found: Gathered, approach: Approach, standing: Standing
) -> tuple[list[str], list[str]]:
    """Return the books and zones of the borrower and of whoever is approached for him.

    Where either's place is unknown it is unknown: nobody is approached on a guess. Where somebody
    else may be he, what is known of the other's place counts beside his own.
    """
    books, zones = set[str](), set[str]()
    unplaced = timeless = False
    shelved = books_in_force().shelved(approach.at)
    for evidence in _evidence(found, {approach.person_id, standing.owner_id}):
        placed = place_of(evidence, _weighed_as_of(evidence, approach), *shelved)
        books |= set(placed.jurisdictions)
        zones |= set(placed.zones)
        unplaced |= not placed.jurisdictions
        timeless |= not placed.zones
    return [] if unplaced else sorted(books), [] if timeless else sorted(zones)


def _weighed_as_of(evidence: Iterable[Evidence], approach: Approach) -> datetime:
    """Return as of when the evidence is weighed: when the contact is made.

    One that was made before anything was known is judged by all that is known by now, not as if
    he had been nowhere.
    """
    known = [piece.observed_at for piece in evidence]
    if not approach.made or not known or min(known) <= approach.at:
        return approach.at
    return max(known)


def _evidence(found: Gathered, people: Iterable[UUID]) -> Iterator[list[Evidence]]:
    """Yield what is known of where each is, and apart from it of where each is who may be he."""
    for person_id in people:
        merged = found.alike.merged(person_id)
        yield [piece for one in merged for piece in found.evidence[one]]
        others = set(found.alike.counted(person_id)) - set(merged)
        yield from (found.evidence[other] for other in others if found.evidence[other])


def _debts(
    found: Gathered, approach: Approach, standing: Standing, history: list[dict[str, Any]]
) -> dict[str, Any]:
    named = {str(loan_id) for loan_id in standing.loan_ids}
    named |= {debt for item in history for debt in item["debts"]}
    debts = {}
    for name in sorted(named):  # of a list of people the other loans are many
        loan = found.loans.get(UUID(name))
        if loan is None:
            continue
        debt = {
            "kind": loan.kind,
            "account": loan.account.hex() if loan.account else str(loan.id),
            "days_past_due": days_past_due(loan.days_past_due, loan.as_of, approach.at.date()),
        }
        debts[str(loan.id)] = debt | (
            {} if loan.time_barred is None else {"time_barred": loan.time_barred}
        )
    return debts


def _circumstances(
    found: Gathered,
    approach: Approach,
    standing: Standing,
    point: Point | None,
    number: str | None,
) -> Iterator[dict[str, Any]]:
    """Yield what is known of the borrower, and what of whoever is approached for him.

    What stops contact with one stops it with whoever may be he.
    """
    himself = approach.person_id == standing.owner_id
    for fact in _in_force(found, standing.owner_id, approach.at):
        yield _named(fact, standing.target) if himself else fact
    if not himself:
        for fact in _in_force(found, approach.person_id, approach.at):
            if fact["kind"] in _OF_ANYBODY:
                yield _named(fact, standing.target)
    deceased = any(
        fact["kind"] == "deceased" for fact in _in_force(found, approach.person_id, approach.at)
    )
    if deceased and standing.target != "borrower":
        yield {"kind": "contact_hold", "target": standing.target}
    if point is not None and point.valid_until is not None and number is not None:
        since = point.valid_until.isoformat()
        yield {"kind": "contact_hold", "number": number, "since": since}
    if not any(found.loans[loan_id].is_open for loan_id in standing.loan_ids):
        yield {"kind": "contact_hold"}  # nothing is owed: there is nothing to collect


def _in_force(found: Gathered, person_id: UUID, at: datetime) -> Iterator[dict[str, Any]]:
    for one in found.alike.counted(person_id):
        for fact, lifted_at in found.circumstances[one]:
            if lifted_at is None or lifted_at > at:
                yield {name: value for name, value in fact.items() if value is not None}


def _named(fact: dict[str, Any], target: str) -> dict[str, Any]:
    """Say whose word or state it is, where that is not the borrower's."""
    if target == "borrower" or "target" in fact:
        return fact
    return fact | {"target": target}


def _consents(found: Gathered, approach: Approach, standing: Standing) -> Iterator[dict[str, Any]]:
    """Yield what he allowed himself: nobody's consent opens anything for one who may be another."""
    himself = approach.person_id == standing.owner_id
    for fact in _given(found, standing.owner_id):
        yield _named(_told(fact), standing.target) if himself else _told(fact)
    if not himself:
        for fact in _given(found, approach.person_id):
            if fact["kind"] in _CONSENTS_OF_ANYBODY:
                yield _named(_told(fact), standing.target)


def _given(found: Gathered, person_id: UUID) -> Iterator[dict[str, Any]]:
    for one in found.alike.merged(person_id):
        yield from found.consents[one]


def _told(fact: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fact.items() if value is not None}


def _proposed(
    approach: Approach, standing: Standing, point: Point | None, number: str | None
) -> dict[str, Any]:
    proposed: dict[str, Any] = {
        "at": approach.at.isoformat(),
        "channel": approach.channel,
        "target": standing.target,
        "debts": [str(loan_id) for loan_id in standing.loan_ids],
    }
    if point is None:
        return proposed
    if number is not None:
        proposed["number"] = number
    if point.kind in {"phone", "postal"}:
        proposed["place"] = point.place
    if point.kind == "email":
        proposed["address_type"] = point.address_type
    return proposed


__all__ = ["KINDS_OF_CHANNEL", "document_of", "place_in", "standing_in", "word_of"]
