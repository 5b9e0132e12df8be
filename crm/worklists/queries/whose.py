"""Whose people a list of work holds: for all of them at once, or to see who still belongs."""

from functools import cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import his, reached
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.loans.models import loan, loan_party
from crm.storage.prepared import Prepared
from crm.storage.types import Id, Moment


class Filters(Protocol):
    """The filters that say who is in a list."""

    @property
    def bucket(self) -> str | None:
        """Those of one stage."""

    @property
    def mine(self) -> bool | None:
        """One's own only."""


class Whose(NamedTuple):
    """What decides who is in a list, beside the values that `values` returns."""

    reach: Scope | None
    hands_out: bool
    own: bool
    staged: bool

    def condition(self) -> ColumnElement[bool]:
        """Return the condition that leaves the people of the list."""
        ways = [reached(self.reach, hands_out=self.hands_out)]
        collector = person.c.collector_id
        ways.append(collector == bindparam("him", type_=Id) if self.own else collector.is_not(None))
        if self.staged:
            ways.append(open_loans(loan.c.id, staged=True).exists())
        return and_(*ways)


def whose(reader: Reader, wanted: Filters) -> Whose:
    """Return what decides who is in the actor's list under these filters."""
    reach = reader.reach(Permission.READ_WORK)
    own = bool(wanted.mine) or reach is Scope.OWN
    return Whose(reach, reader.actor.hands_out, own, bool(wanted.bucket))


def values(reader: Reader, wanted: Filters) -> dict[str, Any]:
    """Return the values that a list's condition asks for."""
    return {**his(reader.actor), "bucket": wanted.bucket, "now": reader.now}


def open_loans(what: Any, *, staged: bool) -> Select[Any]:
    """Return `what` of the open loans that a person stands on, `staged` those of one stage."""
    query = (
        select(what)
        .join(loan_party, loan_party.c.loan_id == loan.c.id)
        .where(loan_party.c.person_id == person.c.id, loan.c.status == "open")
    )
    return query.where(loan.c.bucket == bindparam("bucket")) if staged else query


@cache
def still_there(whose: Whose) -> Prepared:
    """Return the statement that finds which of a few `people` are in such a list, with points.

    A row for each number or address, one with empty columns for whoever has none.
    """
    its = contact_point.c
    valid = or_(its.valid_until.is_(None), its.valid_until > bindparam("now", type_=Moment))
    query = (
        select(person.c.id.label("person_id"), its.id, its.kind, its.place)
        .select_from(person)
        .outerjoin(contact_point, and_(its.person_id == person.c.id, valid))
        .where(person.c.id.in_(bindparam("people", expanding=True)), whose.condition())
    )
    return Prepared(query.order_by(its.id))
