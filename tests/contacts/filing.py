"""Files of others, brought in for tests as the operator's command does."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from crm.contacts.imports import files
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.loans.imports.actions.runs import RegisterImport
from crm.loans.imports.kinds import KINDS
from crm.loans.imports.queries import RunToContinue
from crm.loans.imports.runner import bring_in_from
from crm.loans.imports.saved import AnyMapping, any_mapping_from, shipped_mappings
from crm.privacy.spool import keyed_digest

OPERATOR = system("tests")
assert files


def text_of(rows: Iterable[Mapping[str, str]]) -> str:
    """Return rows as CSV with every column that one of them has."""
    found = list(rows)
    names = list(dict.fromkeys(name for row in found for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue()


def mapping_of(kind: str, **more: Any) -> AnyMapping:
    """Return the shipped mapping of a kind of file, with parts of its document replaced."""
    document = shipped_mappings()[kind].document
    return any_mapping_from(kind, {**document, **more})


def bring_in(kind: str, rows: Iterable[Mapping[str, str]] | bytes, **more: Any) -> dict[str, Any]:
    """Preview a file and bring it in; return its totals, with its rejects and the run's id."""
    content = rows if isinstance(rows, bytes) else text_of(rows).encode()
    mapping = mapping_of(kind, **more)
    found = KINDS[kind].survey(lambda: [content], mapping, OPERATOR, lambda done, of: None)
    digest = keyed_digest()
    digest.update(content)
    action = RegisterImport(mapping, digest.digest(), found.totals, tuple(found.rejects))
    run_id: UUID = perform(action, OPERATOR).result["id"]
    bring_in_from(run_id, lambda: [content], OPERATOR, lambda done, of: None)
    totals = answer(RunToContinue(run_id), OPERATOR).totals
    return {**totals, "rejects": found.rejects, "run_id": run_id}
