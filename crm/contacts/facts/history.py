"""Which earlier contacts count for an approach, and as contacts with whom."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

from crm.borrowers.rules import number_of
from crm.contacts.facts.approach import Approach
from crm.contacts.facts.gathered import ZONES, Gathered, Past
from crm.contacts.rules.standing import OWING, Standing
from crm.rulebook.books import ALWAYS
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reach import look_back


def history_of(
    found: Gathered,
    approach: Approach,
    standing: Standing,
    number: str | None,
    jurisdictions: list[str],
) -> Iterator[dict[str, Any]]:
    """Yield the contacts that count, oldest first, no further back than the books look."""
    days, others_days = look_back(books_in_force(), ALWAYS.union(jurisdictions))
    oldest = approach.at - timedelta(days=days) - ZONES
    oldest_of_others = approach.at - timedelta(days=others_days) - ZONES
    seen = _Seen.of(found, approach, standing, number)
    for past in found.past_near(seen.near, number):
        if past.id == approach.permit_id or not _has_been(past, approach.at):
            continue
        word = seen.word(past)
        if word is not None and past.at >= (oldest if word in OWING else oldest_of_others):
            yield _item(past, word)


def _has_been(past: Past, at: datetime) -> bool:
    """Tell whether it counts at that instant: contacts lie before, reservations last.

    What was reserved later says nothing of an earlier contact that is written down late.
    """
    if past.outcome != "pending":
        return past.at <= at
    reserved = past.made_at is None or past.made_at <= at
    return reserved and (past.ends_at is None or past.ends_at > at)


class _Seen(NamedTuple):
    """An approach as its earlier contacts are held against it; worked out once for all of them."""

    his: frozenset[UUID]  # whoever is counted with the person approached
    owners: frozenset[UUID]  # and with the borrower
    loans: frozenset[str]
    roles: Mapping[UUID, Mapping[UUID, str]]
    target: str
    own: str  # the word that no other person may bear
    number: str | None

    @classmethod
    def of(
        cls, found: Gathered, approach: Approach, standing: Standing, number: str | None
    ) -> Self:
        himself = approach.person_id == standing.owner_id
        return cls(
            his=frozenset(found.alike.counted(approach.person_id)),
            owners=frozenset(found.alike.counted(standing.owner_id)),
            loans=frozenset(str(loan_id) for loan_id in standing.loan_ids),
            roles={loan_id: found.roles[loan_id] for loan_id in standing.loan_ids},
            target=standing.target,
            own=standing.target if himself else "borrower",
            number=number,
        )

    @property
    def near(self) -> frozenset[UUID]:
        """Everybody whose contacts may count."""
        return self.his.union(self.owners, *self.roles.values())

    def word(self, past: Past) -> str | None:
        """Return the target of an earlier contact as seen from the borrower; None: not his."""
        if past.person_id in self.his:
            return self.target
        if past.person_id in self.owners:
            return "borrower"
        shared = past.loan_ids & self.loans
        if shared:
            role = self.roles[UUID(min(shared))].get(past.person_id, "other")
        elif self.number is not None and past.token and number_of(past.token) == self.number:
            role = "other"
        else:
            return None
        return "other" if role == self.own else role


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
