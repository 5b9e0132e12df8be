"""What every page knows: who is reading, where he can go, and how the ledger stands."""

from dataclasses import dataclass
from os.path import exists
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from crm.audit.queries import Seal, seal
from crm.gate.listing import CURSORS
from crm.gate.permissions import Permission, scope_of
from crm.identity.roles import LABELS
from crm.storage.ids import new_id
from crm.web import filters, guide, listing
from crm.web.columns import column_said, table_said
from crm.web.icons import icon
from crm.web.language import A_YEAR, own_path, reader_locale, sentence
from crm.web.marks import cited, in_tongue, sealed, translated
from crm.web.words import ZONES, deeds, outcomes, said
from crm.words import N_

THEMES = ("auto", "light", "dark")

PLACES = (
    (Permission.ASSIGN_PEOPLE, "/team", "clipboard-data", N_("My team")),
    (Permission.READ_WORK, "/work", "list-check", N_("My work")),
    (Permission.SERVE_CALLER, "/caller", "telephone-inbound", N_("Serve a caller")),
    (Permission.READ_FINDINGS, "/compliance", "shield-exclamation", N_("Compliance")),
    (Permission.READ_PEOPLE, "/people", "people", N_("People")),
    (Permission.READ_CONTACTS, "/contacts", "journal-text", N_("Contact records")),
    (Permission.IMPORT_DATA, "/imports", "box-arrow-in-down", N_("Imports")),
    (Permission.READ_LEDGER, "/ledger", "journal-check", N_("Ledger")),
    (Permission.APPROVE, "/approvals", "person-check", N_("Approvals")),
    (Permission.READ_STAFF, "/staff", "person-badge", N_("Staff")),
    (Permission.READ_OUTAGES, "/outages", "lightning", N_("Outages")),
    (Permission.READ_SESSIONS, "/sessions", "display", N_("Sessions")),
    (Permission.READ_BOOKS, "/books", "book", N_("Books of law")),
    (Permission.READ_SET_UP, "/set-up", "house-check", N_("Set-up")),
    (Permission.READ_ROLES, "/roles", "key", N_("Roles")),
    (Permission.MANAGE_SELF, "/help", "question-circle", N_("Help")),
)
# Pages that lie within a place whose address they do not begin with.
WITHIN = {
    "/absences": "/team",
    "/matches": "/people",
    "/findings": "/compliance",
    "/refusals": "/compliance",
    "/decisions": "/compliance",
    "/back-tests": "/books",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the rail."""

    url: str
    icon: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever is reading the page."""

    name: str
    role_label: str
    initials: str


def install(app: Flask) -> None:
    """Give pages their surroundings; add the front page and the choice of a theme."""
    filters.install(app)
    app.jinja_env.globals.update(
        icon=icon,
        may=may,
        idempotency_field=idempotency_field,
        page_field=page_field,
        with_query=with_query,
        zones=zones,
        outcomes=outcomes,
        deeds=deeds,
        shape=listing.shape,
        columns=listing.columns,
        view_now=listing.view_now,
        filters_now=listing.filters_now,
        came_from=listing.came_from,
        trail_of=listing.trail_of,
        guide=guide.guide,
        help_for=guide.help_for,
    )
    app.jinja_env.filters.update(
        said=said,
        cited=cited,
        in_tongue=in_tongue,
        sealed=sealed,
        translated=translated,
        table_said=table_said,
        column_said=column_said,
    )
    app.context_processor(surroundings)
    app.add_url_rule("/theme", "theme", _choose_theme, methods=["POST"])
    app.add_url_rule("/", "front", _front)


def surroundings() -> dict[str, Any]:
    """Return what the layout needs."""
    known = getattr(g, "known", None)
    theme = request.cookies.get("theme", "auto")
    return {
        "me": _reader(known),
        "nav": places() if known else [],
        "locale": str(reader_locale()),
        "theme": theme if theme in THEMES else "auto",
        "demo": _is_demo(),
        "seal": _seal() if known else None,
        "faults": getattr(g, "faults", {}),
        "typed": getattr(g, "typed", {}),
        "here": here(),
    }


def may(permission: str) -> bool:
    """Tell whether the reader holds a permission, so that pages offer only what can be done."""
    return scope_of(g.actor.role, Permission(permission)) is not None


def places() -> list[Place]:
    """Return where this reader can go; a file opened from the list of work is still at work."""
    listed = "work" in (parse_qs(urlsplit(str(g.here)).query) if "here" in g else request.args)
    page = "/work" if listed else _path()
    page = WITHIN.get("/" + page.split("/")[1], page)
    return [
        Place(url, symbol, sentence(label), page.startswith(url))
        for permission, url, symbol, label in PLACES
        if scope_of(g.actor.role, permission) is not None
    ]


def idempotency_field() -> Markup:
    """Return the hidden field that makes sending a form twice harmless."""
    return Markup('<input type="hidden" name="idempotency_key" value="%s">') % new_id().hex


def page_field() -> Markup:
    """Return the hidden field that brings a form with faults back to the page it stands on."""
    return Markup('<input type="hidden" name="page" value="%s">') % here()


def here() -> str:
    """Return the address of the page that is shown, also while it is shown again with faults."""
    if "here" in g:  # what a form's answer shows in its place
        return str(g.here)
    if request.method == "POST":
        return own_path(request.form.get("page"))
    return request.full_path.rstrip("?")


def _path() -> str:
    """Return the path of the page, also where a form with faults shows it again."""
    again = "faults" in g  # set before the page is asked for anew
    return here().partition("?")[0] if again else request.path


def with_query(**changes: Any) -> str:
    """Return this page's address with other filters; None removes one, cursors start anew."""
    gone = CURSORS | set(g.get("left_out", ()))
    kept = {name: value for name, value in request.args.items() if name not in gone}
    kept |= changes
    query = urlencode({name: value for name, value in kept.items() if value is not None})
    path = _path()
    return f"{path}?{query}" if query else path


def zones(present: str) -> list[tuple[str, str]]:
    """Return the zones to choose from, the present one among them."""
    names = ZONES if present in ZONES else (present, *ZONES)
    return [(name, f"{filters.place_of(name)} ({name})") for name in names]


def _seal() -> Seal | None:
    """Return the state of the ledger; none where the database is away, as on its error page."""
    try:
        return seal()
    except SQLAlchemyError:
        return None


def _reader(known: Any) -> Reader | None:
    if known is None:
        return None
    name = known.name.text if known.name else ""
    initials = "".join(word[0] for word in name.split()[:2]).upper()
    return Reader(name, sentence(LABELS[known.actor.role]), initials)


def _is_demo() -> bool:
    return exists(current_app.config["PROBITY"].home / "demo")  # made by `crm demo`


def _front() -> Response:
    return redirect(places()[0].url, 303)  # type: ignore[return-value]  # werkzeug's own


def _choose_theme() -> Response:
    response = redirect(own_path(request.form.get("next")), 303)
    chosen = request.form.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=A_YEAR, samesite="Lax")
    return response  # type: ignore[return-value]  # werkzeug's own
