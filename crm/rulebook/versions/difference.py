"""What a draft changes in the version that is in force: rule by rule, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

from crm.rulebook.books import Book
from crm.rulebook.versions.holidays import key_of, year_key
from crm.rulebook.versions.strictness import looser

Content: TypeAlias = Mapping[str, Any]

HEAD = ("title", "sources", "in_force", "covers", "looks_back", "spares")
WORKING = "working"
OF_A_TABLE = ("title", "sources", "in_force", "days", "announced")


class Fate(StrEnum):
    """What becomes of a rule."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SWITCHED_ON = "switched_on"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, by its path within the rule or the head; None where it is not there.

    `looser`: of a head, it lets the book end, or strikes a holiday out.
    """

    path: str
    old: Any
    new: Any
    looser: bool = False


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that differs; `looser`: the fields in which it is, or may be, less strict."""

    id: str
    title: str
    fate: Fate
    fields: tuple[FieldChange, ...]
    looser: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All in which a draft differs from the version it follows."""

    head: tuple[FieldChange, ...]
    rules: tuple[RuleChange, ...]

    @property
    def loosened(self) -> tuple[str, ...]:
        """The rules that are, or may be, less strict."""
        return tuple(rule.id for rule in self.rules if rule.looser)


def difference(old: Book | None, new: Book) -> Difference:
    """Compare a draft with the version it follows; None where it is the first of its book."""
    before = _by_line(old.content) if old is not None else {"rules": []}
    after = _by_line(new.content)
    head = HEAD if new.almanac is None else OF_A_TABLE
    names = [name for name in head if before.get(name) != after.get(name)]
    fields = [one for name in names for one in _fields(before.get(name), after.get(name), name)]
    fields = [replace(one, looser=is_looser(one)) for one in fields]
    return Difference(tuple(fields), tuple(_rules(before, after)))


def is_looser(one: FieldChange) -> bool:
    """Tell whether a change of the head alone makes a book less strict, or may."""
    if one.path == "in_force.until":
        return one.new is not None and (one.old is None or one.new < one.old)
    if one.path.startswith("days."):  # a holiday that is gone, or that is worked on
        return one.new is None or str(one.new).startswith(WORKING)
    return False


def loosened(old: Book, new: Book) -> dict[str, list[str]]:
    """Return the rules of `old` that are less strict in `new`, each with the fields that are."""
    after = _by_id(new.content)
    found = {
        name: looser(rule, after.get(name), old.content, new.content)
        for name, rule in _by_id(old.content).items()
    }
    return {name: fields for name, fields in found.items() if fields}


def _rules(before: Content, after: Content) -> Iterator[RuleChange]:
    old, new = _by_id(before), _by_id(after)
    for name in [*new, *(name for name in old if name not in new)]:
        was, is_now = old.get(name), new.get(name)
        fields = tuple(_fields(was, is_now, ""))
        less = looser(was, is_now, before, after) if was is not None else []
        if not fields and not less:
            continue
        title = str((is_now or was or {})["title"])
        yield RuleChange(name, title, _fate(was, is_now), fields, tuple(less))


def _fate(was: Content | None, is_now: Content | None) -> Fate:
    if was is None:
        return Fate.ADDED
    if is_now is None:
        return Fate.REMOVED
    on, off = is_now.get("enabled", True), was.get("enabled", True)
    if on == off:
        return Fate.CHANGED
    return Fate.SWITCHED_ON if on else Fate.SWITCHED_OFF


def _by_line(content: Content) -> Content:
    """Return a table of holidays with each line under its key, so that lines are compared."""
    if "days" not in content:
        return content
    days = {key_of(line): _said(line) for line in content["days"]}
    return {
        **content,
        "days": days,
        "announced": dict.fromkeys(map(year_key, content["announced"]), "all"),
    }


def _said(line: Content) -> str:
    """Return what a line of a table of holidays says of its day."""
    name = line.get("name", "")
    return f"{WORKING} {name}".rstrip() if line.get("working") else name


def _by_id(content: Content) -> dict[str, Content]:
    return {rule["id"]: rule for rule in content["rules"]}


def _fields(old: Any, new: Any, path: str) -> Iterator[FieldChange]:
    """Yield the innermost fields that differ; lists are compared whole."""
    if old == new:
        return
    if isinstance(old, dict | None) and isinstance(new, dict | None) and (old or new):
        was, is_now = old or {}, new or {}
        for name in [*is_now, *(name for name in was if name not in is_now)]:
            yield from _fields(was.get(name), is_now.get(name), f"{path}.{name}".lstrip("."))
    else:
        yield FieldChange(path, old, new)
