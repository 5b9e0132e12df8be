"""Small files and the mapping that reads them."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from crm.loans.imports.mapping import FileMapping, mapping_from

DOCUMENT: dict[str, Any] = {
    "title": "A small file",
    "portfolio": {
        "name": "Small",
        "creditor": "A bank",
        "kind": "credit_card",
        "collector_role": "bank",
        "currency": "CNY",
    },
    "columns": {
        "number": "account",
        "name": "name",
        "phone": "phone",
        "limit": "limit",
    },
    "months": [
        {"back": 0, "status": "s0", "bill": "b0", "paid": "p0"},
        {"back": 1, "status": "s1", "bill": "b1", "paid": "p1"},
    ],
    "last_month": "2026-03",
}
HEADER = ("account", "name", "phone", "limit", "s0", "b0", "p0", "s1", "b1", "p1")
LINE = ("A-1", "Chen Jing", "+8613912345678", "20000", "1", "3913", "0", "0", "3102", "689")


def mapping(**more: Any) -> FileMapping:
    """Return the mapping, with parts of its document replaced."""
    return mapping_from("small", DOCUMENT | more)


def line(**cells: str) -> tuple[str, ...]:
    """Return LINE with some cells replaced."""
    return tuple(cells.get(name, value) for name, value in zip(HEADER, LINE, strict=True))


def lines(count: int, **cells: str) -> list[tuple[str, ...]]:
    """Return many lines, each its own account and number."""
    return [
        line(account=f"A-{n}", name=f"Person {n}", phone=f"+86139{n:08d}", **cells)
        for n in range(1, count + 1)
    ]


def text_of(rows: Iterable[Iterable[str]], header: Iterable[str] = HEADER) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def source_of(content: str | bytes, encoding: str = "utf-8") -> Any:
    """Return a source that gives the content a few bytes at a time."""
    raw = content.encode(encoding) if isinstance(content, str) else content

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(raw), 7):
            yield raw[start : start + 7]

    return chunks
