"""Pages: the list of people, the search, and the forms of a person's file."""

from collections.abc import Mapping
from typing import Any

from crm.borrowers.actions.circumstances import LiftCircumstance, RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.actions.deciding import MergePeople, ReopenMatch, TellApart
from crm.borrowers.actions.people import AssignPeople, CreatePerson, EditPerson
from crm.borrowers.actions.place import EndPlaceEvidence
from crm.borrowers.actions.points import AddContactPoint, EndContactPoint
from crm.borrowers.queries.forms import NewPerson
from crm.borrowers.queries.matches import Matches, OneMatch
from crm.borrowers.queries.people import PEOPLE, People
from crm.borrowers.schemas import coming as i
from crm.contacts.queries.known import WhatIsKnown
from crm.loans.search import SearchPeople
from crm.web.room import Room, to
from crm.words import N_

ONE = "/people/<uuid:person_id>"
MATCH = "/matches/<uuid:id>"
FILE = to("/people/{person_id}")
COMPARED = to("/matches/{id}")
KNOWN = to("/people/{person_id}/edit")  # where the forms stand


def _known_or_requests(ids: Mapping[str, Any], result: Any) -> str:
    """Lead back to what is known; where a second person must agree, to one's requests."""
    return KNOWN(ids, result) if "person_id" in result else "/me/requests"


def _file_or_requests(ids: Mapping[str, Any], result: Any) -> str:
    """Go back to the forms, or to where the request waits for a second person."""
    return KNOWN(ids, result) if "person_id" in result else "/approvals"


def _file_or_list(ids: Mapping[str, Any], result: Any) -> str:
    """Go back to the one person's file, or to those who still wait for a collector."""
    one = len(result.get("person_ids", ())) == 1
    return FILE(ids, result) if one else "/people?assigned=false"


room = Room("borrowers_pages")
room.shows(People, at="/people", takes=i.PeopleIn, template="borrowers/people.html", listing=PEOPLE)
room.shows(
    SearchPeople,
    at="/people/search",
    takes=i.SearchFormIn,
    template="borrowers/found.html",
    method="POST",
)
room.shows(NewPerson, at="/people/new", template="borrowers/new.html")
room.accepts(
    CreatePerson, at="/people", takes=i.PersonIn, back=KNOWN, said=N_("The person is entered.")
)
room.shows(WhatIsKnown, at=ONE + "/edit", template="borrowers/edit.html")
room.accepts(EditPerson, at=ONE + "/edit", takes=i.PersonChangeIn, back=FILE, said=N_("Saved."))
room.accepts(
    AssignPeople,
    at="/people/assignments",
    takes=i.AssignIn,
    back=_file_or_list,
    said=N_("The assignment is changed."),
)
room.accepts(
    AddContactPoint,
    at=ONE + "/points",
    takes=i.PointIn,
    back=KNOWN,
    said=N_("The contact point is added."),
)
room.accepts(
    EndContactPoint,
    at="/points/<uuid:id>/end",
    takes=i.EndIn,
    back=_known_or_requests,
    said=N_("The contact point has ended, with the consents that hung on it."),
)
room.accepts(
    EndPlaceEvidence,
    at="/place-evidence/<uuid:id>/end",
    back=_known_or_requests,
    said=N_("What it told of their place counts no more."),
)
room.accepts(
    RecordCircumstance,
    at=ONE + "/circumstances",
    takes=i.CircumstanceIn,
    back=KNOWN,
    said=N_("The circumstance is recorded and binds from now on."),
)
room.accepts(
    LiftCircumstance,
    at="/circumstances/<uuid:id>/lift",
    takes=i.LiftIn,
    back=_file_or_requests,
    said=N_("The circumstance is lifted."),
)
room.accepts(
    RecordConsent,
    at=ONE + "/consents",
    takes=i.ConsentIn,
    back=KNOWN,
    said=N_("The consent is recorded."),
)
room.accepts(
    RevokeConsent,
    at="/consents/<uuid:id>/revoke",
    back=KNOWN,
    said=N_("The consent is revoked."),
)
room.shows(Matches, at="/matches", takes=i.MatchesIn, template="borrowers/matches.html")
room.shows(OneMatch, at=MATCH, template="borrowers/match.html")
room.accepts(
    TellApart,
    at=MATCH + "/apart",
    takes=i.DecideIn,
    back=COMPARED,
    said=N_("They are counted apart from now on."),
)
room.accepts(
    MergePeople,
    at=MATCH + "/merge",
    takes=i.MergeIn,
    back=COMPARED,
    said=N_("They are one person from now on."),
)
room.accepts(
    ReopenMatch,
    at=MATCH + "/reopen",
    takes=i.DecideIn,
    back=COMPARED,
    said=N_("The decision is undone. Both are counted together."),
)
