"""Addresses for programs: requests that wait for a second person, and jobs."""

from crm.gate import schemas as s
from crm.gate.actions import Approve, CancelJob, Decline
from crm.gate.queries import Approvals, MyRequests, OneJob
from crm.web.room import Room

room = Room("gate_api")
room.answers(Approvals, at="/approvals", takes=s.ApprovalsIn, gives=s.ApprovalsOut)
room.performs(Approve, at="/approvals/<uuid:request_id>/approve", gives=s.DecidedOut, status=200)
room.performs(Decline, at="/approvals/<uuid:request_id>/decline", gives=s.DecidedOut, status=200)
room.answers(MyRequests, at="/me/requests", takes=s.MyRequestsIn, gives=s.ApprovalsOut)
room.answers(OneJob, at="/jobs/<uuid:id>", gives=s.JobOut)
room.performs(CancelJob, at="/jobs/<uuid:id>/cancel")
