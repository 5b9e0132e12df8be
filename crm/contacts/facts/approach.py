"""A contact as somebody means to make it, before anything is known about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Approach:
    """Whom, by which of his numbers or addresses and channel, about which loans, and when.

    `loan_ids` None: whatever he owes. `extra` holds the fields of the contract's `proposed` that
    only the asker knows. `permit_id` names the permit under which it is made: it does not count
    against itself. `made`: it is past, whatever the house allows today.
    """

    person_id: UUID
    contact_point_id: UUID | None
    channel: str
    loan_ids: tuple[UUID, ...] | None
    at: datetime
    extra: Mapping[str, Any] = field(default_factory=dict)
    permit_id: UUID | None = None
    made: bool = False
