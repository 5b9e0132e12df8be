"""Books: what is refused at load, which version judges an instant, and what the shelf holds."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.rulebook.books import Books
from crm.rulebook.canonical import sha256
from crm.rulebook.engine import decide
from crm.rulebook.shelf import BrokenBook, read_book, read_shelf, shipped_books

BOOK = """\
id: XX
version: "2026-01-01"
title: A book for tests
in_force: {from: "2026-01-01", until: null, zone: UTC}
covers: {collectors: [bank], borrowers: [person], products_spared: []}
looks_back: {days: 8, others_days: 8}
spares: []
rules:
  - id: XX.hours.day
    title: By day
    kind: hours
    citation: Nowhere
    basis: statute
    source: text
    parameters: {from: "08:00", to: "20:00"}
"""


def write(folder: Path, text: str = BOOK, name: str = "2026-01-01") -> Path:
    file = folder / "XX" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


FAULTS = [
    ("title: A book for tests\n", "", 1, "'title' is a required property"),
    ("title: A book for tests", "title: A\ntitel: A", 1, "'titel' was unexpected"),
    ("id: XX\n", "id: YY\n", 1, "the folder is called 'XX'"),
    ('version: "2026-01-01"', 'version: "2026-01-02"', 2, "the file is called '2026-01-01'"),
    ("zone: UTC", "zone: Mars", 4, "unknown time zone 'Mars'"),
    ('from: "2026-01-01"', 'from: "2026-02-30"', 4, "no such date"),
    ("until: null", 'until: "2025-01-01"', 4, "ends before it begins"),
    ("id: XX.hours.day", "id: YY.hours.day", 9, "must begin with XX."),
    ("kind: hours", "kind: prayers", 11, "'prayers' is not one of"),
    ('to: "20:00"', 'to: "28:00"', 15, "'28:00' does not match"),
    ("basis: statute", "basis: rumour", 13, "'rumour' is not one of"),
    ("kind: hours", "kind: ]", 11, "expected the node content"),
    ("spares: []", "spares: []\nspares: []", 8, "key 'spares' is written twice"),
    (
        "    source: text",
        "    source: text\n    enabled: false",
        9,
        "'note' is a required property",
    ),
    ('to: "20:00"}', 'to: "20:00", sentence: sing}', 15, "unknown sentence 'sing'"),
]


@pytest.mark.parametrize(("old", "new", "line", "reason"), FAULTS)
def test_a_broken_book_is_refused_with_file_line_and_reason(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    assert old in BOOK
    file = write(tmp_path, BOOK.replace(old, new, 1))
    with pytest.raises(BrokenBook) as fault:
        read_book(file)
    assert (fault.value.file, fault.value.line) == (str(file), line)
    assert reason in fault.value.reason


def test_a_rule_id_borne_twice_is_refused(tmp_path: Path) -> None:
    twice = BOOK + BOOK[BOOK.index("  - id:") :]
    with pytest.raises(BrokenBook, match="is borne by two rules"):
        read_book(write(tmp_path, twice))


def test_an_unknown_calendar_is_refused(tmp_path: Path) -> None:
    cap = """\
  - id: XX.cap.calls
    title: Few
    kind: cap
    citation: Nowhere
    basis: statute
    source: text
    parameters:
      limit: 1
      sentence: cap.calls
      counts: {outcomes: [contact], channels: [call], per: person, calendar: Mars}
"""
    with pytest.raises(BrokenBook, match=r"XX/2026-01-01\.yaml:25: .*unknown zone 'Mars'"):
        read_book(write(tmp_path, BOOK + cap))


def test_a_file_that_is_no_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenBook, match=":1: book:"):
        read_book(write(tmp_path, "- just a list\n"))
    with pytest.raises(BrokenBook, match=":1: book:"):
        read_book(write(tmp_path, ""))


def later(tmp_path: Path, begins: str, opens: str, until: str = "null") -> str:
    return (
        BOOK.replace("2026-01-01", begins)
        .replace('"08:00"', f'"{opens}"')
        .replace("until: null", f"until: {until}")
    )


def ask(at: str, books: Books) -> dict[str, Any]:
    facts = {
        "jurisdictions": ["XX"],
        "collector_role": "bank",
        "time_zones": ["UTC"],
        "proposed": {"at": at, "channel": "sms"},
    }
    return decide(facts, books)


def test_each_instant_is_judged_by_the_version_then_in_force(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, later(tmp_path, "2026-07-01", "06:00"), "2026-07-01")
    books = Books(read_shelf(tmp_path))
    before = ask("2026-06-30T07:00:00Z", books)
    assert (before["allowed"], before["next_allowed_at"]) == (False, "2026-06-30T08:00:00+00:00")
    assert before["rulebooks"][0]["version"] == "2026-01-01"
    across = ask("2026-06-30T21:00:00Z", books)
    assert across["next_allowed_at"] == "2026-07-01T06:00:00+00:00"
    assert across["reasons"][0]["until"] == "2026-07-01T06:00:00+00:00"
    assert across["rulebooks"][0]["version"] == "2026-01-01"
    assert ask("2026-07-01T07:00:00Z", books)["allowed"]


def test_before_its_first_version_a_book_judges_by_it_and_after_its_end_not_at_all(
    tmp_path: Path,
) -> None:
    write(tmp_path, later(tmp_path, "2026-01-01", "08:00", '"2026-06-30"'))
    books = Books(read_shelf(tmp_path))
    assert not ask("2020-01-01T07:00:00Z", books)["allowed"]
    assert not ask("2026-06-30T21:00:00Z", books)["allowed"]
    assert ask("2026-06-30T21:00:00Z", books)["next_allowed_at"] == "2026-07-01T00:00:00+00:00"
    ended = ask("2026-07-01T03:00:00Z", books)
    assert (ended["allowed"], ended["rulebooks"]) == (True, [])


def test_two_versions_cannot_begin_on_one_day(tmp_path: Path) -> None:
    book = read_book(write(tmp_path))
    with pytest.raises(ValueError, match="two versions of XX begin on one day"):
        Books([book, book])


def test_the_digest_is_that_of_the_content_whatever_its_layout(tmp_path: Path) -> None:
    book = read_book(write(tmp_path))
    relaid = yaml.safe_dump(yaml.safe_load(BOOK), sort_keys=True)
    again = read_book(write(tmp_path, relaid))
    assert book.sha256 == again.sha256 == sha256(yaml.safe_load(BOOK))


def test_the_shipped_shelf_holds_its_books_and_house_applies_unlisted() -> None:
    books = shipped_books()
    assert {"CN", "HOUSE", "US-FED"} <= set(books.ids)
    at = datetime.fromisoformat("2026-06-03T10:00:00Z")
    assert [book.id for book in books.applicable(["US-FED"], at)] == ["HOUSE", "US-FED"]


def test_what_is_switched_off_says_why_and_what_it_would_do() -> None:
    off = [rule for rule in shipped_books().versions("HOUSE")[-1].rules if not rule.enabled]
    assert {"HOUSE.china.seven_days", "HOUSE.visit.announced"} <= {rule.id for rule in off}
    assert all(rule.note and "Switched on, it" in rule.note for rule in off)


def switched_on(tmp_path: Path, jurisdiction: str) -> Books:
    house = shipped_books().versions("HOUSE")[-1]
    folder = tmp_path / "HOUSE"
    folder.mkdir()
    content = {**house.content, "rules": [{**r, "enabled": True} for r in house.content["rules"]]}
    (folder / f"{house.version}.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return Books([*read_shelf(tmp_path), *shipped_books().versions(jurisdiction)])


def test_switched_on_the_house_limits_refuse(tmp_path: Path) -> None:
    facts: dict[str, Any] = {
        "jurisdictions": ["CN"],
        "collector_role": "bank",
        "time_zones": ["Asia/Shanghai"],
        "circumstances": [{"kind": "bereavement"}],
        "history": [
            {"at": "2026-06-02T10:00:00+08:00", "channel": "call", "outcome": "conversation"}
        ],
        "proposed": {"at": "2026-06-03T10:00:00+08:00", "channel": "call"},
    }
    books = switched_on(tmp_path, "CN")
    rules = [r["rule"] for r in decide(facts, books)["reasons"] if r["effect"] == "refuse"]
    assert rules == ["HOUSE.china.seven_days", "HOUSE.stop.respite"]
    facts["circumstances"] = []
    facts["proposed"] |= {"channel": "visit", "announced": False}
    decision = decide(facts, books)
    assert [r["rule"] for r in decision["reasons"]][:1] == ["HOUSE.visit.announced"]
    assert decision["reasons"][0]["event"] == "the visit is announced"
