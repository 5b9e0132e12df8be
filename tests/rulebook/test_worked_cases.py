"""The worked cases of the books: the regulators' own examples first."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.rulebook.engine import decide
from crm.rulebook.shelf import shipped_books

FOLDER = Path(__file__).parent / "cases"


def worked_cases() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        sheet = yaml.safe_load(file.read_text("utf-8"))
        for case in sheet["cases"]:
            facts = {**sheet["defaults"], **case["facts"]}
            facts["proposed"] = {**sheet["defaults"]["proposed"], **case["facts"]["proposed"]}
            found.append(pytest.param(facts, case, id=f"{file.stem}: {case['name']}"))
    return found


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@pytest.mark.parametrize(("facts", "case"), worked_cases())
def test_a_worked_case_comes_out_as_the_law_says(
    facts: dict[str, Any], case: dict[str, Any]
) -> None:
    decision = decide(facts, shipped_books())
    reasons = {reason["rule"]: reason for reason in decision["reasons"]}
    assert list(reasons) == case["rules"]
    assert decision["allowed"] is case["allowed"]
    expected = case["next"] if "next" in case else facts["proposed"]["at"]
    assert instant(decision["next_allowed_at"]) == instant(expected)
    for rule, until in case.get("until", {}).items():
        assert instant(reasons[rule]["until"]) == instant(until)
    for rule, used in case.get("used", {}).items():
        assert reasons[rule]["used"] == used
    if "effects" in case:
        assert [reason["effect"] for reason in decision["reasons"]] == case["effects"]


def test_every_rule_that_is_switched_on_speaks_in_some_case() -> None:
    spoken = {rule for case in worked_cases() for rule in case.values[1]["rules"]}
    books = shipped_books()
    rules = {
        rule.id
        for name in books.ids
        for book in books.versions(name)
        for rule in book.rules
        if rule.enabled and not rule.informs
    }
    # No book of this release is the house's default.
    assert rules - spoken == {"HOUSE.place.default_book"}
