"""JSON read strictly: whatever two readers could take differently is refused (RFC 8259, §4, §6)."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


class Twice(ValueError):
    """A name that stands twice in one object; `name` has odd letters escaped."""

    def __init__(self, name: str) -> None:
        self.name = ascii(name)[1:-1]
        super().__init__(f"{self.name} stands twice in one object")


def read(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises Twice for a name given twice in one object, ValueError for what is no JSON (NaN and
    numbers beyond a float among it), RecursionError where it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no, parse_float=_finite)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise Twice(next(name for n, name in enumerate(names) if name in names[:n]))
    return values


def _no(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond every number")
    return number
