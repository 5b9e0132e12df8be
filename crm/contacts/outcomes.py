"""The collectors' codes, from one data file: each stands for one outcome of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from crm.rulebook.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its outcome, its class (N, T, U, R or S), what is typed for it, and its words."""

    code: str
    outcome: str
    of_class: str
    pinyin: str
    words: Mapping[str, str]
    said: str | None = None


@lru_cache(maxsize=1)
def codes() -> Mapping[str, Code]:
    """Return every code by itself, in the order of the file."""
    text = resources.files("crm.contacts").joinpath("outcomes.yaml").read_text("utf-8")
    rows: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return {
        code: Code(
            code=code,
            outcome=str(Outcome(row["outcome"])),
            of_class=row["class"],
            pinyin=row["pinyin"],
            words={"en": row["en"], "zh": row["zh"]},
            said=row.get("said"),
        )
        for code, row in rows.items()
    }


def is_code_of(code: str, outcome: str) -> bool:
    """Tell whether a code is known and stands for that outcome."""
    known = codes().get(code)
    return known is not None and known.outcome == outcome
