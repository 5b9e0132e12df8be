"""What the fast reader of facts accepts, and how it names what it does not."""

import copy
import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_facts import Document, documents

from crm.rulebook.engine import decide
from crm.rulebook.facts import BadFacts
from crm.rulebook.reading import read_facts
from crm.rulebook.shelf import shipped_books

_CONTRACT = resources.files("crm.rulebook").joinpath("contract")
FACTS = jsonschema.Draft202012Validator(
    json.loads(_CONTRACT.joinpath("contact_facts.schema.json").read_text("utf-8"))
)
DECISION = jsonschema.Draft202012Validator(
    json.loads(_CONTRACT.joinpath("contact_decision.schema.json").read_text("utf-8"))
)


def facts(**changes: Any) -> Document:
    return {
        "jurisdictions": ["US-FED"],
        "collector_role": "agency",
        "time_zones": ["America/New_York"],
        "proposed": {"at": "2026-06-03T10:00:00-04:00", "channel": "call"},
    } | changes


def proposed(**changes: Any) -> Document:
    return facts(proposed={"at": "2026-06-03T10:00:00-04:00", "channel": "call"} | changes)


def contact(**changes: Any) -> Document:
    item = {"at": "2026-06-01T10:00:00-04:00", "channel": "call", "outcome": "busy"}
    return facts(history=[item | changes])


def known(**changes: Any) -> Document:
    return facts(circumstances=[{"kind": "inconvenient_time"} | changes])


FAULTS = [
    ([], "", "must be an object"),
    (facts(extra=1), "extra", "unknown field"),
    ({k: v for k, v in facts().items() if k != "proposed"}, "proposed", "is required"),
    (facts(jurisdictions="US-FED"), "jurisdictions", "must be an array"),
    (facts(jurisdictions=["US-FED", 1]), "jurisdictions.1", "must be a string"),
    (facts(jurisdictions=["US-FED", "XX"]), "jurisdictions.1", "unknown jurisdiction 'XX'"),
    (facts(jurisdictions=["HOUSE"]), "jurisdictions.0", "HOUSE always applies and is never listed"),
    (facts(time_zones=["Mars/Olympus"]), "time_zones.0", "unknown time zone 'Mars/Olympus'"),
    (facts(time_zones=["localtime"]), "time_zones.0", "unknown time zone 'localtime'"),
    (facts(time_zones=["../etc/passwd"]), "time_zones.0", "unknown time zone '../etc/passwd'"),
    (facts(debts=[]), "debts", "must be an object"),
    (facts(debts={"A": {"days_past_due": -1}}), "debts.A.days_past_due", "cannot be negative"),
    (
        facts(debts={"A": {"days_past_due": True}}),
        "debts.A.days_past_due",
        "must be a whole number",
    ),
    (facts(debts={"A": {"time_barred": 1}}), "debts.A.time_barred", "must be true or false"),
    (facts(debts={"A": {"kind": "boat"}}), "debts.A.kind", "must be one of credit_card"),
    (proposed(channel="fax"), "proposed.channel", "must be one of call"),
    (proposed(at=5), "proposed.at", "must be a string"),
    (proposed(at="2026-06-03T10:00:00"), "proposed.at", "not an instant with an offset"),
    (proposed(at="2026-06-03T10:00:00.000000"), "proposed.at", "not an instant with an offset"),
    (proposed(at="2026-06-03T10:00:00-0400"), "proposed.at", "not an instant with an offset"),
    (proposed(at="2026-W23-3T10:00:00Z"), "proposed.at", "not an instant with an offset"),
    (proposed(at="2026-06-03T10:00Z"), "proposed.at", "not an instant with an offset"),
    (proposed(at="2026-06-03T24:00:00Z"), "proposed.at", "no such instant"),
    (proposed(at="2026-02-29T10:00:00Z"), "proposed.at", "no such instant"),
    (proposed(at="9999-12-31T10:00:00Z"), "proposed.at", "lies outside the years 1900 to 9000"),
    (contact(at="1066-10-14T10:00:00Z"), "history.0.at", "lies outside the years 1900 to 9000"),
    (facts(**{"\ud800": 1}), "\\ud800", "unknown field"),
    (proposed(at="2026-02-30T10:00:00Z"), "proposed.at", "no such instant"),
    (proposed(at="0001-01-01T00:00:00+12:00"), "proposed.at", "no such instant"),
    (proposed(debts=["A", 2]), "proposed.debts.1", "must be a string"),
    (proposed(debts="A"), "proposed.debts", "must be an array"),
    (
        proposed(in_reply_to_at="2026-06-03T10:00:01-04:00"),
        "proposed.in_reply_to_at",
        "lies after the proposed contact",
    ),
    (contact(at="2026-06-03T10:00:01-04:00"), "history.0.at", "lies after the proposed contact"),
    (contact(time_zone="Nowhere"), "history.0.time_zone", "unknown time zone"),
    (contact(outcome="telepathy"), "history.0.outcome", "must be one of no_answer"),
    (contact(number=None), "history.0.number", "must be a string"),
    (known(since="2026-02-30"), "circumstances.0.since", "no such date"),
    (known(since="2026/02/03"), "circumstances.0.since", "no such date"),
    (known(since="soon"), "circumstances.0.since", "not an instant with an offset"),
    (known(channel="fax"), "circumstances.0.channel", "must be one of call"),
    (known(days=[0]), "circumstances.0.days.0", "weekdays run from 1"),
    (known(to="25:00"), "circumstances.0.to", "not a local time HH:MM"),
    (known(to="8:00"), "circumstances.0.to", "not a local time HH:MM"),
    (known(to="10:60"), "circumstances.0.to", "not a local time HH:MM"),
    (known(**{"from": "24:00"}), "circumstances.0.from", "24:00 ends a day"),
    (
        known(since="2026-08-06", until="2026-08-05"),
        "circumstances.0.until",
        "lies before since",
    ),
    (
        known(since="2026-08-06T10:00:00+08:00", until="2026-08-06T02:00:00Z"),
        "circumstances.0.until",
        "lies before since",
    ),
    (
        known(since="2026-08-06", until="2026-08-05T10:00:00Z"),  # nowhere on earth the 6th yet
        "circumstances.0.until",
        "lies before since",
    ),
    (
        known(since="2026-08-06T12:00:00Z", until="2026-08-05"),  # the 5th is over everywhere
        "circumstances.0.until",
        "lies before since",
    ),
    (facts(consents=[{"kind": "channel"}]), "consents.0.at", "is required"),
]


@pytest.mark.parametrize(("document", "field", "reason"), FAULTS)
def test_bad_facts_name_the_field_and_the_reason(document: Any, field: str, reason: str) -> None:
    with pytest.raises(BadFacts) as fault:
        decide(document, shipped_books())
    assert fault.value.field == field
    assert fault.value.reason.startswith(reason)
    assert field in str(fault.value)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-08-06", "2026-08-06"),
        ("2026-08-06", "2026-08-05T10:00:01Z"),  # in Kiritimati it is the 6th
        ("2026-08-06T11:59:59Z", "2026-08-05"),  # and on Baker Island still the 5th
        ("2026-08-06", None),
        ("2026-08-06", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
    ],
)
def test_what_holds_anywhere_on_earth_is_read(since: str, until: str | None) -> None:
    read_facts(known(since=since, until=until))


def test_a_typed_form_is_judged_like_its_document() -> None:
    document = contact(outcome="conversation")
    assert decide(read_facts(document), shipped_books()) == decide(document, shipped_books())


def test_an_instant_may_be_written_in_small_letters() -> None:
    document = proposed(at="2026-06-03t10:00:00z", channel="sms")
    document["time_zones"] = ["America/New_York", "America/Denver"]
    assert decide(document, shipped_books())["next_allowed_at"] == "2026-06-03T14:00:00+00:00"


@pytest.mark.parametrize("forever", ["9999-12-31", "9999-12-31T23:59:59Z", None])
def test_a_bound_beyond_every_calendar_is_none(forever: str | None) -> None:
    held = facts(circumstances=[{"kind": "contact_hold", "since": "0001-01-01", "until": forever}])
    reason = decide(held, shipped_books())["reasons"][0]
    assert (reason["until"], reason["event"]) == (None, "the hold is lifted")
    later = facts(circumstances=[{"kind": "contact_hold", "since": "9999-12-31T00:00:00Z"}])
    assert decide(later, shipped_books())["allowed"]


def test_a_permit_reserved_for_later_is_no_fault() -> None:
    assert read_facts(contact(at="2026-06-03T15:00:00-04:00", outcome="pending")).history


def test_null_is_open_where_the_contract_says_so() -> None:
    document = known(until=None, released_at=None, verified_at=None)
    assert read_facts(document).circumstances[0].until is None


def test_whole_floats_are_whole_numbers() -> None:
    assert read_facts(facts(debts={"A": {"days_past_due": 30.0}})).debts["A"].days_past_due == 30


def test_defaults_are_those_of_the_contract() -> None:
    read = read_facts(contact())
    assert (read.history[0].target, read.history[0].exempt) == ("borrower", False)
    assert (read.proposed.target, read.proposed.purpose) == ("borrower", "collection")
    assert read.proposed.direction == "outbound"


JUNK: list[Any] = [None, 1, 1.5, True, "x", "call", [], {}, ["A"], {"at": "x"}, -3, "2026-13-01"]


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(value, dict | list):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(spot for key, item in inner for spot in spots(item, (*path, key)))]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents, st.data())
def test_the_reader_refuses_whatever_the_schema_refuses(document: Document, data: Any) -> None:
    broken = copy.deepcopy(document)
    path = data.draw(st.sampled_from([spot for spot in spots(broken) if spot]))
    holder = broken
    for step in path[:-1]:
        holder = holder[step]
    act = data.draw(st.sampled_from(["replace", "drop", "add"]))
    if act == "replace":
        holder[path[-1]] = data.draw(st.sampled_from(JUNK))
    elif act == "drop":
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder["surplus"] = data.draw(st.sampled_from(JUNK))
    if not FACTS.is_valid(broken):
        with pytest.raises(BadFacts):
            read_facts(broken)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_what_the_schema_accepts_is_read_and_answered_in_shape(document: Document) -> None:
    FACTS.validate(document)
    DECISION.validate(decide(document, shipped_books()))
