"""The doors are few, and who goes through them stands here by name."""

import ast

import pytest

from crm.work import WITH_RUNNERS
from tests.structure.callers import Uses, attribute, called, imported_from, uses
from tests.structure.source import SOURCE, Module

COMMITS: Uses = {
    "crm.gate.work": {"Work.finish"},  # perform and answer
    "crm.gate.worker": {"_claim", "_enter_slot"},  # job claims and slots
    "crm.audit.sequencer": {"sequence_once"},
    "crm.audit.checkpoint": {"checkpoint_now"},
    "crm.storage.bookkeeping": {"bookkeep"},
    "crm.storage.database": {"Database.read"},  # what has written nothing: see there
    "crm.identity.attempts": {"begin"},  # counts a try before the password is looked at
}
FINISHES: Uses = {
    "crm.gate.perform": {"_performed", "_refuse", "_record_afresh"},
    "crm.gate.answer": {"_record"},
}
WRITES: Uses = {  # database().write()
    "crm.gate.perform": {"perform", "_record_afresh"},
    "crm.gate.answer": {"_record"},
    "crm.gate.worker": {"_claim", "_enter_slot"},
    "crm.audit.sequencer": {"sequence_once"},
    "crm.audit.checkpoint": {"checkpoint_now"},
    "crm.storage.bookkeeping": {"bookkeep"},
    "crm.identity.attempts": {"begin"},
}

BEGINS: Uses = {  # engine.begin(), which commits at its end: the keystore's only
    "crm.privacy.doctor": {"sweep"},
    "crm.privacy.keyring": {"Keyring._make", "Keyring.destroy"},
    "crm.privacy.keystore": {"make_keystore"},
    "crm.privacy.rotation": {"adopt", "rotate"},
    # connection.begin() by itself, which leaves the commit to its caller
    "crm.storage.database": {"Database.read", "Database.write"},
    "crm.storage.prepared": {"_Form._sent"},
}
KEEPS_BOOKS: Uses = {  # bookkeep(): what is never the only record of what a person did
    "crm.gate.jobs": {"Progress.tell"},
    "crm.gate.jotting": {"jot"},  # drafts
    "crm.gate.worker": {"_end", "renew"},
    "crm.identity.lookup": {"by_session"},  # last seen
}

# Who touches a connection or an engine outside storage, gate, audit and the keystore.
CONNECTIONS: Uses = {
    "crm.identity.second_factor": {"accept", "_used_up"},  # tries and used codes: bookkeeping
    "crm.identity.actions.access": {"end_sessions"},
    "crm.identity.actions.own": {"ChangePassword.check", "mark_session"},
    "crm.identity.actions.sign_in": {"EndSession.run", "SignIn.run", "SignOut.run"},
    "crm.migration": {"at_head"},  # reads the schema's version on a connection of its own
    "crm.contacts.locks": {"held_permit"},  # asks for the dialect
}
HOME_OF_CONNECTIONS = ("crm.storage.", "crm.gate.", "crm.audit.", "crm.privacy.key")

PRESENT: Uses = {
    "crm.borrowers.queries.assignees": {"assignees"},
    "crm.borrowers.queries.file": {"_header", "_points", "person_file"},
    "crm.borrowers.queries.lines": {"_line"},
    "crm.contacts.queries.desk": {"NewContact.read", "_sought"},
    "crm.contacts.callers.notices": {"_name"},
    "crm.contacts.callers.away": {"CallersAway._item"},
    "crm.contacts.queries.corrections": {"_shown"},
    "crm.contacts.queries.findings": {"_said"},
    "crm.contacts.queries.refusals": {"people_shown"},
    "crm.contacts.queries.permits": {"point_shown"},
    "crm.contacts.queries.records": {"OneContact.read", "OneRefusal.read"},
    "crm.contacts.queries.timeline": {"_said", "with_words"},
    "crm.gate.queries.cards": {"_card", "_numbers", "_people"},
    "crm.gate.queries.views": {"_shown"},
    "crm.identity.lookup": {"Known.name"},
    "crm.identity.queries": {"Sessions.read", "_shown", "names_of"},
    "crm.identity.queries.choices": {"whose"},
    "crm.loans.imports.corrections": {"_told"},
    "crm.loans.imports.queries": {"rejects_of"},
    "crm.loans.queries": {"_line", "_party"},
    "crm.privacy.queries": {"ToReveal.read"},
    "crm.worklists.queries.sharings": {"OneSharing.read"},
}
MATCH: Uses = {
    "crm.borrowers.actions.matching": {"_same_name"},
    "crm.borrowers.queries.search": {"by_contact_point", "by_national_id"},
    "crm.contacts.actions.verifying": {"VerifyAnswer._matches"},
    "crm.contacts.queries.verifying": {"_on_file"},
    "crm.contacts.imports.people": {"People._by_national_id"},
    "crm.contacts.callers.actions": {"NameCaller.run"},
    "crm.loans.imports.comparing": {"_person_values"},
}
DELIVER: Uses = {
    "crm.contacts.dialling": {"Shown.instruction"},
    "crm.contacts.continuity.queries": {"_values"},  # sealed again before it leaves the process
}
REVEAL: Uses = {
    "crm.privacy.actions": {"Shown.text"},
}
REOPEN: Uses = {
    "crm.audit.notes": {"committed"},
    "crm.audit.rows": {"RowsCheck._indexes"},
    "crm.borrowers.actions.points": {"AddContactPoint.run", "has_point"},
    "crm.borrowers.queries.search": {"by_contact_point", "by_name", "by_national_id"},
    "crm.contacts.actions.catching_up": {"_Lookup.all"},  # the loan number from paper
    "crm.contacts.actions.said": {"_document"},
    "crm.contacts.actions.withdrawing": {"_fields"},
    "crm.contacts.decisions": {"unpacked"},
    "crm.contacts.queries.drafts": {"_draft"},  # back into the form it was typed in
    "crm.contacts.queries.exports": {"ExportFile.read"},
    "crm.gate.approvals": {"_asked_before", "agreement"},
    "crm.gate.document": {"_plain"},
    "crm.gate.queries.cards": {"_asked"},
    "crm.gate.queries.views": {"_shown"},  # filters, back into an address
    "crm.gate.worker": {"_run"},
    "crm.identity.actions.access": {"_new_password"},
    "crm.identity.actions.accounts": {"CreateAccount.run"},
    "crm.identity.actions.own": {
        "BeginSecondFactor.run",
        "ChangePassword.check",
        "ChangePassword.run",
    },
    "crm.identity.queries": {"account_to_sign_in"},
    "crm.identity.second_factor": {"accept"},
    "crm.loans.actions": {"RecordPayment._loan_id"},
    "crm.loans.imports.comparing": {
        "_collector_known",
        "_collectors",
        "_of_column",
        "collector_values",
        "index_of",
        "token_of",
    },
    "crm.loans.imports.surveying": {"FileReading._first_time"},
    "crm.cli.staff": {"_hire"},
    "crm.contacts.imports.comparing": {"_plain"},
    "crm.contacts.imports.people": {"_bounds", "_national", "token_of"},
    "crm.loans.imports.staff": {"index_of"},
    "crm.loans.imports.writing": {"Batch._origin"},
    "crm.loans.search": {"on_loan"},
}
OPENERS = {
    "present": PRESENT,
    "match": MATCH,
    "deliver": DELIVER,
    "reveal": REVEAL,
    "reopen": REOPEN,
}
INSIDE_THE_SEAL = {"crm.privacy.sealed", "crm.privacy.rows", "crm.privacy.openers"}


def opener(name: str, modules: list[Module]) -> Uses:
    """Return who uses one of the openers, called or handed on."""
    found: Uses = {}
    for module in modules:
        found |= uses([module], imported_from("crm.privacy.openers", {name}, module))
    return found


def clock_readers(modules: list[Module]) -> set[str]:
    """Return the modules that read the time."""
    of_datetime = attribute("now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp")
    of_time = attribute("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter")

    def reads(node: ast.AST) -> bool:
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return False
        stamp = node.attr in {"fromtimestamp", "utcfromtimestamp"}  # turns a number into a time
        if node.value.id == "func":  # the database's own clock
            return attribute("now", "current_timestamp", "clock_timestamp", "localtime")(node)
        if node.value.id in {"datetime", "date"}:
            return of_datetime(node) and not stamp
        return node.value.id == "time" and of_time(node)

    found = set(uses(modules, reads))
    for module in modules:
        if {"time.time", "time.monotonic", "time.time_ns", "time.perf_counter"} & set(
            module.imports()
        ):
            found.add(module.name)
    return found


def test_who_commits() -> None:
    assert uses(SOURCE, called("commit")) == COMMITS


def test_who_begins_what_commits_by_itself() -> None:
    found = uses(SOURCE, lambda node: called("begin")(node) and not _on(node, "attempts"))
    assert found == BEGINS


def test_who_keeps_books() -> None:
    assert uses(SOURCE, called("bookkeep")) == KEEPS_BOOKS


def test_who_finishes_a_piece_of_work() -> None:
    assert uses(SOURCE, lambda node: called("finish")(node) and _on(node, "work")) == FINISHES


def test_who_opens_a_transaction_that_writes() -> None:
    writers = uses(SOURCE, lambda node: called("write")(node) and _on_database(node))
    assert writers == WRITES


def _on(node: ast.AST, name: str) -> bool:
    assert isinstance(node, ast.Call)
    return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == name


def _on_database(node: ast.AST) -> bool:
    assert isinstance(node, ast.Call)
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(value, ast.Call):
        return getattr(value.func, "id", "") == "database"
    return getattr(value, "id", "") == "database"


def test_who_touches_connections_and_engines() -> None:
    reached = attribute("connection", "engine", "_engine", "raw_connection", "begin_nested")
    makes = called("create_engine", "raw_connection", "begin_twophase", "sessionmaker")
    found = uses(SOURCE, lambda node: reached(node) or makes(node))
    outside = {
        name: where for name, where in found.items() if not name.startswith(HOME_OF_CONNECTIONS)
    }
    assert outside == CONNECTIONS


def test_only_the_clock_reads_the_clock() -> None:
    assert clock_readers(SOURCE) == {"crm.clock"}


@pytest.mark.parametrize("name", OPENERS)
def test_who_opens_sealed_values(name: str) -> None:
    assert opener(name, SOURCE) == OPENERS[name]


def test_nobody_reaches_inside_the_seal() -> None:
    inside = attribute("_fresh", "_cipher", "_subject", "_row")

    def on_a_value(node: ast.AST) -> bool:
        own = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in {"self", "cls"}
        return inside(node) and not own

    assert set(uses(SOURCE, on_a_value)) <= INSIDE_THE_SEAL
    for module in SOURCE:
        if module.name not in INSIDE_THE_SEAL:
            assert "crm.privacy.rows._text" not in set(module.imports()), module.name


def test_who_opens_and_seals_text_itself() -> None:
    assert set(uses(SOURCE, called("open_text", "seal_text"))) == {"crm.privacy.rows"}


def test_the_worker_knows_every_kind_of_job() -> None:
    known = set(WITH_RUNNERS)
    named = {module.name for module in SOURCE if "\n@runs(" in module.text}
    assert named
    assert named <= known


def test_who_writes_entries() -> None:
    """Rows of the ledger are made in one place."""
    inserts = {
        module.name
        for module in SOURCE
        if "crm.audit.ledger.inserts" in set(module.imports()) or "ledger.inserts" in module.text
    }
    assert inserts == {"crm.gate.work"}


BAD = Module(
    "crm.loans.bad",
    "import time\nfrom datetime import datetime\nfrom crm.privacy import openers as o\n"
    "from crm.privacy.openers import reveal as show\n"
    "class A:\n"
    "    def run(self, work):\n"
    "        work.connection.commit()\n"
    "        work.finish()\n"
    "        database().write()\n"
    "        list(map(show, []))\n"
    "        o.reveal(1)\n"
    "        x._fresh\n"
    "        datetime.now()\n"
    "        time.time()\n",
)


def test_the_laws_bite() -> None:
    here = {"crm.loans.bad": {"A.run"}}
    assert uses([BAD], called("commit")) == here
    assert uses([BAD], called("finish")) == here
    assert uses([BAD], attribute("connection")) == here
    assert uses([BAD], attribute("_fresh")) == here
    assert uses([BAD], lambda n: called("write")(n) and _on_database(n)) == here
    assert opener("reveal", [BAD]) == here
    assert opener("present", [BAD]) == {}
    assert clock_readers([BAD]) == {"crm.loans.bad"}
    for text in ("from time import monotonic\n", "func.now()\n", "func.current_timestamp()\n"):
        assert clock_readers([Module("m", text)]) == {"m"}
    assert uses([Module("m", "def f(engine):\n    engine.begin()\n")], called("begin"))
    assert uses([Module("m", "def f():\n    bookkeep(1)\n")], called("bookkeep")) == {"m": {"f"}}
