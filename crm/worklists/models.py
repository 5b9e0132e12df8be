"""People shared out anew: who asked, why, and what became of each."""

from sqlalchemy import ForeignKey, Index, Integer, String

from crm.privacy.fields import Retention, impersonal, sealed
from crm.privacy.masks import Mask
from crm.storage.tables import recorded
from crm.storage.types import Id, Json, Moment

sharing = recorded(
    "sharing",
    impersonal("id", Id, primary_key=True),
    impersonal("asked_by", Id, nullable=False, index=True),
    impersonal("asked_at", Moment, nullable=False),
    impersonal("filters", Json, nullable=False),
    sealed(
        "reason",
        field="sharing.reason",
        mask=Mask.NOTE,
        retention=Retention.STAFF,
        label="Reason for sharing out",
        nullable=False,
        pad=128,
    ),
    impersonal("people", Integer, nullable=False),
    impersonal("job_id", Id, nullable=False),
    impersonal("undo_job_id", Id),  # NULL: nobody has undone it
    impersonal("undone_by", Id),
    impersonal("undone_at", Moment),
    impersonal("version", Integer, nullable=False, default=1),
    person="asked_by",
)

# Neither moved nor left: still to be done. Moved and left: it could not be taken back.
sharing_move = recorded(
    "sharing_move",
    impersonal("id", Id, primary_key=True),
    impersonal("sharing_id", Id, ForeignKey("sharing.id"), nullable=False),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    impersonal("from_collector_id", Id),
    impersonal("from_team_id", Id),
    impersonal("from_agency_id", Id),
    impersonal("to_collector_id", Id, nullable=False),
    impersonal("moved_at", Moment),
    impersonal("returned_at", Moment),
    impersonal("left_because", String(12)),  # gone, moved, nobody_there
    Index("uq_sharing_move", "sharing_id", "person_id", unique=True),
)
