"""The script answered for: each line that an outcome needs was said, or it is kept that it was not.

Nobody is made to say that he said what he did not: then it is saved all the same, and compliance
sees it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.hearing import Hearing
from crm.contacts.locks import permit_now
from crm.contacts.models import script_tick
from crm.contacts.outcomes import is_by_other, is_of_other
from crm.contacts.queries.script import talk_in, talk_of
from crm.contacts.queries.verifying import speaker_under
from crm.contacts.rules.script import Line, Moment, Talk, Tick, lines_for, unanswered
from crm.contacts.rules.verifying import Speaker
from crm.contacts.script import lines
from crm.gate.errors import Invalid
from crm.gate.work import Work
from crm.words import N_


def keep_ticks(work: Work, contact_id: UUID, row: Any, told: Any) -> None:
    """Keep what of the script was said; raise Invalid where a needed line is left open.

    `row` is the permit, `told` the record's action: its outcome, its code, what was ticked, and
    whether it says that the rest was not said.
    """
    talk = _talk(work, row, told.code)
    theirs = {line.id for line in lines_for(lines().values(), talk)}
    said = {tick.line: tick.version for tick in _known(told.script) if tick.line in theirs}
    still_open = unanswered(lines().values(), talk, told.outcome, said)
    if still_open and not told.script_unsaid:
        raise Invalid({"script": [_why_open(work, row, told.code, still_open)]})
    open_ones = {line.id: line.version for line in still_open}
    _keep(work, contact_id, row.person_id, {**said, **open_ones}, said)


def keep_said_lines(
    work: Work, contact_id: UUID, hearing: Hearing, code: str | None, ticks: Iterable[Tick]
) -> None:
    """Keep what of the script was said without a permit; nothing of it is needed there."""
    talk = talk_in(hearing.facts, hearing.decision, by_other=is_of_other(code))
    theirs = {line.id for line in lines_for(lines().values(), talk)}
    said = {tick.line: tick.version for tick in _known(ticks) if tick.line in theirs}
    _keep(work, contact_id, hearing.approach.person_id, said, said)


def _known(ticks: Iterable[Tick]) -> Iterator[Tick]:
    """Yield ticks; raise Invalid for a line, or a version of one, that there never was."""
    for tick in ticks:
        if tick.line not in lines() or not 1 <= tick.version <= lines()[tick.line].version:
            raise Invalid({"script": [N_("There is no such line.")]})
        yield tick


def _why_open(work: Work, row: Any, code: str | None, still_open: Iterable[Line]) -> str:
    """Return what to do about lines left open: the desk shows some once it is known who speaks."""
    if is_by_other(code) and speaker_under(work, row.id) is not Speaker.OTHER:
        return N_(
            "Say above that somebody else took the call: what is said to them is then shown, to be "
            "ticked. Or say that some of it was not said."
        )
    of_debt = any(line.moment is Moment.DISCLOSE for line in still_open)
    if of_debt and speaker_under(work, row.id) not in (None, Speaker.VERIFIED):
        return N_(
            "You did not make sure who was speaking, so the lines about the debt were not shown. "
            "Do it now, or say that some of it was not said."
        )
    return N_("Tick what you said of the script, or say that some of it was not said.")


def carry_ticks(work: Work, contact_id: UUID, old: Any, outcome: str, code: str | None) -> None:
    """Keep the ticks of a corrected record with the new one, so that none is lost from view.

    `old` is the record that is corrected. What another outcome needs beside them was not said.
    Only in a call begun under a permit is any line needed.
    """
    ticks = select(script_tick.c.line, script_tick.c.wording, script_tick.c.said)
    kept = work.all(ticks.where(script_tick.c.contact_id == old.id))
    said = {row.line: row.wording for row in kept if row.said}
    unsaid = {row.line: row.wording for row in kept if not row.said}
    changed = outcome != old.outcome or is_by_other(code) != is_by_other(old.code)
    if old.permit_id is not None and changed:
        held = permit_now(work, old.permit_id)
        assert held is not None
        still_open = unanswered(lines().values(), _talk(work, held, code), outcome, said)
        unsaid = {line.id: line.version for line in still_open}
    _keep(work, contact_id, old.person_id, {**said, **unsaid}, said)


def _talk(work: Work, row: Any, code: str | None) -> Talk:
    """Return the talk of a permit, by the code of its record or by what was noted and answered."""
    speaks = speaker_under(work, row.id, or_before=True)
    by_other = is_by_other(code) or speaks is Speaker.OTHER
    return talk_of(work, row, by_other=by_other)


def _keep(
    work: Work,
    contact_id: UUID,
    person_id: UUID,
    wordings: Mapping[str, int],
    said: Collection[str],
) -> None:
    for line, version in wordings.items():
        work.add(
            script_tick,
            contact_id=contact_id,
            person_id=person_id,
            line=line,
            wording=version,
            said=line in said,
            at=work.now,
        )
