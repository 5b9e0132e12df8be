"""Accounts, teams, sessions, tokens and the counters that slow down guessing."""

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String

from crm.privacy.fields import Retention, impersonal, indexed, sealed
from crm.privacy.masks import Mask
from crm.storage.tables import bookkeeping, recorded
from crm.storage.types import Id, Moment

agency = recorded(
    "agency",
    impersonal("id", Id, primary_key=True),
    impersonal("name", String(120), nullable=False, unique=True),
)

team = recorded(
    "team",
    impersonal("id", Id, primary_key=True),
    impersonal("name", String(120), nullable=False, unique=True),
    impersonal("agency_id", Id, ForeignKey("agency.id")),
    impersonal("version", Integer, nullable=False, default=1),
)

account = recorded(
    "account",
    impersonal("id", Id, primary_key=True),
    sealed(
        "email",
        field="account.email",
        mask=Mask.STAFF_EMAIL,
        retention=Retention.STAFF,
        label="E-mail",
        nullable=False,
    ),
    indexed("email_index", of="email", bits=128, unique=True, nullable=False),
    sealed(
        "name",
        field="account.name",
        mask=Mask.STAFF_NAME,
        retention=Retention.STAFF,
        label="Name",
        nullable=False,
    ),
    impersonal("role", String(30), nullable=False),
    impersonal("team_id", Id, ForeignKey("team.id")),
    impersonal("agency_id", Id, ForeignKey("agency.id")),
    impersonal("language", String(8), nullable=False, default="en"),
    impersonal("zone", String(60), nullable=False, default="UTC"),
    impersonal("single_keys", Boolean),  # NULL: as if true; false switches shortcuts off
    impersonal("active", Boolean, nullable=False, default=True),
    impersonal("valid_until", Moment),  # NULL: without end
    sealed(
        "password_hash",
        field="account.password_hash",
        mask=Mask.HIDDEN,
        retention=Retention.STAFF,
        label="Password hash",
        pad=128,
    ),
    impersonal("must_change_password", Boolean, nullable=False, default=True),
    sealed(
        "totp_secret",
        field="account.totp_secret",
        mask=Mask.HIDDEN,
        retention=Retention.STAFF,
        label="Second factor",
    ),
    impersonal("totp_confirmed", Boolean, nullable=False, default=False),
    impersonal("created_at", Moment, nullable=False),
    impersonal("version", Integer, nullable=False, default=1),
    person="id",
)

api_token = recorded(
    "api_token",
    impersonal("id", Id, primary_key=True),
    impersonal("account_id", Id, ForeignKey("account.id"), nullable=False, index=True),
    impersonal("digest", LargeBinary(32), nullable=False, unique=True),
    impersonal("label", String(80), nullable=False),
    impersonal("created_at", Moment, nullable=False),
    impersonal("expires_at", Moment, nullable=False),
    impersonal("ended_at", Moment),  # NULL: still good
)

# Days of the account's own zone, both included. Why somebody is away is nobody's business here.
absence = recorded(
    "absence",
    impersonal("id", Id, primary_key=True),
    impersonal("account_id", Id, ForeignKey("account.id"), nullable=False, index=True),
    impersonal("begins_on", Date, nullable=False),
    impersonal("ends_on", Date, nullable=False),
    impersonal("set_by", Id, nullable=False),
    impersonal("set_at", Moment, nullable=False),
    impersonal("ended_at", Moment),  # back before its last day, or never went; NULL: it holds
    impersonal("version", Integer, nullable=False, default=1),
)

session = bookkeeping(
    "session",
    "signing in, out and ending are entries of their actions",
    impersonal("id", LargeBinary(32), primary_key=True),  # SHA-256 of the cookie's token
    impersonal("account_id", Id, ForeignKey("account.id"), nullable=False, index=True),
    impersonal("created_at", Moment, nullable=False),
    impersonal("last_seen_at", Moment, nullable=False),
    impersonal("expires_at", Moment, nullable=False),
    impersonal("second_factor", Boolean, nullable=False, default=False),
    impersonal("ended_at", Moment),  # NULL: still open
    impersonal("browser", String(120)),
)

hold = recorded(
    "hold",  # somebody else's file, held by whoever serves its person on the telephone
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("held_by", Id, ForeignKey("account.id"), nullable=False),
    impersonal("caller_id", Id, nullable=False),  # the call it is for
    impersonal("at", Moment, nullable=False),
    impersonal("expires_at", Moment, nullable=False),
    Index("ix_hold_held_by", "held_by", "expires_at"),
    Index("ix_hold_person_id", "person_id"),
)

sign_in_attempt = bookkeeping(
    "sign_in_attempt",
    "counters that slow down guessing; each attempt has its own entry",
    impersonal("id", LargeBinary(32), primary_key=True),  # keyed digest of address or e-mail
    impersonal("tries", Integer, nullable=False),
    impersonal("since", Moment, nullable=False),
    impersonal("locked_until", Moment),
)

totp_used = bookkeeping(
    "totp_used",
    "the last accepted step of a second factor, so that a code works once",
    impersonal("account_id", Id, primary_key=True),
    impersonal("step", Integer, nullable=False),
)
