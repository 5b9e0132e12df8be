"""The house's default book: the rules of a book of law, for places that no book covers."""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from crm.rulebook.books import DEFAULT, Book
from crm.rulebook.versions.dumping import dump


def stand_in(book: Book, begins: date) -> str:
    """Return a book of law as the house's default book, as YAML; every rule keeps its law."""
    content = copy.deepcopy(dict(book.content))
    origin = f"{book.id} {book.version}"
    rules = [_rule(rule) for rule in content["rules"]]
    return dump(
        content
        | {
            "id": DEFAULT,
            "version": begins.isoformat(),
            "in_force": {"from": begins.isoformat(), "until": None, "zone": "UTC"},
            "sources": [*content.get("sources", ()), origin],
            "rules": rules,
        }
    )


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    _, _, rest = rule["id"].partition(".")
    return {**rule, "id": f"{DEFAULT}.{rest}"}
