"""The words of the contract: every value a facts document may use, and the classes of outcomes."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who collects, seen from the creditor."""

    CREDITOR = "creditor"
    BANK = "bank"
    AGENCY = "agency"
    THIRD_PARTY = "third_party"
    DEBT_BUYER = "debt_buyer"


class Channel(StrEnum):
    """A medium of contact."""

    CALL = "call"
    RINGLESS_VOICEMAIL = "ringless_voicemail"
    SMS = "sms"
    IM = "im"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"
    SOCIAL_PRIVATE = "social_private"
    SOCIAL_PUBLIC = "social_public"


class Target(StrEnum):
    """The person approached, as seen from the borrower."""

    BORROWER = "borrower"
    CO_BORROWER = "co_borrower"
    GUARANTOR = "guarantor"
    SPOUSE = "spouse"
    ATTORNEY = "attorney"
    REPRESENTATIVE = "representative"
    EXECUTOR = "executor"
    CONTACT_PERSON = "contact_person"
    RELATIVE = "relative"
    NEIGHBOUR = "neighbour"
    EMPLOYER = "employer"
    COLLEAGUE = "colleague"
    PARENT = "parent"
    GUARDIAN = "guardian"
    SUCCESSOR = "successor"
    OTHER = "other"


class Outcome(StrEnum):
    """How far a contact reached."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    NOT_IN_SERVICE = "not_in_service"
    REJECTED = "rejected"
    VOICEMAIL_LEFT = "voicemail_left"
    VOICEMAIL_FULL = "voicemail_full"
    ANSWERED_HANGUP = "answered_hangup"
    CONVERSATION = "conversation"
    EFFECTIVE_CONVERSATION = "effective_conversation"
    INBOUND_CONVERSATION = "inbound_conversation"
    INBOUND = "inbound"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    NOBODY_HOME = "nobody_home"
    MET = "met"
    PENDING = "pending"


class Purpose(StrEnum):
    """What a contact is for."""

    COLLECTION = "collection"
    LOCATION = "location"
    RELAY = "relay"
    REPLY = "reply"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    SPECIFIED_REMEDY = "specified_remedy"
    THREATEN_SUIT = "threaten_suit"
    REQUIRED_NOTICE = "required_notice"
    END_OF_EFFORTS = "end_of_efforts"
    POSTJUDGMENT_REMEDY = "postjudgment_remedy"
    SAFETY = "safety"
    SERVICE = "service"
    COMPLAINT_REPLY = "complaint_reply"


class Place(StrEnum):
    """Where a number or address belongs."""

    HOME = "home"
    WORK = "work"
    MOBILE = "mobile"
    OTHER = "other"


class Whereabouts(StrEnum):
    """Where the borrower is known to be."""

    HOME = "home"
    WORK = "work"
    OTHER = "other"


class Direction(StrEnum):
    """Who began the contact."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Ground(StrEnum):
    """A claimed ground for going beyond a limit that is a presumption."""

    CALL_DROPPED = "call_dropped"
    INFORMATION_REQUESTED = "information_requested"
    REQUIRED_BY_LAW = "required_by_law"
    ACTIVE_LITIGATION = "active_litigation"
    TO_BORROWERS_ADVANTAGE = "to_borrowers_advantage"


class Product(StrEnum):
    """The kind of a debt."""

    CREDIT_CARD = "credit_card"
    CONSUMER_LOAN = "consumer_loan"
    MORTGAGE = "mortgage"
    AUTO_LOAN = "auto_loan"
    STUDENT_LOAN = "student_loan"
    MEDICAL = "medical"
    BUSINESS_LOAN = "business_loan"
    OTHER = "other"


class CircumstanceKind(StrEnum):
    """What may be known about a borrower that stops or shapes a contact."""

    ATTORNEY_REPRESENTED = "attorney_represented"
    REPRESENTATIVE_APPOINTED = "representative_appointed"
    CEASE_REQUEST = "cease_request"
    MEDIUM_REFUSED = "medium_refused"
    OPT_OUT = "opt_out"
    INCONVENIENT_TIME = "inconvenient_time"
    INCONVENIENT_PLACE = "inconvenient_place"
    DISPUTE = "dispute"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"
    MINOR = "minor"
    BREATHING_SPACE = "breathing_space"
    CONTACT_HOLD = "contact_hold"
    BEREAVEMENT = "bereavement"
    HOSPITALISED = "hospitalised"
    TIME_BAR_ASSERTED = "time_bar_asserted"
    IDENTITY_THEFT = "identity_theft"
    PARTY_REFUSED_CONTACT = "party_refused_contact"
    ARRANGEMENT_CURRENT = "arrangement_current"
    ADJUSTMENT_REQUESTED = "adjustment_requested"
    VULNERABLE = "vulnerable"
    NOTICE_SENT = "notice_sent"
    WRONG_NUMBER = "wrong_number"
    LOCATION_ANSWER_DOUBTFUL = "location_answer_doubtful"
    ORIGINAL_CREDITOR_REQUEST = "original_creditor_request"


class ConsentKind(StrEnum):
    """What a borrower, another person or a court may have allowed."""

    EXTRA_CALLS = "extra_calls"
    TIME_EXCEPTION = "time_exception"
    CHANNEL = "channel"
    PLACE_EXCEPTION = "place_exception"
    DIRECT_CONTACT = "direct_contact"
    THIRD_PARTY = "third_party"
    COURT_PERMISSION = "court_permission"


class Receiver(StrEnum):
    """Who received a consent."""

    COLLECTOR = "collector"
    CREDITOR = "creditor"
    EARLIER_COLLECTOR = "earlier_collector"


class Agent(StrEnum):
    """Who spoke for the collector."""

    HUMAN = "human"
    AI = "ai"


class Format(StrEnum):
    """How a letter looks from outside."""

    SEALED = "sealed"
    POSTCARD = "postcard"
    MARKED = "marked"


class AddressType(StrEnum):
    """Who provided an electronic address."""

    PERSONAL = "personal"
    EMPLOYER = "employer"


class Account(StrEnum):
    """Whose messaging account the collector uses."""

    OFFICIAL = "official"
    PRIVATE = "private"


class Effect(StrEnum):
    """What a rule does with a contact."""

    REFUSE = "refuse"
    REQUIRE = "require"
    WARN = "warn"


# By ISO number, from 1.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Stands in books for the place of a contact of which none is stated.
UNKNOWN_PLACE = "unknown"

TELEPHONE = frozenset({Channel.CALL, Channel.RINGLESS_VOICEMAIL})
# Media by which two people speak with one another.
SPOKEN = frozenset({Channel.CALL, Channel.VISIT})
ELECTRONIC = frozenset(
    {Channel.SMS, Channel.IM, Channel.EMAIL, Channel.SOCIAL_PRIVATE, Channel.SOCIAL_PUBLIC}
)
# Words that several people can bear at once; their number tells them apart.
SHARED_TARGETS = frozenset(
    {
        Target.CONTACT_PERSON,
        Target.RELATIVE,
        Target.NEIGHBOUR,
        Target.COLLEAGUE,
        Target.PARENT,
        Target.OTHER,
    }
)

INBOUND_OUTCOMES = frozenset({Outcome.INBOUND, Outcome.INBOUND_CONVERSATION})
NOT_CONNECTED = frozenset({Outcome.BUSY, Outcome.NOT_IN_SERVICE, Outcome.NOT_DELIVERED})
ATTEMPT = frozenset(Outcome) - INBOUND_OUTCOMES - {Outcome.PENDING}
CONNECTED = ATTEMPT - NOT_CONNECTED
CONVERSATION = frozenset(
    {
        Outcome.CONVERSATION,
        Outcome.EFFECTIVE_CONVERSATION,
        Outcome.INBOUND_CONVERSATION,
        Outcome.MET,
    }
)
CONTACT = CONVERSATION | {
    Outcome.VOICEMAIL_LEFT,
    Outcome.ANSWERED_HANGUP,
    Outcome.DELIVERED,
}
UNANSWERED = frozenset(
    {
        Outcome.NO_ANSWER,
        Outcome.BUSY,
        Outcome.NOT_IN_SERVICE,
        Outcome.REJECTED,
        Outcome.VOICEMAIL_LEFT,
        Outcome.VOICEMAIL_FULL,
    }
)
# Outcome classes a book may name; a book may also list outcomes one by one.
OUTCOME_CLASSES: dict[str, frozenset[Outcome]] = {
    "attempt": ATTEMPT,
    "connected": CONNECTED,
    "contact": CONTACT,
    "conversation": CONVERSATION,
    "outbound_contact": CONTACT - INBOUND_OUTCOMES,
    "outbound_conversation": CONVERSATION - INBOUND_OUTCOMES,
    "unanswered": UNANSWERED,
}
