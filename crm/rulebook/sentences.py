"""The sentences of decisions: one message per finding, made of its figures, ready to translate.

A reason's `figures` name their `sentence`; a page renders the reason in the reader's language with
`render(figures, gettext)`. Words of the contract (channels, persons …) are messages of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from crm.rulebook.holiday_words import HOLIDAYS
from crm.rulebook.rule import Figures
from crm.rulebook.words import WORDS
from crm.words import N_

SENTENCES: dict[str, str] = {
    "hours.closed": N_(
        "It is %(local)s in %(zone)s; contact may start from %(opens)s to before %(closes)s there."
    ),
    "hours.designated": N_("The borrower called this time inconvenient."),
    "hours.unusual": N_(
        "It is %(local)s in %(zone)s, an unusual hour at which to disturb other people."
    ),
    "hours.closed_day": N_(
        "It is %(weekday)s, %(local)s, in %(zone)s; no contact may start there on that day."
    ),
    "hours.last_resort": N_(
        "It is %(weekday)s, %(local)s, in %(zone)s; contact is made on that day only where there "
        "was no other chance of it."
    ),
    "hours.holiday": N_("%(on)s is a public holiday in %(zone)s: %(holiday)s."),
    "hours.holiday_expected": N_(
        "%(on)s is expected to be a public holiday in %(zone)s: %(holiday)s. The holidays of "
        "%(year)s have not been announced yet."
    ),
    "hours.unannounced": N_(
        "The public holidays of %(year)s have not been announced yet; %(on)s is none of those "
        "that can be foreseen for %(zone)s."
    ),
    "cap.contacts": N_(
        "%(used)s of %(limit)s contacts within %(days)s consecutive days have been made."
    ),
    "cap.contacts_day": N_("%(used)s of %(limit)s contacts a day have been made."),
    "cap.contacts_week": N_("%(used)s of %(limit)s contacts in this calendar week have been made."),
    "cap.contacts_month": N_(
        "%(used)s of %(limit)s contacts in this calendar month have been made."
    ),
    "cap.contacts_hours": N_(
        "%(used)s of %(limit)s contacts within %(hours)s hours have been made."
    ),
    "cap.attempts": N_(
        "%(used)s of %(limit)s contacts and attempts within %(days)s consecutive days have been "
        "made."
    ),
    "cap.attempts_week": N_(
        "%(used)s of %(limit)s contacts and attempts in this calendar week have been made."
    ),
    "cap.begun": N_(
        "%(used)s of %(limit)s calls or texts within %(days)s consecutive days have been made to "
        "this person there about this debt."
    ),
    "cap.calls_person": N_(
        "%(used)s of %(limit)s calls within %(days)s consecutive days have been made to this "
        "person."
    ),
    "cap.contacts_at_work": N_(
        "%(used)s of %(limit)s contacts at work within %(days)s consecutive days have been made."
    ),
    "cap.conversations_days": N_(
        "%(used)s of %(limit)s conversations within %(days)s consecutive days have been held."
    ),
    "cap.calls_day": N_("%(used)s of %(limit)s calls a day have been made."),
    "cap.calls_week": N_("%(used)s of %(limit)s calls in this calendar week have been made."),
    "cap.calls_account": N_(
        "%(used)s of %(limit)s calls within %(days)s consecutive days have been made about this "
        "account."
    ),
    "cap.messages": N_(
        "%(used)s of %(limit)s electronic messages within %(days)s consecutive days have been sent."
    ),
    "cap.visits": N_(
        "%(used)s of %(limit)s visits within %(days)s consecutive days have been made."
    ),
    "cap.conversations_day": N_("%(used)s of %(limit)s conversations a day have been held."),
    "cap.conversations_week": N_(
        "%(used)s of %(limit)s conversations in this calendar week have been held."
    ),
    "cap.asked_employer": N_("This employer has been contacted once already."),
    "cap.calls": N_(
        "%(used)s of %(limit)s calls within %(days)s consecutive days have been made to this "
        "person about this debt."
    ),
    "cap.conversations": N_(
        "%(used)s of %(limit)s effective conversations a day have been held with this person."
    ),
    "cap.unanswered": N_(
        "%(used)s of %(limit)s unanswered attempts a day have been made at this number."
    ),
    "cap.concentrated": N_(
        "%(used)s calls have been made to this number today; so many may count as harassment."
    ),
    "cap.asked_once": N_(
        "This person has been asked once already where the borrower is to be found."
    ),
    "wait.conversation": N_(
        "A telephone conversation that counts for this debt took place on %(on)s; no call may "
        "follow within "
        "%(days)s days, of which that day is the first."
    ),
    "wait.rapid": N_(
        "A call to this number went unanswered less than %(minutes)s minutes ago; calls in rapid "
        "succession may count as harassment."
    ),
    "wait.collection": N_(
        "The last collection contact was on %(on)s; the house leaves %(days)s days between two."
    ),
    "wait.contact": N_(
        "The last such contact was on %(on)s; the next may follow %(days)s days later, that day "
        "being the first."
    ),
    "wait.notice": N_(
        "The written notice was sent on %(on)s; no contact may follow within %(days)s days, of "
        "which that day is the first."
    ),
    "wait.pending": N_(
        "A contact of %(on)s is under way, or nobody has said yet what came of it; until then it "
        "counts as one that bars the next."
    ),
    "wait.permit_open": N_("A call to this person is already reserved or under way."),
    "stop.attorney": N_("An attorney represents the borrower in this debt."),
    "stop.attorney_only": N_(
        "An attorney represents the borrower; nobody else may be asked where he is to be found."
    ),
    "stop.cease": N_("The borrower refused in writing to pay, or to be contacted any further."),
    "stop.dispute": N_(
        "The borrower disputed this debt in writing and has not been sent its verification yet."
    ),
    "stop.disputed": N_("The borrower disputes the debt, and the dispute is not settled yet."),
    "stop.respite_by_law": N_(
        "Collection is suspended after a death, an illness or an accident in the borrower's family."
    ),
    "stop.represented_or_court": N_(
        "A lawyer represents the borrower, or a court is dealing with the debt."
    ),
    "stop.original_creditor": N_(
        "The borrower asked in writing for the original creditor and has not been answered yet."
    ),
    "stop.bankruptcy": N_("A bankruptcy case bars every act to collect this debt."),
    "stop.deceased": N_("The borrower has died."),
    "stop.minor": N_("The borrower is a minor; speak with a parent or the legal guardian."),
    "stop.wrong_number": N_("This number turned out not to be the borrower's."),
    "stop.refused_contact": N_("This person refused to be contacted."),
    "stop.representative": N_("A representative acts for the borrower; turn to him instead."),
    "stop.breathing_space": N_("The borrower is in a breathing space set by law."),
    "stop.arrangement": N_("The borrower keeps to an arrangement to pay."),
    "stop.adjustment": N_("The borrower asked for an adjustment of the debt; it is not decided."),
    "stop.time_bar": N_(
        "The borrower said that he does not pay because the limitation period has run."
    ),
    "stop.vulnerable": N_("The borrower is known to be particularly vulnerable."),
    "stop.bereavement": N_("There has been a death in the borrower's family."),
    "stop.hospitalised": N_("The borrower is in hospital."),
    "stop.identity_theft": N_("The borrower says that somebody else made this debt in his name."),
    "stop.hold": N_("The house put contact with this borrower on hold."),
    "stop.respite": N_("The borrower is in a situation in which the house leaves him in peace."),
    "place.inconvenient": N_("The borrower does not wish to be reached at this place."),
    "place.barred": N_("No contact of this kind (%(channel)s) may be made there (%(place)s)."),
    "place.unknown_jurisdiction": N_(
        "No evidence shows under which law the borrower lives, or no book covers that place."
    ),
    "place.default_book": N_(
        "No book of law covers where the borrower lives; the house's default book judges."
    ),
    "place.unknown_time_zone": N_("No evidence shows what time it is where the borrower is."),
    "channel.refused": N_("It was asked that this medium not be used here (%(channel)s)."),
    "channel.barred": N_("This medium (%(channel)s) can be seen by others and is never used."),
    "channel.consent_needed": N_(
        "This medium (%(channel)s) may be used only with the borrower's consent."
    ),
    "channel.not_used": N_("This medium (%(channel)s) may not be used for this contact."),
    "channel.account": N_("Messages may not be sent from this account (%(account)s)."),
    "party.purpose": N_(
        "This person (%(target)s) is not the borrower, and for this purpose (%(purpose)s) nobody "
        "else may be contacted."
    ),
    "party.not_lost": N_(
        "Contact with the borrower is not lost, so this person (%(target)s) may not be contacted; "
        "%(failures)s failures in a row, or a number out of service, would show it."
    ),
    "party.inbound": N_("This person (%(target)s) must not be told of the debt."),
    "content.opt_out_notice": N_(
        "The message must say how to opt out of further messages to this address or number."
    ),
    "content.announced": N_("The visit must be announced beforehand."),
    "content.agency_listed": N_("The agency must stand on the lender's public list."),
    "content.format_postcard": N_("A postcard can be read by anyone."),
    "content.format_marked": N_("The envelope shows more than the post needs."),
    "content.address_type_employer": N_("This address was provided by the borrower's employer."),
    "content.time_barred": N_("Suit may not be threatened on a time-barred debt."),
    "content.prescribed": N_("The limitation period of this debt has run; it is not collected."),
    "disclosure.identity": N_("Verify who is speaking before the debt is mentioned."),
    "disclosure.agreement": N_(
        "Details of the debt may go by this medium (%(channel)s) only if the debtor agreed to it."
    ),
    "disclosure.stranger": N_("This person (%(target)s) must not learn of the debt."),
}

_WORDS = {**HOLIDAYS, **WORDS}

GROUND = N_("%(sentence)s It is allowed on a ground to be reviewed: %(ground)s.")


def sentence(figures: Figures) -> str:
    """Give the English sentence of a finding."""
    return render(figures, str)


def render(figures: Figures, gettext: Callable[[str], str]) -> str:
    """Give the sentence of a reason's figures in the language of `gettext`.

    For a stored decision: `render(reason["figures"], gettext)` is its `why`, and where the reason
    has an `event`, `gettext(reason["event"])` names what must come first (EVENTS are messages).
    KeyError where the figures name no known sentence.
    """
    words = {
        name: gettext(_WORDS[value]) if isinstance(value, str) and value in _WORDS else value
        for name, value in figures.items()
    }
    text = gettext(SENTENCES[str(figures["sentence"])]) % words
    if "ground" in figures:
        return gettext(GROUND) % {**words, "sentence": text}
    return text
