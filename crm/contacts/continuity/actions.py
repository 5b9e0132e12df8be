"""Keys of teams made, sheets sealed every hour, and openings taken into the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm import clock
from crm.contacts.continuity import files
from crm.contacts.continuity.models import continuity_key
from crm.contacts.continuity.queries import HOLDS, SheetOf
from crm.contacts.continuity.sealing import Head, new_key, sealed
from crm.gate.action import Action, Subject
from crm.gate.answer import answer
from crm.gate.errors import Missing
from crm.gate.jobs import Progress, enqueue, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.identity.models import team
from crm.identity.rules import is_fresh
from crm.storage.database import database
from crm.words import N_

SEALED = "contacts.continuity.sealed"


@dataclass(frozen=True)
class MakeContinuityKey(
    Action, needs=Permission.DECLARE_OUTAGE, recorded_as="contacts.continuity_key.made"
):
    """Make the key that opens a team's sheets; it is shown once, to be printed and locked away.

    An earlier one opens nothing that is sealed from now on.
    """

    team_id: UUID

    def locks(self, work: Work) -> Iterable[UUID]:
        """Let one key of a team follow another."""
        return (self.team_id,)

    def subject(self, work: Work) -> Subject:
        """Find the team."""
        row = work.one(select(team).where(team.c.id == self.team_id))
        if row is None:
            raise Missing("team")
        return Subject("team", row.id, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Whoever has it reads names and numbers: a person makes it, freshly signed in."""
        if work.actor.by_token:
            return refuse("continuity.by_token", N_("A program cannot make it: sign in for that."))
        if work.actor.team_id not in (None, self.team_id):
            return refuse("continuity.other_team", N_("Only somebody of that team makes its key."))
        return is_fresh(work.actor, work.now)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep its public half, end the earlier one, and have a sheet sealed at once."""
        assert subject is not None
        its = continuity_key.c
        earlier = select(continuity_key).where(its.team_id == self.team_id, its.ended_at.is_(None))
        for row in work.all(earlier):
            work.change(continuity_key, row.id, version=row.version, ended_at=work.now)
        text, public = new_key()
        key_id = work.add(
            continuity_key,
            team_id=self.team_id,
            public=public,
            made_by=work.actor.id,
            made_at=work.now,
            version=1,
        )
        enqueue(work, SEALED, {})
        return {"id": key_id, "key": text, "team": subject.row.name}

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Leave the key out: it was shown once."""
        return {"id": result_id, "key": None, "team": None}


@dataclass(frozen=True)
class SealSheets(Action, needs=Permission.KEEP_HOUSE, recorded_as=SEALED, every=timedelta(hours=1)):
    """Say that sheets were sealed: how many, and how many old ones were let go of."""

    sheets: int = 0
    deleted: int = 0

    def run(self, work: Work, subject: Subject | None) -> None:
        """Note it; what was read for each has its own entry."""
        work.note(sheets=self.sheets, deleted=self.deleted)


@dataclass(frozen=True)
class RecordOpening(Action, needs=Permission.KEEP_HOUSE, recorded_as="contacts.continuity.opened"):
    """Take into the ledger that a sheet was opened while nothing could be recorded."""

    team_id: UUID
    sheet: str
    opened_at: datetime

    def subject(self, work: Work) -> Subject:
        """Name the team."""
        return Subject("team", self.team_id)

    def run(self, work: Work, subject: Subject | None) -> None:
        """Note which sheet and when, as the note beside it says."""
        work.note(sheet=self.sheet, opened_at=self.opened_at.isoformat())


@runs(SEALED)
def seal_sheets(_arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Seal a sheet for each team that has a key, in place of the one before; let old ones go."""
    home = files.home()
    take_openings(actor)
    with database().read() as connection:
        its = continuity_key.c
        keys = connection.execute(
            select(its.team_id, its.public).where(its.ended_at.is_(None)).order_by(its.team_id)
        ).all()
    for number, row in enumerate(keys):
        progress.tell(done=number, of=len(keys))
        sealed_at = clock.now()
        content = answer(SheetOf(row.team_id), actor)
        head = Head(row.team_id, sealed_at, sealed_at + HOLDS)
        files.keep(home, head, sealed(head, content, row.public))
    deleted = files.let_go(home, {row.team_id for row in keys}, clock.now())
    perform(SealSheets(len(keys), deleted), actor)


def take_openings(actor: Actor) -> None:
    """Record every opening that was noted beside the sheets; each once, whatever breaks off."""
    for note in files.openings(files.home()):
        deed = RecordOpening(note["team_id"], note["sheet"], note["opened_at"])
        perform(deed, actor, note["key"])
