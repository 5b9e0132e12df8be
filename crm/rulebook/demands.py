"""What each kind of rule demands, in words: one message per parameter that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from crm.rulebook.vocabulary import WEEKDAYS
from crm.words import N_

# A list of words of the contract, or one figure.
Figure: TypeAlias = "str | int | tuple[str, ...]"
Parameters: TypeAlias = Mapping[str, Any]


class Term(NamedTuple):
    """One sentence about a rule and what stands in it."""

    message: str
    figures: Mapping[str, Figure]


def demands(kind: str, parameters: Parameters) -> Iterator[Term]:
    """Yield what a rule of that kind demands."""
    return _OF_KIND[kind](parameters)


def _hours(parameters: Parameters) -> Iterator[Term]:
    if parameters.get("designated"):
        yield Term(N_("Times that the person called inconvenient are closed."), {})
    elif "holidays" in parameters:
        yield from _holidays(parameters)
    else:
        for window in parameters.get("windows", (parameters,)):
            yield _window(window)
        if "zone" in parameters:
            message = N_("Wherever the person is, the clock of %(zone)s counts.")
            yield Term(message, {"zone": parameters["zone"]})


def _window(window: Parameters) -> Term:
    figures = {"opens": window["from"], "closes": window["to"]}
    if "days" in window:
        message = N_(
            "On these days contact may start from %(opens)s to before %(closes)s by the clock of "
            "every place where the person may be: %(days)s."
        )
        days = tuple(WEEKDAYS[day - 1] for day in sorted(window["days"]))
        return Term(message, {**figures, "days": days})
    message = N_(
        "Contact may start from %(opens)s to before %(closes)s by the clock of every place "
        "where the person may be."
    )
    return Term(message, figures)


def _holidays(parameters: Parameters) -> Iterator[Term]:
    calendar = parameters["holidays"]
    place = "-".join(filter(None, (calendar["country"], calendar.get("subdivision"))))
    if "from" in parameters:
        message = N_(
            "On public holidays of %(place)s contact may start from %(opens)s to before "
            "%(closes)s only."
        )
        figures = {"place": place, "opens": parameters["from"], "closes": parameters["to"]}
        yield Term(message, figures)
    else:
        yield Term(N_("No contact on public holidays of %(place)s."), {"place": place})
    if "announced" in calendar:
        message = N_("Holidays after %(year)s are not announced yet and count as foreseen.")
        yield Term(message, {"year": str(calendar["announced"])})


def _cap(parameters: Parameters) -> Iterator[Term]:
    limit = {"limit": parameters["limit"]}
    if parameters.get("days") == 1:
        yield Term(N_("At most %(limit)s on a calendar day."), limit)
    elif "days" in parameters:
        message = N_(
            "At most %(limit)s within %(days)s consecutive calendar days, today the last of them."
        )
        yield Term(message, {**limit, "days": parameters["days"]})
    elif "hours" in parameters:
        message = N_("At most %(limit)s within %(hours)s hours.")
        yield Term(message, {**limit, "hours": parameters["hours"]})
    elif parameters.get("period") == "week":
        yield Term(N_("At most %(limit)s in a calendar week, from Monday to Sunday."), limit)
    elif parameters.get("period") == "month":
        yield Term(N_("At most %(limit)s in a calendar month."), limit)
    else:
        yield Term(N_("At most %(limit)s, whenever they were."), limit)
    if parameters.get("asked_again"):
        yield Term(N_("One more when the person asks for it or is believed to know better."), {})
    yield from _counts(parameters["counts"])


def _wait(parameters: Parameters) -> Iterator[Term]:
    if "after" in parameters:
        message = N_(
            "A wait of %(days)s calendar days after this, of which its own day is the first: "
            "%(circumstances)s."
        )
        after = tuple(parameters["after"])
        yield Term(message, {"days": parameters["days"], "circumstances": after})
        return
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


_PER = {
    "person": N_("All numbers of a person are counted together."),
    "number": N_("Each number is counted by itself."),
    "anyone": N_("Contacts with everybody concerned are counted together."),
}


def _counts(counts: Parameters) -> Iterator[Term]:
    if counts["outcomes"]:
        yield Term(N_("What counts: %(outcomes)s."), {"outcomes": tuple(counts["outcomes"])})
    yield Term(N_("By these media: %(channels)s."), {"channels": tuple(counts["channels"])})
    yield Term(_PER[counts["per"]], {})
    if "targets" in counts:
        targets = {"targets": tuple(counts["targets"])}
        yield Term(N_("Contacts with these persons count: %(targets)s."), targets)
    if "places" in counts:
        yield Term(
            N_("Contacts at these places count: %(places)s."), {"places": tuple(counts["places"])}
        )
    if counts.get("after_conversation"):
        message = N_("Nothing counts up to the first conversation, nor that conversation itself.")
        yield Term(message, {})
    if counts.get("by_debt"):
        yield Term(N_("Each debt is counted by itself."), {})
    if counts.get("by_account"):
        yield Term(N_("Each account is counted by itself, whatever debts stand under it."), {})
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
    if "days" in parameters:
        message = N_("For %(days)s calendar days at most, that on which it began the first.")
        yield Term(message, {"days": parameters["days"]})


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
    elif parameters.get("event") == "channel.consent":
        yield Term(N_("These media are used only with the person's consent."), {})
    else:
        yield Term(N_("These media are never used."), {})


def _place(parameters: Parameters) -> Iterator[Term]:
    if parameters.get("unknown") == "jurisdiction":
        yield Term(N_("No contact while no evidence shows under which law the person lives."), {})
    elif parameters.get("unknown") == "time_zone":
        yield Term(N_("No contact while no evidence shows what time it is there."), {})
    elif "barred" in parameters:
        yield Term(N_("No contact at all at these places."), {})
    elif "stand_in" in parameters:
        yield Term(N_("Every decision by the house's default book says that it judged."), {})
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
    if parameters.get("time_barred") and "sentence" in parameters:
        yield Term(N_("No such contact about a debt whose limitation period has run."), {})
    elif parameters.get("time_barred"):
        yield Term(N_("No threat of suit on a debt whose limitation period has run."), {})
    else:
        yield Term(_CONTENTS[parameters["field"], parameters.get("value")], {})


def _disclosure(parameters: Parameters) -> Iterator[Term]:
    if parameters["before"] == "identity":
        yield Term(N_("The debt is mentioned only once identity is verified."), {})
    elif parameters["before"] == "agreement":
        yield Term(N_("Details of the debt are sent only if the person agreed to it."), {})
    else:
        yield Term(N_("The debt is never mentioned."), {})


def _recording(parameters: Parameters) -> Iterator[Term]:
    yield Term(N_("Contacts are recorded."), {})
    if parameters.get("announced"):
        yield Term(N_("The other side is told that the contact is recorded."), {})


def _retention(parameters: Parameters) -> Iterator[Term]:
    figures = {"what": (parameters["what"],), "start": (parameters["from"],)}
    yield from _spans(
        N_("Kept at least so long, counted from %(start)s: %(what)s."), figures, parameters
    )


def _limitation(parameters: Parameters) -> Iterator[Term]:
    yield from _spans(N_("The claim can no longer be enforced after so long."), {}, parameters)
    if parameters.get("to_year_end"):
        yield Term(N_("And on to the end of that calendar year."), {})
    if "interrupted_by" in parameters:
        message = N_("The time runs anew from: %(events)s.")
        yield Term(message, {"events": tuple(parameters["interrupted_by"])})


def _spans(message: str, figures: Mapping[str, Figure], parameters: Parameters) -> Iterator[Term]:
    yield Term(message, figures)
    for unit, length in _LENGTHS.items():
        if unit in parameters:
            yield Term(length, {unit: parameters[unit]})


_LENGTHS = {
    "years": N_("Years: %(years)s."),
    "months": N_("Months: %(months)s."),
    "days": N_("Days: %(days)s."),
}

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
    "recording": _recording,
    "retention": _retention,
    "limitation": _limitation,
}
