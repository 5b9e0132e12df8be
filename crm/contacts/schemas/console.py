"""The compliance console: which days and whose, and its figures."""

from marshmallow import Schema, fields

from crm.gate.fields import Day, Masked, Moment


class ConsoleIn(Schema):
    """Which days of one's own zone, and whose contacts."""

    since = Day()
    until = Day()
    by = fields.UUID()
    team = fields.UUID()


class NearIn(Schema):
    """Whose contacts."""

    by = fields.UUID()
    team = fields.UUID()


class FigureOut(Schema):
    """A figure of the days asked for, and of as many days before them."""

    now = fields.Int()
    before = fields.Int()


class FiguresOut(Schema):
    """Every figure by its name."""

    made = fields.Nested(FigureOut)
    unlawful = fields.Nested(FigureOut)
    late_unlawful = fields.Nested(FigureOut)
    late_lawful = fields.Nested(FigureOut)
    outage = fields.Nested(FigureOut)
    external_file = fields.Nested(FigureOut)
    third_party = fields.Nested(FigureOut)
    ground = fields.Nested(FigureOut)
    purpose = fields.Nested(FigureOut)
    asked = fields.Nested(FigureOut)
    refused = fields.Nested(FigureOut)


class AgesOut(Schema):
    """How many findings are of which age."""

    week = fields.Int()
    fortnight = fields.Int()
    month = fields.Int()
    older = fields.Int()


class OpenFindingsOut(Schema):
    """How many findings are open."""

    open = fields.Int()
    overdue = fields.Int()
    unowned = fields.Int()
    ages = fields.Nested(AgesOut)


class ColleagueOut(Schema):
    """One colleague's figures."""

    made = fields.Int()
    unlawful = fields.Int()
    late_unlawful = fields.Int()
    late_lawful = fields.Int()
    outage = fields.Int()
    external_file = fields.Int()
    third_party = fields.Int()
    ground = fields.Int()
    purpose = fields.Int()
    asked = fields.Int()
    refused = fields.Int()
    by = fields.UUID()
    team_id = fields.UUID(allow_none=True)
    name = Masked()


class CellOut(Schema):
    """One hour of one weekday."""

    made = fields.Int()
    unlawful = fields.Int()


class HeatOut(Schema):
    """Seven rows from Monday on, each of 24 hours."""

    rows = fields.List(fields.List(fields.Nested(CellOut)))


class SlowStopOut(Schema):
    """A stop that took its time to bind, and how many contacts were made meanwhile."""

    person_id = fields.UUID()
    kind = fields.Str()
    asked_at = Moment()
    binds_at = Moment()
    between = fields.Int()


class StopsOut(Schema):
    """From the wish to be left alone to its binding, in seconds."""

    count = fields.Int()
    dayless = fields.Int()
    late = fields.Int()
    median = fields.TimeDelta(precision="seconds", allow_none=True)
    longest = fields.TimeDelta(precision="seconds", allow_none=True)
    items = fields.List(fields.Nested(SlowStopOut))


class NearPersonOut(Schema):
    """Somebody near a limit: of which rule, and how much of it is used."""

    person_id = fields.UUID()
    rule = fields.Str()
    citation = fields.Str()
    channel = fields.Str()
    used = fields.Int()
    limit = fields.Int()
    left = fields.Int()


class NearOut(Schema):
    """People near a limit, the tightest first."""

    count = fields.Int()
    looked_at = fields.Int()
    items = fields.List(fields.Nested(NearPersonOut))


class CallersAwayOut(Schema):
    """One colleague's looks for callers, and why some of these were turned away."""

    by = fields.UUID()
    name = Masked()
    looks = fields.Int()
    away = fields.Int()
    reserved = fields.Int()
    failed = fields.Int()
    limit = fields.Int()


class ConsoleOut(Schema):
    """The figures of the console."""

    since = fields.Date()
    until = fields.Date()
    zone = fields.Str()
    findings = fields.Nested(OpenFindingsOut)
    figures = fields.Nested(FiguresOut)
    colleagues = fields.List(fields.Nested(ColleagueOut))
    heat = fields.Nested(HeatOut)
    stops = fields.Nested(StopsOut)
    callers = fields.List(fields.Nested(CallersAwayOut))
    near = fields.Nested(NearOut)
