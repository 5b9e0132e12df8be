"""A book at a glance: the hours it leaves open and the numbers it sets, in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from crm.rulebook.books import Book
from crm.rulebook.demands import Figure, Term
from crm.rulebook.rule import Rule
from crm.rulebook.vocabulary import OUTCOME_CLASSES, WEEKDAYS, Channel, Effect, Place, Target
from crm.words import N_

# A rule on all of these need not name them: a letter has no hour, and what all can see is barred.
_ORDINARY = frozenset(Channel) - {Channel.LETTER, Channel.SOCIAL_PUBLIC}
_FEW = 2


class Line(NamedTuple):
    """What one rule says, for which media and places where not for all, and `but` for which."""

    media: tuple[str, ...]
    but: tuple[str, ...]
    places: tuple[str, ...]
    terms: tuple[Term, ...]


class Glance(NamedTuple):
    """What a book says to the borrower's own contacts: hours, and numbers and waits."""

    hours: tuple[Line, ...]
    numbers: tuple[Line, ...]


def glance(book: Book) -> Glance:
    """Give the hours, numbers and waits by which a book refuses contact with the borrower."""
    told = [
        (rule, content["parameters"])
        for rule, content in zip(book.rules, book.content["rules"], strict=True)
        if rule.enabled
        and rule.effect is Effect.REFUSE
        and (rule.targets is None or Target.BORROWER in rule.targets)
    ]
    return Glance(
        hours=tuple(_lines(told, "hours", _hours)),
        numbers=(*_lines(told, "cap", _cap), *_lines(told, "wait", _wait)),
    )


def _lines(told: list[tuple[Rule, Any]], kind: str, words: Any) -> Iterator[Line]:
    for rule, parameters in told:
        terms = tuple(words(parameters)) if rule.kind == kind else ()
        if terms:
            yield Line(*_media(rule), _places(rule), terms)


def _media(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the media a rule names, or those few it leaves out."""
    missing = frozenset() if rule.channels is None else _ORDINARY - rule.channels
    if rule.channels is None or len(missing) <= _FEW:
        return (), _named(missing)
    # A ringless message is a call to whoever gets it; it is named only by itself.
    return _named(rule.channels - {Channel.RINGLESS_VOICEMAIL} or rule.channels), ()


def _named(channels: frozenset[Channel]) -> tuple[str, ...]:
    return tuple(str(channel) for channel in Channel if channel in channels)


def _places(rule: Rule) -> tuple[str, ...]:
    if rule.places is None:
        return ()
    return tuple(str(place) for place in Place if place in rule.places)


def _hours(parameters: Mapping[str, Any]) -> Iterator[Term]:
    if "designated" in parameters:
        yield Term(N_("not when the person ruled it out"), {})
    elif "holidays" in parameters and "from" in parameters:
        yield Term(N_("public holidays %(opens)s–%(closes)s"), _clocks(parameters))
    elif "holidays" in parameters:
        yield Term(N_("not on public holidays"), {})
    else:
        for window in parameters.get("windows", (parameters,)):
            yield from _window(window)


def _window(window: Mapping[str, Any]) -> Iterator[Term]:
    clocks = _clocks(window)
    days = sorted(window.get("days", range(1, 8)))
    if len(days) == len(WEEKDAYS):
        yield Term(N_("daily %(opens)s–%(closes)s"), clocks)
        return
    # Days that follow one another differ from their rank by the same.
    for _, run in groupby(enumerate(days), lambda ranked: ranked[1] - ranked[0]):
        stretch = [WEEKDAYS[day - 1] for _, day in run]
        ends = {"first": (stretch[0],), "last": (stretch[-1],)}
        if len(stretch) == 1:
            yield Term(N_("%(first)s %(opens)s–%(closes)s"), {**clocks, "first": ends["first"]})
        else:
            yield Term(N_("%(first)s to %(last)s %(opens)s–%(closes)s"), {**clocks, **ends})


def _clocks(window: Mapping[str, Any]) -> dict[str, Figure]:
    return {"opens": window["from"], "closes": window["to"]}


def _cap(parameters: Mapping[str, Any]) -> Iterator[Term]:
    figures: dict[str, Figure] = {
        "limit": parameters["limit"],
        "outcomes": _counted(parameters["counts"]["outcomes"]),
    }
    if parameters.get("days") == 1:
        yield Term(N_("%(limit)s a day: %(outcomes)s"), figures)
    elif "days" in parameters:
        message = N_("%(limit)s in %(days)s days: %(outcomes)s")
        yield Term(message, {**figures, "days": parameters["days"]})
    elif "hours" in parameters:
        message = N_("%(limit)s in %(hours)s hours: %(outcomes)s")
        yield Term(message, {**figures, "hours": parameters["hours"]})
    elif parameters.get("period") == "week":
        yield Term(N_("%(limit)s a calendar week: %(outcomes)s"), figures)
    elif parameters.get("period") == "month":
        yield Term(N_("%(limit)s a calendar month: %(outcomes)s"), figures)
    else:
        yield Term(N_("%(limit)s in all: %(outcomes)s"), figures)


def _counted(outcomes: list[str]) -> tuple[str, ...]:
    """Give what counts, by the one word for all of it where there is one."""
    all_of_it = {outcome for word in outcomes for outcome in OUTCOME_CLASSES.get(word, {word})}
    known = (word for word, outcomes in OUTCOME_CLASSES.items() if outcomes == all_of_it)
    name = next(known, None)
    return tuple(outcomes) if name is None else (name,)


def _wait(parameters: Mapping[str, Any]) -> Iterator[Term]:
    after = parameters.get("after") or _counted(parameters["counts"]["outcomes"])
    if "days" in parameters:
        figures = {"days": parameters["days"], "after": tuple(after)}
        yield Term(N_("a wait of %(days)s days after: %(after)s"), figures)
    elif "minutes" in parameters:
        figures = {"minutes": parameters["minutes"], "after": tuple(after)}
        yield Term(N_("a wait of %(minutes)s minutes after: %(after)s"), figures)
