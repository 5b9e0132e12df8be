"""The shelf of books: reads YAML, refuses what is broken by file, line and reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
import yaml

from crm.rulebook import almanac
from crm.rulebook.binder import bind
from crm.rulebook.books import HOLIDAYS, Book, Books
from crm.rulebook.calendars import Calendar, is_country
from crm.rulebook.events import EVENTS
from crm.rulebook.moments import zone_names
from crm.rulebook.sentences import SENTENCES

_PACKAGE = resources.files("crm.rulebook")

Steps: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Steps, str]


class BrokenBook(ValueError):
    """A book that cannot be used: its file, the line at fault, and the reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


@lru_cache(maxsize=1)
def shipped_books() -> Books:
    """Give the books of this release, read and checked once."""
    with resources.as_file(_PACKAGE.joinpath("books")) as folder:
        return Books(read_shelf(folder))


def read_shelf(folder: Path) -> list[Book]:
    """Read every `<ID>/<version>.yaml` below a folder; BrokenBook for the first that is broken."""
    return [read_book(file) for file in sorted(folder.glob("*/*.yaml"))]


def read_book(file: Path) -> Book:
    """Read one version of one book from its file."""
    return read_text(file.read_text("utf-8"), file)


def read_text(text: str, file: Path) -> Book:
    """Read one version of one book, called as the file says; BrokenBook where it is broken."""
    try:
        try:
            node, content = _parsed(_FastLoader(text))
        except yaml.MarkedYAMLError:
            node, content = _parsed(_Loader(text))  # names the line and the fault better
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise BrokenBook(str(file), line, fault.problem or "not YAML") from fault
    found = _fault(content, file)
    if found is not None:
        path, reason = found
        raise BrokenBook(str(file), _line(node, path), f"{_dotted(path)}: {reason}")
    return bind(content)


def _parsed(loader: Any) -> tuple[yaml.Node | None, Any]:
    node = loader.get_single_node()
    return node, loader.construct_document(node) if node else None


class _Careful:
    """Lets a safe loader refuse a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value!r} is written twice", key.start_mark
                )
            seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)  # type: ignore[misc]
        return made


class _Loader(_Careful, yaml.SafeLoader):
    """Reads with Python alone."""


class _FastLoader(_Careful, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads with the library in C where there is one."""


# Dates stay text.
for _kind in (_Loader, _FastLoader):
    _kind.yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@lru_cache(maxsize=2)
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    found = json.loads(_PACKAGE.joinpath("books", f"{schema}.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(found)


def _fault(content: Any, file: Path) -> Fault | None:
    """Give the first fault of a book, by the schema and then by what no schema can say."""
    is_table = isinstance(content, dict) and content.get("id") == HOLIDAYS
    schema = _validator("holidays" if is_table else "book")
    errors = sorted(schema.iter_errors(content), key=lambda fault: list(map(str, fault.path)))
    if errors:
        deepest = jsonschema.exceptions.best_match(errors[:1])
        return tuple(deepest.absolute_path), deepest.message
    inside = almanac.faults(content) if is_table else _rule_faults(content)
    return next(chain(_book_faults(content, file), inside), None)


def _book_faults(book: Mapping[str, Any], file: Path) -> Iterator[Fault]:
    if book["id"] != file.parent.name:
        yield ("id",), f"the folder is called {file.parent.name!r}"
    if book["version"] != file.stem:
        yield ("version",), f"the file is called {file.stem!r}"
    force = book["in_force"]
    if force["zone"] not in zone_names():
        yield ("in_force", "zone"), f"unknown time zone {force['zone']!r}"
    days = []
    for key in ("from", "until"):
        try:
            days += [date.fromisoformat(force[key])] if force[key] else []
        except ValueError:
            yield ("in_force", key), f"no such date: {force[key]!r}"
    if days != sorted(days):
        yield ("in_force", "until"), "ends before it begins"


def _rule_faults(book: Mapping[str, Any]) -> Iterator[Fault]:
    seen = set()
    for n, rule in enumerate(book["rules"]):
        if not rule["id"].startswith(f"{book['id']}."):
            yield ("rules", n, "id"), f"must begin with {book['id']}."
        if rule["id"] in seen:
            yield ("rules", n, "id"), "is borne by two rules"
        seen.add(rule["id"])
        parameters = rule["parameters"]
        for key, known in (("sentence", SENTENCES), ("event", EVENTS)):
            if key in parameters and parameters[key] not in known:
                yield ("rules", n, "parameters", key), f"unknown {key} {parameters[key]!r}"
        found = chain(_holiday_faults(parameters), _window_faults(parameters))
        yield from ((("rules", n, *path), reason) for path, reason in found)
        if "zone" in parameters and parameters["zone"] not in zone_names():
            yield ("rules", n, "parameters", "zone"), f"unknown zone {parameters['zone']!r}"
        calendar = parameters.get("counts", {}).get("calendar")
        if calendar is not None and calendar not in zone_names():
            yield ("rules", n, "parameters", "counts", "calendar"), f"unknown zone {calendar!r}"


def _window_faults(parameters: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield each window that ends when it begins: is it the whole day, or no time of it?"""
    windows: list[tuple[Steps, Mapping[str, Any]]] = [((), parameters)]
    for key, value in parameters.items():
        if isinstance(value, list):
            windows += [((key, n), one) for n, one in enumerate(value) if isinstance(one, dict)]
    for steps, one in windows:
        if "to" in one and one.get("from") == one["to"]:
            reason = "ends when it begins: the whole day is 00:00 to 24:00"
            yield ("parameters", *steps, "to"), reason


def _holiday_faults(parameters: Mapping[str, Any]) -> Iterator[Fault]:
    given = parameters.get("holidays")
    if given is None:
        return
    path = ("parameters", "holidays")
    country, subdivision = given["country"], given.get("subdivision")
    if not is_country(country, subdivision):
        yield path, f"no calendar of holidays for {country} {subdivision or ''}".rstrip()
        return
    for day in given.get("fixed", {}):
        try:
            date.fromisoformat(f"2001-{day}")
        except ValueError:
            yield (*path, "fixed", day), f"no such day in every year: {day!r}"
    try:
        calendar = Calendar.read(given | {"only": None})
        calendar.holiday(date(2026, 1, 1))
        missing = set(given["only"]) - calendar.names() if "only" in given else set()
    except ValueError as fault:
        yield path, str(fault)
    else:
        if missing:
            yield (*path, "only"), f"no such holiday there: {min(missing)!r}"


def _line(node: yaml.Node | None, path: Steps) -> int:
    """Give the line on which what a path leads to stands."""
    for step in path:
        inside: Any = node.value if node else ()
        if isinstance(node, yaml.MappingNode):
            inside = {key.value: value for key, value in inside}
        node = inside[step]
    return node.start_mark.line + 1 if node else 1


def _dotted(path: Steps) -> str:
    return ".".join(map(str, path)) or "book"
