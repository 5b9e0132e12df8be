"""Small files, small functions, few parameters, honest names."""

import ast
from pathlib import Path

import pytest

from tests.structure.source import ROOT, SOURCE, Module, modules

FILE, FUNCTION, PARAMETERS, THE_DOOR = 300, 40, 5, 120
FORBIDDEN = {"utils", "helpers", "common", "core", "base", "misc", "manager"}
HELD = ["crm", "tests", "bench", "templates", "migrations", "docs"]

# Functions with more parameters, each with its reason.
MANY_PARAMETERS = {
    "crm.privacy.fields.sealed": "a declaration is read, not called",
    "crm.gate.action.Action.__init_subclass__": "keywords of a class line",
    "crm.storage.guard._note": "SQLAlchemy's event has six",
    "crm.web.room.Room.performs": "one line of routes.py, by keyword",
    "crm.web.room.Room.answers": "one line of routes.py, by keyword",
    "crm.web.room.Room.shows": "one line of pages.py, by keyword",
    "crm.web.room.Room.accepts": "one line of pages.py, by keyword",
}


def long_file(module: Module) -> bool:
    return len(module.text.splitlines()) > FILE


def long_functions(module: Module) -> list[str]:
    return [
        f"{module.name}.{one.name}"
        for one in module.functions()
        if (one.end_lineno or 0) - one.lineno + 1 > FUNCTION
    ]


def many_parameters(module: Module) -> list[str]:
    """Return functions with too many parameters; self and cls are not counted."""
    found = []
    for where, one in _with_places(module.tree, []):
        given = one.args
        names = [arg.arg for arg in [*given.posonlyargs, *given.args, *given.kwonlyargs]]
        if len([name for name in names if name not in {"self", "cls"}]) > PARAMETERS:
            found.append(f"{module.name}.{where}")
    return [name for name in found if name not in MANY_PARAMETERS]


def _with_places(node: ast.AST, inside: list[str]):
    for child in ast.iter_child_nodes(node):
        function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        where = [*inside, child.name] if function or isinstance(child, ast.ClassDef) else inside
        if function:
            yield ".".join(where), child
        yield from _with_places(child, where)


def badly_named(path: Path) -> bool:
    return bool({part.split(".")[0].lower() for part in path.parts} & FORBIDDEN)


@pytest.mark.parametrize("module", SOURCE, ids=lambda module: module.name)
def test_source_keeps_its_budgets(module: Module) -> None:
    assert not long_file(module), f"{module.path}: make it a folder of that name"
    assert not long_functions(module)
    assert not many_parameters(module)


def test_the_door_is_read_in_five_minutes() -> None:
    door = next(module for module in SOURCE if module.name == "crm.gate.perform")
    assert len(door.text.splitlines()) <= THE_DOOR


def test_tests_are_no_longer_than_a_reader_is_patient() -> None:
    long = [m.name for m in modules("tests") if len(m.text.splitlines()) > 2 * FILE]
    assert not long


def test_no_name_says_nothing() -> None:
    paths = [path.relative_to(ROOT) for top in HELD for path in (ROOT / top).rglob("*")]
    assert not [str(path) for path in paths if badly_named(path)]


def test_the_laws_bite() -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(40))
    long = Module("m", f"def f():\n{body}")
    assert long_functions(long) == ["m.f"]
    assert not long_functions(Module("m", f"def f():\n{body}".removesuffix("    x39 = 39\n")))
    assert long_file(Module("m", "x\n" * 301))
    assert not long_file(Module("m", "x\n" * 300))
    six = "class C:\n  def f(self, a, b, c, d, *, e, f): ...\n  def g(self, a, b, c, d, e): ...\n"
    assert many_parameters(Module("m", six)) == ["m.C.f"]
    assert badly_named(Path("crm/loans/utils.py"))
    assert badly_named(Path("templates/common/x.html"))
    assert not badly_named(Path("crm/loans/useful.py"))
