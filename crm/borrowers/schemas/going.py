"""What goes out about people, masked."""

from marshmallow import Schema, fields

from crm.gate.fields import Masked, Moment


class IdOut(Schema):
    """The id of what was made or changed, and whose it is."""

    id = fields.UUID()
    person_id = fields.UUID()


class AssignedOut(Schema):
    """Who was assigned."""

    person_ids = fields.List(fields.UUID())


class LineOut(Schema):
    """A person in a list."""

    id = fields.UUID()
    name = Masked()
    language = fields.Str(allow_none=True)
    organisation = fields.Str(allow_none=True)
    collector_id = fields.UUID(allow_none=True)
    collector = Masked()
    team_id = fields.UUID(allow_none=True)
    team = fields.Str(allow_none=True)
    created_at = Moment()


class PeopleOut(Schema):
    """A page of people, newest first."""

    items = fields.List(fields.Nested(LineOut))
    next = fields.Str(allow_none=True)


class ElsewhereOut(Schema):
    """Somebody else's borrower: no more than the team that has him."""

    team = fields.Str(allow_none=True)


class FoundOut(Schema):
    """Whom a search found: one's own people, and in which teams there are others."""

    items = fields.List(fields.Nested(LineOut))
    elsewhere = fields.List(fields.Nested(ElsewhereOut))


class PointOut(Schema):
    """A number or address, masked."""

    id = fields.UUID()
    kind = fields.Str()
    place = fields.Str()
    address_type = fields.Str()
    value = Masked()
    active = fields.Bool()
    valid_from = Moment()
    valid_until = Moment(allow_none=True)
    ended_because = fields.Str(allow_none=True)
    others = fields.Int()  # how many other people have it
    source = fields.Str()
    version = fields.Int()


class EvidenceOut(Schema):
    """One piece of evidence of place, and whether it counts."""

    id = fields.UUID()
    contact_point_id = fields.UUID(allow_none=True)
    source = fields.Str()
    country = fields.Str(allow_none=True)
    region = fields.Str(allow_none=True)
    city = fields.Str(allow_none=True)
    zones = fields.List(fields.Str())
    observed_at = Moment()
    ended_at = Moment(allow_none=True)
    counts = fields.Bool()
    set_aside = fields.Bool()


class PlacedOut(Schema):
    """Where all evidence together leaves the person."""

    country = fields.Str(allow_none=True)
    region = fields.Str(allow_none=True)
    city = fields.Str(allow_none=True)
    zones = fields.List(fields.Str())
    jurisdictions = fields.List(fields.Str())


class _LimitOut(Schema):
    """What circumstances and consents have in common."""

    id = fields.UUID()
    kind = fields.Str()
    until = fields.Str(allow_none=True)
    scope = fields.Dict()
    contact_point_id = fields.UUID(attribute="point_id", allow_none=True)
    source = fields.Str()
    contact_id = fields.UUID(allow_none=True)
    in_force = fields.Bool()
    created_at = Moment()
    version = fields.Int()


class CircumstanceOut(_LimitOut):
    """A circumstance, in force or past."""

    since = fields.Str()
    lifted_at = Moment(allow_none=True)


class ConsentOut(_LimitOut):
    """A consent, in force or past."""

    at = fields.Str()
    revoked_at = fields.Str(allow_none=True)
    words = Masked()


class AlikeOut(Schema):
    """Somebody who may be the same person, or is (`merged`): his contacts count for both."""

    id = fields.UUID()
    name = Masked()
    team = fields.Str(allow_none=True)
    merged = fields.Bool()
    main = fields.Bool()
    match_id = fields.UUID(allow_none=True)


class PersonOut(LineOut):
    """A person's file, as far as this room knows him."""

    version = fields.Int()
    national_id = Masked()
    agency = fields.Str(allow_none=True)
    alike = fields.List(fields.Nested(AlikeOut))
    points = fields.List(fields.Nested(PointOut), data_key="contact_points")
    placed = fields.Nested(PlacedOut, data_key="place")
    evidence = fields.List(fields.Nested(EvidenceOut), data_key="place_evidence")
    circumstances = fields.List(fields.Nested(CircumstanceOut))
    consents = fields.List(fields.Nested(ConsentOut))


class MatchLineOut(Schema):
    """Two who may be one person; one who was erased is null."""

    id = fields.UUID()
    basis = fields.Str()
    state = fields.Str()
    reason = fields.Str(allow_none=True)
    proposed_at = Moment()
    decided_at = Moment(allow_none=True)
    decided_by = fields.UUID(allow_none=True)
    people = fields.List(fields.Nested(LineOut, allow_none=True))


class MatchesOut(Schema):
    """A page of pairs, the latest first."""

    items = fields.List(fields.Nested(MatchLineOut))
    next = fields.Str(allow_none=True)


class MatchOut(MatchLineOut):
    """Two files, each beside the other; `shared` are the contact points that are the same."""

    people = fields.List(fields.Nested(PersonOut))
    shared = fields.List(fields.UUID())


class MatchIdOut(Schema):
    """The match on which it was decided."""

    id = fields.UUID()


class RecentLineOut(LineOut):
    """A person whose file one looked at, and when last."""

    looked_at = Moment()


class RecentOut(Schema):
    """The files one looked at lately, the latest first."""

    items = fields.List(fields.Nested(RecentLineOut))
