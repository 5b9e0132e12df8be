"""Who was looked up as a caller, and what colleagues are told of it."""

from sqlalchemy import ForeignKey, Index, String

from crm.privacy.fields import impersonal
from crm.storage.tables import recorded
from crm.storage.types import Id, Json, Moment

caller = recorded(
    "caller",
    impersonal("id", Id, primary_key=True),
    impersonal("asked_by", Id, nullable=False),
    impersonal("at", Moment, nullable=False),
    impersonal("kind", String(12), nullable=False),  # what he was looked up by; name: told apart
    impersonal("outcome", String(10), nullable=False),  # one, several, nobody, reserved, refused
    impersonal("candidates", Json, nullable=False),  # whoever it could be, their ids
    impersonal("person_id", Id, ForeignKey("person.id")),  # who it is, where it is one
    impersonal("contact_point_id", Id),  # the number or address that he uses
    impersonal("points", Json),  # by which number or address each was found; NULL: by none
    impersonal("failed_at", Moment),  # when too many answers did not match; NULL: they did not
    impersonal("stranger", String(12)),  # what somebody else said who called: wrong_number, stop
    impersonal("stranger_at", Moment),  # and when it was written down
    impersonal("bound", Json),  # the circumstances it made of whom there is no record, their ids
    Index("ix_caller_asked_by", "asked_by", "at"),
    Index("ix_caller_at", "at", "id"),
    Index("ix_caller_person_id", "person_id"),
)

notice = recorded(
    "notice",  # what a colleague did about somebody one has, to be seen once
    impersonal("id", Id, primary_key=True),
    impersonal("account_id", Id, nullable=False),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("contact_id", Id),  # the record it is about
    impersonal("kind", String(12), nullable=False),  # served, logged, stranger
    impersonal("by", Id, nullable=False),
    impersonal("at", Moment, nullable=False),
    impersonal("seen_at", Moment),  # NULL: not yet
    Index("ix_notice_account_id", "account_id", "seen_at"),
)
