"""The literal list of rooms: their tables, and their addresses."""

from importlib import import_module

FOLDERS = ("audit", "identity", "gate", "privacy", "borrowers", "loans", "contacts")

_WITH_TABLES = (
    "crm.audit.models",
    "crm.identity.models",
    "crm.gate.approvals",
    "crm.gate.idempotency",
    "crm.gate.generation",
    "crm.gate.jobs",
    "crm.borrowers.models",
    "crm.loans.models",
    "crm.contacts.models",
)

TABLES = tuple(import_module(name) for name in _WITH_TABLES)
