"""Why something went beside the usual path: closed lists, since a sentence may name a person.

These words go into the ledger and stay for ever; what needs a sentence is said in the sealed note.
"""

from enum import StrEnum


class Unasked(StrEnum):
    """Why a contact that we began had no permit."""

    NOT_ASKED = "not_asked"  # forgotten, or thought unnecessary
    NO_ACCESS = "no_access"  # the system could not be reached
    BY_CHANCE = "by_chance"  # nobody planned it
    ELSEWHERE = "elsewhere"  # made with another system or on paper
    OTHER = "other"


class TakenFor(StrEnum):
    """What a list is taken out of the house for."""

    REGULATOR = "regulator"
    AUDIT = "audit"
    COMPLAINT = "complaint"
    COURT = "court"
    QUALITY = "quality"
    PLANNING = "planning"  # who does what next


class Unlogged(StrEnum):
    """Why a colleague closes a started contact as outcome unknown."""

    FORGOTTEN = "forgotten"
    HOLDER_AWAY = "holder_away"
    FAULT = "fault"  # telephone or program broke off
    OTHER = "other"


class Instead(StrEnum):
    """Why somebody else than whoever made a contact logs it."""

    AWAY = "away"
    LEFT = "left"  # works here no longer
    NO_ACCESS = "no_access"
    OTHER = "other"


class NotSaid(StrEnum):
    """Why something of a record is taken back that was not said."""

    SLIP = "slip"  # of the key or the pen
    MISHEARD = "misheard"
    ANOTHER = "another"  # said of somebody else, or written into the wrong file


class Outage(StrEnum):
    """What keeps permits from being had."""

    NETWORK = "network"
    POWER = "power"
    PROGRAM = "program"
    UPKEEP = "upkeep"  # planned work on the system
    OTHER = "other"
