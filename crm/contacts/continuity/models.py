"""The keys of teams to their continuity sheets: the public halves; the other is on paper."""

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, text

from crm.privacy.fields import impersonal
from crm.storage.tables import recorded
from crm.storage.types import Id, Moment

continuity_key = recorded(
    "continuity_key",
    impersonal("id", Id, primary_key=True),
    impersonal("team_id", Id, ForeignKey("team.id"), nullable=False),
    impersonal("public", LargeBinary(32), nullable=False),  # X25519; it seals and opens nothing
    impersonal("made_by", Id, nullable=False),
    impersonal("made_at", Moment, nullable=False),
    impersonal("ended_at", Moment),  # NULL: sheets are sealed with it
    impersonal("version", Integer, nullable=False, default=1),
    Index(
        "uq_continuity_key_team",
        "team_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
