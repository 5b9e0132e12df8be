"""House limits: what a draft of HOUSE may not do, and how a form becomes one."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.rulebook.books import HOUSE, Book, Books
from crm.rulebook.shelf import BrokenBook, shipped_books
from crm.rulebook.versions.checking import line_of
from crm.rulebook.versions.difference import loosened
from crm.rulebook.versions.dumping import dump
from crm.rulebook.versions.strictness import looser
from crm.words import N_

# The kinds a form can tighten, with the figures that make them stricter.
FIGURES: Mapping[str, tuple[str, ...]] = {
    "cap": ("limit",),
    "wait": ("days",),
    "hours": ("from", "to"),
}

TITLES: Mapping[str, str] = {
    "cap": N_("Fewer contacts than the law allows"),
    "wait": N_("A longer wait than the law asks for"),
    "hours": N_("Narrower hours than the law allows"),
}

STRICTER = N_("House limits, stricter than %(law)s")


@dataclass(frozen=True, slots=True)
class Tightening:
    """A rule of law made stricter in this house: its figures, and for whom."""

    rule: str
    figures: Mapping[str, Any]
    products_spared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stricter:
    """A rule of law in force, and those of its figures that are made so strict."""

    rule: str
    limit: int | None = None
    days: int | None = None
    opens: str | None = None
    closes: str | None = None
    products_spared: tuple[str, ...] = ()

    @property
    def figures(self) -> dict[str, Any]:
        """The figures that are given, by the names that books use."""
        told = {"limit": self.limit, "days": self.days, "from": self.opens, "to": self.closes}
        return {name: value for name, value in told.items() if value is not None}


def house_id(rule: str) -> str:
    """Return what a rule of law is called where the house makes it stricter."""
    book, _, rest = rule.partition(".")
    return f"{HOUSE}.{book.lower().replace('-', '_')}.{rest}"


def check_limits(text: str, draft: Book, books: Books, granted: Sequence[str]) -> None:
    """Refuse a draft of HOUSE that loosens; BrokenBook names the rule, its line and the field.

    `books` are those of the house. What came with the program, and what repeats a rule of law, is
    never loosened; a limit of the house's own only where its id is among `granted`: on purpose.
    """
    file = f"{draft.id}/{draft.version}.yaml"
    if draft.ends is not None:
        raise BrokenBook(file, 1, "in_force.until: the house's limits do not end by themselves")
    for rule, fields, reason in _faults(draft, books, granted):
        line = line_of(text, rule)
        raise BrokenBook(file, line, f"{rule} is less strict in {', '.join(fields)}: {reason}")


def _faults(
    draft: Book, books: Books, granted: Sequence[str]
) -> Iterator[tuple[str, list[str], str]]:
    program, newest = shipped_books().versions(HOUSE)[-1], books.versions(HOUSE)[-1]
    for rule, fields in loosened(program, draft).items():
        yield rule, fields, "it came with the program, and a house limit only tightens"
    for rule, fields in _below_law(draft, books):
        yield rule, fields, "it repeats a rule of law, and a house limit only tightens"
    for rule, fields in loosened(newest, draft).items():
        if rule not in granted:
            yield rule, fields, "say that it is less strict on purpose"


def _below_law(draft: Book, books: Books) -> Iterator[tuple[str, list[str]]]:
    """Yield the limits that repeat a rule of law and are less strict than it."""
    mine = {rule["id"]: rule for rule in draft.content["rules"] if rule.get("enabled", True)}
    for book in books.ids:
        law = books.versions(book)[-1].content
        for rule in law["rules"] if book != HOUSE else ():
            limit = mine.get(house_id(rule["id"]))
            if limit is None:
                continue
            # To bind only where the law does is no loosening, nor is sparing some debts.
            bare = {name: value for name, value in limit.items() if name != "jurisdictions"}
            covers = {**law["covers"], **rule.get("covers", {})}
            fields = looser(rule, {**bare, "covers": covers}, law, {**law, "covers": covers})
            if fields:
                yield limit["id"], fields


def written(
    base: Book,
    books: Books,
    begins: date,
    switched_on: Sequence[str],
    tightened: Sequence[Tightening],
) -> str:
    """Return the next version of HOUSE as YAML: limits switched on, rules of law made stricter.

    `switched_on` names the limits that shall be on, besides those that came with the program so.
    """
    content = copy.deepcopy(dict(base.content))
    content["version"] = begins.isoformat()
    content["in_force"] = {**content["in_force"], "from": begins.isoformat()}
    always = always_on()
    for rule in content["rules"]:
        if rule["id"] not in always:
            rule["enabled"] = rule["id"] in switched_on
            if not rule["enabled"]:  # what is off says why
                rule.setdefault("note", N_("Switched off by this house."))
    for one in tightened:
        limit = _limit(one, books)
        kept = [rule for rule in content["rules"] if rule["id"] != limit["id"]]
        content["rules"] = [*kept, limit]
    return dump(content)


def always_on() -> frozenset[str]:
    """Return the limits that came with the program switched on: they stay so."""
    program = shipped_books().versions(HOUSE)[-1]
    return frozenset(rule.id for rule in program.rules if rule.enabled)


def tightenable(books: Books) -> list[dict[str, Any]]:
    """Return the rules of law in force whose figures a form can make stricter, with the figures.

    Of each figure: its name in books and in a form, what the law says, and what the house does.
    """
    house = {rule["id"]: rule["parameters"] for rule in books.versions(HOUSE)[-1].content["rules"]}
    return [
        rule | {"book": book, "figures": _figures(rule, house.get(house_id(rule["id"]), {}))}
        for book in books.ids
        if book != HOUSE
        for rule in books.versions(book)[-1].content["rules"]
        if _has_figures(rule)
    ]


def _figures(rule: Mapping[str, Any], here: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "field": {"from": "opens", "to": "closes"}.get(name, name),
            "law": rule["parameters"][name],
            "here": here.get(name),
        }
        for name in FIGURES[rule["kind"]]
    ]


def _has_figures(rule: Mapping[str, Any]) -> bool:
    figures = FIGURES.get(rule["kind"])
    refuses = rule.get("enabled", True) and rule.get("effect", "refuse") == "refuse"
    return bool(figures and refuses and all(name in rule["parameters"] for name in figures))


def _limit(one: Tightening, books: Books) -> dict[str, Any]:
    """Return a rule of law as a limit of the house with other figures."""
    book, _, _ = one.rule.partition(".")
    law = books.versions(book)[-1].content
    rule = next(rule for rule in law["rules"] if rule["id"] == one.rule)
    limit: dict[str, Any] = copy.deepcopy(rule) | {
        "id": house_id(rule["id"]),
        "title": TITLES[rule["kind"]],
        "citation": STRICTER % {"law": rule["citation"]},
        "basis": "house",
        "source": "text",
        "jurisdictions": rule.get("jurisdictions", [book]),
        "parameters": {**rule["parameters"], **one.figures},
    }
    spares = [*law["spares"], *rule.get("spares", ())]
    products = {*law["covers"]["products_spared"], *one.products_spared}
    limit["covers"] = {
        **law["covers"], **rule.get("covers", {}), "products_spared": sorted(products)
    }  # fmt: skip
    if spares:
        limit["spares"] = sorted(set(spares))
    limit.pop("note", None)
    return limit
