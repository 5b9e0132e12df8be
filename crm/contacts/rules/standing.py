"""How the person approached stands to loans: whose facts count, and by which word he goes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

OWING = frozenset({"borrower", "co_borrower", "guarantor"})

# The strictest first: every rule for third parties binds agencies too.
STRICTEST_ROLE = ("third_party", "debt_buyer", "agency", "creditor", "bank")


@dataclass(frozen=True, slots=True)
class Tie:
    """One person's role on one loan."""

    loan_id: UUID
    role: str
    borrower_id: UUID
    is_open: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The borrower of the facts, the contract's word for the person approached, and the loans."""

    owner_id: UUID
    target: str
    loan_ids: tuple[UUID, ...]


class Ambiguous(ValueError):
    """The loans do not say by themselves as whom the person is approached."""


def standing_of(
    person_id: UUID, ties: Iterable[Tie], wanted: Collection[UUID] | None
) -> Standing | None:
    """Return as whom a person is approached about the `wanted` loans (None: those still open).

    Where none are named, what he owes himself comes first, then what he guarantees. None: he
    stands on none of the loans. Raises Ambiguous where several relations remain.
    """
    mine = sorted(ties, key=lambda tie: tie.loan_id)
    if wanted is not None:
        chosen = [tie for tie in mine if tie.loan_id in set(wanted)]
        if len({tie.loan_id for tie in chosen}) < len(set(wanted)):
            return None
    else:
        chosen = [tie for tie in mine if tie.is_open] or mine
    relations = _relations(person_id, chosen)
    if wanted is None:
        relations = _foremost(person_id, relations)
    if len(relations) > 1:
        raise Ambiguous
    for (owner_id, target), loan_ids in relations.items():
        return Standing(owner_id, target, tuple(loan_ids))
    return None


def word_of(role: str) -> str:
    """Return the contract's target for somebody who owes: co-borrowers are borrowers too."""
    return "borrower" if role == "co_borrower" else role


def role_of_collector(roles: Iterable[str]) -> str:
    """Return the strictest role in which any of the portfolios is collected."""
    return min(roles, key=STRICTEST_ROLE.index)


def _relations(person_id: UUID, ties: Iterable[Tie]) -> dict[tuple[UUID, str], list[UUID]]:
    found: dict[tuple[UUID, str], list[UUID]] = {}
    for tie in ties:
        owing = tie.role in OWING
        key = (person_id, word_of(tie.role)) if owing else (tie.borrower_id, tie.role)
        found.setdefault(key, []).append(tie.loan_id)
    return found


def _foremost(
    person_id: UUID, relations: Mapping[tuple[UUID, str], list[UUID]]
) -> dict[tuple[UUID, str], list[UUID]]:
    for word in ("borrower", "guarantor"):
        loans = relations.get((person_id, word))
        if loans:
            return {(person_id, word): loans}
    return dict(relations)
