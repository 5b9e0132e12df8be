"""What people read for the words of this room, in the order in which they are offered."""

from crm.borrowers.rules.evidence import Source
from crm.borrowers.rules.limits import LiftReason
from crm.borrowers.rules.matching import Basis, MatchReason, MatchState
from crm.borrowers.rules.points import EndReason, PointKind
from crm.rulebook.vocabulary import (
    AddressType,
    Channel,
    CircumstanceKind,
    ConsentKind,
    Place,
    Receiver,
    Target,
)
from crm.words import N_

CIRCUMSTANCES = {
    CircumstanceKind.CEASE_REQUEST: N_("Asked in writing that contact end, or refused to pay"),
    CircumstanceKind.OPT_OUT: N_("Opted out of electronic messages"),
    CircumstanceKind.MEDIUM_REFUSED: N_("Does not want this medium or number used"),
    CircumstanceKind.INCONVENIENT_TIME: N_("Cannot be reached at these times"),
    CircumstanceKind.INCONVENIENT_PLACE: N_("Must not be contacted at this place"),
    CircumstanceKind.WRONG_NUMBER: N_("Wrong number"),
    CircumstanceKind.ATTORNEY_REPRESENTED: N_("Represented by a lawyer"),
    CircumstanceKind.REPRESENTATIVE_APPOINTED: N_("Has appointed a representative"),
    CircumstanceKind.DISPUTE: N_("Disputes the debt"),
    CircumstanceKind.ORIGINAL_CREDITOR_REQUEST: N_("Asked for the original creditor"),
    CircumstanceKind.IDENTITY_THEFT: N_("Reports identity theft"),
    CircumstanceKind.TIME_BAR_ASSERTED: N_("Says the debt is time-barred"),
    CircumstanceKind.BANKRUPTCY: N_("Bankrupt or in insolvency"),
    CircumstanceKind.BREATHING_SPACE: N_("Breathing space"),
    CircumstanceKind.CONTACT_HOLD: N_("Contact on hold"),
    CircumstanceKind.ARRANGEMENT_CURRENT: N_("Keeps to an arrangement"),
    CircumstanceKind.ADJUSTMENT_REQUESTED: N_("Asked for an adjustment"),
    CircumstanceKind.VULNERABLE: N_("Vulnerable"),
    CircumstanceKind.HOSPITALISED: N_("In hospital"),
    CircumstanceKind.BEREAVEMENT: N_("Bereaved"),
    CircumstanceKind.DECEASED: N_("Deceased"),
    CircumstanceKind.MINOR: N_("Under age"),
    CircumstanceKind.PARTY_REFUSED_CONTACT: N_("A third person refused contact"),
    CircumstanceKind.LOCATION_ANSWER_DOUBTFUL: N_("An earlier answer is believed wrong"),
    CircumstanceKind.NOTICE_SENT: N_("A required notice was sent"),
}

CONSENTS = {
    ConsentKind.CHANNEL: N_("May be contacted by this medium"),
    ConsentKind.TIME_EXCEPTION: N_("May be contacted at these times"),
    ConsentKind.PLACE_EXCEPTION: N_("May be contacted at this place"),
    ConsentKind.EXTRA_CALLS: N_("More calls are welcome"),
    ConsentKind.THIRD_PARTY: N_("We may speak with someone else"),
    ConsentKind.DIRECT_CONTACT: N_("Direct contact in spite of a lawyer"),
    ConsentKind.COURT_PERMISSION: N_("Permission of a court"),
}

CHANNELS = {
    Channel.CALL: N_("Telephone call"),
    Channel.RINGLESS_VOICEMAIL: N_("Ringless voicemail"),
    Channel.SMS: N_("Text message"),
    Channel.IM: N_("Instant message"),
    Channel.EMAIL: N_("E-mail"),
    Channel.LETTER: N_("Letter"),
    Channel.VISIT: N_("Visit"),
    Channel.SOCIAL_PRIVATE: N_("Private message in a social network"),
    Channel.SOCIAL_PUBLIC: N_("Public post in a social network"),
}

TARGETS = {
    Target.BORROWER: N_("Borrower"),
    Target.CO_BORROWER: N_("Co-borrower"),
    Target.GUARANTOR: N_("Guarantor"),
    Target.SPOUSE: N_("Spouse"),
    Target.ATTORNEY: N_("Lawyer"),
    Target.REPRESENTATIVE: N_("Representative"),
    Target.EXECUTOR: N_("Executor"),
    Target.CONTACT_PERSON: N_("Contact person"),
    Target.RELATIVE: N_("Relative"),
    Target.NEIGHBOUR: N_("Neighbour"),
    Target.EMPLOYER: N_("Employer"),
    Target.COLLEAGUE: N_("Colleague"),
    Target.PARENT: N_("Parent"),
    Target.GUARDIAN: N_("Guardian"),
    Target.SUCCESSOR: N_("Successor"),
    Target.OTHER: N_("Someone else"),
}

PLACES = {
    Place.MOBILE: N_("Mobile"),
    Place.HOME: N_("Home"),
    Place.WORK: N_("Work"),
    Place.OTHER: N_("Elsewhere"),
}

KINDS = {
    PointKind.PHONE: N_("Telephone"),
    PointKind.EMAIL: N_("E-mail"),
    PointKind.POSTAL: N_("Postal address"),
    PointKind.IM: N_("Messaging account"),
}

ADDRESS_TYPES = {
    AddressType.PERSONAL: N_("Private"),
    AddressType.EMPLOYER: N_("Given by the employer"),
}

END_REASONS = {
    EndReason.WRONG_NUMBER: N_("Wrong number"),
    EndReason.REASSIGNED: N_("Now belongs to someone else"),
    EndReason.MOVED: N_("Moved away"),
    EndReason.OTHER: N_("Another reason"),
}

LIFT_REASONS = {
    LiftReason.WITHDRAWN: N_("The person took it back"),
    LiftReason.RESOLVED: N_("It is settled"),
    LiftReason.REPLACED: N_("A newer one says it better"),
    LiftReason.MISTAKEN: N_("It was entered by mistake"),
}

MATCH_STATES = {
    MatchState.PROPOSED: N_("Not decided"),
    MatchState.MERGED: N_("One person"),
    MatchState.APART: N_("Two people"),
}

MATCH_BASES = {
    Basis.NATIONAL_ID: N_("The same identity number"),
    Basis.NUMBER_AND_NAME: N_("The same number or address, and the same name"),
}

MATCH_REASONS = {
    MatchReason.PAPERS: N_("Their papers were compared"),
    MatchReason.SAID: N_("The verified person said so"),
    MatchReason.LENDER: N_("The creditor says so"),
    MatchReason.TYPED_WRONG: N_("Something was typed wrong"),
    MatchReason.OTHER: N_("Another reason"),
}

SOURCES = {
    Source.STATEMENT: N_("The verified person said so"),
    Source.ADDRESS: N_("Postal address"),
    Source.AREA_CODE: N_("Area code"),
    Source.FILE: N_("The creditor's file"),
    Source.ADDRESS_TOLD: N_("Postal address, entered by hand: it adds, and narrows nothing"),
    Source.AREA_CODE_TOLD: N_("Area code, entered by hand: it adds, and narrows nothing"),
}

RECEIVERS = {
    Receiver.COLLECTOR: N_("To us"),
    Receiver.CREDITOR: N_("To the creditor"),
    Receiver.EARLIER_COLLECTOR: N_("To an earlier collector"),
}

WEEKDAYS = {
    "1": N_("Monday"),
    "2": N_("Tuesday"),
    "3": N_("Wednesday"),
    "4": N_("Thursday"),
    "5": N_("Friday"),
    "6": N_("Saturday"),
    "7": N_("Sunday"),
}

LANGUAGES = {
    "zh": N_("Chinese"),
    "en": N_("English"),
    "es": N_("Spanish"),
    "fr": N_("French"),
    "de": N_("German"),
    "pt": N_("Portuguese"),
    "ru": N_("Russian"),
    "ar": N_("Arabic"),
    "hi": N_("Hindi"),
    "id": N_("Indonesian"),
    "vi": N_("Vietnamese"),
    "tl": N_("Tagalog"),
    "ko": N_("Korean"),
    "ja": N_("Japanese"),
}

WORDS = {
    "circumstances": CIRCUMSTANCES,
    "consents": CONSENTS,
    "channels": CHANNELS,
    "targets": TARGETS,
    "places": PLACES,
    "kinds": KINDS,
    "address_types": ADDRESS_TYPES,
    "end_reasons": END_REASONS,
    "lift_reasons": LIFT_REASONS,
    "match_states": MATCH_STATES,
    "match_bases": MATCH_BASES,
    "match_reasons": MATCH_REASONS,
    "sources": SOURCES,
    "receivers": RECEIVERS,
    "weekdays": WEEKDAYS,
    "languages": LANGUAGES,
}
