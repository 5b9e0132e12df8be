"""Whatever the ledger can say is said in words: each action, each table, each column."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import crm
from crm.gate.action import Action
from crm.gate.question import Question
from crm.privacy.fields import Kind, fields_of
from crm.storage.tables import is_recorded, metadata
from crm.web.columns import COLUMNS, SEALED, TABLES
from crm.web.deeds import DEEDS

RECORDED = [t for t in metadata.sorted_tables if is_recorded(t) and t.name != "audit_entry"]


def know_all() -> None:
    """Import every module, so that no action or question is left out."""
    for module in pkgutil.walk_packages(crm.__path__, "crm."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def questions(kind: type[Question] = Question) -> Iterator[type[Question]]:
    """Yield every question of the house, not those of tests."""
    for one in kind.__subclasses__():
        if one.__module__.startswith("crm."):
            yield one
        yield from questions(one)


def told() -> set[str]:
    """Return every name that an entry can have."""
    know_all()
    actions = {name for name, kind in Action.catalogue.items() if kind.__module__[:4] == "crm."}
    return actions | {one.recorded_as for one in questions() if one.recorded_as}


def test_every_action_and_every_recorded_question_is_said_in_words() -> None:
    assert set(DEEDS) == told()


def test_no_two_are_said_alike() -> None:
    assert len(set(DEEDS.values())) == len(DEEDS)


def test_every_table_and_column_of_the_record_has_a_name() -> None:
    assert set(TABLES) == {table.name for table in RECORDED}
    fields = {
        (name, field)
        for table in RECORDED
        for name, field in fields_of(table).items()
        if field.kind is not Kind.INDEX and name != "id"
    }
    assert set(COLUMNS) == {name for name, field in fields if not field.label}
    assert set(SEALED) == {field.label for _, field in fields if field.label}


def test_each_name_fits_one_column_of_each_table() -> None:
    for table in RECORDED:
        names = [COLUMNS[name] for name in fields_of(table) if name in COLUMNS]
        assert len(set(names)) == len(names), table.name
