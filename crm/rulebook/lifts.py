"""What sets a rule aside: consents, one answer to a message, and grounds against a presumption."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from crm.rulebook.case import Case
from crm.rulebook.facts import Consent
from crm.rulebook.moments import inside, next_edge
from crm.rulebook.rule import Finding, ReplyTerms, Rule
from crm.rulebook.vocabulary import (
    CONNECTED,
    INBOUND_OUTCOMES,
    NOT_CONNECTED,
    TELEPHONE,
    Channel,
    CircumstanceKind,
    ConsentKind,
    Ground,
    Outcome,
    Place,
    Purpose,
    Target,
)

# "Immediately", in the official example of the call that dropped.
CALL_BACK = timedelta(hours=1)
# How long a request for information is a reason to call outside the frequencies.
REQUEST_FRESH = timedelta(days=7)

_COUNTING = ("cap", "wait")
_ANSWERS = (Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION)
_CUT_SHORT = frozenset(
    {
        Outcome.ANSWERED_HANGUP,
        Outcome.CONVERSATION,
        Outcome.EFFECTIVE_CONVERSATION,
        Outcome.INBOUND_CONVERSATION,
    }
)


def lifted(rule: Rule, case: Case, at: datetime) -> bool:
    """Tell whether a consent or a due answer sets the rule aside at that instant."""
    for consent in _consents(rule, case) if rule.consents else ():
        if in_force(case, consent, at) and not _overtaken(rule, case, consent, at):
            return True
    return rule.reply is not None and _answers(rule, rule.reply, case, at)


def _overtaken(rule: Rule, case: Case, consent: Consent, at: datetime) -> bool:
    """Tell whether the rule rests on what came to be known after the consent was given.

    The newest word holds: who agreed to messages and opts out of them later has opted out. What
    a court allowed, no later word of the person takes back.
    """
    given = case.opens(consent.at, narrow=True)
    facts = case.facts
    newer = tuple(fact for fact in facts.circumstances if case.opens(fact.since) > given)
    if not newer or consent.kind is ConsentKind.COURT_PERMISSION:
        return False
    without, since = (Case(replace(facts, circumstances=some)) for some in ((), newer))
    judge = rule.judgement.judge
    return judge(rule, without, at) is None and judge(rule, since, at) is not None


def next_turn(rule: Rule, case: Case, at: datetime) -> datetime | None:
    """Give the first instant after `at` at which a fact or consent may begin to change the rule."""
    turns = [moment for moment in case.turns() if moment > at]
    if not turns and not case.facts.consents:
        return None
    for consent in case.facts.consents:
        counted = consent.kind is ConsentKind.EXTRA_CALLS and rule.kind in _COUNTING
        if consent.window is not None and (counted or consent.kind in rule.consents):
            edges = (next_edge(consent.window, zone, at) for zone in case.clocks)
            turns.extend(edge for edge in edges if edge)
    return min(turns, default=None)


def in_force(case: Case, consent: Consent, at: datetime) -> bool:
    """Tell whether a consent held at that instant; what is unclear about its span narrows it."""
    begun = case.opens(consent.at, narrow=True) <= at < ends(case, consent)
    return begun and in_its_hours(case, consent, at)


def in_its_hours(case: Case, consent: Consent, at: datetime) -> bool:
    """Tell whether the clock stands within the hours of a consent, if it names any."""
    window = consent.window
    return window is None or (
        bool(case.clocks) and all(inside(window, zone, at) for zone in case.clocks)
    )


def ends(case: Case, consent: Consent) -> datetime:
    """Give the instant a consent ran out or was withdrawn."""
    closes = case.closes(consent.until, narrow=True)
    if consent.revoked_at is not None:
        closes = min(closes, case.opens(consent.revoked_at))
    return closes


def _consents(rule: Rule, case: Case) -> tuple[Consent, ...]:
    return case.once(("consents", id(rule)), _usable(rule, case))


def _usable(rule: Rule, case: Case) -> Iterator[Consent]:
    for consent in case.facts.consents:
        given = consent.given_to in rule.consents_given_to and not consent.given_in_breach
        court = consent.kind is ConsentKind.COURT_PERMISSION
        if consent.kind in rule.consents and (given or court) and _covers(rule, case, consent):
            yield consent


def _covers(rule: Rule, case: Case, consent: Consent) -> bool:
    proposed = case.proposed
    debts = case.debts(rule.products_spared)
    if consent.debts is not None and not (debts and consent.debts.issuperset(debts)):
        return False
    if consent.channel is not None and consent.channel is not proposed.channel:
        return False
    if consent.number is not None and consent.number != proposed.number:
        return False
    if consent.place is not None and not _at_place(case, consent.place):
        return False
    return _of_person(case, consent)


def _at_place(case: Case, place: Place) -> bool:
    """Everywhere the contact reaches must be the place allowed."""
    reached = {str(case.proposed.place or ""), str(case.proposed.borrower_at or "")}
    return str(place) in reached and not reached - {str(place), "", "mobile"}


def _of_person(case: Case, consent: Consent) -> bool:
    if consent.kind is ConsentKind.COURT_PERMISSION:
        return consent.target in (None, case.proposed.target)
    if consent.kind is ConsentKind.THIRD_PARTY:
        # To whom we may speak must have been said; silence names nobody.
        return consent.target is case.proposed.target
    return (consent.target or Target.BORROWER) is case.proposed.target


def _answers(rule: Rule, terms: ReplyTerms, case: Case, at: datetime) -> bool:
    proposed = case.proposed
    received = proposed.in_reply_to_at
    if (
        proposed.purpose not in _ANSWERS
        or received is None
        or proposed.in_reply_to_channel is not proposed.channel
        or went_out_since(case, proposed.channel, received)
    ):
        return False
    if terms is ReplyTerms.SAME_DAY:
        return all(received.astimezone(z).date() == at.astimezone(z).date() for z in case.zones)
    return terms is ReplyTerms.ONCE or _barred_throughout(rule, case, received, at)


def went_out_since(case: Case, channel: Channel, moment: datetime) -> bool:
    """Tell whether anything went out by that medium since then; failures do not count."""
    return any(
        contact.at >= moment
        and contact.channel is channel
        and contact.outcome not in INBOUND_OUTCOMES
        and contact.outcome not in NOT_CONNECTED
        and case.is_person(contact.target, contact.number)
        for contact in case.facts.history
    )


def _barred_throughout(rule: Rule, case: Case, since: datetime, at: datetime) -> bool:
    moment: datetime | None = since
    while moment is not None and moment <= at:
        finding = rule.judgement.judge(rule, case, moment)
        if finding is None:
            return False
        moment = finding.until
    return True


def ground_holds(rule: Rule, case: Case, at: datetime) -> Ground | None:
    """Give the claimed ground if the rule knows it and its evidence stands in the facts."""
    ground = case.proposed.ground
    if ground is None or ground not in rule.grounds:
        return None
    return ground if _EVIDENCE[ground](case, at) else None


def on_ground(finding: Finding, ground: Ground) -> Finding:
    """Turn a refusal into the note under which a contact on a ground is allowed and reviewed."""
    return finding._replace(figures={**finding.figures, "ground": str(ground)})


def _call_dropped(case: Case, at: datetime) -> bool:
    connected = [
        contact
        for contact in case.facts.history
        if contact.channel in TELEPHONE
        and contact.at <= at
        and (contact.outcome in CONNECTED or contact.outcome in INBOUND_OUTCOMES)
        and case.is_person(contact.target, contact.number)
    ]
    last = max(connected, key=lambda contact: contact.at, default=None)
    return last is not None and last.outcome in _CUT_SHORT and at - last.at <= CALL_BACK


def _information_requested(case: Case, at: datetime) -> bool:
    received = [
        contact.at
        for contact in case.facts.history
        if contact.outcome in INBOUND_OUTCOMES and case.is_person(contact.target, contact.number)
    ]
    if case.proposed.in_reply_to_at is not None:
        received.append(case.proposed.in_reply_to_at)
    asked = max((moment for moment in received if moment <= at), default=None)
    if asked is None or at - asked > REQUEST_FRESH:
        return False
    return not any(_spoke_since(case, channel, asked) for channel in TELEPHONE)


def _spoke_since(case: Case, channel: Channel, moment: datetime) -> bool:
    return any(
        contact.at > moment
        and contact.channel is channel
        and contact.outcome in _CUT_SHORT
        and case.is_person(contact.target, contact.number)
        for contact in case.facts.history
    )


def _required_by_law(case: Case, _: datetime) -> bool:
    return case.proposed.purpose is Purpose.REQUIRED_NOTICE


def _active_litigation(case: Case, at: datetime) -> bool:
    return any(
        consent.kind is ConsentKind.COURT_PERMISSION and in_force(case, consent, at)
        for consent in case.facts.consents
    )


def _to_borrowers_advantage(case: Case, at: datetime) -> bool:
    return any(
        fact.kind is CircumstanceKind.ARRANGEMENT_CURRENT
        and case.opens(fact.since) <= at < case.closes(fact.until)
        for fact in case.facts.circumstances
    )


_EVIDENCE: dict[Ground, Callable[[Case, datetime], bool]] = {
    Ground.CALL_DROPPED: _call_dropped,
    Ground.INFORMATION_REQUESTED: _information_requested,
    Ground.REQUIRED_BY_LAW: _required_by_law,
    Ground.ACTIVE_LITIGATION: _active_litigation,
    Ground.TO_BORROWERS_ADVANTAGE: _to_borrowers_advantage,
}
