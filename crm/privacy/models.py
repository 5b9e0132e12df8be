"""Who asked to see a value in clear, and why."""

from sqlalchemy import ForeignKey, Index, String

from crm.privacy.fields import Retention, impersonal, sealed
from crm.privacy.masks import Mask
from crm.storage.tables import recorded
from crm.storage.types import Id, Moment

reveal = recorded(
    "reveal",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    impersonal("field", String(20), nullable=False),  # name, national_id, contact_point
    impersonal("contact_point_id", Id, ForeignKey("contact_point.id")),
    impersonal("purpose", String(24), nullable=False),
    sealed(
        "reason",
        field="reveal.reason",
        mask=Mask.NOTE,
        retention=Retention.COMMS,
        label="Reason for showing a value",
        nullable=False,
        pad=128,
    ),
    impersonal("revealed_by", Id, nullable=False),
    impersonal("revealed_at", Moment, nullable=False),
    impersonal("expires_at", Moment, nullable=False),
    Index("ix_reveal_by", "revealed_by", "revealed_at"),
    person="person_id",
)
