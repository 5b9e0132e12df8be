"""Accounts for many colleagues at once, from the file of whoever keeps the staff."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.words import N_
from crm.gate.work import Work
from crm.identity.actions.accounts import STAFF, CreateAccount
from crm.identity.one_time import OneTime
from crm.identity.rules import is_fresh
from crm.loans.imports.reading import Reject
from crm.loans.imports.staff import Colleague, colleagues, known_staff
from crm.privacy.spool import Upload, chunks_of, claim, discard
from crm.storage.ids import new_id

MOST = 500
NO_PLACE = N_("There is no team or agency of this name: make it first, or correct the name.")


@dataclass(frozen=True)
class HireFromFile(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.accounts.imported"):
    """Make an account for each line of a file, all of them or none.

    `password` is known to nobody: each colleague is given a one-time password of his own, on the
    page of his account, when he is there to take it. Raises Invalid naming line and column.
    """

    file: Upload
    password: OneTime = field(compare=False)

    def locks(self, work: Work) -> Iterable[UUID]:
        """Let two files come in one after the other."""
        return (STAFF,)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """It gives power, so it needs a fresh sign-in."""
        return is_fresh(work.actor, work.now)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Read the file and bring along an account for each line that has none."""
        content = _content(self.file)
        read = list(colleagues(content, content))
        found = [one for one in read if isinstance(one, Colleague)]
        faults = {_place(no): [no.reason] for no in read if isinstance(no, Reject)}
        known = known_staff(work, [one.index for one in found])
        fresh = [one for one in found if one.index not in known["taken"]]
        faults |= {f"{one.line}": [NO_PLACE] for one in fresh if not _is_placed(one, known)}
        if faults or len(found) > MOST:
            whole = N_("These lines cannot become accounts. Nothing was changed.")
            many = N_("Send at most 500 lines at once.")
            raise Invalid({"file": [whole if faults else many], "lines": faults})
        work.note(made=len(fresh), same=len(found) - len(fresh))
        return Then({"id": None}, [_account(one, known, self.password) for one in fresh])

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Say no more than that it was done."""
        return {"id": result_id}


def _content(upload: Upload) -> list[bytes]:
    """Return what was uploaded, and let go of it."""
    name = new_id()
    claim(upload, name)
    try:
        return list(chunks_of(name))
    finally:
        discard(name)


def _place(no: Reject) -> str:
    return f"{no.line} {no.column}" if no.column else f"{no.line}"


def _is_placed(one: Colleague, known: dict[str, Any]) -> bool:
    return all(
        name is None or name in known[places]
        for name, places in ((one.team, "teams"), (one.agency, "agencies"))
    )


def _account(one: Colleague, known: dict[str, Any], password: OneTime) -> CreateAccount:
    return CreateAccount(
        **one.values,
        password=password,
        team_id=known["teams"].get(one.team),
        agency_id=known["agencies"].get(one.agency),
    )
