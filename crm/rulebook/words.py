"""Words of the contract as a reader meets them in a sentence, each a message to translate."""

from __future__ import annotations


def N_(message: str) -> str:
    """Mark a message for translation and give it back unchanged."""
    return message


WORDS: dict[str, str] = {
    "call": N_("call"),
    "ringless_voicemail": N_("ringless voicemail"),
    "sms": N_("text message"),
    "im": N_("instant message"),
    "email": N_("e-mail"),
    "letter": N_("letter"),
    "visit": N_("visit"),
    "social_private": N_("private message on a social platform"),
    "social_public": N_("public message on a social platform"),
    "borrower": N_("borrower"),
    "co_borrower": N_("co-borrower"),
    "guarantor": N_("guarantor"),
    "spouse": N_("spouse"),
    "attorney": N_("attorney"),
    "representative": N_("representative"),
    "executor": N_("executor"),
    "contact_person": N_("contact person"),
    "relative": N_("relative"),
    "neighbour": N_("neighbour"),
    "employer": N_("employer"),
    "colleague": N_("colleague"),
    "parent": N_("parent"),
    "guardian": N_("guardian"),
    "successor": N_("successor in interest"),
    "other": N_("other"),
    "collection": N_("collection"),
    "location": N_("location"),
    "relay": N_("passing a message"),
    "reply": N_("reply"),
    "opt_out_confirmation": N_("confirmation of an opt-out"),
    "specified_remedy": N_("notice of a specified remedy"),
    "threaten_suit": N_("threat of suit"),
    "required_notice": N_("notice required by law"),
    "end_of_efforts": N_("end of efforts"),
    "postjudgment_remedy": N_("remedy after judgment"),
    "safety": N_("safety"),
    "service": N_("service"),
    "complaint_reply": N_("reply to a complaint"),
    "private": N_("private"),
    "official": N_("official"),
    "call_dropped": N_("the call dropped"),
    "information_requested": N_("information was asked for"),
    "required_by_law": N_("the law requires it"),
    "active_litigation": N_("litigation is pending"),
    "to_borrowers_advantage": N_("it is to the borrower's advantage"),
}
