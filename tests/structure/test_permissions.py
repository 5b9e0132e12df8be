"""Who may do what, and how far: the whole matrix, so that any change to it is seen in review."""

from typing import NamedTuple
from uuid import UUID

import pytest

from crm.gate.permissions import APPROVES, TABLE, Permission, approves, scope_of
from crm.identity.actor import Actor, Scope
from crm.identity.roles import Role

ROLES = {
    "CO": Role.COLLECTOR,
    "HS": Role.HARDSHIP_SPECIALIST,
    "FC": Role.FIELD_COLLECTOR,
    "TL": Role.TEAM_LEADER,
    "SU": Role.SUPERVISOR,
    "QR": Role.QUALITY_REVIEWER,
    "CM": Role.COMPLAINTS_OFFICER,
    "LE": Role.LEGAL_OFFICER,
    "CP": Role.COMPLIANCE_OFFICER,
    "PR": Role.PRIVACY_OFFICER,
    "DS": Role.DATA_STEWARD,
    "AL": Role.AGENCY_LEAD,
    "MG": Role.MANAGEMENT,
    "AD": Role.ADMIN,
    "AU": Role.AUDITOR,
    "SY": Role.SYSTEM,
    "AN": Role.ANONYMOUS,
}
SCOPES = {"o": Scope.OWN, "t": Scope.TEAM, "g": Scope.AGENCY, "A": Scope.ALL, "-": None}

MATRIX = """
                    CO HS FC TL SU QR CM LE CP PR DS AL MG AD AU SY AN
enter:house         -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  A  A
manage:self         o  o  o  o  o  o  o  o  o  o  o  o  o  o  o  A  -
read:work           o  o  o  t  t  -  -  -  -  -  -  g  -  -  -  A  -
read:people         o  o  o  t  t  A  A  A  A  A  -  g  -  -  -  A  -
search:people       o  o  o  t  t  A  A  A  A  A  -  g  -  -  -  A  -
edit:people         o  o  o  t  t  -  A  A  A  -  -  g  -  -  -  A  -
assign:people       -  -  -  t  t  -  -  -  -  -  -  g  -  -  -  A  -
match:people        -  -  -  -  -  -  -  -  A  A  -  -  -  -  -  A  -
lift:stop           -  -  -  -  t  -  -  -  A  -  -  -  -  -  -  A  -
reveal:value        o  o  o  t  t  -  A  A  A  A  -  g  -  -  -  A  -
read:loans          o  o  o  t  t  A  A  A  A  A  -  g  -  -  -  A  -
edit:loans          -  -  -  t  t  -  -  -  -  -  -  g  -  -  -  A  -
record:payment      -  -  -  -  -  -  -  -  -  -  A  -  -  -  -  A  -
import:data         -  -  -  -  -  -  -  -  -  -  A  -  -  -  -  A  -
read:contacts       o  o  o  t  t  A  A  A  A  A  -  g  -  -  -  A  -
request:permit      o  o  o  t  t  -  -  -  -  -  -  g  -  -  -  A  -
log:contact         o  o  o  t  t  -  -  -  -  -  -  g  -  -  -  A  -
log:unpermitted     o  o  o  t  t  -  -  -  -  -  -  g  -  -  -  A  -
serve:caller        o  o  o  t  t  -  -  -  -  -  -  g  -  -  -  A  -
correct:contact     o  o  o  t  t  -  -  -  -  -  -  g  -  -  -  A  -
loosen:record       -  -  -  t  t  -  -  -  A  -  -  g  -  -  -  A  -
close:permit        -  -  -  t  t  -  -  -  -  -  -  g  -  -  -  A  -
log:for_colleague   -  -  -  t  t  -  -  -  -  -  -  g  -  -  -  A  -
declare:outage      -  -  -  -  A  -  -  -  -  -  -  -  -  -  -  A  -
read:outages        A  A  A  A  A  -  -  -  A  A  -  A  -  -  A  A  -
rejudge:permits     A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  -
read:set_up         -  -  -  -  -  -  -  -  A  -  A  -  -  A  -  A  -
attest:history      -  -  -  -  -  -  -  -  A  -  A  -  -  -  -  A  -
read:findings       -  -  -  t  t  -  -  -  A  A  -  g  -  -  A  A  -
open:finding        A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  -
handle:findings     -  -  -  t  t  -  -  -  A  -  -  g  -  -  -  A  -
export:contacts     -  -  -  -  t  -  -  -  A  -  -  -  -  -  -  A  -
replay:decision     -  -  -  -  -  -  -  -  A  -  -  -  -  -  A  A  -
read:ledger         -  -  -  -  -  -  -  -  A  A  -  -  -  -  A  A  -
verify:ledger       -  -  -  -  -  -  -  -  A  A  -  -  -  -  A  A  -
read:books          A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  -
read:drafts         -  -  -  -  -  -  -  -  A  -  -  -  -  -  A  A  -
change:books        -  -  -  -  -  -  -  -  A  -  -  -  -  -  -  A  -
read:staff          -  -  -  t  t  -  -  -  A  -  -  g  -  A  A  A  -
manage:staff        -  -  -  -  -  -  -  -  -  -  -  -  -  A  -  A  -
read:sessions       -  -  -  -  -  -  -  -  -  -  -  -  -  A  -  A  -
end:sessions        -  -  -  -  -  -  -  -  -  -  -  -  -  A  -  A  -
set:absence         o  o  o  t  t  -  -  -  -  -  -  g  -  -  -  A  -
read:roles          A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  A  -
use:tokens          o  o  o  o  o  o  o  o  o  o  o  o  -  o  -  A  -
read:jobs           o  o  o  o  o  o  o  o  A  o  A  o  o  A  o  A  -
cancel:job          o  o  o  o  o  o  o  o  o  o  A  o  o  A  o  A  -
approve:request     -  -  -  t  t  -  -  -  A  A  -  g  -  -  -  -  -
keep:house          -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  A  -
"""

# To whose requests a role may agree, by what the request needs; not listed: nobody.
AGREES = """
                    CO HS FC TL SU QR CM LE CP PR DS AL MG AD AU SY AN
edit:people         -  -  -  y  y  -  -  -  y  y  -  y  -  -  -  -  -
assign:people       -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
match:people        -  -  -  -  -  -  -  -  y  y  -  -  -  -  -  -  -
lift:stop           -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
reveal:value        -  -  -  y  y  -  -  -  y  y  -  y  -  -  -  -  -
edit:loans          -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
record:payment      -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
import:data         -  -  -  -  -  -  -  -  y  -  -  -  -  -  -  -  -
log:unpermitted     -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
correct:contact     -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
loosen:record       -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
close:permit        -  -  -  y  y  -  -  -  y  -  -  y  -  -  -  -  -
attest:history      -  -  -  -  -  -  -  -  y  -  -  -  -  -  -  -  -
declare:outage      -  -  -  -  -  -  -  -  y  -  -  -  -  -  -  -  -
handle:findings     -  -  -  -  y  -  -  -  y  y  -  -  -  -  -  -  -
change:books        -  -  -  -  -  -  -  -  y  -  -  -  -  -  -  -  -
"""


def rows(text: str) -> tuple[list[Role], dict[Permission, list[str]]]:
    """Read a table: its columns' roles, and its rows by permission."""
    head, *lines = text.strip().splitlines()
    return [ROLES[code] for code in head.split()], {
        Permission(line.split()[0]): line.split()[1:] for line in lines
    }


def test_the_matrix_is_as_written_here() -> None:
    columns, table = rows(MATRIX)
    assert columns == list(Role)
    assert list(table) == list(Permission)
    wrong = [
        (role, permission, scope_of(role, permission))
        for permission, cells in table.items()
        for role, cell in zip(columns, cells, strict=True)
        if scope_of(role, permission) is not SCOPES[cell]
    ]
    assert not wrong


def test_who_may_agree_is_as_written_here() -> None:
    columns, table = rows(AGREES)
    assert columns == list(Role)
    for permission in Permission:
        cells = table.get(permission, ["-"] * len(columns))
        for role, cell in zip(columns, cells, strict=True):
            assert approves(role, permission) is (cell == "y"), (role, permission)


def test_whoever_may_agree_to_something_may_agree_at_all() -> None:
    deciding = {role for role in Role if scope_of(role, Permission.APPROVE)}
    assert deciding == set(APPROVES)


def test_every_role_has_its_row_and_absence_is_denial() -> None:
    assert set(TABLE) == set(Role)
    assert [p for p in Permission if scope_of(Role.ANONYMOUS, p)] == [Permission.ENTER]


def test_who_keeps_accounts_sees_no_borrowers() -> None:
    people = {p for p in Permission if p.endswith((":people", ":contacts", ":loans", ":value"))}
    held = {permission for permission in people if scope_of(Role.ADMIN, permission)}
    assert not held


def test_a_scope_covers_what_is_narrower() -> None:
    order = list(Scope)
    for wide in order:
        for narrow in order:
            assert wide.covers(narrow) is (order.index(narrow) <= order.index(wide))


# How a person whom nobody has lies to an actor with a team; not listed: to all only.
NOBODYS = {Role.TEAM_LEADER: Scope.TEAM, Role.SUPERVISOR: Scope.TEAM}


@pytest.mark.parametrize("role", list(Role))
def test_whom_nobody_has_lies_to_leaders_of_the_house(role: Role) -> None:
    team, house, free = UUID(int=1), UUID(int=2), Whose()
    assert Actor(UUID(int=9), role, team).relation_to_person(free) is NOBODYS.get(role, Scope.ALL)
    assert Actor(UUID(int=9), role).relation_to_person(free) is Scope.ALL
    assert Actor(UUID(int=9), role, team, house).relation_to_person(free) is Scope.ALL
    for taken in (Whose(UUID(int=3)), Whose(None, UUID(int=3)), Whose(None, None, UUID(int=3))):
        assert Actor(UUID(int=9), role, team).relation_to_person(taken) is Scope.ALL
    his = Whose(UUID(int=9), UUID(int=3), UUID(int=3))
    assert Actor(UUID(int=9), role, team).relation_to_person(his) is Scope.OWN


class Whose(NamedTuple):
    """A person's row, as far as it says whose he is."""

    collector_id: UUID | None = None
    team_id: UUID | None = None
    agency_id: UUID | None = None
