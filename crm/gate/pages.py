"""Pages: requests that wait for a second person, and jobs."""

from crm.gate import schemas as s
from crm.gate.actions import Approve, CancelJob, Decline
from crm.gate.queries import Approvals, MyRequests, OneJob
from crm.web.room import Room, to
from crm.words import N_

room = Room("gate_pages")
room.shows(Approvals, at="/approvals", takes=s.ApprovalsIn, template="gate/approvals.html")
room.accepts(
    Approve,
    at="/approvals/<uuid:request_id>/approve",
    back=to("/approvals"),
    said=N_("You agreed, and it was done."),
)
room.accepts(
    Decline,
    at="/approvals/<uuid:request_id>/decline",
    back=to("/approvals"),
    said=N_("You declined it. Nothing was changed."),
)
room.shows(MyRequests, at="/me/requests", takes=s.MyRequestsIn, template="gate/requests.html")
room.shows(OneJob, at="/jobs/<uuid:id>", template="gate/job.html")
room.accepts(
    CancelJob,
    at="/jobs/<uuid:id>/cancel",
    back=to("/jobs/{id}"),
    said=N_("The work stops at its next step."),
)
