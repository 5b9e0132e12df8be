"""Who was reached, held against what is already known of the same contact."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.actions.said import Record, Said
from crm.contacts.models import said
from crm.contacts.outcomes import codes, is_of_other
from crm.contacts.queries.chain import chain_to
from crm.contacts.queries.proof import is_proven_call
from crm.contacts.queries.taken_back import TAKEN_BACK
from crm.contacts.queries.verifying import answers_in, speaker_under
from crm.contacts.rules.records import is_conversation, nobody_spoke
from crm.contacts.rules.said import OF_DEBTORS, OF_HIMSELF, SPOKEN, Kind
from crm.contacts.rules.standing import OWING
from crm.contacts.rules.verifying import SPOKEN as ASKED_IN
from crm.contacts.rules.verifying import Speaker
from crm.gate.errors import Invalid
from crm.gate.reader import Reader
from crm.gate.work import Work
from crm.rulebook.vocabulary import Direction, Outcome
from crm.words import N_

_ASKS_WHO = OF_HIMSELF | OF_DEBTORS
_NEEDS_SOMEBODY = SPOKEN | OF_DEBTORS | OF_HIMSELF  # said by nobody where nobody was reached


def check_reached(work: Work, channel: str, outcome: str, permit_id: UUID | None) -> None:
    """Raise Invalid where nobody is said to have been reached, and somebody answered."""
    if permit_id is None or channel not in ASKED_IN or not nobody_spoke(outcome):
        return
    if any(answer.matches for answer in answers_in(work, permit_id)):
        sentence = N_("An answer matched, so somebody was spoken to. Say what came of it.")
        raise Invalid({"outcome": [sentence]})
    if speaker_under(work, permit_id) is Speaker.OTHER:
        sentence = N_(
            "Somebody else took the call, so somebody was spoken to. Say what came of it."
        )
        raise Invalid({"outcome": [sentence]})


def why_unsaid(kind: str, outcome: str, code: str | None, *, inbound: bool) -> str | None:
    """Return why this cannot have been said where that came of it; None where it can."""
    known = codes().get(code or "")
    told = known.outcome if inbound and known is not None else outcome
    if kind == Kind.PROMISE and told == Outcome.CONVERSATION:
        return N_("Who promises spoke of the debt: say so by what came of it.")
    if inbound or is_conversation(outcome):
        return None
    unsaid = _NEEDS_SOMEBODY if nobody_spoke(outcome) else SPOKEN
    return N_("Nobody was spoken to, so nobody can have said this.") if kind in unsaid else None


def check_unverified(work: Work, record: Record, code: str | None) -> None:
    """Raise Invalid where a code says that nobody proved who he is, and somebody did."""
    known = codes().get(code or "")
    if known is None or not known.unverified or record.target not in OWING:
        return
    if record.channel in ASKED_IN and _speaker(work, record) is Speaker.VERIFIED:
        sentence = N_("Two answers matched, so it is known who it was. Say what came of it.")
        raise Invalid({"code": [sentence]})


def with_speaker(work: Work, record: Record, code: str | None, items: Sequence[Said]) -> Record:
    """Return a record with whose word it was, where what was said asks for that."""
    kinds = {item.kind for item in items}
    if record.target not in OWING or _ASKS_WHO.isdisjoint(kinds):
        return record
    if is_of_other(code) or Kind.WRONG_NUMBER in kinds:
        return replace(record, speaker=Speaker.OTHER)
    if record.channel not in ASKED_IN:
        return record
    return replace(record, speaker=_speaker(work, record))


def _speaker(work: Work, record: Record) -> Speaker | None:
    if record.permit_id is not None:
        return speaker_under(work, record.permit_id, or_before=True)
    proven = record.came_in is not None and is_proven_call(work, record.came_in)
    return Speaker.VERIFIED if proven else Speaker.UNKNOWN


def _is_his_word(row: Any, outcome: str, code: str | None) -> bool:
    """Tell whether the person himself said something: in a talk, or in what came in from him."""
    came_in = row.direction == Direction.INBOUND
    return (came_in or is_conversation(outcome)) and not is_of_other(code)


def kinds_held(reader: Reader, row: Any) -> set[str]:
    """Return what was said in a record and those before it, and not taken back."""
    chain = [one.id for one in chain_to(reader, row)]
    held = said.c.contact_id.in_(chain), ~TAKEN_BACK
    return {one.kind for one in reader.all(select(said.c.kind).where(*held).distinct())}


def _can_hold(row: Any, kind: str, outcome: str, code: str | None) -> bool:
    """Tell whether a record with that outcome can hold a promise or a call back."""
    inbound = row.direction == Direction.INBOUND
    unsaid = why_unsaid(kind, outcome, code, inbound=inbound)
    return unsaid is None and _is_his_word(row, outcome, code)


def check_agreed(work: Work, row: Any, outcome: str, code: str | None) -> None:
    """Raise Invalid where a corrected record, or one before it, holds what only a talk can.

    A promise, a talk about the debt.
    """
    held = SPOKEN & kinds_held(work, row)
    if any(
        _can_hold(row, kind, row.outcome, row.code) and not _can_hold(row, kind, outcome, code)
        for kind in held
    ):
        sentence = N_(
            "A promise or a call back stands in this record. Take it back first, as not said."
        )
        raise Invalid({"outcome": [sentence]})
