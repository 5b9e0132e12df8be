"""Mappings: saved by name, changed, checked before they are kept."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Stale
from crm.gate.permissions import Permission
from crm.gate.words import N_
from crm.gate.work import Work
from crm.loans.imports.saved import parse_any, shipped_mappings
from crm.loans.models import import_mapping


@dataclass(frozen=True)
class SaveMapping(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.mapping.saved"):
    """Keep a mapping under a name; `version` is that of the page it was changed on.

    Raises Invalid naming each fault of the document, Stale where somebody else changed it.
    """

    name: str
    document: str
    version: int | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Check it, and keep it as data."""
        if self.name in shipped_mappings():
            fault = N_("A mapping of this name comes with the product. Choose another name.")
            raise Invalid({"name": [fault]})
        checked = parse_any(self.name, self.document)
        row = work.one(select(import_mapping).where(import_mapping.c.name == self.name))
        if row is None:
            mapping_id = work.add(
                import_mapping,
                name=self.name,
                document=dict(checked.document),
                created_at=work.now,
                version=1,
            )
            return {"id": mapping_id, "name": self.name}
        if self.version != row.version:
            raise Stale("import_mapping")
        values = {"document": dict(checked.document)}
        work.change(import_mapping, row.id, version=row.version, **values)
        return {"id": row.id, "name": self.name}
