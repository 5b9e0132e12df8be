"""The literal list of rooms: their tables, their addresses and their background work."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.web.room import Room

ROOMS = (
    "audit",
    "gate",
    "identity",
    "privacy",
    "rulebook",
    "borrowers",
    "loans",
    "contacts",
    "worklists",
)

_WITH_TABLES = (
    "crm.audit.models",
    "crm.identity.models",
    "crm.gate.approvals",
    "crm.gate.idempotency",
    "crm.gate.generation",
    "crm.gate.jobs",
    "crm.gate.listing",
    "crm.rulebook.models",
    "crm.borrowers.models",
    "crm.privacy.models",
    "crm.loans.models",
    "crm.contacts.models",
    "crm.contacts.imports.models",
    "crm.contacts.continuity.models",
    "crm.worklists.models",
    "crm.contacts.callers.models",
)

# Actions that follow others must be known wherever those are performed: web, worker or command.
_WITH_FOLLOWERS = (
    "crm.contacts.actions.rejudging",
    "crm.contacts.actions.day_one",
)

# Lists of higher rooms that are taken out as files make themselves known to contacts.
_WITH_LISTS = ("crm.worklists.queries.takeout",)

TABLES = tuple(import_module(name) for name in _WITH_TABLES)
FOLLOWERS = tuple(import_module(name) for name in _WITH_FOLLOWERS + _WITH_LISTS)


def addresses() -> "Iterator[Room]":
    """Yield every room's addresses: those for programs (routes), then those for people (pages)."""
    for name in ROOMS:
        for kind in ("routes", "pages"):
            module = f"crm.{name}.{kind}"
            if find_spec(module) is not None:
                yield import_module(module).room
