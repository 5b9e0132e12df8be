"""In what a rule is less strict than another: what cannot be shown to be as strict counts as less.

Both are rules as their books write them, each with the head of its book.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

Content: TypeAlias = Mapping[str, Any]

# Whom a rule binds: naming more is stricter, and naming nobody binds all.
_BINDS = ("jurisdictions", "channels", "targets", "purposes", "places", "agents")
# What a rule lets pass: naming less is stricter.
_SPARES = ("spares", "spares_notices_on", "grounds")
REFUSE = "refuse"
_EFFECTS = {"warn": 0, "require": 1, "refuse": 2}
_NARROWER_REPLIES = {("once", "stretch")}  # of answers that escape a rule: was, and now
_SAID = {"id", "title", "citation", "basis", "source", "note", "parameters", "lifted_by", "covers"}
_WEIGHED = {*_BINDS, *_SPARES, *_SAID, "kind", "enabled", "effect"}


def looser(old: Content, new: Content | None, old_book: Content, new_book: Content) -> list[str]:
    """Return the fields in which `new` is, or may be, less strict than `old`; [] for none.

    `new` None: the rule is gone. A rule that is switched off binds nobody, so nothing is looser.
    """
    if not old.get("enabled", True):
        return []
    if new is None:
        return ["rule"]
    return list(_looser(old, new, old_book, new_book))


def _looser(old: Content, new: Content, old_book: Content, new_book: Content) -> Iterator[str]:
    if old["kind"] != new["kind"]:
        yield "kind"
    if not new.get("enabled", True):
        yield "enabled"
    if _EFFECTS[new.get("effect", REFUSE)] < _EFFECTS[old.get("effect", REFUSE)]:
        yield "effect"
    yield from (name for name in _BINDS if not _binds_as_many(old.get(name), new.get(name)))
    for name in _SPARES:
        if not set(_listed(new, new_book, name)) <= set(_listed(old, old_book, name)):
            yield name
    yield from _lifts(old.get("lifted_by", {}), new.get("lifted_by", {}))
    yield from _covers(_covered(old, old_book), _covered(new, new_book))
    others = (old.keys() | new.keys()) - _WEIGHED
    yield from sorted(name for name in others if old.get(name) != new.get(name))
    yield from _parameters(old["kind"], old["parameters"], new["parameters"])


def _binds_as_many(old: Collection[str] | None, new: Collection[str] | None) -> bool:
    return new is None or (old is not None and set(new) >= set(old))


def _listed(rule: Content, book: Content, name: str) -> list[str]:
    of_the_book = book.get(name, []) if name == "spares" else []
    return [*of_the_book, *rule.get(name, [])]


def _lifts(old: Content, new: Content) -> Iterator[str]:
    if not set(new.get("consents", ())) <= set(old.get("consents", ())):
        yield "lifted_by.consents"
    given = ("collector",)
    if not set(new.get("given_to", given)) <= set(old.get("given_to", given)):
        yield "lifted_by.given_to"
    replies = old.get("reply"), new.get("reply")
    if replies[1] not in (None, replies[0]) and replies not in _NARROWER_REPLIES:
        yield "lifted_by.reply"


def _covered(rule: Content, book: Content) -> Content:
    return {**book["covers"], **rule.get("covers", {})}


def _covers(old: Content, new: Content) -> Iterator[str]:
    for name in ("collectors", "borrowers"):
        if not set(new[name]) >= set(old[name]):
            yield f"covers.{name}"
    if not set(new["products_spared"]) <= set(old["products_spared"]):
        yield "covers.products_spared"


def _parameters(kind: str, old: Content, new: Content) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name == "sentence" or old.get(name) == new.get(name):
            continue
        stricter = _STRICTER.get((kind, name))
        known = name in old and name in new
        if stricter is None or not known or not stricter(old[name], new[name]):
            yield f"parameters.{name}"
    if kind == "hours" and _by_day(old) != _by_day(new):
        yield "parameters.to"  # it turned into one that goes on past midnight


def _by_day(parameters: Content) -> bool:
    return str(parameters.get("from", "")) <= str(parameters.get("to", ""))


def _no_less(old: Any, new: Any) -> bool:
    return bool(new >= old)


def _no_more(old: Any, new: Any) -> bool:
    return bool(new <= old)


# Parameters that have a stricter side; any other change counts as less strict. Times of day are
# written HH:MM, so that they compare as text.
_STRICTER: Mapping[tuple[str, str], Callable[[Any, Any], bool]] = {
    ("cap", "limit"): _no_more,
    ("cap", "days"): _no_less,
    ("cap", "hours"): _no_less,
    ("wait", "days"): _no_less,
    ("hours", "from"): _no_less,
    ("hours", "to"): _no_more,
    ("stop", "circumstances"): lambda old, new: set(new) >= set(old),
    ("party", "permitted"): lambda old, new: set(new) <= set(old),
    ("party", "purposes"): lambda old, new: set(new) <= set(old),
    ("party", "failures"): _no_less,
}
