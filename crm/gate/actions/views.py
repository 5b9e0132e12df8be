"""Views of lists: kept for oneself or one's team, renamed, pinned, put first, let go of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.listing import (
    CAME_FROM,
    CURSORS,
    LISTINGS,
    MOST_FILTERS,
    MOST_VIEWS,
    VIEW,
    Listing,
    list_choice,
    saved_view,
)
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor, Scope
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from crm.words import N_

_LEADS_NOBODY = N_("Only who leads a team keeps views for it.")
_TOO_MANY = N_("You keep thirty views of this list. Delete one first.")


def filters_of(query: str) -> str:
    """Return the filters of an address, without its place in the list or its view.

    Raises Invalid where they are more than any list has.
    """
    others = CURSORS | {VIEW, CAME_FROM}
    try:
        pairs = parse_qsl(query.lstrip("?"), max_num_fields=MOST_FILTERS)
    except ValueError:
        raise Invalid({"query": [N_("These are too many filters.")]}) from None
    return urlencode([(name, value) for name, value in pairs if name not in others])


def leads(work: Reader) -> bool:
    """Tell whether the actor leads a team."""
    return work.actor.team_id is not None and work.reach(Permission.ASSIGN_PEOPLE) is not None


@dataclass(frozen=True)
class SaveView(Action, needs=Permission.MANAGE_SELF, recorded_as="gate.view.saved"):
    """Keep a list's filters and columns under a name."""

    list: str
    name: Sealed
    query: str = ""
    for_team: bool = False
    pinned: bool = False
    columns: Sequence[str] | None = None

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """A team's views are kept by who leads it; there is an end to one's own."""
        if self.for_team and not leads(work):
            return refuse("view.team", _LEADS_NOBODY)
        mine = (saved_view.c.owner_id == work.actor.id) & (saved_view.c.list == self.list)
        kept = work.scalar(select(func.count()).select_from(saved_view).where(mine))
        return ALLOWED if kept < MOST_VIEWS else refuse("view.number", _TOO_MANY)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it."""
        listing = listing_of(self.list)
        view_id = work.add(
            saved_view,
            list=listing.name,
            owner_id=work.actor.id,
            team_id=work.actor.team_id if self.for_team else None,
            name=self.name,
            query=Sealed.fresh(filters_of(self.query)),
            columns=None if self.columns is None else listing.known(self.columns),
            pinned=self.pinned,
            created_at=work.now,
        )
        work.note(list=listing.name, team=self.for_team)
        return {"id": view_id, "list": listing.name, "at": listing.at}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Return the view that the first sending kept."""
        listing = listing_of(self.list)
        return {"id": result_id, "list": listing.name, "at": listing.at}


class _OfOneView:
    """What changing and deleting have alike: the view, and who may touch it."""

    id: UUID

    def subject(self, work: Work) -> Subject:
        """Find it; another one's private view is not there."""
        row = work.one(select(saved_view).where(saved_view.c.id == self.id))
        if row is None or not is_his(work.actor, row):
            raise Missing("saved_view")
        return Subject("saved_view", row.id, Scope.OWN, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """One's own; a team's also by who leads it now."""
        assert subject is not None
        mine = subject.row.owner_id == work.actor.id and subject.row.team_id is None
        return ALLOWED if mine or leads(work) else refuse("view.team", _LEADS_NOBODY)


@dataclass(frozen=True)
class ChangeView(_OfOneView, Action, needs=Permission.MANAGE_SELF, recorded_as="gate.view.changed"):
    """Give a view another name, other filters, or take it to the tabs over the list."""

    id: UUID
    name: Sealed | None = None
    query: str | None = None
    pinned: bool | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Change what was given; the rest stays."""
        assert subject is not None
        row = subject.row
        filters = None if self.query is None else Sealed.fresh(filters_of(self.query))
        given = {"name": self.name, "query": filters, "pinned": self.pinned}
        changed: dict[str, Any] = {
            name: value for name, value in given.items() if value is not None
        }
        if changed:
            work.change(saved_view, self.id, owner_id=row.owner_id, **changed)
        return {"id": self.id, "list": row.list, "at": listing_of(row.list).at}


@dataclass(frozen=True)
class DeleteView(_OfOneView, Action, needs=Permission.MANAGE_SELF, recorded_as="gate.view.deleted"):
    """Let go of a view; whoever had it first sees the whole list again."""

    id: UUID

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Delete it."""
        assert subject is not None
        work.flush()
        first = list_choice.c.first_view_id == self.id
        work.connection.execute(update(list_choice).where(first).values(first_view_id=None))
        work.connection.execute(delete(saved_view).where(saved_view.c.id == self.id))
        listing = listing_of(subject.row.list)
        return {"id": self.id, "list": listing.name, "at": listing.at}


@dataclass(frozen=True)
class ShapeList(Action, needs=Permission.MANAGE_SELF, recorded_as="gate.list.shaped"):
    """Choose which columns of a list one sees, and how close its lines stand."""

    list: str
    columns: Sequence[str] | None = None
    dense: bool = False

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it for whoever asks."""
        listing = listing_of(self.list)
        columns = None if self.columns is None else listing.known(self.columns)
        _choose(work, listing.name, columns=columns, dense=self.dense)
        return {"list": listing.name, "at": listing.at}


@dataclass(frozen=True)
class PutFirst(Action, needs=Permission.MANAGE_SELF, recorded_as="gate.view.put_first"):
    """Choose the view with which one's list opens; none: the whole list."""

    list: str
    view_id: UUID | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it; a view that one does not see is not there."""
        listing = listing_of(self.list)
        if self.view_id is not None:
            this = (saved_view.c.id == self.view_id) & (saved_view.c.list == listing.name)
            row = work.one(select(saved_view).where(this))
            if row is None or not is_his(work.actor, row):
                raise Missing("saved_view")
        _choose(work, listing.name, first_view_id=self.view_id)
        return {"list": listing.name, "at": listing.at}


def listing_of(name: str) -> Listing:
    """Return a list by its name; raise Missing where there is none."""
    if name not in LISTINGS:
        raise Missing("list")
    return LISTINGS[name]


def is_his(actor: Actor, row: Any) -> bool:
    """Tell whether the actor sees this view: his own, or his team's."""
    of_team = row.team_id is not None and row.team_id == actor.team_id
    return bool(of_team or (row.owner_id == actor.id and row.team_id is None))


def his_views(actor: Actor) -> Any:
    """Return the condition of `is_his`."""
    mine = (saved_view.c.owner_id == actor.id) & saved_view.c.team_id.is_(None)
    return mine if actor.team_id is None else or_(mine, saved_view.c.team_id == actor.team_id)


def _choose(work: Work, name: str, **values: Any) -> None:
    """Change one's choice of a list, or make the first."""
    its, me = list_choice.c, work.actor.id
    row = work.one(select(its.id).where(its.account_id == me, its.list == name))
    if row is not None:
        work.change(list_choice, row.id, **values)
        return
    first = {"columns": None, "dense": False, "first_view_id": None} | values
    work.keep(list_choice, id=new_id(), account_id=me, list=name, **first)
