"""What every page knows: who is reading, where he can go, and how the ledger stands."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request
from flask_babel import get_locale, lazy_gettext
from markupsafe import Markup

from crm.audit.queries import seal
from crm.gate.permissions import Permission, scope_of
from crm.identity.roles import LABELS
from crm.storage.ids import new_id
from crm.web import filters
from crm.web.icons import icon
from crm.web.language import A_YEAR, own_path

THEMES = ("auto", "light", "dark")
_ = lazy_gettext

PLACES = (
    (Permission.READ_WORK, "/work", "list-check", _("My work")),
    (Permission.READ_PEOPLE, "/people", "people", _("People")),
    (Permission.READ_FINDINGS, "/findings", "shield-exclamation", _("Refusals")),
    (Permission.IMPORT_DATA, "/imports", "box-arrow-in-down", _("Imports")),
    (Permission.READ_LEDGER, "/ledger", "journal-check", _("Ledger")),
    (Permission.READ_BOOKS, "/books", "book", _("Books of law")),
    (Permission.APPROVE, "/approvals", "person-check", _("Approvals")),
    (Permission.READ_STAFF, "/staff", "person-badge", _("Staff")),
    (Permission.READ_ROLES, "/roles", "key", _("Roles")),
    (Permission.READ_SESSIONS, "/sessions", "display", _("Sessions")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the rail."""

    url: str
    icon: str
    label: Any
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
    app.jinja_env.globals["icon"] = icon
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
        "locale": str(get_locale() or "en"),
        "theme": theme if theme in THEMES else "auto",
        "demo": _is_demo(),
        "setup_period": None,
        "seal": seal() if known else None,
        "idempotency_field": idempotency_field,
        "faults": getattr(g, "faults", {}),
        "typed": getattr(g, "typed", {}),
        "here": request.full_path.rstrip("?"),
        "may": may,
    }


def may(permission: str) -> bool:
    """Tell whether the reader holds a permission, so that pages offer only what can be done."""
    return scope_of(g.actor.role, Permission(permission)) is not None


def places() -> list[Place]:
    """Return where this reader can go."""
    return [
        Place(url, symbol, label, request.path.startswith(url))
        for permission, url, symbol, label in PLACES
        if scope_of(g.actor.role, permission) is not None
    ]


def idempotency_field() -> Markup:
    """Return the hidden field that makes sending a form twice harmless."""
    return Markup('<input type="hidden" name="idempotency_key" value="{}">').format(new_id().hex)


def _reader(known: Any) -> Reader | None:
    if known is None:
        return None
    name = known.name.text if known.name else ""
    initials = "".join(word[0] for word in name.split()[:2]).upper()
    return Reader(name, lazy_gettext(LABELS[known.actor.role]), initials)


def _is_demo() -> bool:
    return (current_app.config["PROBITY"].home / "demo").exists()


def _front() -> Response:
    first = places()
    return redirect(first[0].url if first else "/me", 303)  # type: ignore[return-value]  # werkzeug's own


def _choose_theme() -> Response:
    response = redirect(own_path(request.form.get("next")), 303)
    chosen = request.form.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=A_YEAR, samesite="Lax")
    return response  # type: ignore[return-value]  # werkzeug's own
