"""Where a rule binds by the books that apply, and how debts under one account are counted."""

from pathlib import Path
from typing import Any

import yaml

from crm.rulebook.books import Books
from crm.rulebook.engine import decide
from crm.rulebook.shelf import read_book, shipped_books


def a_book(folder: Path, name: str, rule: dict[str, Any]) -> Path:
    content = {
        "id": name,
        "version": "2026-01-01",
        "title": "A book for tests",
        "in_force": {"from": "2026-01-01", "until": None, "zone": "UTC"},
        "covers": {"collectors": ["bank"], "borrowers": ["person"], "products_spared": []},
        "looks_back": {"days": 8, "others_days": 8},
        "spares": [],
        "rules": [
            {
                "title": "A rule for tests",
                "citation": "Nowhere",
                "basis": "house",
                "source": "text",
                **rule,
            }
        ],
    }
    file = folder / name / "2026-01-01.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(content), "utf-8")
    return file


def ask(books: Books, **changes: Any) -> dict[str, Any]:
    facts = {
        "collector_role": "bank",
        "time_zones": ["UTC"],
        "proposed": {"at": "2026-06-03T21:00:00Z", "channel": "im", "debts": ["A"]},
    }
    return decide({**facts, **changes}, books)


def test_a_house_limit_of_one_jurisdiction_binds_there_alone(tmp_path: Path) -> None:
    rule = {
        "id": "HOUSE.hours.there",
        "kind": "hours",
        "jurisdictions": ["SG", "MY"],
        "parameters": {"from": "08:00", "to": "20:00"},
    }
    house = read_book(a_book(tmp_path, "HOUSE", rule))
    shipped = shipped_books()
    books = Books([house, *shipped.versions("SG"), *shipped.versions("HK")])
    there = ask(books, jurisdictions=["SG"])
    assert [reason["rule"] for reason in there["reasons"]] == ["HOUSE.hours.there"]
    assert not ask(books, jurisdictions=["HK", "SG"])["allowed"]
    assert ask(books, jurisdictions=["HK"])["allowed"]


def test_debts_of_any_kind_under_one_account_are_counted_as_one(tmp_path: Path) -> None:
    rule = {
        "id": "XX.cap.contacts",
        "kind": "cap",
        "parameters": {
            "limit": 1,
            "days": 1,
            "sentence": "cap.contacts_day",
            "counts": {
                "outcomes": ["contact"],
                "channels": ["im"],
                "per": "person",
                "by_account": True,
            },
        },
    }
    books = Books([read_book(a_book(tmp_path, "XX", rule))])
    debts = {"A": {"account": "1"}, "B": {"account": "1", "kind": "other"}, "C": {"account": "2"}}
    history = [
        {"at": "2026-06-03T09:00:00Z", "channel": "im", "outcome": "delivered", "debts": ["B"]}
    ]
    common = {"jurisdictions": ["XX"], "debts": debts, "history": history}
    assert not ask(books, **common)["allowed"]
    other = {"at": "2026-06-03T21:00:00Z", "channel": "im", "debts": ["C"]}
    assert ask(books, **common, proposed=other)["allowed"]
