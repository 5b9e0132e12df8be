"""What can be done here: each change is an action, declared with its permission and its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from crm.gate.errors import Refusal, Stale
from crm.gate.locks import Wanted
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict
from crm.identity.actor import Scope

if TYPE_CHECKING:
    from crm.gate.work import Work

NAME = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")  # room.thing.past_participle


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action is about: its kind, its id, and how it lies to the actor."""

    type: str
    id: UUID
    relation: Scope = Scope.ALL
    version: int | None = None
    row: Any = None


@dataclass(frozen=True, slots=True)
class Then:
    """A result, and the actions of lower rooms that belong to the same transaction.

    `answered_by_last`: what is told is the result of the last of them.
    """

    result: Any
    actions: Sequence["Action"] = ()
    answered_by_last: bool = False

    @classmethod
    def of(cls, outcome: Any) -> "Then":
        """Return what `run` gave as a result with its actions, none where it named none."""
        return outcome if isinstance(outcome, cls) else cls(outcome)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action: its result, or the id of the request that now waits."""

    result: Any
    repeated: bool = False
    waiting: UUID | None = None


class Action:
    """A change, named as the person would say it; a frozen dataclass holds what it needs."""

    needs: ClassVar[Permission]
    recorded_as: ClassVar[str]
    every: ClassVar[timedelta | None]
    document_version: ClassVar[int]
    tells: ClassVar[tuple[str, ...]] = ()  # columns of its subject that a second person reads
    catalogue: ClassVar[dict[str, type["Action"]]] = {}
    followers: ClassVar[dict[type["Action"], list[type["Action"]]]] = {}

    def __init_subclass__(
        cls,
        *,
        needs: Permission,
        recorded_as: str,
        follows: type["Action"] | None = None,
        every: timedelta | None = None,
        version: int = 1,
    ) -> None:
        """Enter the action into the catalogue; leaving out a keyword is a TypeError at import."""
        super().__init_subclass__()
        if not NAME.fullmatch(recorded_as):
            raise TypeError(f"{recorded_as} is not room.thing.past_participle")
        cls.needs, cls.recorded_as, cls.every = needs, recorded_as, every
        cls.document_version = version  # kept with requests that wait for a second person
        known = Action.catalogue.setdefault(recorded_as, cls)
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"{recorded_as} is already {known.__qualname__}")
        Action.catalogue[recorded_as] = cls  # a slotted dataclass is made twice; the last counts
        if follows is not None:
            Action.followers.setdefault(follows, []).append(cls)

    def locks(self, work: "Work") -> Wanted:
        """Return the ids of all that a rule of this action could count over."""
        return ()

    def subject(self, work: "Work") -> Subject | None:
        """Find what the action is about, or raise Missing."""
        return None

    def check(self, work: "Work", subject: Subject | None) -> Verdict:
        """Judge the action by its rules."""
        return ALLOWED

    def run(self, work: "Work", subject: Subject | None) -> Any:
        """Do it; return the result, or Then(result, actions of lower rooms)."""
        raise TypeError(f"{type(self).__name__} does nothing")

    def refused(self, work: "Work", subject: Subject | None, verdict: Verdict) -> None:
        """Keep what a refusal leaves behind (a refused permit its decision); usually nothing."""

    def undone(self, work: "Work", no: Refusal | Stale) -> Refusal | Stale:
        """Keep what remains of an action that a no raised inside it has undone, usually nothing;
        return the no that is recorded and told.
        """
        return no

    def again(self, work: "Work", result_id: UUID) -> Any:
        """Return the result of the earlier run that the same idempotency key names."""
        return {"id": result_id}

    @classmethod
    def built_from(cls, earlier: Any, result: Any) -> Sequence["Action"]:
        """For an action that follows another: what follows from that result."""
        raise TypeError(f"{cls.__name__} does not say what it builds from {earlier} and {result}")
