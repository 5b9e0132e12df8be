"""A call back that was asked for: its consent, whether it will be lawful, and whose word it is."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.borrowers.actions.consents import RecordConsent
from crm.contacts.actions.said import Record, Said
from crm.contacts.facts import Approach
from crm.contacts.facts.document import KINDS_OF_CHANNEL
from crm.contacts.facts.gathered import gather
from crm.contacts.queries.call_backs import judged
from crm.contacts.rules.call_backs import LASTS, Asked, is_stale
from crm.contacts.rules.said import Kind
from crm.gate.action import Action
from crm.gate.errors import Invalid
from crm.gate.work import Work
from crm.words import N_

ONLY_WHO_HEARD = N_("Only who heard it can record that a call was asked for: note it.")


def check_heard(items: Sequence[Said]) -> None:
    """Raise Invalid where somebody records a call back asked for who did not hear it."""
    for number, item in enumerate(items):
        if item.kind == Kind.CALLBACK:
            raise Invalid({"said": {str(number): [ONLY_WHO_HEARD]}})


def callbacks(work: Work, record: Record, items: Sequence[Said]) -> Iterator[tuple[Action, Any]]:
    """Yield each call back that was asked for: its consent, and whether it will be lawful."""
    for _, item in _ahead(work, items):
        by_phone = "phone" in KINDS_OF_CHANNEL[record.channel]
        asked = Asked(
            record.person_id,
            record.contact_point_id if by_phone else None,
            datetime.fromisoformat(item.fields["at"]),
            loan_ids=tuple(UUID(loan_id) for loan_id in record.loan_ids) or None,
            more_calls=bool(item.fields.get("more_calls")),
            in_breach=record.in_breach,
            unproven=record.unproven or is_stale(record.channel, record.began_at, work.now),
        )
        told = judged(gather(work, [_approach(asked)]), asked)
        for number, one in enumerate(told["consents"]):
            action = RecordConsent(
                record.person_id,
                one["kind"],
                at=one["at"],
                until=one["until"],
                scope={name: one[name] for name in _OF_SCOPE if name in one},
                contact_point_id=asked.contact_point_id,
                words=item.words,
                source="said",
                contact_id=record.id,
            )
            yield action, told if number == 0 else None


def _ahead(work: Work, items: Sequence[Said]) -> list[tuple[int, Said]]:
    """Return the calls back whose time is not over: of others nothing is opened any more."""
    return [
        (number, item)
        for number, item in enumerate(items)
        if item.kind == Kind.CALLBACK
        and datetime.fromisoformat(item.fields["at"]) + LASTS > work.now
    ]


def check_words(work: Work, items: Sequence[Said], answers: Sequence[Mapping[str, Any]]) -> None:
    """Raise Invalid where a call back opens what is shut and nobody wrote down the words for it.

    `answers` are what `callbacks` told of them, in their order.
    """
    for (number, item), answer in zip(_ahead(work, items), answers, strict=True):
        opens = not answer["without"]["allowed"] or item.fields.get("more_calls")
        counts = not (answer["unproven"] or answer["in_breach"])
        if opens and counts and item.words is None:
            sentence = N_("A call at that time takes their consent: write down their words.")
            raise Invalid({"said": {str(number): {"words": [sentence]}}})


_OF_SCOPE = ("channel", "from", "to", "days", "target", "debts", "given_in_breach")


def _approach(asked: Asked) -> Approach:
    return Approach(asked.person_id, asked.contact_point_id, "call", asked.loan_ids, asked.at)
