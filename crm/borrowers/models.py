"""People and organisations, contact points, evidence of place, circumstances and consents."""

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, text

from crm.privacy.fields import impersonal, indexed, personal, sealed
from crm.privacy.masks import Mask
from crm.storage.tables import recorded
from crm.storage.types import Id, Json, Moment

organisation = recorded(
    "organisation",
    impersonal("id", Id, primary_key=True),
    impersonal("name", String(200), nullable=False),
    impersonal("created_at", Moment, nullable=False),
)

person = recorded(
    "person",
    impersonal("id", Id, primary_key=True),
    sealed("name", field="person.name", mask=Mask.NAME, label="Name"),
    sealed("national_id", field="person.national_id", mask=Mask.ID, label="National id"),
    indexed("national_id_index", of="national_id", bits=20, index=True),
    # Equal for all who have this number, so that one man entered twice is found: see matching.
    indexed("national_id_token", of="national_id", bits=128, late=True, index=True),
    personal("language", String(8)),  # NULL: not known
    impersonal("organisation_id", Id, ForeignKey("organisation.id")),
    impersonal("collector_id", Id),  # NULL: nobody yet
    impersonal("team_id", Id),
    impersonal("agency_id", Id),
    impersonal("counted_with", Id),  # those who may be one person share it; NULL: nobody else is he
    impersonal("main_id", Id),  # those decided to be one person share it; NULL: he stands alone
    impersonal("created_at", Moment, nullable=False),
    impersonal("erasure_begun_at", Moment),  # from then on every reader treats him as erased
    impersonal("version", Integer, nullable=False, default=1),
    Index("ix_person_collector", "collector_id", "id"),
    Index("ix_person_team", "team_id", "id"),
    Index(
        "ix_person_counted_with",
        "counted_with",
        sqlite_where=text("counted_with IS NOT NULL"),
        postgresql_where=text("counted_with IS NOT NULL"),
    ),
    person="id",
)

person_match = recorded(
    "person_match",
    impersonal("id", Id, primary_key=True),
    impersonal("one_id", Id, ForeignKey("person.id"), nullable=False),  # the smaller id
    impersonal("other_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    impersonal("basis", String(16), nullable=False),  # national_id, number_and_name
    impersonal("state", String(8), nullable=False),  # proposed, apart, merged
    impersonal("reason", String(16)),  # the word with which it was decided
    impersonal("proposed_at", Moment, nullable=False),
    impersonal("decided_at", Moment),
    impersonal("decided_by", Id),  # whoever asked; a second person agreed
    impersonal("version", Integer, nullable=False, default=1),
    Index("uq_person_match", "one_id", "other_id", unique=True),
    Index("ix_person_match_state", "state", "id"),
)

contact_point = recorded(
    "contact_point",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    impersonal("kind", String(12), nullable=False),  # phone, email, postal, im
    impersonal("place", String(8), nullable=False),  # home, work, mobile, other
    impersonal("address_type", String(8), nullable=False, default="personal"),
    sealed(
        "value",
        field="contact_point.value",
        mask=Mask.CONTACT_POINT,
        label="Number or address",
        nullable=False,
        pad=64,
    ),
    indexed("value_index", of="value", bits=20, index=True),
    personal("token", LargeBinary(16), index=True),  # equal for all people who have this value
    impersonal("valid_from", Moment, nullable=False),
    impersonal("valid_until", Moment),  # NULL: still good
    impersonal("ended_because", String(20)),
    impersonal("source", String(20), nullable=False),
    impersonal("said_id", Id),  # what was said that it was added by
    impersonal("created_at", Moment, nullable=False),
    impersonal("version", Integer, nullable=False, default=1),
    person="person_id",
)

place_evidence = recorded(
    "place_evidence",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    impersonal("contact_point_id", Id, ForeignKey("contact_point.id")),
    impersonal("source", String(20), nullable=False),  # statement, address, area_code, file
    impersonal("rank", Integer, nullable=False),  # 1 is the strongest
    personal("country", String(2)),
    personal("region", String(8)),  # ISO 3166-2, such as US-NY
    personal("city", String(40)),  # US-NYC and the like, where a city has a book of its own
    personal("zones", Json),  # list of IANA zones this evidence leaves possible
    impersonal("observed_at", Moment, nullable=False),
    impersonal("ended_at", Moment),  # NULL: still counts
    person="person_id",
)

circumstance = recorded(
    "circumstance",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    personal("kind", String(40), nullable=False),  # as in the contract
    personal("since", String(40), nullable=False),  # RFC 3339 instant or ISO date
    personal("until", String(40)),  # NULL: still holds
    personal("scope", Json),  # the contract's other fields: debts, channel, number, days, ...
    impersonal("source", String(20), nullable=False),  # said, form, file, room
    impersonal("contact_id", Id),  # the contact in which it was said
    impersonal("lifted_at", Moment),
    impersonal("created_at", Moment, nullable=False),
    impersonal("version", Integer, nullable=False, default=1),
    person="person_id",
)

consent = recorded(
    "consent",
    impersonal("id", Id, primary_key=True),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    personal("kind", String(40), nullable=False),
    personal("at", String(40), nullable=False),
    personal("until", String(40)),
    personal("revoked_at", String(40)),
    personal("scope", Json),  # the contract's other fields
    sealed("words", field="consent.words", mask=Mask.NOTE, label="Words used", pad=256),
    impersonal("source", String(20), nullable=False),
    impersonal("contact_id", Id),
    impersonal("created_at", Moment, nullable=False),
    impersonal("version", Integer, nullable=False, default=1),
    person="person_id",
)
