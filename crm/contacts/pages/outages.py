"""Pages of outages: declared, ended, and caught up with from paper."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from marshmallow import Schema, ValidationError, fields, post_load, validate

from crm.contacts.actions.catching_up import CatchUp, Made
from crm.contacts.actions.outages import DeclareOutage, EndOutage
from crm.contacts.continuity.actions import MakeContinuityKey
from crm.contacts.continuity.queries import Continuity
from crm.contacts.outcomes import Code, codes
from crm.contacts.pages.logging import PLAIN
from crm.contacts.queries.outages import OneOutage, Outages, ToCatchUp, lasting
from crm.contacts.rules.causes import Outage
from crm.contacts.rules.outages import instant_on
from crm.contacts.rules.records import is_possible
from crm.contacts.rules.said import Kind
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.fields import Day, SealedText, Text, one_of
from crm.rulebook.moments import zone_names
from crm.web.room import Room, to
from crm.words import N_

LINES = 12  # of the form; more than fit on one sheet of paper by hand
ABOUT = (Kind.OPT_OUT, Kind.CEASE, *(k for k in PLAIN if k not in (Kind.OPT_OUT, Kind.CEASE)))
_CLOCK = "%Y-%m-%dT%H:%M"


class _Local(Schema):
    """Moments of the browser's own fields, read on the clock of `zone`."""

    zone = fields.Str(required=True, validate=validate.OneOf(sorted(zone_names())))

    @post_load
    def as_instants(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give instants; raise where the clock never shows the time."""
        zone = ZoneInfo(values.pop("zone"))
        return {name: _instant(name, value, zone) for name, value in values.items()}


def _instant(name: str, value: Any, zone: ZoneInfo) -> Any:
    if not isinstance(value, datetime):
        return value
    found = instant_on(value.date(), value.time(), zone)
    if found is None:
        raise ValidationError({name: [NO_SUCH_TIME]})
    return found


NO_SUCH_TIME = N_("The clock does not show this time on that day.")


class DeclareForm(_Local):
    """Why, since when, until when, and for whom."""

    reason = fields.Str(required=True, validate=one_of(Outage))
    began_at = fields.NaiveDateTime(format=_CLOCK)
    ended_at = fields.NaiveDateTime(format=_CLOCK)
    team_id = fields.UUID()


class EndForm(_Local):
    """Since when permits can be had again; left empty: now."""

    ended_at = fields.NaiveDateTime(format=_CLOCK)


class _Lines(Schema):
    """What stands on paper: a day, and up to a dozen calls of it, one a line."""

    zone = fields.Str(required=True, validate=validate.OneOf(sorted(zone_names())))
    day = Day(required=True)

    @post_load
    def as_made(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the lines that were filled in; raise naming the fields that are wrong."""
        made = tuple(_filled(values))
        if not made:
            raise ValidationError({"whom_0": [N_("Enter at least one call.")]})
        return {"items": made}


def _line_of_form(number: int) -> dict[str, fields.Field[Any]]:
    return {
        f"whom_{number}": SealedText(longest=40),
        f"clock_{number}": fields.Time(format="%H:%M"),
        f"came_{number}": Text(longest=60),  # "code" would not be shown again after a fault
        f"said_{number}": fields.Str(validate=one_of(ABOUT)),
        f"note_{number}": SealedText(longest=4000),
    }


CatchUpForm = _Lines.from_dict(
    {name: kind for number in range(LINES) for name, kind in _line_of_form(number).items()},
    name="CatchUpForm",
)


_MORE = N_(
    "This takes more than a line, such as a sum and a day: write it down in the person's file, "
    "with the time at which it began."
)


def _filled(values: Mapping[str, Any]) -> Iterator[Made]:
    faults: dict[str, list[str]] = {}
    for number in range(LINES):
        line = {
            name: values[f"{name}_{number}"]
            for name in ("whom", "clock", "came", "said", "note")
            if values.get(f"{name}_{number}") is not None
        }
        if not line:
            continue
        made = _made(values, number, line, faults)
        if made is not None:
            yield made
    if faults:
        raise ValidationError(faults)


def _made(values: Mapping[str, Any], number: int, line: Any, faults: dict[str, Any]) -> Made | None:
    """Return one line as a call; where something is missing or unknown, add to `faults`."""
    for name in ("whom", "clock", "came"):
        if name not in line:
            faults[f"{name}_{number}"] = [N_("This is needed.")]
    code = code_meant(line["came"]) if "came" in line else None
    at = (
        instant_on(values["day"], line["clock"], ZoneInfo(values["zone"]))
        if "clock" in line
        else None
    )
    if "came" in line and code is None:
        faults[f"came_{number}"] = [N_("There is no such code.")]
    if "clock" in line and at is None:
        faults[f"clock_{number}"] = [NO_SUCH_TIME]
    if code is None or at is None or "whom" not in line:
        return None
    kinds = dict.fromkeys(kind for kind in (code.said, line.get("said")) if kind)
    try:
        said = tuple(said_of(kind, SHAPES[kind]().load({})) for kind in kinds)
    except ValidationError:
        faults[f"came_{number}"] = [_MORE]
        return None
    return Made(number, line["whom"], at, code.outcome, code.code, said, line.get("note"))


def code_meant(text: str) -> Code | None:
    """Return the code that was typed: itself, its pinyin initials, or its words."""
    typed = text.strip().casefold()
    for code in codes().values():
        if not is_possible("call", code.outcome, inbound=False):
            continue
        if typed in map(str.casefold, (code.code, *code.pinyin, *code.words.values())):
            return code
    return None


def install(room: Room) -> None:
    """Declare the pages, and let every page know what lasts."""
    room.blueprint.add_app_template_global(outages_now)
    room.blueprint.add_app_template_global(catch_up_form)
    _keys(room)
    room.shows(Outages, at="/outages", template="contacts/outages.html")
    room.accepts(
        DeclareOutage,
        at="/outages",
        takes=DeclareForm,
        back=to("/outages"),
        said=N_("The outage is declared."),
    )
    room.shows(OneOutage, at="/outages/<uuid:id>", template="contacts/outage.html")
    room.accepts(
        EndOutage,
        at="/outages/<uuid:id>/end",
        takes=EndForm,
        back=to("/outages/{id}"),
        said=N_("The outage has ended. Enter what was done on paper meanwhile."),
    )
    room.shows(ToCatchUp, at="/outages/<uuid:id>/contacts", template="contacts/catch_up.html")
    room.accepts(
        CatchUp,
        at="/outages/<uuid:outage_id>/contacts",
        takes=CatchUpForm,
        back=to("/outages/{outage_id}/contacts"),
        said=N_("Entered. Each call was judged as of its time."),
    )


def _keys(room: Room) -> None:
    room.shows(Continuity, at="/continuity", template="contacts/continuity.html")
    room.accepts(
        MakeContinuityKey,
        at="/continuity/<uuid:team_id>/keys",
        once="contacts/continuity_key.html",
        unrepeatable=True,
        back=to("/continuity"),
    )


def catch_up_form() -> dict[str, Any]:
    """Return how many lines the form has, and what can be chosen as said."""
    return {"lines": LINES, "said": ABOUT}


def outages_now() -> list[Any]:
    """Return the outages that last for the reader."""
    return lasting(g.actor) if "actor" in g else []
