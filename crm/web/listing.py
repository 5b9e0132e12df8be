"""The list that a page is: as its reader has shaped it, with which view it opens, its way on."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import g, request
from flask_babel import gettext
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from crm.gate.answer import answer
from crm.gate.beside import Beside
from crm.gate.errors import Missing
from crm.gate.listing import CAME_FROM, CURSORS, MOST_FILTERS, VIEW, Listing
from crm.gate.queries.views import Shape, ShapeOf
from crm.gate.question import Question
from crm.web.incoming import forgivingly

ITS_OWN = CURSORS | {VIEW, CAME_FROM}


class _Everything(Container[str]):
    """Every column, where a page is no list one can shape."""

    def __contains__(self, name: object) -> bool:
        return True


EVERYTHING = _Everything()


@dataclass(frozen=True, slots=True)
class Listed:
    """A list and what its page asks."""

    listing: Listing
    asks: type[Question]
    takes: type[Schema] | None
    everywhere: ClassVar[dict[str, "Listed"]] = {}


def opens_with(listing: Listing) -> str:
    """Make `listing` the page's list; return the address it opens with, empty where it is here.

    An address without any word of its own opens with the view that its reader put first.
    """
    g.listing = listing
    if request.args or "faults" in g:
        return ""
    found = shape()
    view = found.view(str(found.first)) if found and found.first else None
    return address_of(listing, view) if view else ""


def shape() -> Shape | None:
    """Return the page's list as its reader has it, looked up once; None where it is none."""
    listing = g.get("listing")
    if listing is None:
        return None
    if "shape" not in g:
        g.shape = answer(ShapeOf(listing.name), g.actor)
    found: Shape = g.shape
    return found


def view_now() -> Any:
    """Return the view that the address names, None where it names none that its reader has."""
    found = shape()
    return found.view(request.args.get(VIEW)) if found else None


def columns() -> Container[str]:
    """Return the columns to be shown."""
    found = shape()
    return EVERYTHING if found is None else found.shown(request.args.get(VIEW))


def filters_now() -> str:
    """Return the filters of the page's address, as a view keeps them."""
    gone = ITS_OWN | set(g.get("left_out", ()))
    return urlencode([pair for pair in request.args.items(multi=True) if pair[0] not in gone])


def address_of(listing: Listing, view: Mapping[str, Any]) -> str:
    """Return the address of a list under a view: all of its filters, and which view it is."""
    query = view["query"] + "&" if view["query"] else ""
    return f"{listing.at}?{query}{VIEW}={view['id']}"


def came_from() -> str:
    """Return what a link to a record of this list says of it, empty where there is no way on."""
    listing = g.get("listing")
    if listing is None or not listing.record:
        return ""
    if "came_from" not in g:
        g.came_from = f"?{urlencode({CAME_FROM: f'{listing.name}?{filters_now()}'})}"
    said: str = g.came_from
    return said


def trail_of(record: UUID) -> dict[str, Any] | None:
    """Return the way from a record through the list one came from; None where there is none."""
    name, _, query = request.args.get(CAME_FROM, "").partition("?")
    found = Listed.everywhere.get(name)
    if found is None or not hasattr(found.asks, "beside"):
        return None
    pairs = [pair for pair in parse_qsl(query)[:MOST_FILTERS] if pair[0] not in ITS_OWN]
    values, _left_out = forgivingly(found.takes, MultiDict(pairs))
    try:
        way: dict[str, Any] = answer(Beside(found.asks(**values), record), g.actor)
    except Missing:
        return None
    asked = urlencode(pairs)
    kept = urlencode({CAME_FROM: f"{name}?{asked}"})
    for step in ("previous", "next"):
        at = found.listing.record.format(way[step])
        way[f"{step}_url"] = f"{at}?{kept}" if way[step] else ""
    return way | {
        "title": gettext(found.listing.title),
        "list_url": f"{found.listing.at}?{asked or VIEW + '=all'}",
    }
