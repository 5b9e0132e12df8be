"""The binder: turns the checked content of a book into rules ready to judge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from crm.rulebook.almanac import Almanac
from crm.rulebook.books import HOLIDAYS, Book, Coverage
from crm.rulebook.canonical import sha256
from crm.rulebook.counting import places_named
from crm.rulebook.kinds.registry import INFORMING, KINDS, OF_CIRCUMSTANCES
from crm.rulebook.moments import DAY, start_of_day, zone_named
from crm.rulebook.rule import Basis, ReplyTerms, Rule, Source
from crm.rulebook.vocabulary import (
    Agent,
    Channel,
    ConsentKind,
    Effect,
    Ground,
    Product,
    Purpose,
    Receiver,
    Role,
    Target,
)

Word = TypeVar("Word", bound=StrEnum)

# What the table of holidays leaves out, since it has no rules: it covers everybody.
_NO_RULES: Mapping[str, Any] = {
    "covers": {
        "collectors": [str(role) for role in Role],
        "borrowers": ["person", "business"],
        "products_spared": [],
    },
    "looks_back": {"days": 0, "others_days": 0},
    "spares": [],
    "rules": [],
}


def bind(content: Mapping[str, Any]) -> Book:
    """Make a book of content that the shelf has checked."""
    digest = sha256(content)
    almanac = Almanac.read(content) if content["id"] == HOLIDAYS else None
    content = content if almanac is None else {**_NO_RULES, **content}
    force, covers = content["in_force"], content["covers"]
    zone = zone_named(force["zone"])
    begins = date.fromisoformat(force["from"])
    ends = date.fromisoformat(force["until"]) if force["until"] else None
    coverage = Coverage(
        collectors=tuple(covers["collectors"]),
        borrowers=tuple(covers["borrowers"]),
        products_spared=tuple(covers["products_spared"]),
        days=content["looks_back"]["days"],
        others_days=content["looks_back"]["others_days"],
    )
    return Book(
        id=content["id"],
        version=content["version"],
        title=content["title"],
        sha256=digest,
        begins=begins,
        ends=ends,
        starts=start_of_day(begins, zone),
        stops=start_of_day(ends + DAY, zone) if ends else None,
        coverage=coverage,
        rules=tuple(_rule(rule, content) for rule in content["rules"]),
        content=content,
        almanac=almanac,
    )


def _rule(rule: Mapping[str, Any], book: Mapping[str, Any]) -> Rule:
    kind = KINDS[rule["kind"]]
    covers = {**book["covers"], **rule.get("covers", {})}
    lifted, reply = rule.get("lifted_by", {}), rule.get("lifted_by", {}).get("reply")
    judgement = kind.read(rule["parameters"])
    return Rule(
        id=rule["id"],
        title=rule["title"],
        kind=rule["kind"],
        citation=rule["citation"],
        basis=Basis(rule["basis"]),
        source=Source(rule["source"]),
        effect=Effect(rule.get("effect", "refuse")),
        enabled=rule.get("enabled", True),
        inbound=rule.get("inbound", kind.inbound),
        channels=_words(Channel, rule.get("channels")),
        targets=_words(Target, rule.get("targets")),
        purposes=_words(Purpose, rule.get("purposes")),
        places=places_named(rule.get("places")),
        spares=frozenset(map(Purpose, [*book["spares"], *rule.get("spares", ())])),
        spares_notices_on=frozenset(map(Product, rule.get("spares_notices_on", ()))),
        spares_past_due_over=rule.get("spares_past_due_over"),
        spares_past_due_up_to=rule.get("spares_past_due_up_to"),
        agents=_words(Agent, rule.get("agents")),
        jurisdictions=frozenset(rule["jurisdictions"]) if "jurisdictions" in rule else None,
        collectors=frozenset(map(Role, covers["collectors"])),
        products_spared=frozenset(map(Product, covers["products_spared"])),
        consents=frozenset(map(ConsentKind, lifted.get("consents", ()))),
        consents_given_to=frozenset(map(Receiver, lifted.get("given_to", ("collector",)))),
        reply=ReplyTerms(reply) if reply else None,
        grounds=frozenset(map(Ground, rule.get("grounds", ()))),
        of_circumstances=isinstance(judgement, OF_CIRCUMSTANCES),
        informs=isinstance(judgement, INFORMING),
        judgement=judgement,
        note=rule.get("note"),
    )


def _words(words: type[Word], names: list[str] | None) -> frozenset[Word] | None:
    return None if names is None else frozenset(map(words, names))
