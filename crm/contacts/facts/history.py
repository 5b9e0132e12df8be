"""Which earlier contacts count for an approach, and as contacts with whom."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm.borrowers.rules import number_of
from crm.contacts.facts.approach import Approach
from crm.contacts.facts.gathered import ZONES, Gathered, Past, look_back
from crm.contacts.rules.standing import OWING, Standing
from crm.rulebook.books import ALWAYS
from crm.rulebook.in_force import books_in_force


def history_of(
    found: Gathered,
    approach: Approach,
    standing: Standing,
    number: str | None,
    jurisdictions: list[str],
) -> Iterator[dict[str, Any]]:
    """Yield the contacts that count, oldest first, no further back than the books look."""
    days, others_days = look_back(books_in_force(), ALWAYS.union(jurisdictions))
    kin = {*found.alike.counted(approach.person_id), *found.alike.counted(standing.owner_id)}
    kin.update(*(found.roles[loan_id] for loan_id in standing.loan_ids))
    for past in found.past_near(kin, number):
        if past.id == approach.permit_id or not _has_been(past, approach.at):
            continue
        word = _word(found, approach, standing, number, past)
        if word is None:
            continue
        span = days if word in OWING else others_days
        if past.at >= approach.at - timedelta(days=span) - ZONES:
            yield _item(past, word)


def _has_been(past: Past, at: datetime) -> bool:
    """Tell whether it counts at that instant: contacts lie before, reservations do not lapse."""
    if past.outcome != "pending":
        return past.at <= at
    return past.ends_at is None or past.ends_at > at


def _word(
    found: Gathered, approach: Approach, standing: Standing, number: str | None, past: Past
) -> str | None:
    """Return the target of an earlier contact as seen from the borrower; None: not his affair."""
    if past.person_id in found.alike.counted(approach.person_id):
        return standing.target
    if past.person_id in found.alike.counted(standing.owner_id):
        return "borrower"
    shared = sorted(past.loan_ids & {str(loan_id) for loan_id in standing.loan_ids})
    if shared:
        role = found.roles[UUID(shared[0])].get(past.person_id, "other")
    elif number is not None and past.token is not None and number_of(past.token) == number:
        role = "other"
    else:
        return None
    return "other" if role == _own_word(approach, standing) else role


def _own_word(approach: Approach, standing: Standing) -> str:
    return standing.target if approach.person_id == standing.owner_id else "borrower"


def _item(past: Past, target: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "at": past.at.isoformat(),
        "channel": past.channel,
        "outcome": past.outcome,
        "target": target,
        "debts": sorted(past.loan_ids),
    }
    if past.token is not None:
        item["number"] = number_of(past.token)
    if past.place is not None:
        item["place"] = past.place
    if past.agent == "ai":
        item["agent"] = past.agent
    if past.exempt:
        item["exempt"] = True
    return item
