"""Addresses for programs: people, and what is known of them."""

from crm.borrowers.actions.circumstances import LiftCircumstance, RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.actions.deciding import MergePeople, ReopenMatch, TellApart
from crm.borrowers.actions.people import AssignPeople, CreatePerson, EditPerson
from crm.borrowers.actions.place import EndPlaceEvidence
from crm.borrowers.actions.points import AddContactPoint, EndContactPoint
from crm.borrowers.queries.file import OnePerson
from crm.borrowers.queries.matches import Matches, OneMatch
from crm.borrowers.queries.people import People
from crm.borrowers.queries.recent import RecentFiles
from crm.borrowers.schemas import coming as i
from crm.borrowers.schemas import going as o
from crm.loans.search import SearchPeople
from crm.web.room import Room

ONE = "/people/<uuid:person_id>"
MATCH = "/matches/<uuid:id>"

room = Room("borrowers_api")
room.answers(RecentFiles, at="/people/recent", gives=o.RecentOut)
room.answers(People, at="/people", takes=i.PeopleIn, gives=o.PeopleOut)
room.performs(CreatePerson, at="/people", takes=i.PersonIn, gives=o.IdOut)
room.answers(SearchPeople, at="/people/search", takes=i.SearchIn, gives=o.FoundOut, method="POST")
room.performs(AssignPeople, at="/people/assignments", takes=i.AssignIn, gives=o.AssignedOut)
room.answers(OnePerson, at=ONE, gives=o.PersonOut)
room.performs(EditPerson, at=ONE, takes=i.PersonChangeIn, gives=o.IdOut, method="PATCH", status=200)
room.performs(AddContactPoint, at=ONE + "/contact-points", takes=i.PointIn, gives=o.IdOut)
room.performs(RecordCircumstance, at=ONE + "/circumstances", takes=i.CircumstanceIn, gives=o.IdOut)
room.performs(RecordConsent, at=ONE + "/consents", takes=i.ConsentIn, gives=o.IdOut)
room.performs(EndContactPoint, at="/contact-points/<uuid:id>/end", takes=i.EndIn, gives=o.IdOut)
room.performs(EndPlaceEvidence, at="/place-evidence/<uuid:id>/end", gives=o.IdOut)
room.performs(LiftCircumstance, at="/circumstances/<uuid:id>/lift", takes=i.LiftIn, gives=o.IdOut)
room.performs(RevokeConsent, at="/consents/<uuid:id>/revoke", gives=o.IdOut)
room.answers(Matches, at="/matches", takes=i.MatchesIn, gives=o.MatchesOut)
room.answers(OneMatch, at=MATCH, gives=o.MatchOut)
room.performs(TellApart, at=MATCH + "/apart", takes=i.DecideIn, gives=o.MatchIdOut)
room.performs(MergePeople, at=MATCH + "/merge", takes=i.MergeIn, gives=o.MatchIdOut)
room.performs(ReopenMatch, at=MATCH + "/reopen", takes=i.DecideIn, gives=o.MatchIdOut)
