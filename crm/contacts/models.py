"""Permits, decisions and the contact record, append-only every one; outages and findings."""

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String, text

from crm.privacy.fields import Retention, impersonal, personal, sealed
from crm.privacy.masks import Mask
from crm.storage.tables import bookkeeping, recorded
from crm.storage.types import Id, Json, Moment

decision = recorded(
    "decision",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("asked_by", Id, nullable=False),
    impersonal("asked_for", String(10), nullable=False),  # permit, start, end, contact
    impersonal("at", Moment, nullable=False),  # the instant that was judged
    impersonal("channel", String(20), nullable=False),
    impersonal("allowed", Boolean, nullable=False),
    impersonal("rule", String(80)),  # the first refusal; NULL where allowed
    impersonal("next_allowed_at", Moment),
    impersonal("engine", String(20), nullable=False),
    impersonal("facts_digest", LargeBinary(32), nullable=False),
    sealed(
        "document",  # facts and decision, compressed
        field="decision.document",
        mask=Mask.HIDDEN,
        retention=Retention.EVIDENCE,
        label="Decision",
        nullable=False,
    ),
    Index("ix_decision_person", "person_id", "at"),
    Index("ix_decision_refused", "allowed", "at"),
    person="person_id",
)

permit = recorded(
    "permit",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("contact_point_id", Id, ForeignKey("contact_point.id"), nullable=False),
    impersonal("decision_id", Id, ForeignKey("decision.id"), nullable=False),
    impersonal("channel", String(20), nullable=False),
    impersonal("target", String(20), nullable=False),
    impersonal("purpose", String(24), nullable=False),
    impersonal("ground", String(24)),
    impersonal("loan_ids", Json, nullable=False),
    impersonal("proposed", Json),  # what the requester said that the server cannot know
    impersonal("reserved_by", Id, nullable=False),
    impersonal("reserved_at", Moment, nullable=False),
    impersonal("planned_at", Moment, nullable=False),  # the instant it was judged for
    impersonal("expires_at", Moment, nullable=False),
    Index("ix_permit_person", "person_id", "reserved_at"),
    Index("ix_permit_holder", "reserved_by", "reserved_at"),
)

permit_event = recorded(
    "permit_event",
    impersonal("id", Id, primary_key=True),
    impersonal("permit_id", Id, ForeignKey("permit.id"), nullable=False),
    impersonal("kind", String(10), nullable=False),  # started, other, released, ended, closed
    impersonal("at", Moment, nullable=False),
    impersonal("by", Id, nullable=False),
    impersonal("decision_id", Id, ForeignKey("decision.id")),
    impersonal("reason", String(80)),  # the rule that ended it, or the word it was closed with
    Index("uq_permit_event", "permit_id", "kind", unique=True),
)

contact = recorded(
    "contact",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("contact_point_id", Id),
    impersonal("permit_id", Id, ForeignKey("permit.id")),
    impersonal("decision_id", Id, ForeignKey("decision.id")),
    impersonal("corrects_id", Id, ForeignKey("contact.id")),  # the record this one replaces
    impersonal("channel", String(20), nullable=False),
    impersonal("direction", String(8), nullable=False),
    impersonal("target", String(20), nullable=False),
    impersonal("outcome", String(24), nullable=False),  # the contract's word
    impersonal("code", String(8)),  # the collector's own code, where there was one
    impersonal("purpose", String(24), nullable=False),
    impersonal("mark", String(14)),  # NULL: under its permit
    impersonal("reason", String(12)),  # why there was no permit, or another logged it: a word
    impersonal("exempt", Boolean, nullable=False),
    impersonal("agent", String(5), nullable=False),
    impersonal("loan_ids", Json, nullable=False),  # those discussed, else those counted toward
    impersonal("started_at", Moment, nullable=False),
    impersonal("ended_at", Moment),  # NULL: nobody said when
    impersonal("recorded_at", Moment, nullable=False),
    impersonal("recorded_by", Id, nullable=False),
    personal("emotion", String(12)),
    sealed(
        "note",
        field="contact.note",
        mask=Mask.NOTE,
        retention=Retention.COMMS,
        label="Note",
        pad=128,
    ),
    Index("ix_contact_person", "person_id", "started_at"),
    Index("ix_contact_mark", "mark", "started_at"),
    Index("ix_contact_started", "started_at", "id"),
    Index(
        "uq_contact_corrects_id",
        "corrects_id",
        unique=True,
        sqlite_where=text("corrects_id IS NOT NULL"),
        postgresql_where=text("corrects_id IS NOT NULL"),
    ),
    # One record a permit; corrections keep their original's permit.
    Index(
        "uq_contact_permit",
        "permit_id",
        unique=True,
        sqlite_where=text("corrects_id IS NULL"),
        postgresql_where=text("corrects_id IS NULL"),
        info={"while_null": "corrects_id"},
    ),
    person="person_id",
)

said = recorded(
    "said",
    impersonal("id", Id, primary_key=True),
    impersonal("contact_id", Id, ForeignKey("contact.id"), nullable=False, index=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("loan_id", Id),
    impersonal("kind", String(20), nullable=False),  # promise, dispute, opt_out, callback, ...
    sealed(
        "document",
        field="said.document",
        mask=Mask.NOTE,
        retention=Retention.COMMS,
        label="What was said",
    ),
    person="person_id",
)

# An item of a record that was not said after all: a slip of the key.
said_withdrawal = recorded(
    "said_withdrawal",
    impersonal("id", Id, primary_key=True),
    impersonal("said_id", Id, ForeignKey("said.id"), nullable=False),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("withdrawn_by", Id, nullable=False),
    impersonal("withdrawn_at", Moment, nullable=False),
    Index("uq_said_withdrawal_said", "said_id", unique=True),
    Index("ix_said_withdrawal_by", "withdrawn_by", "withdrawn_at"),
    person="person_id",
)

draft = bookkeeping(
    "draft",
    "what is being typed into a log form; the record is made by its own action",
    impersonal("id", Id, primary_key=True),  # made of its holder and what it is about
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("held_by", Id, nullable=False),
    impersonal("kept_at", Moment, nullable=False, index=True),
    sealed(
        "document",  # the form's fields as JSON
        field="draft.document",
        mask=Mask.HIDDEN,
        retention=Retention.COMMS,
        label="Draft of a contact record",
        pad=512,
        nullable=False,
    ),
    person="person_id",
)

script_tick = recorded(
    "script_tick",  # what of the script a contact needed, and whether it was said
    impersonal("id", Id, primary_key=True),
    impersonal("contact_id", Id, ForeignKey("contact.id"), nullable=False),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("line", String(40), nullable=False),  # of crm/contacts/script.yaml
    impersonal("wording", Integer, nullable=False),  # its version
    impersonal("said", Boolean, nullable=False),  # false: it was needed, and was not said
    impersonal("at", Moment, nullable=False),
    Index("ix_script_tick_contact", "contact_id", "line", unique=True),
    Index("ix_script_tick_said", "said", "at"),
)

finding = recorded(
    "finding",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    impersonal("contact_id", Id, ForeignKey("contact.id"), nullable=False, unique=True),
    impersonal("kind", String(10), nullable=False),  # unlawful, unmatched
    impersonal("mark", String(14)),  # of the record that opened it
    impersonal("rule", String(80)),  # the first refusal; NULL where it was lawful
    impersonal("opened_at", Moment, nullable=False),
    impersonal("charged_to", Id),  # whose doing it was; NULL: nobody's
    impersonal("owner_id", Id),  # who settles it; NULL: nobody yet
    impersonal("due_on", Date, nullable=False),
    impersonal("cause", String(16)),
    personal("effect", String(16)),  # on the person
    impersonal("remedy", String(16)),
    impersonal("report", String(12)),  # whether it must be reported, and to whom
    sealed(
        "words",
        field="finding.words",
        mask=Mask.NOTE,
        retention=Retention.EVIDENCE,
        label="Finding",
        pad=256,
    ),
    impersonal("closed_at", Moment),
    impersonal("closed_by", Id),
    impersonal("version", Integer, nullable=False, default=1),
    Index("ix_finding_open", "closed_at", "opened_at"),
    person="person_id",
)

export = recorded(
    "export",
    impersonal("id", Id, primary_key=True),
    impersonal("asked_by", Id, nullable=False),
    impersonal("asked_at", Moment, nullable=False),
    impersonal("job_id", Id, nullable=False),
    impersonal("filters", Json, nullable=False),
    impersonal("list", String(20)),  # which list, by its name for ever
    impersonal("purpose", String(16)),  # a word of rules.causes.TakenFor
    sealed(
        "reason",
        field="export.reason",
        mask=Mask.NOTE,
        retention=Retention.STAFF,
        label="Reason for taking a list out",
        pad=128,
    ),
    impersonal("rows", Integer),
    impersonal("ready_at", Moment, index=True),
    sealed(
        "content",  # rows as JSON, masked for whoever asked; gone after a day
        field="export.content",
        mask=Mask.HIDDEN,
        retention=Retention.STAFF,
        label="Export",
        pad=1024,
    ),
    person="asked_by",
)

outage = recorded(
    "outage",
    impersonal("id", Id, primary_key=True),
    impersonal("began_at", Moment, nullable=False, index=True),
    impersonal("ended_at", Moment),  # NULL: it lasts
    impersonal("reason", String(12), nullable=False),
    impersonal("team_id", Id),  # NULL: the whole house
    impersonal("declared_by", Id, nullable=False),
    impersonal("declared_at", Moment, nullable=False),
    impersonal("version", Integer, nullable=False, default=1),
)

day_one = bookkeeping(
    "day_one",
    "a switch: the attestation or the import that turned it has its own entry",
    impersonal("question", String(10), primary_key=True),  # stops, contacts
    impersonal("answer", String(10), nullable=False),  # file, attested, before
    impersonal("answered_by", Id),  # NULL: it was so before the question was asked
    impersonal("run_id", Id),  # the import that brought it in
    impersonal("at", Moment, nullable=False),
)
