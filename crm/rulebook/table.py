"""The table of every book for the papers: hours, numbers, strength and how each was checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crm.rulebook.books import Book, Books
from crm.rulebook.glance import Line, glance
from crm.rulebook.terms import listed, said

_HEAD = ("Book", "Law", "Hours", "Numbers and waits", "Rules", "Strength", "Checked")


def table(books: Books) -> str:
    """Give every book in its newest version as a table in Markdown."""
    rows = [_HEAD, ("---",) * len(_HEAD)]
    rows += [_row(books.versions(name)[-1]) for name in books.ids]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(book: Book) -> tuple[str, ...]:
    seen = glance(book)
    on = [rule for rule in book.rules if rule.enabled]
    off = len(book.rules) - len(on)
    return (
        f"`{book.id}`<br>{book.version}",
        book.title,
        _lines(seen.hours),
        _lines(seen.numbers),
        f"{len(on)}, {off} off" if off else f"{len(on)}",
        _counted(str(rule.basis).replace("_", "-") for rule in on),
        _counted(str(rule.source) for rule in on),
    )


def _lines(lines: tuple[Line, ...]) -> str:
    return "<br>".join(_line(line) for line in lines) or "—"


def _line(line: Line) -> str:
    words = "; ".join(said(term, str) for term in line.terms)
    named = [listed(found, str) for found in (line.media, line.places) if found]
    named += [f"not {listed(line.but, str)}"] if line.but else []
    return f"{words} ({'; '.join(named)})" if named else words


def _counted(words: Iterable[str]) -> str:
    return ", ".join(_most_first(list(words))) or "—"


def _most_first(words: list[str]) -> Iterator[str]:
    for word in sorted(set(words), key=lambda word: (-words.count(word), word)):
        yield f"{word} {words.count(word)}"
