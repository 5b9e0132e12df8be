"""The limits of the house that ship switched off: what each refuses once it is switched on."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from crm.rulebook.books import Books
from crm.rulebook.engine import decide
from crm.rulebook.shelf import read_shelf, shipped_books

SHEET = yaml.safe_load((Path(__file__).parent / "limits.yaml").read_text("utf-8"))


@lru_cache(maxsize=64)
def switched_on(limit: str) -> Books:
    """Give the shipped books with one limit of the house on."""
    shipped = shipped_books()
    house = shipped.versions("HOUSE")[-1]
    rules = [
        {**rule, "enabled": rule.get("enabled", True) or rule["id"] == limit}
        for rule in house.content["rules"]
    ]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "HOUSE" / f"{house.version}.yaml"
        file.parent.mkdir()
        file.write_text(yaml.safe_dump({**house.content, "rules": rules}), "utf-8")
        others = (
            book for name in shipped.ids if name != "HOUSE" for book in shipped.versions(name)
        )
        return Books([*read_shelf(Path(folder)), *others])


@pytest.mark.parametrize("case", SHEET["cases"], ids=lambda case: case["name"])
def test_a_limit_refuses_only_once_it_is_switched_on(case: dict[str, Any]) -> None:
    facts = case["facts"]
    before = {r["rule"] for r in decide(facts, shipped_books())["reasons"]}
    after = decide(facts, switched_on(case["limit"]))
    refused = {r["rule"] for r in after["reasons"] if r["effect"] == "refuse"}
    assert case["limit"] not in before
    assert (case["limit"] in refused) is case["refused"]
    if "next" in case:
        assert after["next_allowed_at"] == case["next"]


def test_every_limit_that_is_off_is_tried() -> None:
    off = {rule.id for rule in shipped_books().versions("HOUSE")[-1].rules if not rule.enabled}
    assert off == {case["limit"] for case in SHEET["cases"] if case["refused"]}
