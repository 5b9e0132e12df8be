"""What must come first where no time makes a contact lawful; each a message to translate."""

from crm.words import N_

EVENTS: dict[str, str] = {
    "event.any": N_("the facts change"),
    "stop.attorney": N_("the attorney agrees to direct contact or lets a reasonable time pass"),
    "stop.cease": N_("the borrower asks for contact again"),
    "stop.dispute": N_("verification of the debt is sent"),
    "stop.disputed": N_("the dispute is looked into and answered"),
    "stop.represented_or_court": N_(
        "the lawyer agrees to direct contact, or the court has done with the debt"
    ),
    "stop.original_creditor": N_("the name and address of the original creditor are sent"),
    "stop.bankruptcy": N_("the stay is lifted or the case ends"),
    "stop.deceased": N_("the person who acts for the estate is known and approached instead"),
    "stop.minor": N_("the borrower comes of age"),
    "stop.wrong_number": N_("another number of the borrower is used"),
    "stop.refused_contact": N_("this person agrees to be contacted"),
    "stop.hold": N_("the hold is lifted"),
    "stop.representative": N_("the representative agrees to direct contact or no longer acts"),
    "stop.breathing_space": N_("the breathing space ends"),
    "stop.arrangement": N_("the arrangement ends or is broken"),
    "stop.adjustment": N_("the adjustment is decided"),
    "stop.time_bar": N_("the borrower acknowledges the debt"),
    "stop.vulnerable": N_("the borrower is no longer known to be vulnerable"),
    "stop.identity_theft": N_("it is settled who made the debt"),
    "stop.respite": N_("the situation is over"),
    "hours.never": N_("other hours are agreed"),
    "hours.allowed": N_("the borrower says that the time is no longer inconvenient"),
    "place.allowed": N_("the borrower says that the place is no longer inconvenient"),
    "place.consent": N_("the borrower agrees to this place"),
    "place.covered": N_(
        "a verified statement of the borrower, or an address or number, that points to one place "
        "with a book of law; for a place without one, a default book of the house"
    ),
    "place.settled": N_(
        "a verified statement of the borrower, or an address or number that points to one place"
    ),
    "channel.allowed": N_("the person asks for this medium again, or another medium is used"),
    "channel.consent": N_("the borrower consents to this medium"),
    "channel.another": N_("another medium is used"),
    "channel.official": N_("an official account is used"),
    "party.consent": N_("the borrower allows contact with this person"),
    "party.lost_contact": N_("contact with the borrower is shown to be lost"),
    "cap.asked_again": N_("this person asks to be contacted again, or now knows better"),
    "permit.closed": N_("the open call is logged, released or lapses"),
    "content.opt_out_notice": N_("the message says how to opt out"),
    "content.announced": N_("the visit is announced"),
    "content.agency_listed": N_("the lender lists the agency"),
    "content.format_postcard": N_("a sealed letter is used"),
    "content.format_marked": N_("a plain envelope is used"),
    "content.address_type_employer": N_("the borrower uses or allows this address"),
    "content.time_barred": N_("the threat is left out"),
    "content.prescribed": N_("the borrower chooses to pay, knowing that he need not"),
    "disclosure.identity": N_("the person's identity is verified"),
    "disclosure.agreement": N_("the debtor agrees to this medium, or details are left out"),
    "disclosure.stranger": N_("the debt is left unmentioned"),
}


def event(key: str) -> str:
    """Give the English name of the event that must come first."""
    return EVENTS[key]
