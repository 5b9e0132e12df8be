"""People shared out anew: asked for after a look, done by the worker, undone in ten minutes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from crm.gate.action import Action, Subject
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing
from crm.gate.jobs import Progress, enqueue, runs
from crm.gate.perform import perform
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from crm.words import N_
from crm.worklists.actions.moving import BATCH, MovePeople, TakeBackPeople
from crm.worklists.models import sharing, sharing_move
from crm.worklists.queries.rebalance import NEEDS, Chosen, plan_of
from crm.worklists.queries.sharings import SharingToDo, judged, sharing_subject, standing_of
from crm.worklists.rules.sharing import may_undo

SHARE_OUT = "worklists.people.share_out"
CHANGED = N_("Who would get whom has changed since you looked. Look again, then share out.")
_ONE_AT_A_TIME = uuid5(UUID("6f1c0f7e-3f0e-5d0b-9d5c-0c1f6d3a9b11"), "worklists.sharing")


@dataclass(frozen=True)
class ShareOut(Chosen, Action, needs=NEEDS, recorded_as="worklists.people.shared_out"):
    """Share people out as the plan says that was looked at (`seen` names it), for a reason.

    Raises Invalid where there is nothing to do.
    """

    reason: Sealed = field(kw_only=True)
    seen: str = field(kw_only=True)

    def locks(self, work: Work) -> Iterable[UUID]:
        """One at a time: two leaders never plan with the same person."""
        return (_ONE_AT_A_TIME,)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Refuse another plan than was looked at."""
        plan = plan_of(work, self)
        if not plan.moves:
            raise Invalid({"of": [N_("Nobody is there to be shared out, or to take them.")]})
        if plan.seen != self.seen:
            return refuse("sharing.changed", CHANGED)
        work.held = plan
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep who gets whom, and ask the worker to move them."""
        plan = work.held
        sharing_id = new_id()
        job_id = enqueue(work, SHARE_OUT, {"sharing_id": str(sharing_id)})
        work.add(
            sharing,
            id=sharing_id,
            asked_by=work.actor.id,
            asked_at=work.now,
            filters={
                "of": self.of,
                "bucket": self.bucket,
                "count": self.count,
                "to": [str(one) for one in self.to],
                "by_language": self.by_language,
            },
            reason=self.reason,
            people=len(plan.moves),
            job_id=job_id,
            version=1,
        )
        work.flush()  # its moves name it
        moves = [
            {
                "sharing_id": sharing_id,
                "person_id": row.id,
                "from_collector_id": row.collector_id,
                "from_team_id": row.team_id,
                "from_agency_id": row.agency_id,
                "to_collector_id": to,
            }
            for row, (_, to) in zip(plan.rows, plan.moves, strict=True)
        ]
        work.add_many(sharing_move, moves)
        work.note(people=len(moves))
        return {"id": sharing_id, "job_id": job_id}


@dataclass(frozen=True)
class UndoShareOut(Action, needs=NEEDS, recorded_as="worklists.sharing.undone"):
    """Have people taken back to whom they were with, within ten minutes of the last move."""

    id: UUID

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold it: it is undone once at a time."""
        return (self.id,)

    def subject(self, work: Work) -> Subject:
        """Find it; whoever leads the same team may undo it."""
        return sharing_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Refuse while people are being moved, after ten minutes, and where nobody is left."""
        assert subject is not None
        return may_undo(now=work.now, **judged(standing_of(work, subject)))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Ask the worker to take them back."""
        assert subject is not None
        job_id = enqueue(work, SHARE_OUT, {"sharing_id": str(self.id), "back": True})
        values = {"undo_job_id": job_id, "undone_by": work.actor.id, "undone_at": work.now}
        work.change(sharing, self.id, version=subject.version, **values)
        return {"id": self.id, "job_id": job_id}


@runs(SHARE_OUT)
def move_all(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Move people some at a time in the name of whoever asked, as he stands now.

    Each batch is done whole or not at all; after a crash the next worker goes on with the rest.
    """
    back = bool(arguments.get("back"))
    found = answer(SharingToDo(UUID(arguments["sharing_id"]), back), actor)
    asker, moves = found["asker"], found["moves"]
    if asker is None:
        raise Missing("account")
    kind = TakeBackPeople if back else MovePeople
    progress.tell(done=0, of=len(moves))
    for first in range(0, len(moves), BATCH):
        perform(kind(tuple(moves[first : first + BATCH])), asker)
        progress.tell(done=min(first + BATCH, len(moves)), of=len(moves))
