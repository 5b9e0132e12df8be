"""The four ways in which the domain says no; `web/errors.py` alone knows their HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.gate.verdict import Verdict


class Refusal(Exception):
    """A rule or a permission said no; `recorded` once the ledger says so too."""

    def __init__(
        self, verdict: Verdict, *, by_permission: bool = False, recorded: bool = False
    ) -> None:
        super().__init__(verdict.rule)
        self.verdict = verdict
        self.rule = verdict.rule
        self.by_permission = by_permission
        self.recorded = recorded


class Missing(Exception):
    """What was asked for does not exist, or not for this actor."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Invalid(Exception):
    """The input cannot be used; `fields` names each fault and its remedy."""

    def __init__(self, fields: Mapping[str, Sequence[str] | Mapping[str, Any]]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class Stale(Exception):
    """Somebody else changed the thing meanwhile."""

    recorded = False
    rule = "edit.stale"

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
