"""How the words that settle a finding are said on a page; each a message to translate."""

from crm.contacts.rules.findings import Age, Cause, Effect, FindingKind, Remedy, Report
from crm.words import N_

KINDS: dict[str, str] = {
    FindingKind.UNLAWFUL: N_("Unlawful contact"),
    FindingKind.UNMATCHED: N_("Contact without a permit"),
}

CAUSES: dict[str, str] = {
    Cause.NOT_ASKED: N_("Nobody asked for a permit"),
    Cause.NO_ACCESS: N_("The system could not be reached"),
    Cause.WRONG_DATA: N_("What was known of the person was wrong or old"),
    Cause.MISREAD: N_("The rule was not known or misunderstood"),
    Cause.OTHER_SYSTEM: N_("Another system or firm made it"),
    Cause.FAULT: N_("A fault of the program"),
    Cause.KNOWINGLY: N_("Knowingly"),
    Cause.MISRECORDED: N_("The record is wrong, not the contact"),
    Cause.OTHER: N_("Another cause; the words say it"),
}

EFFECTS: dict[str, str] = {
    Effect.NONE: N_("None"),
    Effect.UNTIMELY: N_("Disturbed at a forbidden time"),
    Effect.TOO_OFTEN: N_("Contacted too often"),
    Effect.STOP_PASSED: N_("Contacted although contact was stopped"),
    Effect.DISCLOSED: N_("Somebody else learnt of the debt"),
    Effect.DISTRESS: N_("Distress"),
    Effect.LOSS: N_("Loss of money"),
    Effect.UNKNOWN: N_("Not known"),
}

REMEDIES: dict[str, str] = {
    Remedy.NOT_NEEDED: N_("None is needed"),
    Remedy.APOLOGY: N_("We apologised"),
    Remedy.STOP_KEPT: N_("The stop is recorded and binds"),
    Remedy.DATA_MENDED: N_("What is known was put right"),
    Remedy.TRAINING: N_("The colleague was trained"),
    Remedy.RULE_CHANGED: N_("A house limit or a way of working was changed"),
    Remedy.COMPENSATION: N_("The person was compensated"),
    Remedy.OTHER: N_("Another remedy; the words say it"),
}

REPORTS: dict[str, str] = {
    Report.NOT_NEEDED: N_("It need not be reported"),
    Report.REGULATOR: N_("To the regulator"),
    Report.CREDITOR: N_("To the creditor whose loan it is"),
    Report.PERSON: N_("To the person"),
}

AGES: dict[str, str] = {
    Age.WEEK: N_("Less than 7 days"),
    Age.FORTNIGHT: N_("7 to 14 days"),
    Age.MONTH: N_("14 to 30 days"),
    Age.OLDER: N_("More than 30 days"),
}
