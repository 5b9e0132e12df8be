"""Drafts read, dated and compared: what is wrong, what differs, and what is less strict."""

import copy
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.rulebook.binder import bind
from crm.rulebook.books import HOUSE, Books
from crm.rulebook.shelf import BrokenBook, shipped_books
from crm.rulebook.versions import checking
from crm.rulebook.versions.checking import check, dated, line_of
from crm.rulebook.versions.difference import Fate, difference
from crm.rulebook.versions.kept import text_of
from crm.rulebook.versions.limits import (
    Tightening,
    always_on,
    check_limits,
    house_id,
    tightenable,
    written,
)
from crm.rulebook.versions.strictness import looser

BOOKS = shipped_books()
LATER = date(2031, 5, 1)
UNANSWERED = "CN.call_frequency.six_unanswered"


def newest(book):
    return BOOKS.versions(book)[-1]


def house_text(change):
    """Return the text of a later HOUSE after `change` was done to its content."""
    content = copy.deepcopy(dict(newest(HOUSE).content))
    content["version"] = content["in_force"]["from"] = LATER.isoformat()
    change({rule["id"]: rule for rule in content["rules"]}, content)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def refused(text, granted=()):
    with pytest.raises(BrokenBook) as fault:
        check_limits(text, check(text), BOOKS, granted)
    return str(fault.value)


@pytest.mark.parametrize("book", BOOKS.ids)
def test_every_book_of_the_release_reads_the_same_as_a_draft(book) -> None:
    for version in BOOKS.versions(book):
        assert check(text_of(version)).sha256 == version.sha256


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "book"),
        ("id: [", 1, "expected the node content"),
        ("id: A\nid: B\n", 2, "written twice"),
        ("a: &a [*a]\n", 1, "too many parts"),
        ("a: &a [1,2,3,4,5,6,7,8,9]\n" + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n"
         for a, b in zip("abcde", "bcdef", strict=True)), 1, "too many parts"),
        ("? [x]\n: 1\n", 1, "a key must be a word"),
        ("1: x\n", 1, "a key must be a word"),
        ("a: \x07\n", 1, "special characters"),
        ("!!python/object:os.system {}\n", 1, ""),
        ("a: !!int x\n", 1, ""),
        ("a\n---\nb\n", 2, "another document"),
        ("x" * (checking.LONGEST + 1), 1, "longer than"),
    ],
)  # fmt: skip
def test_what_is_no_book_is_named_by_line_and_reason(text, line, reason) -> None:
    with pytest.raises(BrokenBook) as fault:
        check(text)
    assert reason in fault.value.reason
    assert fault.value.line >= line
    assert fault.value.file.endswith(".yaml")


def test_an_unknown_kind_is_named_by_the_file_it_would_be_and_its_line() -> None:
    text = text_of(newest("CN")).replace("kind: hours", "kind: horoscope", 1)
    with pytest.raises(BrokenBook) as fault:
        check(text)
    assert fault.value.file == f"CN/{newest('CN').version}.yaml"
    assert text.splitlines()[fault.value.line - 1].strip() == "kind: horoscope"
    assert "'horoscope' is not one of" in fault.value.reason


def test_a_day_is_written_into_the_text_and_nothing_else_changes() -> None:
    before = text_of(newest("CN"))
    after = dated(before, LATER)
    book = check(after)
    assert (book.version, book.begins) == ("2031-05-01", LATER)
    changed = [
        pair
        for pair in zip(before.splitlines(), after.splitlines(), strict=True)
        if pair[0] != pair[1]
    ]
    assert len(changed) == 2
    with pytest.raises(BrokenBook):
        dated("id: CN\n", LATER)


def test_a_rule_is_found_by_its_line() -> None:
    text = text_of(newest("CN"))
    at = line_of(text, UNANSWERED)
    assert UNANSWERED in text.splitlines()[at - 1]


def test_a_book_differs_from_itself_in_nothing() -> None:
    for book in BOOKS.ids:
        found = difference(newest(book), newest(book))
        assert (found.head, found.rules) == ((), ())


def test_what_was_added_removed_and_changed_is_told_field_by_field() -> None:
    def change(rules, content):
        rules["HOUSE.china.seven_days"]["enabled"] = True
        rules["HOUSE.visit.announced"]["title"] = "Visits are announced"
        content["rules"] = [r for r in content["rules"] if r["id"] != "HOUSE.permit.open"]
        content["rules"].append(rules["HOUSE.visit.announced"] | {"id": "HOUSE.visit.again"})

    found = difference(newest(HOUSE), check(house_text(change)))
    fates = {rule.id: rule.fate for rule in found.rules}
    assert fates == {
        "HOUSE.china.seven_days": Fate.SWITCHED_ON,
        "HOUSE.visit.announced": Fate.CHANGED,
        "HOUSE.visit.again": Fate.ADDED,
        "HOUSE.permit.open": Fate.REMOVED,
    }
    assert found.loosened == ("HOUSE.permit.open",)
    titles = next(rule for rule in found.rules if rule.fate is Fate.CHANGED).fields
    assert [(one.path, one.new) for one in titles] == [("title", "Visits are announced")]
    assert [one.path for one in found.head] == ["in_force.from"]


HEAD = {
    "covers": {"collectors": ["bank"], "borrowers": ["person"], "products_spared": []},
    "spares": [],
}
RULE = {
    "id": "CN.x",
    "title": "x",
    "kind": "cap",
    "citation": "x",
    "basis": "house",
    "source": "text",
    "channels": ["call", "sms"],
    "spares": ["service"],
    "lifted_by": {"consents": ["extra_calls"], "reply": "stretch"},
    "parameters": {"limit": 3, "days": 7, "counts": {"outcomes": ["attempt"]}, "sentence": "s"},
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"title": "y", "note": "z", "citation": "z"}, []),
        ({"enabled": False}, ["enabled"]),
        ({"effect": "warn"}, ["effect"]),
        ({"kind": "wait"}, ["kind"]),
        ({"channels": ["call"]}, ["channels"]),
        ({"channels": ["call", "sms", "email"]}, []),
        ({"channels": None}, []),
        ({"targets": ["borrower"]}, ["targets"]),
        ({"spares": []}, []),
        ({"spares": ["service", "safety"]}, ["spares"]),
        ({"grounds": ["call_dropped"]}, ["grounds"]),
        ({"lifted_by": {}}, []),
        ({"lifted_by": {"reply": "once"}}, ["lifted_by.reply"]),
        ({"lifted_by": {"reply": "some_day"}}, ["lifted_by.reply"]),
        ({"lifted_by": {"consents": ["channel"]}}, ["lifted_by.consents"]),
        ({"lifted_by": {"given_to": ["creditor"]}}, ["lifted_by.given_to"]),
        ({"covers": {"collectors": []}}, ["covers.collectors"]),
        ({"covers": {"products_spared": ["car_loan"]}}, ["covers.products_spared"]),
        ({"spares_past_due_over": 15}, ["spares_past_due_over"]),
        ({"parameters": {"limit": 2}}, []),
        ({"parameters": {"limit": 4}}, ["parameters.limit"]),
        ({"parameters": {"days": 8}}, []),
        ({"parameters": {"days": 6}}, ["parameters.days"]),
        ({"parameters": {"asked_again": True}}, ["parameters.asked_again"]),
        ({"parameters": {"counts": {}}}, ["parameters.counts"]),
    ],
)
def test_what_cannot_be_shown_to_be_as_strict_is_less_strict(change, found) -> None:
    new = RULE | change | {"parameters": RULE["parameters"] | change.get("parameters", {})}
    new = {name: value for name, value in new.items() if value is not None}
    assert looser(RULE, new, HEAD, HEAD) == found


def test_what_is_gone_is_loosened_unless_it_was_off() -> None:
    assert looser(RULE, None, HEAD, HEAD) == ["rule"]
    assert looser(RULE | {"enabled": False}, None, HEAD, HEAD) == []


@pytest.mark.parametrize(
    ("opens", "closes", "found"),
    [
        ("09:00", "20:00", []),
        ("07:59", "20:00", ["parameters.from"]),
        ("09:00", "21:01", ["parameters.to"]),
        ("20:30", "20:00", ["parameters.to"]),
    ],
)
def test_hours_that_go_on_past_midnight_are_not_taken_for_narrower(opens, closes, found) -> None:
    rule = RULE | {"kind": "hours", "parameters": {"from": "08:00", "to": "21:00"}}
    new = rule | {"parameters": {"from": opens, "to": closes}}
    assert looser(rule, new, HEAD, HEAD) == found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_rule_is_as_strict_as_itself_and_looser_once_off(data) -> None:
    book = newest(data.draw(st.sampled_from(BOOKS.ids)))
    rule = data.draw(st.sampled_from(list(book.content["rules"])))
    assert looser(rule, rule, book.content, book.content) == []
    off = {**rule, "enabled": False}
    expected = ["enabled"] if rule.get("enabled", True) else []
    assert looser(rule, off, book.content, book.content) == expected


def test_a_limit_of_the_program_is_never_loosened_and_named() -> None:
    for rule in always_on():
        text = house_text(lambda rules, _, rule=rule: rules[rule].update(enabled=False, note="x"))
        told = refused(text, granted=[rule])
        assert f"{rule} is less strict in enabled" in told
        assert told.startswith(f"HOUSE/2031-05-01.yaml:{line_of(text, rule)}:")


def test_the_limits_never_end_by_themselves() -> None:
    def change(_, content):
        content["in_force"]["until"] = "2032-01-01"

    assert "in_force.until" in refused(house_text(change))


def test_a_limit_that_repeats_a_law_is_no_less_strict_than_it() -> None:
    tighter = Tightening(UNANSWERED, {"limit": 4})
    text = written(newest(HOUSE), BOOKS, LATER, [], [tighter])
    book = check(text)
    check_limits(text, book, BOOKS, ())
    limit = next(rule for rule in book.rules if rule.id == house_id(UNANSWERED))
    assert limit.judgement.limit == 4
    assert book.content["rules"][-1]["jurisdictions"] == ["CN"]
    looser_text = written(newest(HOUSE), BOOKS, LATER, [], [Tightening(UNANSWERED, {"limit": 9})])
    told = refused(looser_text, granted=[house_id(UNANSWERED)])
    assert f"{house_id(UNANSWERED)} is less strict in parameters.limit" in told


def test_a_limit_of_our_own_is_loosened_only_on_purpose() -> None:
    switched = written(newest(HOUSE), BOOKS, LATER, ["HOUSE.china.seven_days"], [])
    ours = Books([*(b for name in BOOKS.ids for b in BOOKS.versions(name)), check(switched)])
    off = dated(written(check(switched), ours, LATER, [], []), date(2031, 6, 1))
    with pytest.raises(BrokenBook, match=r"HOUSE\.china\.seven_days is less strict in enabled"):
        check_limits(off, check(off), ours, ())
    check_limits(off, check(off), ours, ["HOUSE.china.seven_days"])


def test_the_form_keeps_all_that_it_does_not_name() -> None:
    text = written(newest(HOUSE), BOOKS, LATER, ["HOUSE.china.seven_days"], [])
    found = difference(newest(HOUSE), check(text))
    assert [(rule.id, rule.fate) for rule in found.rules] == [
        ("HOUSE.china.seven_days", Fate.SWITCHED_ON)
    ]


def test_every_rule_the_form_offers_can_be_made_stricter_by_it() -> None:
    offered = tightenable(BOOKS)
    assert {UNANSWERED, "CN.hours.night"} <= {rule["id"] for rule in offered}
    for rule in offered:
        figures = {figure["name"]: figure["law"] for figure in rule["figures"]}
        text = written(newest(HOUSE), BOOKS, LATER, [], [Tightening(rule["id"], figures)])
        check_limits(text, check(text), BOOKS, ())


def test_a_rule_of_a_book_that_spares_nothing_spares_nothing_here_either() -> None:
    law = newest("CN")
    rules = [rule for rule in law.content["rules"] if rule["id"] == "CN.hours.night"]
    strict = bind({**law.content, "spares": [], "rules": rules})
    books = Books([strict, *BOOKS.versions(HOUSE)])
    text = written(newest(HOUSE), books, LATER, [], [Tightening(rules[0]["id"], {"to": "20:00"})])
    limit = next(rule for rule in check(text).rules if rule.id == house_id(rules[0]["id"]))
    assert limit.spares == frozenset()
