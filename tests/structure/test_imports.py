"""One direction of import, stated once as data."""

import pytest

from tests.structure.source import NAMES, SOURCE, Module, known

GROUND, STORAGE, PRIVACY, CORE, GATE, ABOVE, WEB, ROOM, ADDRESSES, ENTRY = range(10)

# Each room sees only those to its right.
ROOMS = (
    "reports",
    "quality",
    "worklists",
    "legal",
    "disputes",
    "negotiation",
    "messages",
    "contacts",
    "loans",
    "borrowers",
)
FOUNDATIONS = {
    "storage": STORAGE,
    "privacy": PRIVACY,
    "identity": CORE,
    "rulebook": CORE,
    "audit": CORE,
    "gate": GATE,
}
# What of a foundation stands above the gate, by file name; the same names in every folder ...
UPPER = {"actions", "queries", "schemas"}
# ... and those that need the gate's verdicts or generation for what they are.
UPPER_TOO = {
    "crm.identity.lookup",  # who asks: it notices a new generation
    "crm.identity.first",  # the first account, through the door
    "crm.identity.rules",  # its answers are verdicts
    "crm.identity.second_factor",  # counts tries inside an action
}
GROUND_FLOOR = {"clock", "words", "settings", "resources", "logs", "strict_json"}
ENTRIES = {"", "__main__", "cli", "opening", "rooms", "work", "migration", "demo"}

# Imports against the direction, each with its reason.
ALLOWED: dict[tuple[str, str], str] = {}
# Modules that import each other, for type checking only.
CYCLES: set[frozenset[str]] = {
    frozenset({"crm.gate.action", "crm.gate.work", "crm.gate.approvals", "crm.gate.document"}),
    frozenset({"crm.web.room", "crm.web.outgoing"}),
}


def place(name: str) -> tuple[int, str]:
    """Return level and group of a module."""
    parts = name.split(".")
    if parts[0] != "crm":
        return ENTRY, "entry"
    first, second = [*parts[1:], "", ""][:2]
    if first in ENTRIES:
        return ENTRY, "entry"
    if first in GROUND_FLOOR:
        return GROUND, first
    if second in {"routes", "pages"}:
        return ADDRESSES, first
    if first == "web":
        return WEB, first
    if first in FOUNDATIONS:
        upper = second in UPPER or name in UPPER_TOO
        return (ABOVE, "above") if upper else (FOUNDATIONS[first], first)
    return ROOM, first


def may_import(importer: str, imported: str) -> bool:
    """Tell whether the direction allows it."""
    (upper, mine), (lower, its) = place(importer), place(imported)
    if upper == lower == ROOM:
        return ROOMS.index(mine) <= ROOMS.index(its)
    if upper == lower:
        return mine == its
    return upper > lower and not (upper == ROOM and lower == WEB)


def against(module: Module) -> list[str]:
    """Return what a module imports against the direction."""
    wanted = {found for name in module.imports() if (found := known(name))}
    if not (module.is_package and module.name == "crm"):
        wanted.discard("crm")
    return sorted(
        name
        for name in wanted - {module.name}
        if not may_import(module.name, name) and (module.name, name) not in ALLOWED
    )


@pytest.mark.parametrize("module", SOURCE, ids=lambda module: module.name)
def test_imports_go_one_way(module: Module) -> None:
    assert not against(module), f"{module.name} may not import these: see DESIGN section 1"


def test_every_folder_has_its_place() -> None:
    known_folders = {*ROOMS, *FOUNDATIONS, *GROUND_FLOOR, *ENTRIES, "web", "crm"}
    assert {name.split(".")[1] for name in NAMES if "." in name} <= known_folders


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("crm.storage.database", "crm.privacy.rows"),
        ("crm.privacy.rows", "crm.audit.ledger"),
        ("crm.audit.ledger", "crm.identity.models"),
        ("crm.audit.verify", "crm.gate.perform"),
        ("crm.gate.perform", "crm.identity.lookup"),
        ("crm.gate.perform", "crm.web.room"),
        ("crm.identity.queries", "crm.borrowers.queries"),
        ("crm.borrowers.queries", "crm.loans.queries"),
        ("crm.loans.actions", "crm.contacts.models"),
        ("crm.contacts.actions.permits", "crm.web.room"),
        ("crm.contacts.queries.desk", "crm.contacts.pages"),
        ("crm.contacts.pages", "crm.loans.pages"),
        ("crm.web.page", "crm.borrowers.queries"),
        ("crm.loans.actions", "crm.opening"),
        ("crm.clock", "crm.storage.ids"),
    ],
)
def test_the_law_bites(importer: str, imported: str) -> None:
    assert not may_import(importer, imported)


def test_hidden_imports_count_too() -> None:
    text = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from crm.gate.perform import perform\n"
        "def late():\n    import crm.web.room\n    from ...loans import models\n"
    )
    assert against(Module("crm.borrowers.rules.x", text)) == ["crm.loans.models", "crm.web.room"]
    assert against(Module("crm.storage.x", text.replace("...loans", "crm.loans"))) == [
        "crm.gate.perform",
        "crm.loans.models",
        "crm.web.room",
    ]


def _circles() -> set[frozenset[str]]:
    """Return the groups of modules that reach each other."""
    graph = {
        module.name: {k for name in module.imports() if (k := known(name))} - {module.name}
        for module in SOURCE
    }
    reach = {name: set(others) for name, others in graph.items()}
    changed = True
    while changed:
        changed = False
        for others in reach.values():
            further = {beyond for name in others for beyond in reach[name]} - others
            others.update(further)
            changed = changed or bool(further)
    rings = {
        frozenset({name} | {other for other in others if name in reach[other]})
        for name, others in reach.items()
        if name in others
    }
    return {ring for ring in rings if len(ring) > 1}


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert _circles() == CYCLES
