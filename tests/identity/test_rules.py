"""Who may hold an account, and how: truth tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm.identity.actor import Actor, system
from crm.identity.roles import ASSIGNABLE, Role
from crm.identity.rules import (
    FRESH,
    has_end,
    has_place,
    is_fresh,
    leaves_an_admin,
    may_manage,
)
from crm.storage.ids import new_id

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ONE, OTHER = new_id(), new_id()


def test_nobody_manages_himself() -> None:
    assert may_manage(ONE, OTHER)
    assert may_manage(ONE, ONE).rule == "account.own"


@pytest.mark.parametrize(
    ("stays", "others", "allowed"), [(True, 0, True), (False, 1, True), (False, 0, False)]
)
def test_one_administrator_stays(stays: bool, others: int, allowed: bool) -> None:
    assert bool(leaves_an_admin(stays, others)) is allowed


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_who_works_with_people_works_in_a_team(role: Role) -> None:
    in_team = {
        "collector",
        "hardship_specialist",
        "field_collector",
        "team_leader",
        "supervisor",
    }
    expected = "account.team" if role in in_team else ""
    expected = "account.agency" if role == "agency_lead" else expected
    assert has_place(role, None, None).rule == expected
    assert has_place(role, new_id(), new_id())


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_only_an_auditor_needs_an_end(role: Role) -> None:
    assert has_end(role, None, NOW).rule == ("account.end" if role == "auditor" else "")
    assert has_end(role, NOW + timedelta(seconds=1), NOW)
    assert has_end(role, NOW, NOW).rule == "account.past"


def test_power_is_given_only_freshly() -> None:
    actor = Actor(ONE, Role.ADMIN, session_id=b"s", signed_in_at=NOW - FRESH)
    assert is_fresh(actor, NOW)
    assert is_fresh(actor, NOW + timedelta(seconds=1)).rule == "session.fresh"
    assert is_fresh(replace(actor, signed_in_at=None), NOW).rule == "session.fresh"
    assert is_fresh(replace(actor, session_id=None), NOW + timedelta(days=1))
    assert is_fresh(system("tests"), NOW)
