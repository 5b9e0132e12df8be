"""What people read for the words of the house: permissions, scopes, outcomes."""

from flask_babel import gettext

from crm.gate.permissions import Permission as P
from crm.identity.roles import LABELS
from crm.web.deeds import DEEDS
from crm.words import N_

PERMISSIONS: dict[str, str] = {
    P.READ_WORK: N_("See my work: whom to contact next"),
    P.READ_PEOPLE: N_("See people, with what is masked"),
    P.SEARCH_PEOPLE: N_("Search for a person"),
    P.EDIT_PEOPLE: N_("Enter circumstances, consents and contact points"),
    P.ASSIGN_PEOPLE: N_("Assign people to colleagues"),
    P.MATCH_PEOPLE: N_("Decide whether two files are one person"),
    P.LIFT_STOP: N_("Lift a stop of contact"),
    P.REVEAL_VALUE: N_("See a masked value in clear, saying why"),
    P.READ_LOANS: N_("See loans and payments"),
    P.EDIT_LOANS: N_("Change loans"),
    P.RECORD_PAYMENT: N_("Record a payment"),
    P.IMPORT_DATA: N_("Import portfolios and lists"),
    P.READ_CONTACTS: N_("See contact records"),
    P.REQUEST_PERMIT: N_("Ask whether a contact is lawful, and reserve it"),
    P.LOG_CONTACT: N_("Write contact records"),
    P.LOG_UNPERMITTED: N_("Write down a contact that was made without a permit"),
    P.SERVE_CALLER: N_("Serve whoever calls, also somebody whom another colleague has"),
    P.CORRECT_CONTACT: N_("Correct contact records"),
    P.LOOSEN_RECORD: N_("Correct a contact record so that more becomes lawful"),
    P.CLOSE_PERMIT: N_("Close a colleague's open permit"),
    P.LOG_FOR_COLLEAGUE: N_("Log a contact that a colleague made"),
    P.REJUDGE_PERMITS: N_("Judge open permits anew"),
    P.DECLARE_OUTAGE: N_("Declare an outage"),
    P.READ_OUTAGES: N_("See outages, and what is still to be entered after them"),
    P.READ_SET_UP: N_("See what this house lacks before it may begin"),
    P.ATTEST_HISTORY: N_("Attest that there are no earlier stops or contacts"),
    P.READ_FINDINGS: N_("See refusals and unpermitted contacts"),
    P.OPEN_FINDING: N_("Open a finding where a record needs one"),
    P.HANDLE_FINDINGS: N_("Settle findings, and ask for them to be closed"),
    P.EXPORT_CONTACTS: N_("Take lists of refused and unpermitted contacts out as a file"),
    P.REPLAY_DECISION: N_("Judge a stored decision again, and compare"),
    P.READ_LEDGER: N_("Read the ledger"),
    P.VERIFY_LEDGER: N_("Have the ledger verified"),
    P.READ_BOOKS: N_("Read the books of law"),
    P.READ_DRAFTS: N_("Read drafts of books and their back-tests"),
    P.CHANGE_BOOKS: N_("Publish books of law"),
    P.READ_STAFF: N_("See accounts and teams"),
    P.MANAGE_STAFF: N_("Make, change and end accounts"),
    P.READ_SESSIONS: N_("See who is signed in"),
    P.END_SESSIONS: N_("End sessions"),
    P.SET_ABSENCE: N_("Say who is away, and when"),
    P.READ_ROLES: N_("See what each role may do"),
    P.USE_TOKENS: N_("Make API tokens of one's own"),
    P.READ_JOBS: N_("See background work"),
    P.CANCEL_JOB: N_("Cancel background work"),
    P.APPROVE: N_("Approve or decline what needs a second person"),
    P.MANAGE_SELF: N_("Manage one's own account"),
    P.KEEP_HOUSE: N_("Keep the house (the system itself)"),
    P.ENTER: N_("Sign in"),
}

SCOPES: dict[str, str] = {
    "own": N_("own"),
    "team": N_("team"),
    "agency": N_("agency"),
    "all": N_("all"),
    "held": N_("held"),
}

REACHES: dict[str, str] = {
    "own": N_("what is one's own or assigned to one"),
    "team": N_("what is the team's"),
    "agency": N_("what is the agency's"),
    "all": N_("everything"),
    "held": N_("what one holds for one call"),
}

OUTCOMES: dict[str, str] = {
    "done": N_("done"),
    "refused": N_("refused"),
    "asked": N_("waits for a second person"),
    "read": N_("seen"),
}

JOB_STATES: dict[str, str] = {
    "ready": N_("waits for its turn"),
    "running": N_("running"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}

REQUEST_STATES: dict[str, str] = {
    "waiting": N_("waits"),
    "approved": N_("approved"),
    "declined": N_("declined"),
    "stale": N_("no longer valid"),
}

SECOND_PERSON: dict[str, str] = {
    "book.publish": N_("Putting a book in force takes a second person."),
    "book.withdraw": N_("Taking a book back takes a second person."),
    "circumstance.lift": N_("Lifting a stop takes a second person."),
    "match.apart": N_("Counting two people apart gives back contacts: it takes two people."),
    "match.merge": N_("Making two files one takes a second person."),
    "match.reopen": N_("Parting two files takes a second person."),
    "day_one.attest": N_("Attesting to it takes a second person."),
    "finding.close": N_("Closing a finding takes a second person."),
    "party.owes": N_("Saying that somebody owes a loan takes a second person."),
    "outage.late": N_(
        "It began a while ago: contacts made meanwhile without a permit would be charged to "
        "nobody, so a second person must agree."
    ),
    "contact.loosened": N_(
        "It gives back what the record had used, so a second person must agree."
    ),
    "contact_point.drops_clock": N_(
        "A clock or a law that counts would count no more, so a second person must agree."
    ),
    "place_evidence.drops_clock": N_(
        "A clock or a law that counts would count no more, so a second person must agree."
    ),
    "said.stop_lifted": N_("It lifts what stops contact, so a second person must agree."),
}

# What is asked for, where one permission is for deeds that undo each other or are far apart.
ASKED_FOR: dict[str, str] = {
    "borrowers.match.merged": N_("Make two files one person's"),
    "borrowers.match.told_apart": N_("Count two people apart"),
    "borrowers.match.reopened": N_("Undo what was decided on two files"),
    "borrowers.contact_point.ended": N_("End a number or address"),
    "borrowers.place_evidence.ended": N_("End what tells of a person's place"),
    "contacts.said.withdrawn": N_("Take back what was not said"),
}

SUBJECTS: dict[str, str] = {
    "account": N_("account"),
    "absence": N_("absence"),
    "person": N_("person"),
    "person_match": N_("two who may be one person"),
    "loan": N_("loan"),
    "contact": N_("contact record"),
    "contact_point": N_("contact point"),
    "permit": N_("permit"),
    "place_evidence": N_("evidence of place"),
    "circumstance": N_("circumstance"),
    "consent": N_("consent"),
    "finding": N_("finding"),
    "export": N_("file taken out"),
    "approval": N_("request"),
    "entry": N_("ledger entry"),
    "job": N_("background work"),
    "said": N_("what was said"),
    "session": N_("session"),
    "sharing": N_("people shared out"),
    "team": N_("team"),
    "token": N_("API token"),
    "import_run": N_("import"),
    "back_test": N_("back-test"),
    "book_version": N_("book version"),
    "outage": N_("outage"),
    "portfolio": N_("portfolio"),
    "payment": N_("payment"),
    "organisation": N_("organisation"),
    "day_one": N_("the time before this house"),
    "decision": N_("decision"),
    "relation": N_("relation to a loan"),
    "saved_view": N_("view of a list"),
    "caller": N_("caller"),
    "notice": N_("notice"),
}

ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Europe/London",
    "Europe/Berlin",
    "UTC",
)

_FAMILIES = {
    "permission": PERMISSIONS,
    "scope": SCOPES,
    "reach": REACHES,
    "outcome": OUTCOMES,
    "job": JOB_STATES,
    "request": REQUEST_STATES,
    "asked_for": ASKED_FOR,
    "subject": SUBJECTS,
    "second_person": SECOND_PERSON,
    "action": DEEDS,
    "role": {str(role): label for role, label in LABELS.items()},
}


def said(word: str, family: str) -> str:
    """Return a word of the house as the reader says it; an unknown one stays as it is."""
    known = _FAMILIES[family].get(str(word))
    return gettext(known) if known else str(word)


def outcomes() -> list[tuple[str, str]]:
    """Return the outcomes an entry can have, to choose from."""
    return [(word, gettext(label)) for word, label in OUTCOMES.items()]


def deeds() -> list[tuple[str, str]]:
    """Return everything an entry can be about, by its name, to choose from."""
    return [(name, gettext(sentence)) for name, sentence in DEEDS.items()]
