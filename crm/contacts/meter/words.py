"""How channels, outcomes, people and places are called on a page; each a message to translate."""

from crm.borrowers.rules.words import CHANNELS, PLACES, TARGETS
from crm.contacts.callers.rules import Away
from crm.contacts.rules.causes import Instead, NotSaid, Outage, TakenFor, Unasked, Unlogged
from crm.words import N_

OUTCOMES: dict[str, str] = {
    "no_answer": N_("No answer"),
    "busy": N_("Busy"),
    "not_in_service": N_("Not in service"),
    "rejected": N_("Call rejected"),
    "voicemail_left": N_("Voicemail left"),
    "voicemail_full": N_("Voicemail full or none"),
    "answered_hangup": N_("Answered and hung up"),
    "conversation": N_("Spoken to, the debt not discussed"),
    "effective_conversation": N_("Spoken to about the debt"),
    "inbound_conversation": N_("They called us"),
    "inbound": N_("It came in, without a talk"),
    "delivered": N_("Delivered"),
    "not_delivered": N_("Not delivered"),
    "nobody_home": N_("Nobody was there"),
    "met": N_("Met in person"),
    "pending": N_("Reserved or under way"),
}

DAY_ONE = {"stops": N_("No earlier stops"), "contacts": N_("No earlier contacts")}
MARKS: dict[str, str] = {
    "inbound": N_("The contact came from them"),
    "late_lawful": N_("Without permit, lawful"),
    "late_unlawful": N_("Without permit, unlawful"),
    "outage": N_("During an outage"),
    "external_file": N_("From a file"),
}

REFUSALS: dict[str, str] = {
    "refused": N_("Refused"),
    "unlawful": N_("Unlawful"),
    "late_unlawful": N_("Unlawful, without permit"),
    "late_lawful": N_("Without permit, lawful"),
    "outage": N_("During an outage"),
    "external_file": N_("From a file"),
    "purpose": N_("Not said to be collection"),
    "ground": N_("On a ground"),
    "third_party": N_("With a third party"),
    "unsaid": N_("A needed line was not said"),
    "made": N_("Made by us"),
}

AWAY: dict[str, str] = {
    Away.RESERVED: N_("Another desk serves the borrower"),
    Away.FAILED: N_("Answers did not match"),
    Away.LIMIT: N_("Too many looks"),
}

LOOKED_UP_BY: dict[str, str] = {
    "phone": N_("The number that calls"),
    "loan_number": N_("A loan number"),
    "email": N_("The e-mail address that writes"),
}

EMOTIONS: dict[str, str] = {
    "calm": N_("Calm"),
    "anxious": N_("Anxious"),
    "angry": N_("Angry"),
    "distressed": N_("Distressed"),
    "refused": N_("Unwilling"),
}

ITEMS: dict[str, str] = {
    "national_id": N_("Identity number, its last four"),
    "birthday": N_("Month and day of birth"),
    "loan_number": N_("Loan number, its last four"),
    "last_payment": N_("Month of the last payment"),
    "postal": N_("Address: its town or street"),
    "phone": N_("Telephone number (no proof)"),
    "email": N_("E-mail address"),
    "name": N_("Full name (no proof)"),
}

SAID: dict[str, str] = {
    "promise": N_("Promised to pay"),
    "callback": N_("Asked to be called back"),
    "opt_out": N_("Opts out"),
    "cease": N_("Wants no more contact"),
    "dispute": N_("Disputes the debt"),
    "hardship": N_("Spoke of hardship"),
    "vulnerability": N_("Needs particular care"),
    "wrong_number": N_("Wrong number"),
    "new_number": N_("Gave another number"),
    "refusal": N_("Refuses to pay"),
    "represented": N_("Is represented by a lawyer"),
    "bankruptcy": N_("Is bankrupt"),
    "deceased": N_("Has died"),
    "identity_theft": N_("Reports identity theft"),
    "bereavement": N_("Is bereaved"),
    "inconvenient_time": N_("Cannot be reached at these times"),
    "somebody_else": N_("Somebody else took the call"),
}

PAID_BY: dict[str, str] = {
    "transfer": N_("Bank transfer"),
    "debit": N_("Direct debit"),
    "card": N_("Card"),
    "app": N_("App or wallet"),
    "counter": N_("At the counter"),
    "other": N_("Another way"),
}

PROPOSED_BY: dict[str, str] = {
    "person": N_("They named the amount"),
    "us": N_("We named the amount"),
}

# What a promise carries beside its amount and day, and who took a call beside who he is.
PROMISED: dict[str, str] = {
    "partial": N_("less may come"),
    "reminder": N_("may be reminded"),
    "read_back": N_("read back and confirmed"),
    "passes_on": N_("passes a message on"),
}

RELATIONS: dict[str, str] = {
    "spouse": N_("Spouse"),
    "relative": N_("Relative"),
    "colleague": N_("Colleague"),
    "employer": N_("Employer"),
    "neighbour": N_("Neighbour"),
    "other": N_("Somebody else"),
}

PERMIT_STATES: dict[str, str] = {
    "reserved": N_("Reserved"),
    "started": N_("Under way"),
    "logged": N_("Logged"),
    "released": N_("Released"),
    "lapsed": N_("Lapsed"),
    "ended": N_("Ended by a new fact"),
    "closed": N_("Closed, outcome unknown"),
}

UNASKED: dict[str, str] = {
    Unasked.NOT_ASKED: N_("No permit was asked for"),
    Unasked.NO_ACCESS: N_("The system could not be reached"),
    Unasked.BY_CHANCE: N_("Met by chance"),
    Unasked.ELSEWHERE: N_("Made on paper or with another system"),
    Unasked.OTHER: N_("Another reason; the note says it"),
}

TAKEN_FOR: dict[str, str] = {
    TakenFor.REGULATOR: N_("A regulator asks for it"),
    TakenFor.AUDIT: N_("An audit"),
    TakenFor.COMPLAINT: N_("A complaint"),
    TakenFor.COURT: N_("A court or an authority"),
    TakenFor.QUALITY: N_("Quality and training"),
    TakenFor.PLANNING: N_("Planning the work"),
}

UNLOGGED: dict[str, str] = {
    Unlogged.FORGOTTEN: N_("Nobody remembers what came of it"),
    Unlogged.HOLDER_AWAY: N_("The collector is away"),
    Unlogged.FAULT: N_("Telephone or program broke off"),
    Unlogged.OTHER: N_("Another reason"),
}

INSTEAD: dict[str, str] = {
    Instead.AWAY: N_("The collector is away"),
    Instead.LEFT: N_("The collector no longer works here"),
    Instead.NO_ACCESS: N_("The collector cannot reach the system"),
    Instead.OTHER: N_("Another reason; the note says it"),
}

NOT_SAID: dict[str, str] = {
    NotSaid.SLIP: N_("A slip of the key"),
    NotSaid.MISHEARD: N_("It was misheard"),
    NotSaid.ANOTHER: N_("It belongs to another record"),
}

OUTAGES: dict[str, str] = {
    Outage.NETWORK: N_("The network is down"),
    Outage.POWER: N_("There is no power"),
    Outage.PROGRAM: N_("The program does not answer"),
    Outage.UPKEEP: N_("Planned work on the system"),
    Outage.OTHER: N_("Another reason"),
}

__all__ = [
    "AWAY",
    "CHANNELS",
    "EMOTIONS",
    "INSTEAD",
    "LOOKED_UP_BY",
    "MARKS",
    "OUTCOMES",
    "PAID_BY",
    "PERMIT_STATES",
    "PLACES",
    "PROMISED",
    "PROPOSED_BY",
    "REFUSALS",
    "SAID",
    "TAKEN_FOR",
    "TARGETS",
    "UNASKED",
    "UNLOGGED",
]
