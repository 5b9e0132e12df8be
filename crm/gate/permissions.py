"""Who may do what, and how far: one table, role by permission. What is not in it is denied."""

from functools import lru_cache

from crm.identity.actor import Scope
from crm.identity.roles import Role
from crm.words import Word

OWN, TEAM, AGENCY, ALL = Scope.OWN, Scope.TEAM, Scope.AGENCY, Scope.ALL


class Permission(Word):
    """What can be permitted: verb:thing."""

    ENTER = "enter:house"
    MANAGE_SELF = "manage:self"
    READ_WORK = "read:work"
    READ_PEOPLE = "read:people"
    SEARCH_PEOPLE = "search:people"
    EDIT_PEOPLE = "edit:people"
    ASSIGN_PEOPLE = "assign:people"
    MATCH_PEOPLE = "match:people"
    LIFT_STOP = "lift:stop"
    REVEAL_VALUE = "reveal:value"
    READ_LOANS = "read:loans"
    EDIT_LOANS = "edit:loans"
    RECORD_PAYMENT = "record:payment"
    IMPORT_DATA = "import:data"
    READ_CONTACTS = "read:contacts"
    REQUEST_PERMIT = "request:permit"
    LOG_CONTACT = "log:contact"
    LOG_UNPERMITTED = "log:unpermitted"
    SERVE_CALLER = "serve:caller"
    CORRECT_CONTACT = "correct:contact"
    LOOSEN_RECORD = "loosen:record"
    CLOSE_PERMIT = "close:permit"
    LOG_FOR_COLLEAGUE = "log:for_colleague"
    DECLARE_OUTAGE = "declare:outage"
    READ_OUTAGES = "read:outages"
    REJUDGE_PERMITS = "rejudge:permits"
    READ_SET_UP = "read:set_up"
    ATTEST_HISTORY = "attest:history"
    READ_FINDINGS = "read:findings"
    OPEN_FINDING = "open:finding"
    HANDLE_FINDINGS = "handle:findings"
    EXPORT_CONTACTS = "export:contacts"
    REPLAY_DECISION = "replay:decision"
    READ_LEDGER = "read:ledger"
    VERIFY_LEDGER = "verify:ledger"
    READ_BOOKS = "read:books"
    READ_DRAFTS = "read:drafts"
    CHANGE_BOOKS = "change:books"
    READ_STAFF = "read:staff"
    MANAGE_STAFF = "manage:staff"
    READ_SESSIONS = "read:sessions"
    END_SESSIONS = "end:sessions"
    SET_ABSENCE = "set:absence"
    READ_ROLES = "read:roles"
    USE_TOKENS = "use:tokens"
    READ_JOBS = "read:jobs"
    CANCEL_JOB = "cancel:job"
    APPROVE = "approve:request"
    KEEP_HOUSE = "keep:house"


P = Permission

_EVERYONE = {
    P.MANAGE_SELF: OWN,
    P.REJUDGE_PERMITS: ALL,  # what follows from a fact; it can only end permits
    P.OPEN_FINDING: ALL,  # what follows from a record
    P.READ_ROLES: ALL,
    P.READ_BOOKS: ALL,
    P.READ_JOBS: OWN,
    P.CANCEL_JOB: OWN,
}

_DESK = {
    **_EVERYONE,
    P.USE_TOKENS: OWN,
    P.READ_WORK: OWN,
    P.READ_PEOPLE: OWN,
    P.SEARCH_PEOPLE: OWN,
    P.EDIT_PEOPLE: OWN,
    P.REVEAL_VALUE: OWN,
    P.READ_LOANS: OWN,
    P.READ_CONTACTS: OWN,
    P.REQUEST_PERMIT: OWN,
    P.LOG_CONTACT: OWN,
    P.LOG_UNPERMITTED: OWN,
    P.SERVE_CALLER: OWN,
    P.CORRECT_CONTACT: OWN,
    P.SET_ABSENCE: OWN,
    P.READ_OUTAGES: ALL,
}

_LEADER = dict.fromkeys(_DESK, TEAM) | {
    **_EVERYONE,
    P.USE_TOKENS: OWN,
    P.READ_OUTAGES: ALL,
    P.ASSIGN_PEOPLE: TEAM,
    P.EDIT_LOANS: TEAM,
    P.CLOSE_PERMIT: TEAM,
    P.LOG_FOR_COLLEAGUE: TEAM,
    P.LOOSEN_RECORD: TEAM,
    P.APPROVE: TEAM,
    P.READ_FINDINGS: TEAM,
    P.HANDLE_FINDINGS: TEAM,
    P.READ_STAFF: TEAM,
}

_OFFICER = {
    **_EVERYONE,
    P.USE_TOKENS: OWN,
    P.READ_PEOPLE: ALL,
    P.SEARCH_PEOPLE: ALL,
    P.READ_LOANS: ALL,
    P.READ_CONTACTS: ALL,
}

TABLE: dict[Role, dict[Permission, Scope]] = {
    Role.COLLECTOR: _DESK,
    Role.HARDSHIP_SPECIALIST: _DESK,
    Role.FIELD_COLLECTOR: _DESK,
    Role.TEAM_LEADER: _LEADER,
    Role.SUPERVISOR: _LEADER | {P.EXPORT_CONTACTS: TEAM, P.LIFT_STOP: TEAM, P.DECLARE_OUTAGE: ALL},
    Role.AGENCY_LEAD: {
        permission: AGENCY if scope is TEAM else scope for permission, scope in _LEADER.items()
    },
    Role.QUALITY_REVIEWER: {**_OFFICER, P.SEARCH_PEOPLE: ALL},
    Role.COMPLAINTS_OFFICER: {**_OFFICER, P.EDIT_PEOPLE: ALL, P.REVEAL_VALUE: ALL},
    Role.LEGAL_OFFICER: {**_OFFICER, P.EDIT_PEOPLE: ALL, P.REVEAL_VALUE: ALL},
    Role.COMPLIANCE_OFFICER: {
        **_OFFICER,
        P.READ_OUTAGES: ALL,
        P.EDIT_PEOPLE: ALL,
        P.REVEAL_VALUE: ALL,
        P.LIFT_STOP: ALL,
        P.MATCH_PEOPLE: ALL,
        P.APPROVE: ALL,
        P.LOOSEN_RECORD: ALL,
        P.READ_FINDINGS: ALL,
        P.HANDLE_FINDINGS: ALL,
        P.EXPORT_CONTACTS: ALL,
        P.REPLAY_DECISION: ALL,
        P.READ_LEDGER: ALL,
        P.VERIFY_LEDGER: ALL,
        P.READ_DRAFTS: ALL,
        P.CHANGE_BOOKS: ALL,
        P.READ_STAFF: ALL,
        P.READ_JOBS: ALL,
        P.READ_SET_UP: ALL,
        P.ATTEST_HISTORY: ALL,
    },
    Role.PRIVACY_OFFICER: {
        **_OFFICER,
        P.READ_OUTAGES: ALL,
        P.REVEAL_VALUE: ALL,
        P.MATCH_PEOPLE: ALL,
        P.APPROVE: ALL,
        P.READ_FINDINGS: ALL,
        P.READ_LEDGER: ALL,
        P.VERIFY_LEDGER: ALL,
    },
    Role.DATA_STEWARD: {
        **_EVERYONE,
        P.USE_TOKENS: OWN,
        P.IMPORT_DATA: ALL,
        P.READ_SET_UP: ALL,
        P.ATTEST_HISTORY: ALL,
        P.RECORD_PAYMENT: ALL,  # by the token of core banking
        P.READ_JOBS: ALL,
        P.CANCEL_JOB: ALL,
    },
    Role.MANAGEMENT: _EVERYONE,
    Role.ADMIN: {
        **_EVERYONE,
        P.USE_TOKENS: OWN,
        P.READ_STAFF: ALL,
        P.MANAGE_STAFF: ALL,
        P.READ_SET_UP: ALL,
        P.READ_SESSIONS: ALL,
        P.END_SESSIONS: ALL,
        P.READ_JOBS: ALL,
        P.CANCEL_JOB: ALL,
    },
    Role.AUDITOR: {
        **_EVERYONE,
        P.READ_OUTAGES: ALL,
        P.REPLAY_DECISION: ALL,
        P.READ_LEDGER: ALL,
        P.VERIFY_LEDGER: ALL,
        P.READ_FINDINGS: ALL,
        P.READ_DRAFTS: ALL,
        P.READ_STAFF: ALL,
    },
    Role.SYSTEM: {permission: ALL for permission in Permission if permission is not P.APPROVE},
    Role.ANONYMOUS: {P.ENTER: ALL},
}


_OF_THE_DESK = frozenset(
    {
        P.EDIT_PEOPLE,
        P.ASSIGN_PEOPLE,
        P.LIFT_STOP,
        P.REVEAL_VALUE,
        P.EDIT_LOANS,
        P.RECORD_PAYMENT,
        P.LOG_UNPERMITTED,
        P.CORRECT_CONTACT,
        P.LOOSEN_RECORD,
        P.CLOSE_PERMIT,
    }
)

# approve:<needs>: to whose requests a role may agree, by the permission that the request needs.
APPROVES: dict[Role, frozenset[Permission]] = {
    Role.TEAM_LEADER: _OF_THE_DESK,
    Role.SUPERVISOR: _OF_THE_DESK | {P.HANDLE_FINDINGS},
    Role.AGENCY_LEAD: _OF_THE_DESK,
    Role.COMPLIANCE_OFFICER: _OF_THE_DESK
    | {
        P.HANDLE_FINDINGS,
        P.CHANGE_BOOKS,
        P.IMPORT_DATA,
        P.ATTEST_HISTORY,
        P.DECLARE_OUTAGE,
        P.MATCH_PEOPLE,
    },
    Role.PRIVACY_OFFICER: frozenset(
        {P.REVEAL_VALUE, P.EDIT_PEOPLE, P.MATCH_PEOPLE, P.HANDLE_FINDINGS}
    ),
}


def approves(role: Role, needs: Permission) -> bool:
    """Tell whether `role` may agree to what somebody asked for under `needs`."""
    return needs in APPROVES.get(role, frozenset())


# What one may do with somebody else's file while one holds it for a call: talk, write down what
# was said, and what follows from it. Nothing is shown in clear, handed out or lifted by a hold.
BY_HOLD = frozenset(
    {
        P.READ_PEOPLE,
        P.READ_LOANS,
        P.READ_CONTACTS,
        P.EDIT_PEOPLE,
        P.REQUEST_PERMIT,
        P.LOG_CONTACT,
        P.CORRECT_CONTACT,
    }
)


def reaches(role: Role, permission: Permission, relation: Scope) -> bool:
    """Tell whether `role` may do this to what lies in that relation to the actor."""
    scope = scope_of(role, permission)
    if scope is None:
        return False
    return scope.covers(relation) or (relation is Scope.HELD and permission in BY_HOLD)


@lru_cache(maxsize=1024)
def scope_of(role: Role, permission: Permission) -> Scope | None:
    """Return how far `role` holds `permission`, or None where it does not."""
    return TABLE[role].get(permission)
