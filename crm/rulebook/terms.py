"""The terms of a rule in words: what its parameters mean, as messages with their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crm.rulebook.demands import Term, demands
from crm.rulebook.rule import ReplyTerms, Rule
from crm.rulebook.vocabulary import UNKNOWN_PLACE, Ground
from crm.rulebook.words import WORDS
from crm.words import N_


def terms(rule: Rule, content: Mapping[str, Any]) -> tuple[Term, ...]:
    """Give what a rule demands, whom it binds, what lifts it; `content` is that of its book."""
    demanded = demands(rule.kind, content["parameters"])
    return (*demanded, *_binds(rule, own="covers" in content), *_lifts(rule))


def said(term: Term, gettext: Callable[[str], str]) -> str:
    """Give a term in the language of `gettext`."""
    figures = {
        name: listed(figure, gettext) if isinstance(figure, tuple) else figure
        for name, figure in term.figures.items()
    }
    return gettext(term.message) % figures


def listed(words: tuple[str, ...], gettext: Callable[[str], str]) -> str:
    """Give words of the contract as a list in the language of `gettext`."""
    return gettext(N_(", ")).join(gettext(WORDS[word]) for word in words)


def _binds(rule: Rule, *, own: bool) -> Iterator[Term]:
    """Say whom a rule binds; `own`: its collectors are others than those of its book."""
    if rule.jurisdictions is not None:
        message = N_("Binds only where one of these books applies: %(books)s.")
        yield Term(message, {"books": ", ".join(sorted(rule.jurisdictions))})
    if own:
        yield Term(N_("Binds these collectors: %(words)s."), {"words": _sorted(rule.collectors)})
    if rule.channels is not None:
        yield Term(N_("Binds these media: %(words)s."), {"words": _sorted(rule.channels)})
    if rule.targets is not None:
        yield Term(N_("Binds contact with: %(words)s."), {"words": _sorted(rule.targets)})
    if rule.purposes is not None:
        yield Term(N_("Binds contacts for: %(words)s."), {"words": _sorted(rule.purposes)})
    if rule.places is not None:
        message = N_("Binds contacts that reach these places: %(words)s.")
        yield Term(message, {"words": tuple(sorted(str(p or UNKNOWN_PLACE) for p in rule.places))})
    if rule.spares_past_due_over is not None:
        message = N_("Spares debts more than %(days)s days past due.")
        yield Term(message, {"days": rule.spares_past_due_over})
    if rule.spares_past_due_up_to is not None:
        message = N_("Spares debts no more than %(days)s days past due.")
        yield Term(message, {"days": rule.spares_past_due_up_to})
    if rule.agents is not None:
        message = N_("Binds contacts made by: %(words)s.")
        yield Term(message, {"words": _sorted(rule.agents)})
    if rule.spares:
        yield Term(N_("Spares contacts for: %(words)s."), {"words": _sorted(rule.spares)})
    if rule.spares_notices_on:
        products = {"words": _sorted(rule.spares_notices_on)}
        yield Term(N_("Spares notices that the law requires about: %(words)s."), products)


def _lifts(rule: Rule) -> Iterator[Term]:
    if rule.consents:
        # "third_party" is a collector too: consents have words of their own.
        consents = tuple(f"consent.{word}" for word in _sorted(rule.consents))
        yield Term(N_("Lifted by: %(words)s."), {"words": consents})
    if rule.reply is ReplyTerms.ONCE:
        yield Term(N_("One answer by the medium of the person's own message is free."), {})
    if rule.reply is ReplyTerms.SAME_DAY:
        message = N_(
            "One answer by the medium of the person's own message is free on the day it came."
        )
        yield Term(message, {})
    if rule.reply is ReplyTerms.STRETCH:
        message = N_(
            "One answer by the medium of the person's own message is free, as long as the hours or "
            "the place have been closed without a break since it came."
        )
        yield Term(message, {})
    if rule.grounds:
        message = N_("Allowed for review on one of these grounds, with its evidence: %(words)s.")
        yield Term(message, {"words": _sorted(rule.grounds)})
        yield from (Term(_EVIDENCE[Ground(word)], {}) for word in _sorted(rule.grounds))


# What must stand in the facts for a claimed ground to count.
_EVIDENCE = {
    Ground.CALL_DROPPED: N_(
        "Evidence that the call dropped: the last call, in which somebody answered, broke off "
        "within the hour before."
    ),
    Ground.INFORMATION_REQUESTED: N_(
        "Evidence that information was asked for: a message or call of the person within the seven "
        "days before, since which nobody has spoken with him."
    ),
    Ground.REQUIRED_BY_LAW: N_(
        "Evidence that the law requires it: the contact is made to give a required notice."
    ),
    Ground.ACTIVE_LITIGATION: N_(
        "Evidence that litigation is pending: the leave of a court is recorded."
    ),
    Ground.TO_BORROWERS_ADVANTAGE: N_(
        "Evidence that it is to the borrower's advantage: he keeps an arrangement to pay, which "
        "the contact may save."
    ),
}


def _sorted(words: frozenset[Any]) -> tuple[str, ...]:
    """Give words in the order in which the contract lists them."""
    return tuple(str(word) for kind in {type(w) for w in words} for word in kind if word in words)


__all__ = ["Term", "listed", "said", "terms"]
