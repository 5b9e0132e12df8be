"""What is used up of a limit, also while it still leaves room."""

from datetime import datetime
from typing import Any

from crm.rulebook.case import Case
from crm.rulebook.kinds.cap import Cap
from crm.rulebook.reading import read_facts
from crm.rulebook.search import rules_at
from crm.rulebook.shelf import shipped_books


def used(**changes: Any) -> dict[str, int]:
    document = {
        "jurisdictions": ["US-FED"],
        "collector_role": "agency",
        "time_zones": ["America/New_York"],
        "history": [
            {"at": f"2026-06-0{day}T10:00:00-04:00", "channel": "call", "outcome": "no_answer"}
            | {"debts": debts, "number": "n1"}
            for day, debts in ((1, ["A"]), (2, ["A", "B"]), (3, ["B"]))
        ],
        "proposed": {"at": "2026-06-03T12:00:00-04:00", "channel": "call", "number": "n1"},
    }
    document["proposed"] |= changes
    case = Case(read_facts(document))
    at = datetime.fromisoformat("2026-06-03T12:00:00-04:00")
    timeline = shipped_books().timeline(("US-FED",))
    return {
        rule.id.rpartition(".")[2]: rule.judgement.used(rule, case, at)
        for rule in rules_at(case, timeline, at)
        if isinstance(rule.judgement, Cap)
    }


def test_the_debt_with_least_room_tells_how_much_is_used() -> None:
    assert used(debts=["A"]) == {"seven_in_seven": 2, "concentrated": 1}
    assert used(debts=["A", "B", "C"]) == {"seven_in_seven": 2, "concentrated": 1}
    assert used(debts=["C"]) == {"seven_in_seven": 0, "concentrated": 1}


def test_what_is_counted_without_an_end_is_counted_too() -> None:
    assert used(target="neighbour", purpose="location")["once"] == 0
