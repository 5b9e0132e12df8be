"""The fast reader of facts: the shape of the contract's schema, and what a schema cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.rulebook.canonical import sha256
from crm.rulebook.facts import BadFacts, Circumstance, Consent, Contact, Debt, Facts, Proposed
from crm.rulebook.fields import (
    Readers,
    a_boolean,
    a_bound,
    a_clock,
    a_count,
    a_string,
    a_weekday,
    a_zone,
    an_instant,
    an_object,
    an_opening,
    debt_ids,
    entries_of,
    list_of,
    never_holds,
    nullable,
    one_of,
    window_of,
)
from crm.rulebook.past import read_contact
from crm.rulebook.vocabulary import (
    Account,
    AddressType,
    Agent,
    Channel,
    CircumstanceKind,
    ConsentKind,
    Direction,
    Format,
    Ground,
    Outcome,
    Place,
    Product,
    Purpose,
    Receiver,
    Role,
    Target,
    Whereabouts,
)

_channel, _target, _place, _agent = one_of(Channel), one_of(Target), one_of(Place), one_of(Agent)

_SCOPE: Readers = {
    "debts": debt_ids,
    "channel": _channel,
    "number": a_string,
    "place": _place,
    "target": _target,
    "days": list_of(a_weekday),
    "from": an_opening,
    "to": a_clock,
}

_debt = an_object(
    {
        "kind": one_of(Product),
        "account": a_string,
        "days_past_due": a_count,
        "time_barred": a_boolean,
    }
)

_circumstance = an_object(
    {
        **_SCOPE,
        "kind": one_of(CircumstanceKind),
        "since": a_bound,
        "until": nullable(a_bound),
        "released_at": nullable(a_bound),
        "validation_period_ends": a_bound,
        "verified_at": nullable(a_bound),
    },
    "kind",
)

_consent = an_object(
    {
        **_SCOPE,
        "kind": one_of(ConsentKind),
        "at": a_bound,
        "until": nullable(a_bound),
        "revoked_at": nullable(a_bound),
        "given_to": one_of(Receiver),
        "given_in_breach": a_boolean,
    },
    "kind",
    "at",
)

_proposed = an_object(
    {
        "at": lambda text: (an_instant(text), text),
        "channel": _channel,
        "target": _target,
        "debts": debt_ids,
        "number": a_string,
        "place": _place,
        "borrower_at": one_of(Whereabouts),
        "purpose": one_of(Purpose),
        "in_reply_to_at": an_instant,
        "in_reply_to_channel": _channel,
        "agent": _agent,
        "discloses_debt": a_boolean,
        "identity_verified": a_boolean,
        "opt_out_notice": a_boolean,
        "announced": a_boolean,
        "format": one_of(Format),
        "address_type": one_of(AddressType),
        "account": one_of(Account),
        "agency_listed": a_boolean,
        "direction": one_of(Direction),
        "ground": one_of(Ground),
    },
    "at",
    "channel",
)


def _read_debt(value: object) -> Debt:
    item = _debt(value)
    return Debt._make(map(item.get, Debt._fields))


def _read_circumstance(value: object) -> Circumstance:
    item = _circumstance(value)
    since, until = item.get("since"), item.get("until")
    if since is not None and until is not None and never_holds(since, until):
        raise BadFacts("until", "lies before since: it would stop nothing")
    item["window"] = window_of(item)
    return Circumstance._make(map(item.get, Circumstance._fields))


def _read_consent(value: object) -> Consent:
    item = {"given_to": Receiver.COLLECTOR, "given_in_breach": False, **_consent(value)}
    item["window"] = window_of(item)
    return Consent._make(map(item.get, Consent._fields))


def _read_proposed(value: object) -> Proposed:
    item = {
        "target": Target.BORROWER,
        "purpose": Purpose.COLLECTION,
        "direction": Direction.OUTBOUND,
        **_proposed(value),
    }
    item["at"], item["at_text"] = item["at"]
    item["debts"] = tuple(sorted(item.get("debts", ())))
    if item.get("in_reply_to_at", item["at"]) > item["at"]:
        raise BadFacts("in_reply_to_at", "lies after the proposed contact")
    return Proposed._make(map(item.get, Proposed._fields))


_facts = an_object(
    {
        "jurisdictions": list_of(a_string),
        "collector_role": one_of(Role),
        "time_zones": list_of(a_zone),
        "debts": entries_of(_read_debt),
        "circumstances": list_of(_read_circumstance),
        "consents": list_of(_read_consent),
        "history": list_of(read_contact),
        "proposed": _read_proposed,
    },
    "jurisdictions",
    "collector_role",
    "time_zones",
    "proposed",
)


def read_facts(document: object, digest: str | None = None) -> Facts:
    """Read a facts document (plain JSON values) into its typed form.

    `digest`: that of the document, where a stored decision tells it, or empty where no decision
    is kept; making it takes a third of the time.
    Raises BadFacts, naming the field, for whatever the contract's schema refuses, for impossible
    dates, unknown zones, instants without an offset, a circumstance that ends before it begins,
    and a history that lies in the future.
    """
    item: dict[str, Any] = _facts(document)
    proposed: Proposed = item["proposed"]
    history: Sequence[Contact] = item.get("history", ())
    for n, contact in enumerate(history):
        # A permit may be reserved for later; whatever else lies ahead cannot have happened.
        if contact.at > proposed.at and contact.outcome is not Outcome.PENDING:
            raise BadFacts(f"history.{n}.at", "lies after the proposed contact")
    return Facts(
        jurisdictions=tuple(item["jurisdictions"]),
        role=item["collector_role"],
        # Sorted and each once: neither the order nor a repetition may change the answer.
        zones=tuple(sorted(set(item["time_zones"]), key=str)),
        debts=item.get("debts", {}),
        circumstances=tuple(item.get("circumstances", ())),
        consents=tuple(item.get("consents", ())),
        history=tuple(history),
        proposed=proposed,
        digest=sha256(document) if digest is None else digest,
    )
