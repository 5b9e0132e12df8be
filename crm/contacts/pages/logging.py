"""The log form: flat fields of a page without scripts, made into one contact record."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, post_load, validate

from crm import clock
from crm.contacts.actions.said import Said
from crm.contacts.meter.words import EMOTIONS, PAID_BY
from crm.contacts.outcomes import codes, outcome_of
from crm.contacts.rules.causes import Instead, Unasked
from crm.contacts.rules.said import Breadth, Kind
from crm.contacts.rules.script import Tick
from crm.contacts.rules.when import LONGEST, Unclear, instant_meant
from crm.contacts.schemas.records import CallBackCheckIn
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.fields import SealedText, Text, one_of
from crm.loans.rules import BadAmount, minor_units
from crm.rulebook.moments import FIRST_YEAR, LAST_YEAR, zone_names
from crm.rulebook.vocabulary import Channel, Direction
from crm.words import N_

# What has fields of its own in the form: its kind, the prefix of its fields, and their names.
WITH_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PROMISE: (
        "amount",
        "currency",
        "due_on",
        "loan_id",
        "channel",
        "proposed_by",
        "partial",
        "reminder",
        "read_back",
    ),
    Kind.CALLBACK: ("at", "more_calls", "words"),
    Kind.OPT_OUT: ("breadth", "channel", "from", "to"),
    Kind.DISPUTE: ("type", "loan_id", "words"),
    Kind.HARDSHIP: ("reason", "words"),
    Kind.NEW_NUMBER: ("point", "value", "place"),
    Kind.INCONVENIENT_TIME: ("from", "to"),
    Kind.SOMEBODY_ELSE: ("relation", "passes_on"),
}
# Without these there is nothing to record; they also say that a section was filled in.
TELLING = {
    Kind.PROMISE: ("amount", "due_on"),
    Kind.CALLBACK: ("at",),
    Kind.OPT_OUT: ("breadth",),
    Kind.NEW_NUMBER: ("value",),
    Kind.INCONVENIENT_TIME: ("from", "to"),
    Kind.SOMEBODY_ELSE: ("relation", "passes_on"),
}
# A tick says all; of an opt-out it says the narrowest.
PLAIN = tuple(kind for kind in Kind if kind not in TELLING or kind is Kind.OPT_OUT)


class _Clock(fields.NaiveDateTime):
    """What a browser's field for date and time gives, in years that every calendar reaches."""

    default_error_messages = {"far": N_("Give a year from 1900 to 9000.")}  # noqa: RUF012  as marshmallow declares it

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        local = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR < local.year < LAST_YEAR:
            raise self.make_error("far")
        return local


_ZONE = validate.OneOf(sorted(zone_names()))


_AMOUNT = N_("Give an amount above zero, such as 500.00.")
_LINE = validate.Regexp(r"^[a-z_]{1,40}:[0-9]{1,4}$")  # of the script, and its version


class _Zoned(Schema):
    """A form whose times of day are read on one clock."""

    zone = fields.Str(validate=_ZONE)

    @staticmethod
    def instant(values: Mapping[str, Any], name: str) -> datetime | None:
        """Return a field of the browser's local time as an instant."""
        naive: datetime | None = values.get(name)
        return naive and naive.replace(tzinfo=ZoneInfo(values.get("zone") or "UTC"))


class CallBackForm(CallBackCheckIn):
    """What a form asks beforehand of a call back; `began` is when the contact did, on the clock
    `began_zone`, which is another than that of the words.
    """

    began = _Clock(format="%Y-%m-%dT%H:%M")
    began_zone = fields.Str(validate=_ZONE)

    @post_load
    def as_instant(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the instant at which the contact began."""
        zone = ZoneInfo(values.pop("began_zone", "UTC"))
        if "began" in values:
            values["started_at"] = values.pop("began").replace(tzinfo=zone)
        return values


class LogForm(_Zoned):
    """What came of a contact: a code, and anything that was said."""

    quick = fields.Str(validate=one_of(codes()))
    outcome = fields.Str(validate=one_of(codes()))  # its code
    discussed_loan_ids = fields.List(fields.UUID())
    note = SealedText(longest=4000)
    emotion = fields.Str(validate=one_of(EMOTIONS))
    said = fields.List(fields.Str(validate=one_of(PLAIN)))
    promise_amount = Text(longest=30)
    promise_currency = Text(longest=3)
    promise_due_on = Text(longest=10)
    promise_loan_id = Text(longest=40)
    promise_channel = fields.Str(validate=one_of(PAID_BY))
    promise_proposed_by = Text(longest=6)
    promise_partial = fields.Bool()
    promise_reminder = fields.Bool()
    promise_read_back = fields.Bool()
    callback_at = Text(longest=LONGEST)
    callback_zone = fields.Str(validate=_ZONE)
    callback_more_calls = fields.Bool()
    callback_words = Text(longest=2000)
    opt_out_breadth = Text(longest=10)
    opt_out_channel = Text(longest=20)
    opt_out_from = Text(longest=5)
    opt_out_to = Text(longest=5)
    dispute_type = Text(longest=20)
    dispute_loan_id = Text(longest=40)
    dispute_words = Text(longest=2000)
    hardship_reason = Text(longest=20)
    hardship_words = Text(longest=2000)
    new_number_point = Text(longest=12)
    new_number_value = Text(longest=300)
    new_number_place = Text(longest=8)
    inconvenient_time_from = Text(longest=5)
    inconvenient_time_to = Text(longest=5)
    somebody_else_relation = Text(longest=10)
    somebody_else_passes_on = fields.Bool()
    script = fields.List(fields.Str(validate=_LINE))
    script_shown = fields.List(fields.Str(validate=_LINE))
    script_all = fields.Bool(load_default=False)
    script_unsaid = fields.Bool(load_default=False)

    @post_load
    def as_told(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return what the action takes; raise naming the fields that are missing."""
        code = values.get("quick") or values.get("outcome")
        if code is None:
            raise ValidationError({"outcome": [N_("Say what came of it.")]})
        told: dict[str, Any] = {n: values[n] for n in ("note", "emotion") if n in values}
        if values.get("discussed_loan_ids"):
            told["discussed_loan_ids"] = tuple(values["discussed_loan_ids"])
        shown = values.get("script_shown", ()) if values["script_all"] else ()
        ticks = (line.partition(":") for line in {*values.get("script", ()), *shown})
        told["script"] = tuple(Tick(line, int(version)) for line, _, version in sorted(ticks))
        told["script_unsaid"] = values["script_unsaid"]
        said = tuple(self._said(values, codes()[code].said))
        return told | {"code": code, "outcome": codes()[code].outcome, "said": said}

    @classmethod
    def named(cls, values: Mapping[str, Any], faults: Mapping[str, Any]) -> dict[str, Any]:
        """Return the faults of an action by the fields of this form: of what was said too."""
        found = faults.get("said")
        if not isinstance(found, Mapping):
            return dict(faults)
        told, left = {name: why for name, why in faults.items() if name != "said"}, {}
        kinds = dict(enumerate(item.kind for item in values.get("said", ())))
        for number, why in found.items():
            of_item = why if isinstance(why, Mapping) else {}
            at = {f"{kinds.get(int(number))}_{name}": fault for name, fault in of_item.items()}
            if at and at.keys() <= cls._declared_fields.keys():
                told |= at
            else:
                left[number] = why
        return told | ({"said": left} if left else {})

    def _said(self, values: Mapping[str, Any], implied: str | None) -> Iterator[Said]:
        """Yield what was ticked or filled in, and what the code itself says."""
        ticked = {*values.get("said", ()), *([implied] if implied else [])}
        for kind in Kind:
            given = self._given(values, kind)
            filled = given.keys() & set(TELLING.get(kind, ()))
            if filled or kind in ticked:
                yield _item(kind, given)

    def _given(self, values: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
        given = {
            name: values[f"{kind}_{name}"]
            for name in WITH_FIELDS.get(kind, ())
            if values.get(f"{kind}_{name}")
        }
        if kind is Kind.CALLBACK and "at" in given:
            given["at"] = _meant(given["at"], values.get("callback_zone") or values.get("zone"))
        if kind is Kind.OPT_OUT:  # the form shows these fields beside one breadth each
            for name, breadth in _OF_BREADTH.items():
                if given.get("breadth") != breadth:
                    given.pop(name, None)
        return given


_OF_BREADTH = {"channel": Breadth.CHANNEL, "from": Breadth.HOURS, "to": Breadth.HOURS}


def _meant(text: str, zone: str | None) -> str:
    """Return the instant that was named, on the clock of `zone`; a fault by the form's name."""
    try:
        return instant_meant(text, clock.now(), ZoneInfo(zone or "UTC")).isoformat()
    except Unclear as fault:
        raise ValidationError({"callback_at": [str(fault)]}) from None


def _item(kind: Kind, given: dict[str, Any]) -> Said:
    """Return one thing said, checked by the shape of its kind; faults by the form's own names."""
    try:
        if kind is Kind.PROMISE and "amount" in given:
            given["amount"] = minor_units(given["amount"], given.get("currency", ""))
            if given["amount"] <= 0:
                raise ValidationError({"promise_amount": [_AMOUNT]})
        return said_of(kind, SHAPES[kind]().load(given))
    except BadAmount:
        raise ValidationError({"promise_amount": [_AMOUNT]}) from None
    except ValidationError as fault:
        faults: Any = fault.messages
        named = {f"{kind}_{name}": told for name, told in faults.items()}
        raise ValidationError(named) from None


class ColleagueForm(LogForm):
    """What came of a contact that a colleague made, and why he does not log it himself."""

    why = fields.Str(required=True, validate=one_of(Instead))  # another form beside has `reason`
    ended_at = _Clock(format="%Y-%m-%dT%H:%M")

    @post_load
    def as_told(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add why, and when it ended where that is known; nobody asks for the script."""
        told: dict[str, Any] = super().as_told(values)
        del told["script"], told["script_unsaid"]
        return told | {"reason": values["why"], "ended_at": self.instant(values, "ended_at")}


class UnpermittedForm(LogForm):
    """A contact that had no permit: the other side began it, or it happened all the same."""

    contact_point_id = fields.UUID(load_default=None)
    channel = fields.Str(required=True, validate=one_of(Channel))
    direction = fields.Str(required=True, validate=one_of(Direction))
    started_at = _Clock(format="%Y-%m-%dT%H:%M", required=True)
    reason = fields.Str(validate=one_of(Unasked))

    @post_load
    def as_told(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add what a permit would have said."""
        told: dict[str, Any] = super().as_told(values)
        del told["script_unsaid"]  # nothing is needed
        loans = told.pop("discussed_loan_ids", None)
        kept = {name: values.get(name) for name in ("contact_point_id", "channel", "direction")}
        inbound = kept["direction"] == Direction.INBOUND
        told["outcome"] = outcome_of(told["code"], values["channel"], inbound=inbound)
        more = {"started_at": self.instant(values, "started_at"), "reason": values.get("reason")}
        return told | kept | more | {"loan_ids": loans}


class CorrectionForm(LogForm):
    """What of a record was wrong; what is left empty stays as it was."""

    contact_point_id = fields.UUID()
    started_at = _Clock(format="%Y-%m-%dT%H:%M")
    ended_at = _Clock(format="%Y-%m-%dT%H:%M")

    @post_load
    def as_told(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Leave out what was left empty; raise where nothing was filled in."""
        code = values.get("outcome")
        told: dict[str, Any] = {
            name: values[name]
            for name in ("note", "emotion", "contact_point_id")
            if values.get(name) is not None
        }
        for name in ("started_at", "ended_at"):
            if values.get(name) is not None:
                told[name] = self.instant(values, name)
        if values.get("discussed_loan_ids"):
            told["discussed_loan_ids"] = tuple(values["discussed_loan_ids"])
        if said := tuple(self._said(values, None)):
            told["said"] = said
        if code:
            told["code"] = code  # which outcome it stands for says the record
        if not told:
            raise ValidationError({"outcome": [N_("Say what was wrong.")]})
        return told
