"""A caller proven after his call was written down: what he asked for in it counts from then on,
and no more once too many answers do not match.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.models import consent
from crm.contacts.models import contact
from crm.contacts.outcomes import is_of_other
from crm.contacts.queries.chain import chain_of
from crm.contacts.queries.proof import CameIn
from crm.contacts.rules.call_backs import OPENING
from crm.gate.action import Action
from crm.gate.work import Work
from crm.privacy.rows import stored
from crm.rulebook.vocabulary import Target


def call_backs_proven(work: Work, call: CameIn) -> Iterator[Action]:
    """Yield what lets the calls back count that were asked for in a call that came in.

    Each consent that named nobody (decision 0029) is revoked and given anew for who it was: the
    ledger shows both, and when it was proven. What another asked for stays his, and without its
    words a wish opens nothing.
    """
    chain = _chain(work, call)
    if is_of_other(chain[-1].code):
        return
    own = [one.id for one in chain if not is_of_other(one.code)]
    for found in _asked_in(work, own):
        scope = dict(found.scope or {})
        if found.words is None or scope.pop("target", None) != Target.OTHER:
            continue
        if chain[0].target != Target.BORROWER:
            scope["target"] = chain[0].target
        yield RevokeConsent(found.id, found.contact_id)
        yield RecordConsent(
            found.person_id,
            found.kind,
            at=found.at,
            until=found.until,
            scope=scope,
            words=stored(consent, found._asdict())["words"],
            source="said",
            contact_id=found.contact_id,
        )


def call_backs_shut(work: Work, call: CameIn) -> Iterator[RevokeConsent]:
    """Yield the end of what was opened by the calls back asked for in a call that came in."""
    for found in _asked_in(work, [one.id for one in _chain(work, call)]):
        if (found.scope or {}).get("target") != Target.OTHER:
            yield RevokeConsent(found.id, found.contact_id)


def _chain(work: Work, call: CameIn) -> list[Any]:
    return chain_of(work, work.one(select(contact).where(contact.c.id == call.first_id)))


def _asked_in(work: Work, contacts: list[UUID]) -> Sequence[Row[Any]]:
    """Return the consents that opened something and stand, of these records."""
    its = consent.c
    stands = its.contact_id.in_(contacts), its.revoked_at.is_(None), its.kind.in_(OPENING)
    return work.all(select(consent).where(*stands))
