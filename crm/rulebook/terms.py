"""The terms of a rule in words: what its parameters mean, as messages with their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from crm.rulebook.rule import ReplyTerms, Rule
from crm.rulebook.words import WORDS
from crm.words import N_

# A list of words of the contract, or one figure.
Figure: TypeAlias = "str | int | tuple[str, ...]"
Parameters: TypeAlias = Mapping[str, Any]


class Term(NamedTuple):
    """One sentence about a rule and what stands in it."""

    message: str
    figures: Mapping[str, Figure]


def terms(rule: Rule, content: Mapping[str, Any]) -> tuple[Term, ...]:
    """Give what a rule demands, whom it binds, what lifts it; `content` is that of its book."""
    demands = _OF_KIND[rule.kind](content["parameters"])
    return (*demands, *_binds(rule, own="covers" in content), *_lifts(rule))


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


def _hours(parameters: Parameters) -> Iterator[Term]:
    if parameters.get("designated"):
        yield Term(N_("Times that the person called inconvenient are closed."), {})
    else:
        figures = {"opens": parameters["from"], "closes": parameters["to"]}
        yield Term(
            N_(
                "Contact may start from %(opens)s to before %(closes)s by the clock of every place "
                "where the person may be."
            ),
            figures,
        )


def _cap(parameters: Parameters) -> Iterator[Term]:
    limit = {"limit": parameters["limit"]}
    if "days" in parameters:
        message = N_(
            "At most %(limit)s within %(days)s consecutive calendar days, today the last of them."
        )
        yield Term(message, {**limit, "days": parameters["days"]})
    else:
        yield Term(N_("At most %(limit)s, whenever they were."), limit)
    if parameters.get("asked_again"):
        yield Term(N_("One more when the person asks for it or is believed to know better."), {})
    yield from _counts(parameters["counts"])


def _wait(parameters: Parameters) -> Iterator[Term]:
    if "days" in parameters:
        message = N_(
            "A wait of %(days)s calendar days, of which the day of the contact is the first."
        )
        yield Term(message, {"days": parameters["days"]})
    elif "minutes" in parameters:
        yield Term(N_("A wait of %(minutes)s minutes."), {"minutes": parameters["minutes"]})
    else:
        yield Term(N_("A wait until what is open has been closed."), {})
    yield from _counts(parameters["counts"])


def _counts(counts: Parameters) -> Iterator[Term]:
    if counts["outcomes"]:
        yield Term(N_("What counts: %(outcomes)s."), {"outcomes": tuple(counts["outcomes"])})
    yield Term(N_("By these media: %(channels)s."), {"channels": tuple(counts["channels"])})
    if counts["per"] == "person":
        yield Term(N_("All numbers of a person are counted together."), {})
    else:
        yield Term(N_("Each number is counted by itself."), {})
    if counts.get("by_debt"):
        yield Term(N_("Each debt is counted by itself."), {})
    if "joined" in counts:
        message = N_("Debts of these kinds under one account are one debt: %(products)s.")
        yield Term(message, {"products": tuple(counts["joined"])})
    if "consent_days" in counts:
        message = N_(
            "Calls on the person's own consent are not counted for %(days)s days, of which the day "
            "of the consent is the first."
        )
        yield Term(message, {"days": counts["consent_days"]})
    if not counts.get("exempt", True):
        yield Term(N_("What answers the borrower or is required by law is not counted."), {})
    if "calendar" in counts:
        yield Term(N_("Days are those of %(zone)s."), {"zone": counts["calendar"]})


def _stop(parameters: Parameters) -> Iterator[Term]:
    circumstances = {"circumstances": tuple(parameters["circumstances"])}
    yield Term(N_("No contact while this holds: %(circumstances)s."), circumstances)
    if parameters.get("exact_number"):
        yield Term(N_("Only for the very number it names."), {})


def _party(parameters: Parameters) -> Iterator[Term]:
    yield Term(
        N_("Free to be approached: %(targets)s."), {"targets": tuple(parameters["permitted"])}
    )
    if parameters["purposes"]:
        purposes = {"purposes": tuple(parameters["purposes"])}
        yield Term(N_("Others only for this: %(purposes)s."), purposes)
    else:
        yield Term(N_("Others never."), {})
    if "failures" in parameters:
        message = N_(
            "And only once contact with the borrower is lost: %(failures)s failures in a row, or a "
            "number out of service."
        )
        yield Term(message, {"failures": parameters["failures"]})
    if "opened_by" in parameters:
        opened_by = {"circumstances": tuple(parameters["opened_by"])}
        yield Term(N_("Or when this is known: %(circumstances)s."), opened_by)


def _channel(parameters: Parameters) -> Iterator[Term]:
    if "circumstances" in parameters:
        circumstances = {"circumstances": tuple(parameters["circumstances"])}
        yield Term(N_("No contact by what was ruled out: %(circumstances)s."), circumstances)
        if parameters.get("addresses_only"):
            yield Term(N_("Electronic addresses and numbers only."), {})
        if parameters.get("confirmation"):
            yield Term(N_("One confirmation of an opt-out, which says nothing else, is free."), {})
    elif "account" in parameters:
        account = {"account": (parameters["account"],)}
        yield Term(N_("No messages from such an account: %(account)s."), account)
    else:
        yield Term(N_("These media are never used."), {})


def _place(parameters: Parameters) -> Iterator[Term]:
    if parameters.get("unknown") == "jurisdiction":
        yield Term(N_("No contact while no evidence shows under which law the person lives."), {})
    elif parameters.get("unknown") == "time_zone":
        yield Term(N_("No contact while no evidence shows what time it is there."), {})
    elif "only" in parameters:
        yield Term(N_("Nothing reaches the person at work once that was ruled out."), {})
    else:
        yield Term(N_("Nothing reaches the person at a place that was ruled out."), {})


_CONTENTS: dict[tuple[str, str | None], str] = {
    ("opt_out_notice", None): N_("Every message says how to opt out."),
    ("announced", None): N_("Every visit is announced."),
    ("agency_listed", None): N_("The agency stands on the lender's public list."),
    ("format", "postcard"): N_("No postcards."),
    ("format", "marked"): N_("No marks on the envelope beyond what the post needs."),
    ("address_type", "employer"): N_(
        "No address that the employer provided, unless the borrower used or allowed it."
    ),
}


def _content(parameters: Parameters) -> Iterator[Term]:
    if parameters.get("time_barred"):
        yield Term(N_("No threat of suit on a debt whose limitation period has run."), {})
    else:
        yield Term(_CONTENTS[parameters["field"], parameters.get("value")], {})


def _disclosure(parameters: Parameters) -> Iterator[Term]:
    if parameters["before"] == "identity":
        yield Term(N_("The debt is mentioned only once identity is verified."), {})
    else:
        yield Term(N_("The debt is never mentioned."), {})


_OF_KIND: dict[str, Callable[[Parameters], Iterator[Term]]] = {
    "hours": _hours,
    "cap": _cap,
    "wait": _wait,
    "stop": _stop,
    "party": _party,
    "channel": _channel,
    "place": _place,
    "content": _content,
    "disclosure": _disclosure,
}


def _binds(rule: Rule, *, own: bool) -> Iterator[Term]:
    """Say whom a rule binds; `own`: its collectors are others than those of its book."""
    if own:
        yield Term(N_("Binds these collectors: %(words)s."), {"words": _sorted(rule.collectors)})
    if rule.channels is not None:
        yield Term(N_("Binds these media: %(words)s."), {"words": _sorted(rule.channels)})
    if rule.targets is not None:
        yield Term(N_("Binds contact with: %(words)s."), {"words": _sorted(rule.targets)})
    if rule.purposes is not None:
        yield Term(N_("Binds contacts for: %(words)s."), {"words": _sorted(rule.purposes)})
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
    if rule.reply is ReplyTerms.STRETCH:
        message = N_(
            "One answer by the medium of the person's own message is free, as long as the hours or "
            "the place have been closed without a break since it came."
        )
        yield Term(message, {})
    if rule.grounds:
        message = N_("Allowed for review on one of these grounds, with its evidence: %(words)s.")
        yield Term(message, {"words": _sorted(rule.grounds)})


def _sorted(words: frozenset[Any]) -> tuple[str, ...]:
    """Give words in the order in which the contract lists them."""
    return tuple(str(word) for kind in {type(w) for w in words} for word in kind if word in words)
