"""The sentences of decisions, in English and in any other language."""

from crm.rulebook.engine import decide
from crm.rulebook.events import EVENTS
from crm.rulebook.sentences import GROUND, SENTENCES, render
from crm.rulebook.shelf import shipped_books

LATE = {
    "jurisdictions": ["US-FED"],
    "collector_role": "agency",
    "time_zones": ["America/New_York"],
    "proposed": {
        "at": "2026-06-03T22:00:00-04:00",
        "channel": "email",
        "target": "neighbour",
        "opt_out_notice": True,
    },
}


def test_the_sentence_of_a_reason_is_made_of_its_figures_alone() -> None:
    for reason in decide(LATE, shipped_books())["reasons"]:
        assert render(reason["figures"], str) == reason["why"]
        assert "%" not in reason["why"]


def test_a_reason_is_rendered_in_the_readers_language_words_and_all() -> None:
    chinese = {
        SENTENCES["party.inbound"]: "不得向该人（%(target)s）透露债务。",
        "neighbour": "邻居",
    }
    figures = {"sentence": "party.inbound", "target": "neighbour", "purpose": "collection"}
    assert render(figures, lambda text: chinese.get(text, text)) == "不得向该人（邻居）透露债务。"


def test_a_ground_is_told_with_the_sentence_it_answers() -> None:
    figures = {"sentence": "stop.cease", "ground": "call_dropped"}
    text = render(figures, str)
    assert text.startswith(SENTENCES["stop.cease"])
    assert text.endswith("the call dropped.")
    assert "%(ground)s" in GROUND


def test_the_event_of_a_reason_is_a_message_of_its_own() -> None:
    decision = decide(LATE, shipped_books())
    events = [reason["event"] for reason in decision["reasons"] if reason.get("event")]
    assert events == ["the borrower allows contact with this person"]
    assert set(events) <= set(EVENTS.values())


def test_every_sentence_and_event_ends_as_a_sentence_or_a_clause() -> None:
    assert all(text.endswith(".") for text in SENTENCES.values())
    assert not any(text.endswith(".") for text in EVENTS.values())
