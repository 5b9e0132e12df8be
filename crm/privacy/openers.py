"""The five ways a sealed value opens. A test lists who may call each."""

from dataclasses import dataclass
from typing import Protocol

from crm.privacy import masks
from crm.privacy.alike import Part, alike
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.rows import _text
from crm.privacy.sealed import Sealed
from crm.words import Word


class Viewer(Protocol):
    """Who looks: a role, and how the subject lies to him (None: not his at all)."""

    @property
    def role(self) -> str:
        """Return the role's word."""

    @property
    def scope(self) -> str | None:
        """Return own, team, agency, all, or None."""


@dataclass(frozen=True, slots=True)
class Looker:
    """A viewer, spelt out."""

    role: str
    scope: str | None = "own"


class State(Word):
    """How much of a value is shown."""

    CLEAR = "clear"
    MASKED = "masked"
    HIDDEN = "hidden"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, repr=False)
class Presented:
    """A value as one viewer may see it: its text on a page, never in a log or a traceback."""

    text: str
    state: State
    ends: str = ""  # what a screen reader says of a masked value: its last characters
    revealable: bool = False

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"[{self.state}]"


HIDDEN = Presented("", State.HIDDEN)
ERASED = Presented("", State.ERASED)


def present(
    value: Sealed | None, viewer: Viewer, context: masks.Context = masks.Context.PAGE
) -> Presented | None:
    """Return the value as `viewer` may see it in `context`; the only place that masks."""
    if value is None:
        return None
    assert value.field is not None, "only stored values are shown"
    mask = value.field.mask or masks.Mask.HIDDEN
    level, revealable = masks.level_of(mask, viewer.role, viewer.scope, context)
    if level is masks.Level.HIDDEN:
        return Presented("", State.HIDDEN, revealable=revealable)
    if level is masks.Level.TOKEN:
        assert value.subject is not None
        return Presented(masks.pseudonym(value.subject), State.MASKED)
    try:
        text = _text(value)
    except SealKeyMissing:
        return ERASED
    if level is masks.Level.CLEAR:
        return Presented(text, State.CLEAR)
    shown = masks.masked(mask, text)
    return Presented(shown, State.MASKED, masks.ending(shown), revealable)


def match(value: Sealed, candidate: Sealed, field_id: str, part: Part = Part.WHOLE) -> bool:
    """Tell whether two values, or the part asked for, are the same in their one spelling.

    Gives nothing else out.
    """
    try:
        return alike(part, _text(value), _text(candidate), field_id)
    except SealKeyMissing:
        return False


def deliver(value: Sealed) -> str:
    """Return the value to a channel: the number at a start, a letter, the subject's package."""
    return _text(value)


def reveal(value: Sealed) -> str:
    """Return the value to a person; the entry that says so is committed already."""
    return _text(value)


def reopen(value: Sealed) -> str:
    """Return the value to the machine that sealed it: facts, replay, requests, jobs, entries."""
    return _text(value)
