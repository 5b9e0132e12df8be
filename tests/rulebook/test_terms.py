"""The terms of a rule in words, and what translators are given of a book."""

import re
from io import BytesIO
from typing import Any

import pytest

from crm.rulebook.captions import extract
from crm.rulebook.rule import Rule
from crm.rulebook.shelf import shipped_books
from crm.rulebook.terms import Term, listed, said, terms
from crm.rulebook.words import WORDS

RULES = {
    rule.id: (rule, content)
    for name in shipped_books().ids
    for book in shipped_books().versions(name)
    for rule, content in zip(book.rules, book.content["rules"], strict=True)
}


def told(rule: str) -> list[str]:
    return [said(term, str) for term in terms(*RULES[rule])]


@pytest.mark.parametrize(("rule", "content"), RULES.values(), ids=RULES)
def test_every_shipped_rule_can_be_told_in_words(rule: Rule, content: dict[str, Any]) -> None:
    found = terms(rule, content)
    assert found
    for term in found:
        sentence = said(term, str)
        assert sentence.endswith(".")
        assert "%" not in sentence
        assert set(re.findall(r"%\((\w+)\)s", term.message)) == set(term.figures)


def test_figures_and_words_stand_in_the_sentences() -> None:
    assert told("US-FED.call_frequency.seven_in_seven")[:2] == [
        "At most 7 within 7 consecutive calendar days, today the last of them.",
        "What counts: calls that connected.",
    ]
    assert "Contact may start from 08:00 to before 22:00" in told("CN.hours.night")[0]
    assert "Each number is counted by itself." in told("CN.call_frequency.six_unanswered")
    assert "Days are those of Asia/Shanghai." in told("CN.call_frequency.six_unanswered")
    assert "Lifted by: leave of a court." in told("US-FED.stop.bankruptcy")
    assert "Lifted by: consent to speak with this person." in told("CN.party.contact_lost")
    assert (
        "Binds these collectors: creditor, bank, listed agency, third-party collector, debt buyer."
        in told("US-FED.stop.bankruptcy")
    )
    assert told("CN.call_frequency.six_unanswered")[0] == "At most 6 on a calendar day."
    assert "At most 1, whenever they were." in told("US-FED.location.once")


def test_terms_are_told_in_the_readers_language_words_and_all() -> None:
    chinese = {"By these media: %(channels)s.": "方式：%(channels)s。", "call": "电话", ", ": "、"}
    term = Term("By these media: %(channels)s.", {"channels": ("call", "letter")})
    assert said(term, lambda text: chinese.get(text, text)) == "方式：电话、letter。"
    assert listed(("call", "call"), lambda text: chinese.get(text, text)) == "电话、电话"


def test_every_word_of_the_house_in_a_book_has_its_word_for_readers() -> None:
    used = {
        word
        for rule, content in RULES.values()
        for term in terms(rule, content)
        for figure in term.figures.values()
        if isinstance(figure, tuple)
        for word in figure
    }
    assert used <= WORDS.keys()


def test_what_a_book_says_is_gathered_for_the_translators() -> None:
    book = (
        b"title: Book\nsources: [Act]\nrules:\n- {title: One, note: Why}\n"
        b"- {title: Two, citation: Act s. 2}\n"
    )
    assert [found[2] for found in extract(BytesIO(book), [], [], options={})] == [
        "Book",
        "One",
        "Why",
        "Two",
        "Act s. 2",
        "Act",
    ]


def test_a_book_that_lets_nobody_else_be_approached_says_so() -> None:
    assert "Others never." in told("MX.party.third_parties")
    assert not any("Others only" in sentence for sentence in told("MX.party.third_parties"))
