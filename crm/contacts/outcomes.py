"""The collectors' codes, from one data file: each stands for one outcome of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from crm.contacts.rules.said import Kind
from crm.rulebook.vocabulary import INBOUND_OUTCOMES, Channel, Outcome

_TALKED_IN = (Channel.CALL, Channel.VISIT)
SOMEBODY_ELSE = "3P-"  # how the codes begin of which another took the call


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its outcome, its class (N, T, U, R or S), what is typed for it, and its words.

    `said` is recorded along with it, `next` the usual next step, both None where there is none;
    `at_once`: choosing it saves, since nothing more is asked; `dropped`: the line broke off;
    `inbound`: it can be said of a contact that came in; `unverified`: that nobody proved who he is.
    """

    code: str
    outcome: str
    of_class: str
    pinyin: tuple[str, ...]
    words: Mapping[str, str]
    said: str | None
    next: str | None
    at_once: bool
    dropped: bool
    inbound: bool
    unverified: bool


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
            pinyin=tuple(row["pinyin"].split()),
            words={"en": row["en"], "zh": row["zh"]},
            said=row.get("said"),
            next=row.get("next"),
            at_once=row["class"] == "N" or row.get("at_once", False),
            dropped=row.get("dropped", False),
            inbound=row.get("inbound", False),
            unverified=row.get("unverified", False),
        )
        for code, row in rows.items()
    }


def dropped_codes() -> tuple[str, ...]:
    """Return the codes of calls that broke off."""
    return tuple(code.code for code in codes().values() if code.dropped)


def outcome_of(code: str, channel: str, *, inbound: bool) -> str:
    """Return the outcome that a code stands for in such a contact.

    Of what came in the contract knows two: a talk, and a contact without one, such as a message.
    With the person himself there was none where somebody else called.
    """
    outcome = codes()[code].outcome
    if not inbound or outcome in INBOUND_OUTCOMES:
        return outcome
    talked = channel in _TALKED_IN and not is_of_other(code)
    return str(Outcome.INBOUND_CONVERSATION if talked else Outcome.INBOUND)


def is_code_of(code: str, outcome: str, *, inbound: bool = False) -> bool:
    """Tell whether a code is known and stands for that outcome."""
    known = codes().get(code)
    if known is None or (inbound and not known.inbound):
        return False
    if not inbound or known.outcome in INBOUND_OUTCOMES:
        return known.outcome == outcome
    return outcome == Outcome.INBOUND if is_of_other(code) else outcome in INBOUND_OUTCOMES


def is_by_other(code: str | None) -> bool:
    """Tell whether a code says that somebody else took the call."""
    return code is not None and code in codes() and code.startswith(SOMEBODY_ELSE)


def is_of_other(code: str | None) -> bool:
    """Tell whether a code says that whoever spoke was not the person: another, or a stranger."""
    known = codes().get(code or "")
    return known is not None and (is_by_other(code) or known.said == Kind.WRONG_NUMBER)
