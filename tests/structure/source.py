"""The source as data: which module imports which, and what stands in each file."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """One file of source, by its dotted name."""

    name: str
    text: str
    path: Path = Path()
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        """Return the syntax tree."""
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Yield the full name of every module or thing imported, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                package = self._from(node)
                yield from (f"{package}.{alias.name}" for alias in node.names)

    def _from(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*kept, node.module] if node.module else kept)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Yield each call with the qualified name of the function or class it stands in."""
        yield from _calls(self.tree, [])


def _calls(node: ast.AST, inside: list[str]) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        where = [*inside, child.name] if named else inside
        if isinstance(child, ast.Call):
            yield ".".join(where), child
        yield from _calls(child, where)


def module(path: Path, root: Path = ROOT) -> Module:
    """Read one file."""
    parts = path.relative_to(root).with_suffix("").parts
    package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if package else parts)
    return Module(name, path.read_text(encoding="utf-8"), path.relative_to(root), package)


def modules(*folders: str) -> list[Module]:
    """Read every Python file of these folders (or single files)."""
    found: list[Module] = []
    for folder in folders or ("crm", "wsgi.py"):
        start = ROOT / folder
        paths = [start] if start.suffix == ".py" else sorted(start.rglob("*.py"))
        found += [module(path) for path in paths if path.exists()]
    return found


SOURCE = modules()
NAMES = {one.name for one in SOURCE}


def known(name: str) -> str | None:
    """Return the module of ours that `name` is or lies in, or None."""
    while name:
        if name in NAMES:
            return name
        name = name.rpartition(".")[0]
    return None
