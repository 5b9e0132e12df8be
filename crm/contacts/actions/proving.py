"""A caller proven after his call was written down: what he asked for in it counts from then on."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.models import consent
from crm.contacts.models import contact
from crm.contacts.outcomes import is_of_other
from crm.contacts.queries.chain import chain_of
from crm.contacts.rules.call_backs import OPENING
from crm.gate.action import Action
from crm.gate.work import Work
from crm.privacy.rows import stored
from crm.rulebook.vocabulary import Target


def call_backs_proven(work: Work, contact_id: UUID) -> Iterator[Action]:
    """Yield what lets the calls back count that were asked for in a call that came in.

    Each consent that named nobody (decision 0029) is revoked and given anew for who it was: the
    ledger shows both, and when it was proven. What another asked for stays his, and without its
    words a wish opens nothing. `contact_id` is any record of the call.
    """
    row = work.one(select(contact).where(contact.c.id == contact_id))
    chain = chain_of(work, row)
    if is_of_other(chain[-1].code):
        return
    its = consent.c
    own = [one.id for one in chain if not is_of_other(one.code)]
    open_ones = its.contact_id.in_(own), its.revoked_at.is_(None), its.words.is_not(None)
    for found in work.all(select(consent).where(*open_ones, its.kind.in_(OPENING))):
        scope = dict(found.scope or {})
        if scope.pop("target", None) != Target.OTHER:
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
