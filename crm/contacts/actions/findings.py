"""Findings: opened with the record that needs one, settled by its owner, closed by two people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from crm.borrowers.queries.subjects import ANYBODY, belonging
from crm.contacts.models import finding
from crm.contacts.rules import findings as rules
from crm.contacts.rules.findings import FindingKind
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission, scope_of
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.identity.models import account
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.words import N_

FURTHEST = timedelta(days=366)  # a later day would be never


@dataclass(frozen=True)
class OpenFinding(Action, needs=Permission.OPEN_FINDING, recorded_as="contacts.finding.opened"):
    """Open a finding on a record just made: in its transaction, with an entry of its own.

    It goes to the compliance officer who has the fewest open, and is charged to `charged_to`.
    """

    person_id: UUID
    contact_id: UUID
    kind: str
    mark: str | None
    rule: str | None
    charged_to: UUID | None

    def subject(self, work: Work) -> Subject:
        """Name the record; whoever made it may see it through."""
        return Subject("contact", self.contact_id, Scope.OWN)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it, due on its day."""
        (row,) = rows_of(work, [self])
        finding_id = work.add(finding, **row)
        return {"id": finding_id, "person_id": self.person_id}


@dataclass(frozen=True)
class SettleFinding(
    Action, needs=Permission.HANDLE_FINDINGS, recorded_as="contacts.finding.settled"
):
    """Write down whose a finding is, when it is due, and what settles it.

    What is left out stays as it was. `words` is sealed under the person's key, so of one who was
    erased there are none; all else is of closed lists.
    """

    id: UUID
    owner_id: UUID | None = None
    due_on: date | None = None
    cause: str | None = None
    effect: str | None = None
    remedy: str | None = None
    report: str | None = None
    words: Sealed | None = None
    version: int | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Let two people write one after the other."""
        return (self.id,)

    def subject(self, work: Work) -> Subject:
        """Find it; it lies to the actor as its person does."""
        return belonging(work, finding, self.id, ANYBODY)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Nobody settles what is charged to himself, and what is closed stays closed."""
        assert subject is not None
        return _may_handle(subject.row, work.actor.id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what was given."""
        assert subject is not None
        row = subject.row
        if self.owner_id is not None and self.owner_id != row.owner_id:
            _check_owner(work, self.owner_id, row.charged_to)
        if self.due_on is not None and self.due_on != row.due_on:
            _check_day(self.due_on, work.now.date())
        if self.words is not None and row.erasure_begun_at is not None:
            raise Invalid({"words": [N_("The person was erased: no words can be sealed for him.")]})
        names = ("owner_id", "due_on", "cause", "effect", "remedy", "report", "words")
        given = {name: getattr(self, name) for name in names}
        changed = {name: value for name, value in given.items() if value is not None}
        if changed:
            values = changed | {"person_id": row.person_id}
            work.change(finding, self.id, version=self.version or row.version, **values)
        return {"id": self.id, "person_id": row.person_id}


@dataclass(frozen=True)
class CloseFinding(Action, needs=Permission.HANDLE_FINDINGS, recorded_as="contacts.finding.closed"):
    """Close a finding that is settled: one person asks, another one agrees."""

    tells = ("kind", "mark", "rule", "cause", "effect", "remedy", "report", "words", "due_on")
    id: UUID

    def locks(self, work: Work) -> Iterable[UUID]:
        """Let two people close one after the other."""
        return (self.id,)

    def subject(self, work: Work) -> Subject:
        """Find it."""
        return belonging(work, finding, self.id, ANYBODY)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person once all is answered; neither may be whom it is charged to."""
        assert subject is not None
        row = subject.row
        people = [work.actor.id]
        if work.agreed is not None and work.agreed_to:
            people.append(work.agreed.approver.id)
        for who in people:
            verdict = _may_handle(row, who)
            if not verdict:
                return verdict
        if rules.missing(row):
            why = N_("Say its cause, effect and remedy, and whether it must be reported, first.")
            return refuse("finding.unsettled", why)
        return second_person("finding.close", N_("Closing a finding takes a second person."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Close it; from now on nothing of it changes."""
        assert subject is not None
        row = subject.row
        closed = {"closed_at": work.now, "closed_by": work.actor.id}
        work.change(finding, self.id, version=row.version, person_id=row.person_id, **closed)
        return {"id": self.id, "person_id": row.person_id}


def _may_handle(row: Any, who: UUID) -> Verdict:
    if row.closed_at is not None:
        return refuse("finding.closed", N_("This finding is closed."))
    if row.charged_to == who:
        why = N_("It is charged to you, so somebody else must settle it.")
        return refuse("finding.own", why)
    return ALLOWED


def _check_owner(work: Work, owner_id: UUID, charged_to: UUID | None) -> None:
    row = work.one(select(account.c.role).where(account.c.id == owner_id, account.c.active))
    if row is None or scope_of(Role(row.role), Permission.HANDLE_FINDINGS) is None:
        raise Invalid({"owner_id": [N_("Choose somebody who may settle findings.")]})
    if owner_id == charged_to:
        raise Invalid({"owner_id": [N_("It is charged to this colleague: choose somebody else.")]})


def _check_day(day: date, today: date) -> None:
    if not today - timedelta(days=1) <= day <= today + FURTHEST:
        raise Invalid({"due_on": [N_("Choose a day from today on, within a year.")]})


def rows_of(work: Work, opened: Sequence[OpenFinding]) -> list[dict[str, Any]]:
    """Return the rows of findings just opened, shared out among those who settle them."""
    waiting = _waiting(work) if opened else {}
    rows = []
    for one in opened:
        free = {who: count for who, count in waiting.items() if who != one.charged_to}
        owner_id = min(free, key=lambda who: (free[who], who)) if free else None
        if owner_id is not None:
            waiting[owner_id] += 1
        names = ("person_id", "contact_id", "kind", "mark", "rule", "charged_to")
        row = {name: getattr(one, name) for name in names} | {"owner_id": owner_id}
        due_on = rules.due_on(FindingKind(one.kind), work.now)
        rows.append(row | {"opened_at": work.now, "due_on": due_on, "version": 1})
    return rows


def _waiting(work: Work) -> dict[UUID, int]:
    """Return how many findings each compliance officer has open."""
    theirs = (finding.c.owner_id == account.c.id) & finding.c.closed_at.is_(None)
    query = (
        select(account.c.id, func.count(finding.c.id).label("waiting"))
        .outerjoin(finding, theirs)
        .where(account.c.role == Role.COMPLIANCE_OFFICER, account.c.active)
        .group_by(account.c.id)
    )
    return {row.id: row.waiting for row in work.all(query)}
