"""What a rule answers: allowed, refused with its reason, or a second person first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a check. `why` is English and may hold %(name)s filled from `figures`."""

    allowed: bool
    rule: str = ""
    why: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    second_person: bool = False
    data: Any = None
    about: str = ""  # the field of a form that it speaks of, where it speaks of one

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def sentence(self) -> str:
        """Return the English sentence with its figures."""
        return self.why % dict(self.figures) if self.figures else self.why


ALLOWED = Verdict(True)


def refuse(rule: str, why: str, *, data: Any = None, about: str = "", **figures: Any) -> Verdict:
    """Say no by `rule` (`thing.limit`), in one sentence a person understands.

    `about` names the field of a form at which the sentence belongs.
    """
    return Verdict(False, rule, why, figures, data=data, about=about)


def second_person(rule: str, why: str) -> Verdict:
    """Say that someone else must agree first, by the rule that says so."""
    return Verdict(False, rule, why, second_person=True)
