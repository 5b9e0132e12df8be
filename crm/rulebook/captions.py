"""Gathers what books say to readers for the translators: titles, notes, and the law they cite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import yaml

SAID = ("title", "note", "citation")


def extract(file: BinaryIO, *_: Any, **__: Any) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield what one book says, as Babel asks its extractors for it.

    Official names of acts are among it: a translator leaves those of foreign acts as they are.
    """
    book = yaml.safe_load(file)
    for holder in (book, *book["rules"]):
        for key in SAID:
            if key in holder:
                yield 1, "N_", holder[key], []
    for source in book.get("sources", ()):
        yield 1, "N_", source, []
