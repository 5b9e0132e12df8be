"""Which lines belong to a contact, and which must be answered for before it is saved."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crm.contacts.rules.standing import OWING

_ESTATE = ("executor", "successor")  # they owe nothing, and are spoken to about it


class Moment(StrEnum):
    """At which step a line stands on the desk."""

    VERIFY = "verify"
    DISCLOSE = "disclose"
    OTHER = "other"  # somebody else speaks
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the script; what its sets leave out it is not for."""

    id: str
    version: int
    moment: Moment
    to: frozenset[str]
    channels: frozenset[str]
    books: frozenset[str]  # empty: wherever
    not_books: frozenset[str]
    roles: frozenset[str]
    needed: frozenset[str]  # outcomes
    duty: tuple[str, ...]  # ids of rules, or citations
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Talk:
    """A contact, as far as the script asks.

    `by_other`: it was for somebody who owes, and another took it. `books` are those that judged
    it, `role` is whose collector one is.
    """

    channel: str
    target: str
    by_other: bool
    books: frozenset[str]
    role: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line that was said, and which of its versions."""

    line: str
    version: int


def lines_for(lines: Iterable[Line], talk: Talk) -> list[Line]:
    """Return the lines of such a contact, in their order."""
    return [line for line in lines if _is_for(line, talk)]


def unanswered(
    lines: Iterable[Line], talk: Talk, outcome: str, ticked: Collection[str]
) -> list[Line]:
    """Return the lines that such an outcome needs and that nobody ticked."""
    return [
        line for line in lines_for(lines, talk) if outcome in line.needed and line.id not in ticked
    ]


def _is_for(line: Line, talk: Talk) -> bool:
    if talk.channel not in line.channels or talk.role not in line.roles:
        return False
    if (line.books and line.books.isdisjoint(talk.books)) or line.not_books & talk.books:
        return False
    if line.moment is Moment.OTHER:
        return talk.by_other or talk.target not in (*OWING, *_ESTATE)
    if line.moment is Moment.DISCLOSE and talk.by_other:
        return False
    return talk.target in line.to
