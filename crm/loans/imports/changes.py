"""What importing a batch would change, as data."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.loans.imports.accounts import Account, MonthOf, Point
from crm.loans.imports.conflicts import Conflict
from crm.loans.imports.reading import Reject


@dataclass(slots=True)
class Change:
    """An account that is here already, and what the file says differently."""

    account: Account
    loan: Any
    loan_values: dict[str, Any] = field(default_factory=dict)
    person_values: dict[str, Any] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    new_months: list[MonthOf] = field(default_factory=list)
    months: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    new_payments: list[MonthOf] = field(default_factory=list)
    payments: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return any(
            (
                self.loan_values,
                self.person_values,
                self.points,
                self.new_months,
                self.months,
                self.new_payments,
                self.payments,
            )
        )


@dataclass(slots=True)
class Comparison:
    """A batch, sorted by what it would do."""

    new: list[Account] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    collectors: dict[str, Any] = field(default_factory=dict)
    team: dict[str, Any] = field(default_factory=dict)  # of new people without a collector
