"""How a list is to look for whoever reads it: its columns, its views, the one in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Subject
from crm.gate.actions.views import his_views, leads, listing_of
from crm.gate.listing import Listing, list_choice, saved_view
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.openers import Looker, present, reopen
from crm.privacy.rows import stored


@dataclass(frozen=True, slots=True)
class Shape:
    """A list as its reader has it: columns shown, how close, and the views he may choose."""

    listing: Listing
    columns: frozenset[str]
    dense: bool = False
    views: list[dict[str, Any]] = field(default_factory=list)
    first: UUID | None = None
    may_lead: bool = False

    def view(self, view_id: str | None) -> Mapping[str, Any] | None:
        """Return the view of this id, None where he has none such."""
        return next((one for one in self.views if str(one["id"]) == view_id), None)

    def shown(self, view_id: str | None) -> frozenset[str]:
        """Return the columns shown under a view, or under none."""
        view = self.view(view_id)
        if view is None or view["columns"] is None:
            return self.columns
        return frozenset(self.listing.known(view["columns"]))


@dataclass(frozen=True)
class ShapeOf(Question, needs=Permission.MANAGE_SELF):
    """How whoever asks has shaped a list, and the views of it that he may use."""

    list: str

    def read(self, reader: Reader, subject: Subject | None) -> Shape:
        """Return it in two statements."""
        listing = listing_of(self.list)
        its = list_choice.c
        mine = (its.account_id == reader.actor.id) & (its.list == listing.name)
        choice = reader.one(select(list_choice).where(mine))
        rows = reader.all(
            select(saved_view)
            .where(saved_view.c.list == listing.name, his_views(reader.actor))
            .order_by(saved_view.c.pinned.desc(), saved_view.c.id)
        )
        views = [view for row in rows if (view := _shown(reader, row)) is not None]
        first = choice.first_view_id if choice else None
        return Shape(
            listing,
            frozenset(listing.known(choice.columns if choice else None)),
            bool(choice and choice.dense),
            views,
            first if any(view["id"] == first for view in views) else None,
            leads(reader),
        )


@dataclass(frozen=True)
class Views(Question, needs=Permission.MANAGE_SELF, recorded_as="gate.views.listed"):
    """The views of a list that whoever asks may use, for programs."""

    list: str

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return them, those on the tabs first."""
        shape: Shape = ShapeOf(self.list).read(reader, subject)
        return {"items": shape.views, "first_view_id": shape.first}


def _shown(reader: Reader, row: Any) -> dict[str, Any] | None:
    """Return a view with its filters; None where its owner's keys are gone, and it with them."""
    values = stored(saved_view, dict(row._mapping))
    try:
        query = reopen(values["query"])
    except SealKeyMissing:
        return None
    return {
        "id": row.id,
        "name": present(values["name"], Looker(reader.actor.role, Scope.ALL)),
        "query": query,
        "columns": row.columns,
        "pinned": row.pinned,
        "for_team": row.team_id is not None,
        "mine": row.owner_id == reader.actor.id,
    }
