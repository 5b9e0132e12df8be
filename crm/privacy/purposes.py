"""What a value may be shown for: a closed list."""

from enum import StrEnum

from crm.words import N_


class Purpose(StrEnum):
    """What a value may be shown for."""

    RIGHT_PARTY_CHECK = "right_party_check"
    PAYMENT_REPAIR = "payment_repair"
    COMPLAINT = "complaint"
    LEGAL_FILING = "legal_filing"
    SUBJECT_REQUEST = "subject_request"
    INCIDENT = "incident"


PURPOSES = (
    (Purpose.RIGHT_PARTY_CHECK, N_("To check who is speaking")),
    (Purpose.PAYMENT_REPAIR, N_("To put a payment right")),
    (Purpose.COMPLAINT, N_("To answer a complaint")),
    (Purpose.LEGAL_FILING, N_("To write to a court or an authority")),
    (Purpose.SUBJECT_REQUEST, N_("To answer the person's own request")),
    (Purpose.INCIDENT, N_("To mend a technical fault")),
)
