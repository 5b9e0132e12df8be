"""A draft is read like a book of the release, and told by file, line and reason what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TypeAlias

import yaml

from crm.rulebook.books import Book
from crm.rulebook.shelf import BrokenBook, read_text

LONGEST = 200_000  # characters; the longest book has 15,000
MOST_NODES = 20_000  # aliases unfolded: a short text must not become an endless one

_DRAFT = "draft.yaml"
_WORD = "tag:yaml.org,2002:str"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Edit: TypeAlias = tuple[int, int, str]  # from and to which character, and what stands there then


def check(text: str) -> Book:
    """Read a draft; BrokenBook names what is wrong with it, by `<ID>/<version>.yaml` and line."""
    root = _composed(text)
    name = _name(root)
    _check_nodes(root, name)
    try:
        return read_text(text, Path(name))
    except BrokenBook:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, yaml.YAMLError) as fault:
        raise BrokenBook(name, 1, f"cannot be read: {fault}") from fault


def dated(text: str, begins: date) -> str:
    """Return a draft with another day on which it comes into force, which names its version too.

    Nothing else is touched, comments included. Raises BrokenBook like `check`.
    """
    root = _composed(text)
    edits = [_edit(root, ("version",), begins), _edit(root, ("in_force", "from"), begins)]
    for start, end, words in sorted(edits, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def line_of(text: str, rule: str) -> int:
    """Return the line on which a rule begins; that of the rules where there is none of that id."""
    rules = _child(_composed(text), "rules")
    for node in rules.value if isinstance(rules, yaml.SequenceNode) else ():
        if _word(_child(node, "id")) == rule:
            return int(node.start_mark.line) + 1
    return int(rules.start_mark.line) + 1 if rules else 1


def _composed(text: str) -> yaml.Node | None:
    if len(text) > LONGEST:
        raise BrokenBook(_DRAFT, 1, f"longer than {LONGEST} characters")
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise BrokenBook(_DRAFT, line, fault.problem or "not YAML") from fault
    except (yaml.YAMLError, RecursionError) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else "not YAML"
        raise BrokenBook(_DRAFT, 1, reason) from fault


def _name(root: yaml.Node | None) -> str:
    """Return what the file of such a book is called."""
    book, version = _word(_child(root, "id")), _word(_child(root, "version"))
    return f"{book}/{version}.yaml" if book and version else _DRAFT


def _check_nodes(root: yaml.Node | None, name: str) -> None:
    for count, (node, is_key) in enumerate(_nodes(root), 1):
        line = node.start_mark.line + 1
        if count > MOST_NODES:
            raise BrokenBook(name, line, "has too many parts, or repeats itself without end")
        if is_key and node.tag != _WORD:
            raise BrokenBook(name, line, "a key must be a word")


def _nodes(root: yaml.Node | None) -> Iterator[tuple[yaml.Node, bool]]:
    """Yield every node, and whether it is a key; what an alias names is met each time."""
    waiting = [(root, False)] if root is not None else []
    while waiting:
        node, is_key = waiting.pop()
        yield node, is_key
        if isinstance(node, yaml.MappingNode):
            waiting += [pair for key, value in node.value for pair in ((key, True), (value, False))]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(value, False) for value in node.value]


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if _word(name) == key), None)


def _word(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _edit(root: yaml.Node | None, path: tuple[str, ...], begins: date) -> Edit:
    node = root
    for key in path:
        node = _child(node, key)
    if node is None or not _DAY.fullmatch(_word(node)):
        raise BrokenBook(_name(root), 1, f"{'.'.join(path)}: is missing or no date")
    return node.start_mark.index, node.end_mark.index, f'"{begins.isoformat()}"'
