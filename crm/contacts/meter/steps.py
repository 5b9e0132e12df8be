"""What follows from what was said, and the usual next step after a code; messages to translate."""

from crm.contacts.rules.said import Breadth, Kind
from crm.words import N_

# What the record of it does the moment it is saved. Where the law differs by place, it says so.
FOLLOWS: dict[str, str] = {
    Kind.PROMISE: N_("Kept with this contact and shown in the file."),
    Kind.CALLBACK: N_("Kept, as their consent where it is proven who asks, and judged at once."),
    Kind.OPT_OUT: N_("Stops what is chosen the moment it is saved; this number if nothing is."),
    Kind.CEASE: N_("Stops contact by this medium for good; where they wrote it, all collection."),
    Kind.DISPUTE: N_("Stops collection of the disputed loan until it is answered."),
    Kind.HARDSHIP: N_("Kept as a request for easier terms."),
    Kind.VULNERABILITY: N_("Marks the person as needing particular care."),
    Kind.WRONG_NUMBER: N_("Closes this number for this person the moment it is saved."),
    Kind.NEW_NUMBER: N_("Adds it to the file, with where it came from."),
    Kind.REFUSAL: N_("Kept with this contact; where they wrote it, it stops all collection."),
    Kind.REPRESENTED: N_("Contact then goes to the representative, where the law says so."),
    Kind.BANKRUPTCY: N_("Stops collection, where the law says so."),
    Kind.DECEASED: N_("Stops contact with the person, as the law of the place says."),
    Kind.IDENTITY_THEFT: N_("Stops collection until it is examined, where the law says so."),
    Kind.BEREAVEMENT: N_("Stops contact for a time, where the law says so."),
    Kind.INCONVENIENT_TIME: N_("Stops contact in these hours."),
    Kind.SOMEBODY_ELSE: N_("Kept with this contact; nothing of the debt was said."),
}

OPT_OUTS: dict[str, str] = {
    Breadth.NUMBER: N_("This number or address"),
    Breadth.WORK: N_("At work"),
    Breadth.HOURS: N_("These hours"),
    Breadth.CHANNEL: N_("This medium"),
    Breadth.EVERYTHING: N_("Everything"),
}

# As it is told of a record; the form offers those above.
BREADTHS: dict[str, str] = OPT_OUTS | {
    Breadth.HERE: N_("This number or address, by every medium"),
}

# What each breadth of an opt-out stops, and which circumstance it becomes.
STOPS: dict[str, str] = {
    Breadth.NUMBER: N_("Stops this medium at this number or address; others stay open."),
    Breadth.WORK: N_(
        "Stops contact at work: every number and address at work that is known, and all that "
        "reaches the place where the law has such a rule."
    ),
    Breadth.HOURS: N_("Stops contact in these hours, where the law has such a rule."),
    Breadth.CHANNEL: N_("Stops this medium at every number and address."),
    Breadth.EVERYTHING: N_("Stops calls, messages, letters and visits: every medium is refused."),
}

# The same where another took the call: he speaks for this number alone.
STOPS_OF_OTHER: dict[str, str] = {
    Breadth.NUMBER: N_("Stops this medium at this number; the borrower said nothing."),
    Breadth.HOURS: N_(
        "Stops contact at this number in these hours, where the law has such a rule."
    ),
    Breadth.EVERYTHING: N_("Stops every medium at this number; the borrower said nothing."),
}

NEXT: dict[str, str] = {
    "other_hour": N_("Next: another hour of another day."),
    "two_hours": N_("Next: again in two hours."),
    "tomorrow": N_("Next: again tomorrow."),
    "two_days": N_("Next: wait two days for an answer."),
    "three_days": N_("Next: again in three days."),
    "line": N_("Next: again when the line works."),
    "other_number": N_("Next: look for another number."),
    "verify": N_("Next: find out by another way who answers there."),
    "new_number": N_("Next: use the number that was given."),
    "interpreter": N_("Next: somebody who speaks their language, or another medium."),
    "promise_day": N_("Next: look for the payment on the day promised."),
    "posting": N_("Next: see that the payment has arrived."),
    "writing": N_("Next: put the plan in writing."),
    "agreement": N_("Next: ask who may agree to it."),
    "call_back": N_("Next: call at the time agreed."),
    "finish": N_("Next: C finishes the call, where the law allows it."),
    "leader": N_("Next: the team leader looks at the case."),
    "leader_now": N_("Next: tell your team leader now. Nobody else calls before that."),
    "specialist": N_("Next: the hardship desk takes over."),
    "disputes": N_("Next: the disputes officer answers."),
    "complaints": N_("Next: the complaints officer answers."),
    "proof": N_("Next: ask for proof of the payment and wait three days."),
    "representative": N_("Next: write to the representative."),
    "legal": N_("Next: the legal officer looks at the case."),
    "estate": N_("Next: find out who settles the estate."),
    "break": N_("Next: take a break. Write down what was said."),
    "pause": N_("Next: pause, as long as was agreed."),
}
