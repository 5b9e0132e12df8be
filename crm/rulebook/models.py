"""Versions of the books of law: drafts, those ever in force, and what their back-tests found."""

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, text

from crm.privacy.fields import impersonal
from crm.storage.tables import bookkeeping, recorded
from crm.storage.types import Id, Json, Moment

_PUBLISHED = text("state = 'published'")

book_version = recorded(
    "book_version",
    impersonal("id", Id, primary_key=True),
    impersonal("book", String(20), nullable=False),
    impersonal("edition", String(10), nullable=False),  # the book's own `version`
    impersonal("sha256", String(64), nullable=False, index=True),  # of the canonical content
    impersonal("text", Text, nullable=False),  # YAML, as it was written
    impersonal("state", String(10), nullable=False, index=True),  # draft, published, …
    impersonal("origin", String(8), nullable=False),  # release, house
    impersonal("begins", Date, nullable=False),
    impersonal("loosens", Json, nullable=False),  # house limits that are less strict on purpose
    impersonal("based_on", String(64)),  # the newest version when it was drafted
    impersonal("drafted_by", Id, nullable=False),
    impersonal("drafted_at", Moment, nullable=False),
    impersonal("published_at", Moment),  # NULL: a draft, or it came with the house
    impersonal("approved_by", Id),
    impersonal("withdrawn_at", Moment),  # taken back before its day came
    impersonal("version", Integer, nullable=False, default=1),
    Index(
        "uq_book_version_published",
        "book",
        "edition",
        unique=True,
        sqlite_where=_PUBLISHED,
        postgresql_where=_PUBLISHED,
    ),
)

back_test = recorded(
    "back_test",
    impersonal("id", Id, primary_key=True),
    impersonal("version_id", Id, ForeignKey("book_version.id"), nullable=False, index=True),
    impersonal("sha256", String(64), nullable=False),  # of the text that was tested
    impersonal("since", Moment, nullable=False),
    impersonal("until", Moment, nullable=False),
    impersonal("asked_by", Id, nullable=False),
    impersonal("asked_at", Moment, nullable=False),
    impersonal("job_id", Id, nullable=False),
    impersonal("finished_at", Moment),
    impersonal("summary", Json),  # figures by rule, team and collector
    impersonal("version", Integer, nullable=False, default=1),
)

back_test_case = bookkeeping(
    "back_test_case",
    "what a back-test found; its figures are recorded, and it can be made again",
    impersonal("id", Id, primary_key=True),
    impersonal("back_test_id", Id, ForeignKey("back_test.id"), nullable=False),
    impersonal("decision_id", Id, nullable=False),
    impersonal("at", Moment, nullable=False),
    impersonal("kind", String(8), nullable=False),  # contact, permit
    impersonal("effect", String(8), nullable=False),  # refused, allowed
    impersonal("rule", String(80), nullable=False),
    impersonal("team_id", Id),
    impersonal("collector_id", Id, nullable=False),
    Index("ix_back_test_case_back_test_id_at", "back_test_id", "at"),
)
