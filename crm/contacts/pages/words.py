"""The meter's words in the reader's language: sentences of the books, channels, times, figures."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, g
from flask_babel import get_locale, gettext
from sqlalchemy.exc import SQLAlchemyError

from crm.borrowers.rules.words import (
    CIRCUMSTANCES,
    CONSENTS,
    END_REASONS,
    KINDS,
    LANGUAGES,
    LIFT_REASONS,
    MATCH_BASES,
    MATCH_REASONS,
    MATCH_STATES,
    SOURCES,
)
from crm.contacts.meter import findings as finding_words
from crm.contacts.meter import words
from crm.contacts.meter.steps import BREADTHS, FOLLOWS, OPT_OUTS, STOPS, STOPS_OF_OTHER
from crm.contacts.pages.codes import all_codes, code_word, codes_for
from crm.contacts.pages.typing import chosen, is_filled, promise_usual, restore
from crm.contacts.queries.day_one import missing
from crm.contacts.queries.talks import MyTalks, Talk
from crm.contacts.rules.script import Line
from crm.contacts.script import lines
from crm.gate.answer import answer
from crm.gate.permissions import Permission, scope_of
from crm.privacy.openers import Presented
from crm.web.filters import day, moment, money, sentence_of
from crm.web.room import Room

KINDS_OF_WORDS: dict[str, Mapping[Any, str]] = {
    "channel": words.CHANNELS,
    "day_one": words.DAY_ONE,
    "outcome": words.OUTCOMES,
    "target": words.TARGETS,
    "place": words.PLACES,
    "mark": words.MARKS,
    "refusal": words.REFUSALS,
    "emotion": words.EMOTIONS,
    "said": words.SAID,
    "relation": words.RELATIONS,
    "item": words.ITEMS,
    "match": {**MATCH_BASES, **MATCH_REASONS},
    "match_state": MATCH_STATES,
    "point": KINDS,
    "place_source": SOURCES,
    "end_reason": END_REASONS,
    "circumstance": CIRCUMSTANCES,
    "consent": CONSENTS,
    "language": LANGUAGES,
    "follows": FOLLOWS,
    "opt_out": OPT_OUTS,
    "breadth": BREADTHS,
    "stops": STOPS,
    "stops_of_other": STOPS_OF_OTHER,
    "paid_by": words.PAID_BY,
    "proposed_by": words.PROPOSED_BY,
    "permit": words.PERMIT_STATES,
    "unasked": words.UNASKED,
    "unlogged": words.UNLOGGED,
    "not_said": words.NOT_SAID,
    "lifted": LIFT_REASONS,
    "instead": words.INSTEAD,
    "away": words.AWAY,
    "looked_up_by": words.LOOKED_UP_BY,
    "taken_for": words.TAKEN_FOR,
    "outage": words.OUTAGES,
    "finding": finding_words.KINDS,
    "cause": finding_words.CAUSES,
    "effect": finding_words.EFFECTS,
    "remedy": finding_words.REMEDIES,
    "report": finding_words.REPORTS,
    "age": finding_words.AGES,
}


def install(room: Room) -> None:
    """Give every page the filters `lines_in_words` and `reason_in_words`, and `word_for`."""
    room.blueprint.add_app_template_filter(lines_in_words)
    room.blueprint.add_app_template_filter(reason_in_words)
    room.blueprint.add_app_template_filter(line_in_words)
    room.blueprint.add_app_template_filter(said_in_words)
    room.blueprint.add_app_template_filter(instant)
    room.blueprint.add_app_template_filter(local_minute)
    room.blueprint.add_app_template_filter(line_said)
    room.blueprint.add_app_template_filter(line_named)
    on_forms = (restore, chosen, is_filled, promise_usual, pairs_of, point_choices, begun, unlogged)
    for function in (word_for, choices_of, codes_for, all_codes, code_word, *on_forms):
        room.blueprint.add_app_template_global(function)


def begun() -> bool:
    """Tell whether this house may contact anybody yet."""
    return not missing()


def unlogged() -> list[Talk]:
    """Return what the reader has begun and not logged, for the strip on every page.

    None where the database is away, as on its error page.
    """
    if scope_of(g.actor.role, Permission.REQUEST_PERMIT) is None:
        return []
    try:
        return list(answer(MyTalks(), g.actor))
    except SQLAlchemyError:
        return []


def word_for(kind: str, key: Any) -> str:
    """Return the reader's word for a word of the contract; the word itself where none is known."""
    if key is None:
        return ""
    known = KINDS_OF_WORDS[kind].get(str(key))
    return gettext(known) if known else str(key)


def choices_of(kind: str) -> list[tuple[str, str]]:
    """Return all words of a kind with the reader's words for them."""
    return [(str(key), gettext(word)) for key, word in KINDS_OF_WORDS[kind].items()]


def pairs_of(words: Iterable[str]) -> list[tuple[str, str]]:
    """Return words that stand for themselves, as a list to choose from."""
    return [(word, word) for word in words]


def point_choices(points: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return numbers and addresses to choose from, each as the reader may see it."""
    return [
        (
            str(point["id"]),
            f"{point['label'] or gettext('hidden')} · {word_for('place', point['place'])}",
        )
        for point in points
    ]


def lines_in_words(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return lines of the meter with every word in the reader's language."""
    return [line_in_words(line) for line in lines]


def line_in_words(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return one line of the meter with every word in the reader's language."""
    point = line["contact_point"]
    return {
        **line,
        "channel_label": gettext(line["channel_label"]),
        "contact_point": point and {**point, "place": word_for("place", point["place"])},
        "reasons": [reason_in_words(reason) for reason in line["reasons"]],
        "marks": [{**mark, "label": gettext(mark["label"])} for mark in line["marks"]],
        "instead": [_way(way) for way in line["instead"]],
    }


def reason_in_words(reason: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reason, of a line or of a decision, with its sentence and event translated."""
    figures = reason.get("figures")
    sentence = reason.get("sentence") or reason.get("why")
    if figures and "sentence" in figures:
        sentence = sentence_of(figures)
    event, until = reason.get("event"), reason.get("until")
    return {
        **reason,
        "sentence": sentence or "",
        "event": gettext(event) if event else None,
        "used": reason.get("used"),
        "limit": reason.get("limit"),
        "until": instant(until) if isinstance(until, str) else until,
    }


def line_said(line: Line, person: str, me: str) -> str:
    """Return a line of the script in the reader's language, with the names that it says."""
    language = "zh" if str(get_locale() or "en").startswith("zh") else "en"
    house = current_app.config["PROBITY"].institution or gettext("[name of our house]")
    return line.words[language] % {"person": person, "me": me, "house": house}


def line_named(line_id: str) -> str:
    """Return how a line of the script is called: by its first words."""
    known = lines().get(line_id)
    return line_said(known, "…", "…").partition("\n")[0][:60] + "…" if known else line_id


def instant(text: str) -> datetime:
    """Return the moment that a decision names."""
    return datetime.fromisoformat(text)


def local_minute(at: datetime, zone: str) -> str:
    """Return an instant as the field of a call back takes it, on the clock of a zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def said_in_words(document: Presented | None) -> str:
    """Return in a few words what was said, as far as its viewer may know."""
    if document is None or not document.text:
        return ""
    try:
        told = json.loads(document.text)
    except ValueError:  # a mask cut through it
        return document.text
    if "from" in told or "to" in told:  # hours are one thing
        told["from"] = f"{told.get('from') or '00:00'}–{told.pop('to', None) or '24:00'}"
    parts = (_told(name, value, told) for name, value in told.items() if value)
    return " · ".join(part for part in parts if part)


def _told(name: str, value: Any, told: Mapping[str, Any]) -> str:
    if name == "amount" and "currency" in told:
        return money(int(value), str(told["currency"]))
    if name in {"currency", "more_calls"}:
        return ""
    if name == "at":
        return moment(instant(value))
    if name == "due_on":
        return day(date.fromisoformat(value))
    if name in words.PROMISED:
        return str(gettext(words.PROMISED[name]))
    kind = {"proposed_by": "proposed_by", "relation": "relation", "breadth": "breadth"}
    kind["channel"] = "paid_by" if "due_on" in told else "channel"
    return word_for(kind[name], value) if name in kind else str(value)


def _way(way: Mapping[str, Any]) -> str:
    point = way["contact_point"]
    channel: str = gettext(way["channel_label"])
    if not (point and point["label"] and point["label"].text):
        return channel
    return str(gettext("%(channel)s, %(line)s", channel=channel, line=point["label"].text))
