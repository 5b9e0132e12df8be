"""Who uses what: names and attributes, with the function they are used in."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from tests.structure.source import Module

Uses = dict[str, set[str]]  # by module: the functions in which something is used


def uses(modules: Iterable[Module], wanted: Callable[[ast.AST], bool]) -> Uses:
    """Return, by module, the functions in which a wanted node stands ("" for none)."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for where, node in _placed(module.tree, []):
            if wanted(node):
                found[module.name].add(where)
    return dict(found)


def attribute(*names: str) -> Callable[[ast.AST], bool]:
    """Tell whether a node is `something.name`."""
    return lambda node: isinstance(node, ast.Attribute) and node.attr in names


def called(*names: str) -> Callable[[ast.AST], bool]:
    """Tell whether a node is a call `name(...)` or `something.name(...)`."""

    def is_one(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in names

    return is_one


def imported_from(source: str, names: set[str], module: Module) -> Callable[[ast.AST], bool]:
    """Tell whether a node is one of `names` as this module imported it, by whatever name."""
    package, _, last = source.rpartition(".")
    alias, whole = set(), {last} if f"{package}.{last}" in set(module.imports()) else set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == source:
            alias |= {part.asname or part.name for part in node.names if part.name in names}
        elif isinstance(node, ast.ImportFrom) and node.module == package:
            whole |= {part.asname for part in node.names if part.name == last and part.asname}

    def is_one(node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in alias
        return (
            isinstance(node, ast.Attribute)
            and node.attr in names
            and isinstance(node.value, ast.Name)
            and node.value.id in whole
        )

    return is_one


def _placed(node: ast.AST, inside: list[str]) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            continue
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield ".".join(inside), child
        yield from _placed(child, [*inside, child.name] if named else inside)
