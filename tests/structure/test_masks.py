"""Who sees how much of what, and where: the whole matrix, as it must be."""

import pytest

from crm.gate.permissions import Permission as P
from crm.gate.permissions import scope_of
from crm.identity.roles import ASSIGNABLE, Role
from crm.privacy.masks import MATRIX, Context, Level, Mask, level_of, stricter

# C clear, P partial, T token, H hidden; + may ask for more. Columns in this order:
COLUMNS = [
    Mask.NAME,
    Mask.ID,
    Mask.CONTACT_POINT,
    Mask.LOAN_NUMBER,
    Mask.NOTE,
    Mask.STAFF_NAME,
    Mask.STAFF_EMAIL,
    Mask.HIDDEN,
]
LEVELS = {"C": Level.CLEAR, "P": Level.PARTIAL, "T": Level.TOKEN, "H": Level.HIDDEN}

SEEN = {
    Context.PAGE: """
collector            his  C  P+ P+ C  C  C  H  H
collector            not  P  H  H  T  H  H  H  H
hardship_specialist  his  C  P+ P+ C  C  C  H  H
hardship_specialist  not  P  H  H  T  H  H  H  H
field_collector      his  C  P+ P+ C  C  C  H  H
field_collector      not  P  H  H  T  H  H  H  H
team_leader          his  C  P+ P+ C  C  C  P  H
team_leader          not  P  H  H  T  H  H  H  H
supervisor           his  C  P+ P+ C  C  C  P  H
supervisor           not  P  H  H  T  H  H  H  H
agency_lead          his  C  P+ P+ C  C  C  P  H
agency_lead          not  P  H  H  T  H  H  H  H
quality_reviewer     his  P  H  H  C  P  C  H  H
quality_reviewer     not  P  H  H  T  H  H  H  H
complaints_officer   his  C  P+ P+ C  C  C  P  H
complaints_officer   not  P  H  H  T  H  H  H  H
legal_officer        his  C  P+ P+ C  C  C  P  H
legal_officer        not  P  H  H  T  H  H  H  H
compliance_officer   his  C  P+ P+ C  C  C  P  H
compliance_officer   not  P  H  H  T  H  H  H  H
privacy_officer      his  P+ P+ P+ C  P  C  P  H
privacy_officer      not  P  H  H  T  H  H  H  H
data_steward         his  H  H  H  P  P  C  H  H
data_steward         not  H  H  H  T  H  H  H  H
management           his  H  H  H  H  H  H  H  H
management           not  H  H  H  H  H  H  H  H
admin                his  T  H  H  H  H  C  C  H
admin                not  T  H  H  H  H  H  H  H
auditor              his  P  H  P  C  P  C  H  H
auditor              not  P  H  H  T  H  H  H  H
system               his  H  H  H  H  H  H  H  H
system               not  H  H  H  H  H  H  H  H
anonymous            his  H  H  H  H  H  H  H  H
anonymous            not  H  H  H  H  H  H  H  H
""",
    Context.LIST: """
collector            his  C  H  H  C  H  C  H  H
collector            not  P  H  H  T  H  H  H  H
hardship_specialist  his  C  H  H  C  H  C  H  H
hardship_specialist  not  P  H  H  T  H  H  H  H
field_collector      his  C  H  H  C  H  C  H  H
field_collector      not  P  H  H  T  H  H  H  H
team_leader          his  C  H  H  C  H  C  P  H
team_leader          not  P  H  H  T  H  H  H  H
supervisor           his  C  H  H  C  H  C  P  H
supervisor           not  P  H  H  T  H  H  H  H
agency_lead          his  C  H  H  C  H  C  P  H
agency_lead          not  P  H  H  T  H  H  H  H
quality_reviewer     his  P  H  H  C  H  C  H  H
quality_reviewer     not  P  H  H  T  H  H  H  H
complaints_officer   his  C  H  H  C  H  C  P  H
complaints_officer   not  P  H  H  T  H  H  H  H
legal_officer        his  C  H  H  C  H  C  P  H
legal_officer        not  P  H  H  T  H  H  H  H
compliance_officer   his  C  H  H  C  H  C  P  H
compliance_officer   not  P  H  H  T  H  H  H  H
privacy_officer      his  P  H  H  C  H  C  P  H
privacy_officer      not  P  H  H  T  H  H  H  H
data_steward         his  H  H  H  P  H  C  H  H
data_steward         not  H  H  H  T  H  H  H  H
management           his  H  H  H  H  H  H  H  H
management           not  H  H  H  H  H  H  H  H
admin                his  T  H  H  H  H  C  C  H
admin                not  T  H  H  H  H  H  H  H
auditor              his  P  H  H  C  H  C  H  H
auditor              not  P  H  H  T  H  H  H  H
system               his  H  H  H  H  H  H  H  H
system               not  H  H  H  H  H  H  H  H
anonymous            his  H  H  H  H  H  H  H  H
anonymous            not  H  H  H  H  H  H  H  H
""",
    Context.EXPORT: """
collector            his  P  H  H  C  P  C  H  H
collector            not  P  H  H  T  H  H  H  H
hardship_specialist  his  P  H  H  C  P  C  H  H
hardship_specialist  not  P  H  H  T  H  H  H  H
field_collector      his  P  H  H  C  P  C  H  H
field_collector      not  P  H  H  T  H  H  H  H
team_leader          his  P  H  H  C  P  C  P  H
team_leader          not  P  H  H  T  H  H  H  H
supervisor           his  P  H  H  C  P  C  P  H
supervisor           not  P  H  H  T  H  H  H  H
agency_lead          his  P  H  H  C  P  C  P  H
agency_lead          not  P  H  H  T  H  H  H  H
quality_reviewer     his  P  H  H  C  P  C  H  H
quality_reviewer     not  P  H  H  T  H  H  H  H
complaints_officer   his  P  H  H  C  P  C  P  H
complaints_officer   not  P  H  H  T  H  H  H  H
legal_officer        his  P  H  H  C  P  C  P  H
legal_officer        not  P  H  H  T  H  H  H  H
compliance_officer   his  P  H  H  C  P  C  P  H
compliance_officer   not  P  H  H  T  H  H  H  H
privacy_officer      his  P  H  H  C  P  C  P  H
privacy_officer      not  P  H  H  T  H  H  H  H
data_steward         his  H  H  H  P  P  C  H  H
data_steward         not  H  H  H  T  H  H  H  H
management           his  H  H  H  H  H  H  H  H
management           not  H  H  H  H  H  H  H  H
admin                his  T  H  H  H  H  C  C  H
admin                not  T  H  H  H  H  H  H  H
auditor              his  P  H  H  C  P  C  H  H
auditor              not  P  H  H  T  H  H  H  H
system               his  H  H  H  H  H  H  H  H
system               not  H  H  H  H  H  H  H  H
anonymous            his  H  H  H  H  H  H  H  H
anonymous            not  H  H  H  H  H  H  H  H
""",
    Context.LOG: """
collector            his  T  H  H  T  H  H  H  H
collector            not  T  H  H  T  H  H  H  H
hardship_specialist  his  T  H  H  T  H  H  H  H
hardship_specialist  not  T  H  H  T  H  H  H  H
field_collector      his  T  H  H  T  H  H  H  H
field_collector      not  T  H  H  T  H  H  H  H
team_leader          his  T  H  H  T  H  H  H  H
team_leader          not  T  H  H  T  H  H  H  H
supervisor           his  T  H  H  T  H  H  H  H
supervisor           not  T  H  H  T  H  H  H  H
agency_lead          his  T  H  H  T  H  H  H  H
agency_lead          not  T  H  H  T  H  H  H  H
quality_reviewer     his  T  H  H  T  H  H  H  H
quality_reviewer     not  T  H  H  T  H  H  H  H
complaints_officer   his  T  H  H  T  H  H  H  H
complaints_officer   not  T  H  H  T  H  H  H  H
legal_officer        his  T  H  H  T  H  H  H  H
legal_officer        not  T  H  H  T  H  H  H  H
compliance_officer   his  T  H  H  T  H  H  H  H
compliance_officer   not  T  H  H  T  H  H  H  H
privacy_officer      his  T  H  H  T  H  H  H  H
privacy_officer      not  T  H  H  T  H  H  H  H
data_steward         his  H  H  H  T  H  H  H  H
data_steward         not  H  H  H  T  H  H  H  H
management           his  H  H  H  H  H  H  H  H
management           not  H  H  H  H  H  H  H  H
admin                his  T  H  H  H  H  H  H  H
admin                not  T  H  H  H  H  H  H  H
auditor              his  T  H  H  T  H  H  H  H
auditor              not  T  H  H  T  H  H  H  H
system               his  H  H  H  H  H  H  H  H
system               not  H  H  H  H  H  H  H  H
anonymous            his  H  H  H  H  H  H  H  H
anonymous            not  H  H  H  H  H  H  H  H
""",
}


@pytest.mark.parametrize("context", Context)
def test_the_matrix_is_as_written_here(context: Context) -> None:
    told = {tuple(line.split()[:2]): line.split()[2:] for line in SEEN[context].split("\n") if line}
    assert set(told) == {(role.value, whose) for role in Role for whose in ("his", "not")}
    for (role, whose), cells in told.items():
        for mask, cell in zip(COLUMNS, cells, strict=True):
            level, more = level_of(mask, role, "own" if whose == "his" else None, context)
            assert (level, more) == (LEVELS[cell[0]], cell.endswith("+")), (role, whose, mask)


WITH_COLLEAGUES = {  # what shows who did something
    P.READ_WORK,
    P.READ_PEOPLE,
    P.READ_CONTACTS,
    P.READ_FINDINGS,
    P.READ_LEDGER,
    P.READ_STAFF,
    P.READ_SESSIONS,
    P.IMPORT_DATA,
    P.APPROVE,
}


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_whoever_reads_what_a_colleague_did_reads_his_name(role: Role) -> None:
    shown = {level_of(Mask.STAFF_NAME, role, "all", c)[0] for c in (Context.PAGE, Context.LIST)}
    reads = any(scope_of(role, permission) for permission in WITH_COLLEAGUES)
    assert shown == {Level.CLEAR if reads else Level.HIDDEN}


def test_every_kind_of_value_is_in_the_matrix() -> None:
    assert list(Mask) == COLUMNS


def test_what_is_not_in_it_is_hidden() -> None:
    for context in Context:
        assert level_of(Mask.NAME, "nobody", "all", context) == (Level.HIDDEN, False)
    for role in MATRIX:
        assert level_of(Mask.HIDDEN, role, "all", Context.PAGE) == (Level.HIDDEN, False)


def test_no_other_place_shows_more_than_a_persons_own_page() -> None:
    for role in MATRIX:
        for mask in Mask:
            page = level_of(mask, role, "own", Context.PAGE)[0]
            for context in Context:
                shown = level_of(mask, role, "own", context)[0]
                assert stricter(page, shown) is shown


def test_only_a_persons_own_page_offers_more() -> None:
    for role in MATRIX:
        for mask in Mask:
            assert not any(level_of(mask, role, "own", c)[1] for c in Context if c != Context.PAGE)
            assert not any(level_of(mask, role, None, c)[1] for c in Context)
