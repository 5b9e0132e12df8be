"""Circumstances and consents in the contract's words."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from types import SimpleNamespace

import jsonschema
import pytest

from crm.borrowers.rules.limits import (
    circumstance_fact,
    circumstance_faults,
    consent_fact,
    consent_faults,
    holds,
)
from crm.borrowers.rules.points import number_of, spelt
from crm.borrowers.rules.words import CIRCUMSTANCES, CONSENTS, WORDS
from crm.rulebook.vocabulary import CircumstanceKind, ConsentKind

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "since", "until", "scope", "at_fault"),
    [
        ("dispute", "2026-11-01", None, {"debts": ["a"]}, set()),
        ("dispute", "2026-11-01", "2026-11-01", {}, set()),
        ("dispute", "2026-11-02", "2026-11-01", {}, {"until"}),
        ("dispute", "2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z", {}, {"until"}),
        ("dispute", "2026-11-01T10:00:00Z", "2026-11-01", {}, set()),
        ("dispute", "yesterday", None, {}, {"since"}),
        ("dispute", "2026-11-01T10:00:00", None, {}, {"since"}),  # no offset
        ("dispute", "2026-02-30", None, {}, {"since"}),
        ("no_such_kind", "2026-11-01", None, {}, {"kind"}),
        ("inconvenient_time", "2026-11-01", None, {}, {"days"}),
        ("inconvenient_time", "2026-11-01", None, {"from": "24:00"}, {"from"}),
        ("inconvenient_time", "2026-11-01", None, {"days": [8]}, {"days"}),
        ("inconvenient_time", "2026-11-01", None, {"from": "12:00", "to": "24:00"}, set()),
        ("inconvenient_place", "2026-11-01", None, {}, {"place"}),
        ("wrong_number", "2026-11-01", None, {}, {"contact_point_id"}),
        ("medium_refused", "2026-11-01", None, {}, {"channel"}),
        ("medium_refused", "2026-11-01", None, {"channel": "pigeon"}, {"channel"}),
        ("medium_refused", "2026-11-01", None, {"number": "ab"}, set()),
        ("party_refused_contact", "2026-11-01", None, {}, {"target"}),
        ("dispute", "2026-11-01", None, {"mood": "bad"}, {"mood"}),
    ],
)
def test_a_circumstance_fits_the_contract_or_says_why_not(
    kind, since, until, scope, at_fault
) -> None:
    assert set(circumstance_faults(kind, since, until, scope)) == at_fault


@pytest.mark.parametrize(
    ("kind", "scope", "at_fault"),
    [
        ("channel", {"channel": "sms"}, set()),
        ("time_exception", {"from": "22:00", "to": "22:00"}, {"to"}),
        ("time_exception", {"from": "22:00", "to": "06:00"}, set()),
        ("channel", {}, {"channel"}),
        ("third_party", {}, {"target"}),
        ("extra_calls", {"given_to": "creditor", "given_in_breach": False}, set()),
        ("extra_calls", {"given_in_breach": "no"}, {"given_in_breach"}),
        ("dispute", {}, {"kind"}),
    ],
)
def test_a_consent_fits_the_contract_or_says_why_not(kind, scope, at_fault) -> None:
    assert set(consent_faults(kind, "2026-11-01", None, scope)) == at_fault


def test_what_passes_passes_the_published_schema_too() -> None:
    text = files("crm.rulebook").joinpath("contract/contact_facts.schema.json").read_text("utf-8")
    schema = json.loads(text)
    circumstance = SimpleNamespace(
        kind="wrong_number",
        since="2026-11-01",
        until=None,
        lifted_at=NOW,
        scope={"number": number_of(b"\x01" * 16)},
    )
    consent = SimpleNamespace(
        kind="channel", at="2026-11-01", until=None, revoked_at=None, scope={"channel": "sms"}
    )
    items = schema["properties"]
    jsonschema.validate(circumstance_fact(circumstance), items["circumstances"]["items"])
    jsonschema.validate(
        consent_fact(consent), {**items["consents"]["items"], "$defs": schema["$defs"]}
    )
    assert circumstance_fact(circumstance)["until"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"since": "2026-11-25", "until": None}, True),
        ({"since": "2026-11-26", "until": None}, True),  # begun where clocks are ahead
        ({"since": "2026-11-27", "until": None}, False),
        ({"since": "2026-11-01", "until": "2026-11-25"}, True),
        ({"since": "2026-11-01", "until": "2026-11-23"}, False),
        ({"since": "2026-11-01", "until": "2026-11-25T12:00:00Z"}, False),
        ({"since": "2026-11-25T12:00:01Z", "until": None}, False),
        ({"since": "2026-11-01", "until": None, "lifted_at": NOW}, False),
        ({"since": "2026-11-01", "until": None, "scope": {"verified_at": "2026-11-02"}}, False),
    ],
)
def test_what_holds_now(found, expected) -> None:
    assert holds(found, NOW) is expected


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("phone", "138 0013 8000", "+8613800138000"),
        ("phone", "１３８００１３８０００", "+8613800138000"),  # full-width digits
        ("phone", "+1 (212) 555-0123", "+12125550123"),
        ("phone", "12345", None),
        ("phone", "+86 138 0013 80", None),
        ("email", "  Wu.Min@Example.COM ", "wu.min@example.com"),
        ("email", "wu min@example.com", None),
        ("email", "@example.com", None),
        ("im", "weixin_id", "weixin_id"),
        ("im", "two words", None),
        ("postal", " 1 Main St \n\n Blacklick, OH 43004 ", "1 Main St\nBlacklick, OH 43004"),
        ("postal", "\n".join("1234567"), None),
        ("postal", "x", None),
    ],
)
def test_numbers_and_addresses_have_one_spelling(kind, text, expected) -> None:
    assert spelt(kind, text) == expected


def test_every_word_of_the_contract_has_its_words_for_people() -> None:
    assert set(CIRCUMSTANCES) == set(CircumstanceKind)
    assert set(CONSENTS) == set(ConsentKind)
    assert all(words and all(words.values()) for words in WORDS.values())
