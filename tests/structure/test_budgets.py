"""Small files, small functions, few parameters, honest names."""

import ast
from pathlib import Path

import pytest

from tests.structure.source import ROOT, SOURCE, Module, modules

FILE, FUNCTION, PARAMETERS, THE_DOOR = 300, 40, 5, 120
FORBIDDEN = {"utils", "helpers", "common", "core", "base", "misc", "manager"}
NO_WORDS = """
acct addr amt attr auth btn buf cb cfg cmd cnt col conf conn ctx cur cust db desc dst dt elem env
err evt exc func idx lang len max mgr min msg num obj params pos prev proc pwd qty rec req res resp
sess src stmt tmp ts txn tz usr util val vals ver
"""
FOREIGN = {"attr", "obj", "func", "ctx", "cmd_name"}  # as libraries name them
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


def undocumented(module: Module) -> list[str]:
    """Return what is public and says nothing of itself."""
    found = [] if ast.get_docstring(module.tree) else [module.name]
    for where, one in _public(module.tree, []):
        if not ast.get_docstring(one):
            found.append(f"{module.name}.{where}")
    return found


def _public(node: ast.AST, inside: list[str]):
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        where = [*inside, child.name]
        if not child.name.startswith("_"):
            yield ".".join(where), child
            if isinstance(child, ast.ClassDef):
                yield from _public(child, where)


def abbreviated(module: Module) -> set[str]:
    """Return the abbreviations that names of this module are made of."""
    words = {
        word
        for node in ast.walk(module.tree)
        if (name := _name(node)) not in FOREIGN
        for word in name.strip("_").lower().split("_")
    }
    return words & set(NO_WORDS.split())


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    return node.arg if isinstance(node, ast.arg) else ""


def test_what_is_public_says_what_it_is() -> None:
    assert not [name for module in SOURCE for name in undocumented(module)]


def test_names_are_words() -> None:
    assert not {module.name: found for module in SOURCE if (found := abbreviated(module))}


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
    assert undocumented(Module("m", "class A:\n  def f(self): ...\n  def _g(self): ...\n")) == [
        "m",
        "m.A",
        "m.A.f",
    ]
    assert abbreviated(Module("m", "def f(req): tmp_name = 1\nclass DB: ...\n")) == {
        "req",
        "tmp",
        "db",
    }
    assert badly_named(Path("templates/common/x.html"))
    assert not badly_named(Path("crm/loans/useful.py"))
