"""The rows of a batch: contacts with their decisions and findings, stops, consents."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from crm.borrowers.models import circumstance
from crm.contacts.actions.findings import OpenFinding, rows_of
from crm.contacts.actions.unpermitted import ImportContact, contact_row
from crm.contacts.facts.gathered import Gathered, Past, gather
from crm.contacts.hearing import Hearing, hear
from crm.contacts.imports.comparing import IMPORT_FIRST, UNJUDGED, Item
from crm.contacts.imports.stopping import Stops, said_by_code
from crm.contacts.models import contact, decision, finding, said
from crm.contacts.rules.causes import Unasked
from crm.contacts.rules.findings import FindingKind
from crm.contacts.rules.records import Mark, is_exempt
from crm.gate.errors import Invalid, Missing
from crm.gate.work import Work
from crm.loans.imports.conflicts import Clash, Conflict
from crm.loans.imports.reading import Reject
from crm.rulebook.vocabulary import Purpose
from crm.storage.ids import new_id

FROM_FILE = "file"


@dataclass(slots=True)
class Written:
    """What became of a batch: which line became which row, and what could not be written."""

    records: list[tuple[Item, UUID]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    unlawful: int = 0
    stopped: set[UUID] = field(default_factory=set)  # whom something in it stops from now on


@dataclass(slots=True)
class _Rows:
    contacts: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    stops: list[dict[str, Any]] = field(default_factory=list)
    findings: list[OpenFinding] = field(default_factory=list)


def write_contacts(work: Work, items: Sequence[Item]) -> Written:
    """Judge each contact by the facts of its own day, the earlier ones of the batch among them."""
    written, rows = Written(), _Rows()
    if not items:
        return written
    told = [(item, _told(item)) for item in items]
    told.sort(key=lambda one: one[1].started_at)
    found = gather(work, [one.approach(work.now) for _, one in told])
    stops = Stops(work, found, [one for _, one in told])
    for item, first in told:
        try:
            hearing, one = _heard(work, found, item, first, written)
        except (Invalid, Missing):
            written.rejects.append(Reject(item.line.line, None, "", UNJUDGED, IMPORT_FIRST))
            continue
        record_id = _collect(work, rows, item, one, hearing)
        for stop, met in stops.of(one, hearing, record_id):
            if met is None:
                rows.stops.append(stop)
                found.know(stop["person_id"], stop)
                written.stopped.add(stop["person_id"])
            elif met[0] is not None:
                written.conflicts.append(_clash(item, stop["person_id"], met[0], met[1]))
        found.keep(_as_past(record_id, item, one, hearing))
        written.records.append((item, record_id))
    work.add_many(decision, rows.decisions)
    work.add_many(contact, rows.contacts)
    work.add_many(said, rows.said)
    work.add_many(circumstance, rows.stops)
    work.add_many(finding, rows_of(work, rows.findings))
    written.unlawful = len(rows.findings)
    return written


def write_limits(work: Work, items: Sequence[Item], table: Any, begins: str) -> Written:
    """Write stops (`begins` since) or consents (`begins` at) as they were told."""
    written, rows = Written(), []
    for item in items:
        values, record_id = item.line.values, new_id()
        row = {
            "id": record_id,
            "person_id": item.whom.person_id,
            "kind": values["kind"],
            begins: values[begins],
            "until": values.get("until"),
            "scope": item.scope or None,
            "source": FROM_FILE,
            "created_at": work.now,
            "version": 1,
        }
        rows.append(row | ({"words": values.get("words")} if begins == "at" else {}))
        written.records.append((item, record_id))
    work.add_many(table, rows)
    return written


def _told(item: Item) -> ImportContact:
    values, whom = item.line.values, item.whom
    proposed = {
        "purpose": values.get("purpose"),
        "agent": values.get("agent"),
        "in_reply_to_at": values.get("in_reply_to_at") and values["in_reply_to_at"].isoformat(),
        "in_reply_to_channel": values.get("in_reply_to_channel"),
    }
    outcome, code = values["outcome"]
    return ImportContact(
        person_id=whom.person_id,
        contact_point_id=whom.point.id if whom.point is not None else None,
        channel=values["channel"],
        direction=values.get("direction") or "outbound",
        outcome=outcome,
        code=code,
        started_at=values["at"],
        ended_at=values.get("ended_at"),
        reason=Unasked.ELSEWHERE,
        loan_ids=(whom.loan_id,) if whom.loan_id is not None else None,
        proposed={name: value for name, value in proposed.items() if value is not None},
        note=values.get("note"),
    )


def _heard(
    work: Work, found: Gathered, item: Item, told: ImportContact, written: Written
) -> tuple[Hearing, ImportContact]:
    """Judge a contact; a reply to nothing that is on record counts as collection, and is listed."""
    try:
        hearing = hear(found, told.approach(work.now))
    except Invalid as fault:
        if "proposed" not in fault.fields:
            raise
        told = replace(told, proposed={"purpose": Purpose.COLLECTION})
        hearing = hear(found, told.approach(work.now))
    claimed = item.line.values.get("purpose") or Purpose.COLLECTION
    if claimed != Purpose.COLLECTION and not is_exempt(hearing.proposed):
        written.conflicts.append(_unproved(item))
    return hearing, told


def _clash(item: Item, person_id: UUID, why: Clash, record_id: UUID) -> Conflict:
    """Return what a code says against what stands here of the person."""
    loan_id = item.whom.loan_id
    return Conflict(item.line.line, person_id, why, "circumstance", record_id, loan_id)


def _unproved(item: Item) -> Conflict:
    whom = item.whom
    return Conflict(
        line=item.line.line,
        person_id=whom.person_id,
        reason=Clash.UNPROVED,
        about="contact",
        loan_id=whom.loan_id,
    )


def _collect(work: Work, rows: _Rows, item: Item, told: ImportContact, hearing: Hearing) -> UUID:
    record_id, kept = new_id(), hearing.row(work.actor.id, "contact")
    rows.decisions.append(kept)
    record = {"id": record_id, "mark": Mark.EXTERNAL_FILE, "decision_id": kept["id"]}
    rows.contacts.append(contact_row(work, told, hearing) | record)
    heard = dict.fromkeys([*(item.line.values.get("said") or ()), *_by_code(told)])
    rows.said.extend(
        {"contact_id": record_id, "person_id": told.person_id, "kind": kind} for kind in heard
    )
    verdict = hearing.verdict
    if not verdict:
        rows.findings.append(
            OpenFinding(
                person_id=told.person_id,
                contact_id=record_id,
                kind=FindingKind.UNLAWFUL,
                mark=Mark.EXTERNAL_FILE,
                rule=verdict.rule or None,
                charged_to=None,
            )
        )
    return record_id


def _by_code(told: ImportContact) -> list[str]:
    said_so = said_by_code(told)
    return [] if said_so is None else [str(said_so)]


def _as_past(record_id: UUID, item: Item, told: ImportContact, hearing: Hearing) -> Past:
    point = item.whom.point
    return Past(
        id=record_id,
        person_id=told.person_id,
        channel=told.channel,
        outcome=told.outcome,
        agent=hearing.proposed.get("agent", "human"),
        place=point.place if point is not None else None,
        token=point.token if point is not None else None,
        loan_ids=frozenset(hearing.loan_ids),
        at=told.started_at,
        exempt=is_exempt(hearing.proposed),
    )
