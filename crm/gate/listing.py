"""Lists as people shape them: what each can show, and the views that are kept of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Boolean, Index, String

from crm.privacy.fields import Retention, impersonal, sealed
from crm.privacy.masks import Mask
from crm.storage.tables import bookkeeping
from crm.storage.types import Id, Json, Moment

LONGEST_NAME = 60
LONGEST_QUERY = 1000
MOST_FILTERS = 50
MOST_VIEWS = 30  # of one person, of one list
CURSORS = frozenset({"before", "after"})
# Parts of an address that belong to the list as one sees it, not to what is asked.
VIEW, CAME_FROM = "view", "in"

saved_view = bookkeeping(
    "saved_view",
    "how somebody likes to look at a list; keeping and letting go of it are entries",
    impersonal("id", Id, primary_key=True),
    impersonal("list", String(20), nullable=False),
    impersonal("owner_id", Id, nullable=False),
    impersonal("team_id", Id),  # NULL: its owner's alone
    sealed(
        "name",
        field="saved_view.name",
        mask=Mask.STAFF_NAME,
        retention=Retention.STAFF,
        label="Name of a view",
        nullable=False,
    ),
    sealed(  # filters as an address has them: words that were looked for may be among them
        "query",
        field="saved_view.query",
        mask=Mask.HIDDEN,
        retention=Retention.STAFF,
        label="Filters of a view",
        pad=128,
        nullable=False,
    ),
    impersonal("columns", Json),  # NULL: as each who looks has chosen
    impersonal("pinned", Boolean, nullable=False),
    impersonal("created_at", Moment, nullable=False),
    Index("ix_saved_view_owner", "owner_id", "list"),
    Index("ix_saved_view_team", "team_id", "list"),
    person="owner_id",
)

list_choice = bookkeeping(
    "list_choice",
    "which columns of a list somebody likes to see, how close, and which view first",
    impersonal("id", Id, primary_key=True),
    impersonal("account_id", Id, nullable=False),
    impersonal("list", String(20), nullable=False),
    impersonal("columns", Json),  # NULL: all
    impersonal("dense", Boolean, nullable=False),
    impersonal("first_view_id", Id),
    Index("uq_list_choice", "account_id", "list", unique=True),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its name for ever (kept with views), its page, and the columns one may leave out."""

    name: str
    at: str
    title: str
    columns: tuple[tuple[str, str], ...] = ()
    record: str = ""  # the address of one of its records, {} for the id; empty: no way through it

    def __post_init__(self) -> None:
        """Enter it into the catalogue."""
        LISTINGS[self.name] = self

    def known(self, columns: Iterable[str] | None) -> list[str]:
        """Return those of `columns` that there are, in their order; all where nothing was said."""
        chosen = None if columns is None else set(columns)
        return [key for key, _ in self.columns if chosen is None or key in chosen]


LISTINGS: dict[str, Listing] = {}


def both_ways(*names: str) -> tuple[str, ...]:
    """Return the orders that a list can be asked for: each name upwards, and -name downwards."""
    return tuple(way + name for name in names for way in ("", "-"))
