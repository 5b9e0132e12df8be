"""An entry has one form of bytes: RFC 8785 without floats."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from crm.audit.entry import LARGEST_NUMBER, LONGEST, BadEntry, Entry, Outcome, canonical, plain

letters = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
names = st.text(st.characters(max_codepoint=127), max_size=10)
whole = st.integers(-LARGEST_NUMBER, LARGEST_NUMBER)
content = st.recursive(
    st.none() | st.booleans() | whole | letters,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5),
    max_leaves=20,
)


@given(content)
def test_bytes_are_those_of_an_independent_rfc_8785(value) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        LARGEST_NUMBER + 1,
        -LARGEST_NUMBER - 1,
        "\ud800",
        {"ä": 1},
        {1: 1},
        [{"a": 0.5}],
        b"bytes",
        object(),
    ],
)
def test_what_the_form_does_not_allow_is_refused(value) -> None:
    with pytest.raises(BadEntry):
        canonical(value)


def _entry(**given) -> Entry:
    values = {
        "id": UUID(int=1),
        "at": datetime(2026, 4, 3, 10, 15, tzinfo=UTC),
        "actor_id": UUID(int=2),
        "actor_role": "collector",
        "action": "a.b.c",
        "outcome": Outcome.DONE,
    }
    return Entry(**(values | given))


def test_an_entry_says_who_did_what_when() -> None:
    assert _entry(request="r1").to_bytes() == (
        b'{"action":"a.b.c","actor":{"id":"00000000-0000-0000-0000-000000000002",'
        b'"role":"collector"},"at":"2026-04-03T10:15:00.000000Z",'
        b'"id":"00000000-0000-0000-0000-000000000001","outcome":"done","request":"r1","v":1}'
    )


def test_times_are_written_in_utc_at_fixed_width() -> None:
    local = datetime(2026, 4, 3, 10, 15, tzinfo=timezone(timedelta(hours=8)))
    assert b'"at":"2026-04-03T02:15:00.000000Z"' in _entry(at=local).to_bytes()


def test_an_entry_longer_than_a_bundle_may_hold_is_refused() -> None:
    with pytest.raises(BadEntry, match="bytes"):
        _entry(details={"long": "x" * LONGEST}).to_bytes()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000000Z"),
        (date(2026, 1, 2), "2026-01-02"),
        (UUID(int=3), "00000000-0000-0000-0000-000000000003"),
        (Decimal("1.50"), "1.50"),
        (b"\x01\xff", "01ff"),
        ({1: (Outcome.DONE, None)}, {"1": ["done", None]}),
        (7, 7),
    ],
)
def test_values_have_one_spelling(value, words) -> None:
    assert plain(value) == words
