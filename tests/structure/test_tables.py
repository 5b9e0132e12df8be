"""Every table is recorded or says why not; every column is registered; rooms hold known files."""

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table

from crm.audit.refusal import APPEND_ONLY
from crm.gate.action import Action
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.privacy.fields import (
    Kind,
    UnregisteredColumn,
    check_registry,
    fields_of,
    impersonal,
    indexed,
    sealed,
)
from crm.privacy.masks import Mask
from crm.rooms import ROOMS, TABLES
from crm.storage.tables import is_recorded, metadata
from crm.storage.types import CipherText, Id
from tests.structure.source import ROOT

assert TABLES

BOOKKEEPING = {
    "back_test_case",
    "day_one",
    "draft",
    "audit_leaf",
    "audit_head",
    "audit_pending",
    "audit_checkpoint",  # the tree
    "generation",
    "idempotency",
    "job",
    "list_choice",
    "saved_view",
    "session",
    "sign_in_attempt",
    "totp_used",
}

KEPT_FOR_EVER = {
    "audit_entry",
    "audit_leaf",
    "audit_checkpoint",
    "decision",
    "permit",
    "permit_event",
    "contact",
    "said",
    "script_tick",
    "said_withdrawal",
}

FILES = {"__init__", "models", "rules", "queries", "actions", "schemas", "routes", "pages"}
# What a room holds beside the known files, each with its reason.
MORE_FILES = {
    "borrowers": set(),
    "loans": {
        "handing_out",  # portions of people whom nobody has
        "imports",  # a second half of the room, with files of the same names
        "known",
        "search",  # questions of a caller and of a search box
        "words",  # sentences of buckets and states
    },
    "contacts": {
        "backtest",  # a draft of a book tried on what happened
        "imports",  # files of others, as in loans
        "callers",  # somebody rings whom another colleague has, with files of the same names
        "continuity",  # sheets for when nothing answers
        "facts",  # what the engine is given
        "meter",  # what a collector is told of each line
        "outcomes",  # the one data file of codes, and its reader
        "script",  # the one data file of what is said, and its reader
        "decision-form-1",  # what kept decisions are packed with
        "asking",
        "decisions",
        "dialling",
        "hearing",
        "locks",  # steps that actions share
    },
    "worklists": set(),
}
FOUNDATION_ROOMS = {"audit", "gate", "identity", "privacy", "rulebook"}


# Texts in clear that could hold a sentence, each with what keeps people out of it.
CLEAR_TEXT = {
    "account.zone": "of a list",
    "agency.name": "a firm",
    "api_token.label": "what a program is for, by whoever owns it",
    "approval.action": "of the catalogue",
    "approval.rule": "of the rules",
    "audit_checkpoint.note": "origin, size, root, signature",
    "audit_entry.action": "of the catalogue",
    "back_test_case.rule": "of the rules",
    "book_version.sha256": "a digest",
    "book_version.based_on": "a digest",
    "book_version.text": "a law, by whoever may change the books; two people read it",
    "back_test.sha256": "a digest",
    "decision.rule": "of the rules",
    "finding.rule": "of the rules",
    "idempotency.action": "of the catalogue",
    "idempotency.key": "made up by a program",
    "import_mapping.name": "of a kind of file",
    "import_reject.column": "of a file's head",
    "import_reject.hint": "of a list",
    "import_reject.reason": "of a list",
    "import_run.mapping": "of a kind of file",
    "job.fault": "the kind of an exception, never its words",
    "job.kind": "of the catalogue",
    "organisation.name": "a firm",
    "permit_event.reason": "of the rules, or of a list",
    "portfolio.creditor": "a firm",
    "portfolio.name": "of a set of loans",
    "session.browser": "what a browser says of itself",
    "team.name": "of a team",
}


def clear_text() -> set[str]:
    """Return the columns in clear that have room for a sentence."""
    return {
        f"{table.name}.{name}"
        for table in metadata.tables.values()
        for name, field in fields_of(table).items()
        if not field.sealed
        and isinstance(kind := table.c[name].type, String)
        and (kind.length is None or kind.length > 40)
    }


def test_where_sentences_stand_in_clear() -> None:
    assert clear_text() == set(CLEAR_TEXT)


def bookkeeping_tables() -> set[str]:
    return {table.name for table in metadata.tables.values() if not is_recorded(table)}


def test_the_list_of_bookkeeping_is_complete_and_gives_reasons() -> None:
    assert bookkeeping_tables() == BOOKKEEPING
    for name in BOOKKEEPING:
        assert len(metadata.tables[name].info["bookkeeping"]) > 10


def test_what_is_append_only() -> None:
    assert set(APPEND_ONLY) == KEPT_FOR_EVER


def test_every_column_is_in_the_registry() -> None:
    check_registry(metadata)
    for table in metadata.tables.values():
        for name, field in fields_of(table).items():
            assert (field.kind is Kind.SEALED) is isinstance(table.c[name].type, CipherText)
            if field.sealed:
                assert field.mask is not None, name
                assert field.label, name
                assert field.id == f"{table.name}.{name}" or field.id.count(".") == 1


def _table(*columns: "Column", person: str | None = None) -> MetaData:
    held = MetaData()
    Table("t", held, *columns, info={"person": person})
    return held


def _sealed(name: str, field: str) -> "Column":
    return sealed(name, field=field, mask=Mask.NAME, label="Name")


@pytest.mark.parametrize(
    "columns",
    [
        (Column("plain", Integer),),
        (_sealed("a", "t.same"), _sealed("b", "t.same")),
        (_sealed("a", "t.ownerless"),),
        (indexed("a", of="b", bits=20),),
    ],
    ids=["without entry", "doubled id", "sealed without owner", "indexed without owner"],
)
def test_the_registry_bites(columns) -> None:
    owner = "id" if len(columns) == 2 else None
    with pytest.raises(UnregisteredColumn):
        check_registry(_table(impersonal("id", Id, primary_key=True), *columns, person=owner))


def test_every_recorded_table_has_an_id_made_by_the_application() -> None:
    for table in metadata.tables.values():
        if is_recorded(table):
            assert isinstance(table.c.id.type, Id), table.name
            assert [column.name for column in table.primary_key.columns] == ["id"]


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in FOUNDATION_ROOMS])
def test_a_room_holds_the_known_files(room: str) -> None:
    assert not unknown_files(ROOT / "crm" / room, MORE_FILES.get(room, set()))


def unknown_files(folder: Path, more: set[str]) -> set[str]:
    names = {path.stem for path in folder.iterdir() if not path.name.startswith("__pycache__")}
    return names - FILES - more


def test_the_law_on_files_bites(tmp_path: Path) -> None:
    for name in ("__init__.py", "models.py", "things.py"):
        (tmp_path / name).touch()
    (tmp_path / "rules").mkdir()
    assert unknown_files(tmp_path, set()) == {"things"}


def test_a_folder_that_stands_for_a_file_has_its_name() -> None:
    for room in ROOMS:
        for path in (ROOT / "crm" / room).iterdir():
            if path.is_dir() and path.name in FILES:
                assert not path.with_suffix(".py").exists(), path


def test_captions_are_one_sentence_and_nothing_else() -> None:
    for room in [*ROOMS, "storage", "web", "cli"]:
        text = (ROOT / "crm" / room / "__init__.py").read_text(encoding="utf-8")
        assert text.startswith('"""'), room
        assert text.rstrip().endswith('."""'), room
        assert text.count("\n") == 1, room


@pytest.mark.parametrize(
    "keywords",
    [{}, {"needs": Permission.ENTER}, {"recorded_as": "a.b.c"}],
    ids=["none", "no name", "no permission"],
)
def test_an_action_without_its_keywords_is_a_type_error(keywords) -> None:
    with pytest.raises(TypeError):
        type("Bare", (Action,), {}, **keywords)


def test_a_question_without_its_permission_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        type("Bare", (Question,), {})


@pytest.mark.parametrize("name", ["a.b", "A.b.c", "a.b.c.d", "a b.c.d", ""])
def test_an_audit_name_has_its_grammar(name: str) -> None:
    with pytest.raises(TypeError):
        type("Bad", (Action,), {}, needs=Permission.ENTER, recorded_as=name)
    with pytest.raises(TypeError):
        type("Bad", (Question,), {}, needs=Permission.ENTER, recorded_as=name or ".")


def test_two_actions_cannot_have_one_name() -> None:
    name = "tests.name.taken"
    words = {"needs": Permission.ENTER, "recorded_as": name}
    type("First", (Action,), {"__qualname__": "First"}, **words)
    with pytest.raises(TypeError, match="already"):
        type("Other", (Action,), {"__qualname__": "Other"}, **words)
    del Action.catalogue[name]
