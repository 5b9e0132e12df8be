"""Who is speaking, by the answers of a contact: a truth table."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from crm.contacts.rules.verifying import Speaker, Tried, has_failed, may_see_owed, speaker

START = datetime(2026, 11, 25, 4, tzinfo=UTC)
CALL = UUID(int=1)


def told(*answers: str) -> list[Tried]:
    """Return answers a minute apart: "item" matched, "-item" did not."""
    return [
        Tried(CALL, word.removeprefix("-"), START + timedelta(minutes=n), word[0] != "-")
        for n, word in enumerate(answers)
    ]


@pytest.mark.parametrize(
    ("target", "answers", "other", "found"),
    [
        ("borrower", (), None, Speaker.UNKNOWN),
        ("borrower", ("national_id",), None, Speaker.UNKNOWN),
        ("borrower", ("name", "national_id"), None, Speaker.UNKNOWN),
        ("borrower", ("national_id", "national_id"), None, Speaker.UNKNOWN),
        ("borrower", ("national_id", "postal"), None, Speaker.VERIFIED),
        ("guarantor", ("national_id", "postal"), None, Speaker.VERIFIED),
        ("borrower", ("national_id", "postal", "-national_id"), None, Speaker.UNKNOWN),
        ("borrower", ("-national_id", "national_id", "postal"), None, Speaker.VERIFIED),
        ("borrower", ("national_id", "postal", "-email", "-phone"), None, Speaker.FAILED),
        ("borrower", ("-email", "-email", "-email", "national_id", "postal"), None, Speaker.FAILED),
        ("borrower", (), 0, Speaker.OTHER),
        ("borrower", ("national_id", "postal"), 5, Speaker.OTHER),
        ("borrower", ("national_id", "postal"), 0, Speaker.OTHER),
        ("borrower", ("national_id", "postal"), -1, Speaker.VERIFIED),
        ("spouse", ("national_id", "postal"), None, Speaker.OTHER),
        ("contact_person", (), None, Speaker.OTHER),
    ],
)
def test_who_speaks(target: str, answers: tuple[str, ...], other: int | None, found) -> None:
    other_at = None if other is None else START + timedelta(minutes=other)
    assert speaker(target, told(*answers), other_at) is found


@pytest.mark.parametrize(
    ("answers", "failed"),
    [
        ((), False),
        (("-email", "-email"), False),
        (("-email", "-email", "email"), False),
        (("-email", "-email", "-email", "email"), True),
        (("-email", "-phone"), True),
        (("-email", "-phone", "phone"), False),
    ],
)
def test_when_a_contact_is_closed(answers: tuple[str, ...], failed: bool) -> None:
    assert has_failed(told(*answers)) is failed


@pytest.mark.parametrize(
    ("speakers", "rule"),
    [
        ((), ""),
        ((Speaker.VERIFIED,), ""),
        ((Speaker.UNKNOWN,), "owed.not_verified"),
        ((Speaker.FAILED,), "owed.not_verified"),
        ((Speaker.OTHER,), "owed.somebody_else"),
        ((Speaker.VERIFIED, Speaker.UNKNOWN), "owed.not_verified"),
        ((Speaker.UNKNOWN, Speaker.OTHER), "owed.somebody_else"),
    ],
)
def test_what_is_owed_is_seen_by_who_speaks_with_nobody_unknown(speakers, rule: str) -> None:
    verdict = may_see_owed(speakers)
    assert (verdict.rule, bool(verdict)) == (rule, not rule)
