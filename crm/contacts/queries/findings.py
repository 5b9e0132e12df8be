"""Findings: what somebody must settle, the oldest first, and one of them whole.

Those of an erased person stay: the house still answers for them, without knowing his name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.borrowers.queries.subjects import ANYBODY, belonging
from crm.contacts.models import contact, finding
from crm.contacts.queries.laws import law_of
from crm.contacts.queries.records import decision_row
from crm.contacts.queries.refusals import people_shown
from crm.contacts.rules.findings import AGES, FindingKind, missing, opened_between
from crm.gate.action import Subject
from crm.gate.approvals import RequestState, approval
from crm.gate.beside import neighbours
from crm.gate.cursor import sealed
from crm.gate.listing import Listing
from crm.gate.permissions import Permission, scope_of
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.models import account
from crm.identity.queries import names_of
from crm.identity.roles import Role
from crm.privacy.masks import Context
from crm.privacy.openers import ERASED, Looker, present
from crm.privacy.rows import stored
from crm.words import N_

PAGE = 50
LIST = "contacts.findings"
OPEN, OVERDUE, CLOSED = "open", "overdue", "closed"
STATES = (OPEN, OVERDUE, CLOSED)
FINDINGS = Listing(
    "findings",
    "/findings",
    N_("Findings"),
    (
        ("person", N_("Person")),
        ("contact", N_("Contact")),
        ("law", N_("Law")),
        ("owner", N_("Owner")),
        ("due", N_("Due")),
    ),
    record="/findings/{}",
)


@dataclass(frozen=True)
class Findings(Question, needs=Permission.READ_FINDINGS, recorded_as="contacts.findings.listed"):
    """Findings in the actor's reach: open ones, the oldest first, unless `state` says otherwise.

    `age` is a word of `rules.findings.Age`; `owner` leaves those of one colleague, `charged_to`
    those charged to one; `unowned` those that nobody has.
    """

    state: str = OPEN
    kind: str | None = None
    age: str | None = None
    owner: UUID | None = None
    charged_to: UUID | None = None
    unowned: bool | None = None
    after: list[str] | None = None
    context: ClassVar[Context] = Context.LIST

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page in three statements."""
        rows = reader.all(self._query(reader))
        shown = [dict(row._mapping) for row in rows[: self.size()]]
        last = shown[-1] if len(rows) > self.size() else None
        people = people_shown(reader, _living(shown), self.context)
        names = names_of(reader, _staff(shown))
        items = [
            row
            | law_of(row["rule"])
            | _whom(row, people)
            | {
                "owner": names.get(row["owner_id"]),
                "charged": names.get(row["charged_to"]),
                "overdue": row["closed_at"] is None and row["due_on"] < reader.now.date(),
            }
            for row in shown
        ]
        cursor = sealed(LIST, [last["opened_at"].isoformat(), str(last["id"])]) if last else None
        return {
            "items": items,
            "next": cursor,
            "filters": self,
            "states": STATES,
            "kinds": list(FindingKind),
            "ages": list(AGES),
            "me": reader.actor.id,
        }

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were shown."""
        return {"shown": len(result["items"])}

    def size(self) -> int:
        """Return how many rows a page has."""
        return PAGE

    def beside(self, reader: Reader, record: UUID) -> dict[str, Any]:
        """Return the findings before and after one."""
        key = (finding.c.opened_at, finding.c.id)
        return neighbours(reader, self._all(reader), key, record, newest_first=False)

    def _all(self, reader: Reader) -> Select[Any]:
        wanted = self._wanted(reader.now)
        return _rows().where(within(reader, Permission.READ_FINDINGS, ANYBODY), *wanted)

    def _query(self, reader: Reader) -> Select[Any]:
        query = self._all(reader)
        if self.after:
            at, row_id = datetime.fromisoformat(self.after[0]), UUID(self.after[1])
            opened = finding.c.opened_at
            query = query.where(or_(opened > at, and_(opened == at, finding.c.id > row_id)))
        return query.order_by(finding.c.opened_at, finding.c.id).limit(self.size() + 1)

    def _wanted(self, now: datetime) -> Sequence[ColumnElement[bool]]:
        its = finding.c
        closed = its.closed_at.is_not(None)
        found: list[ColumnElement[bool]] = [closed if self.state == CLOSED else ~closed]
        if self.state == OVERDUE:
            found.append(its.due_on < now.date())
        if self.age:
            after, until = opened_between(self.age, now)
            found.append(its.opened_at <= until)
            found += [its.opened_at > after] if after else []
        for column, value in (
            (its.kind, self.kind),
            (its.owner_id, self.owner),
            (its.charged_to, self.charged_to),
        ):
            found += [column == value] if value is not None else []
        found += [its.owner_id.is_(None)] if self.unowned else []
        return found


@dataclass(frozen=True)
class OneFinding(Question, needs=Permission.READ_FINDINGS, recorded_as="contacts.finding.viewed"):
    """One finding: its record and decision, whose it is, and what has been answered."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find it; it lies to the actor as its person does."""
        return belonging(reader, finding, self.id, ANYBODY)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it with the decision behind it, and who could own it."""
        assert subject is not None
        row = reader.all(_rows().where(finding.c.id == self.id))[0]
        values = dict(row._mapping)
        names = names_of(reader, _staff([values]))
        waits = select(approval.c.id).where(
            approval.c.subject_id == self.id, approval.c.state == RequestState.WAITING
        )
        return (
            values
            | law_of(row.rule)
            | _whom(values, people_shown(reader, _living([values])))
            | _said(reader, row, Looker(reader.actor.role, subject.relation))
            | {
                "owner": names.get(row.owner_id),
                "charged": names.get(row.charged_to),
                "closer": names.get(row.closed_by),
                "owners": _owners(reader, row.charged_to),
                "missing": missing(row),
                "waits": reader.scalar(waits.limit(1)),
                "mine": row.charged_to == reader.actor.id,
                "overdue": row.closed_at is None and row.due_on < reader.now.date(),
                "today": reader.now.date(),
            }
        )


def _living(rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Return the people whose names may still be opened."""
    return {row["person_id"] for row in rows if row["erasure_begun_at"] is None}


def _whom(row: Mapping[str, Any], people: Mapping[UUID, Any]) -> dict[str, Any]:
    """Return whom a finding is about; of an erased person neither name nor id."""
    if row["erasure_begun_at"] is not None:
        return {"erased": True, "person_id": None, "person": ERASED}
    return {"erased": False, "person": people.get(row["person_id"])}


def _said(reader: Reader, row: Any, looker: Looker) -> dict[str, Any]:
    """Return a finding's words and the decision behind it, shut from an erasure's first moment.

    The keys go a little later: until then what still opens is not opened either.
    """
    judged = decision_row(reader, row.decision_id)
    if row.erasure_begun_at is not None:
        shut = judged and judged | {"reasons": None, "rulebooks": []}
        return {"words": None if row.words is None else ERASED, "decision": shut}
    words = stored(finding, dict(row._mapping))["words"]
    return {"words": present(words, looker), "decision": judged}


def _rows() -> Select[Any]:
    """Return findings with the contact that opened each."""
    made = contact.c
    return (
        select(
            finding,
            made.started_at,
            made.channel,
            made.outcome,
            made.direction,
            made.decision_id,
            made.recorded_by,
            person.c.erasure_begun_at,
        )
        .join(contact, made.id == finding.c.contact_id)
        .join(person, person.c.id == finding.c.person_id)
    )


def _staff(rows: Sequence[dict[str, Any]]) -> set[UUID]:
    names = ("owner_id", "charged_to", "closed_by")
    return {row[name] for row in rows for name in names if row[name] is not None}


def _owners(reader: Reader, charged_to: UUID | None) -> list[tuple[UUID, Any]]:
    """Return the colleagues who may settle findings, save whom this one is charged to."""
    roles = [role for role in Role if scope_of(role, Permission.HANDLE_FINDINGS)]
    query = select(account.c.id).where(account.c.role.in_(roles), account.c.active)
    ids = {row.id for row in reader.all(query)} - {charged_to}
    return sorted(names_of(reader, ids).items(), key=lambda item: str(item[1]))
