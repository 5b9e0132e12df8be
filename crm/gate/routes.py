"""Addresses for programs: requests that wait for a second person, and jobs."""

from crm.gate import schemas as s
from crm.gate.actions import Approve, CancelJob, Decline
from crm.gate.actions.views import ChangeView, DeleteView, PutFirst, SaveView, ShapeList
from crm.gate.queries import Approvals, MyRequests, OneJob
from crm.gate.queries.views import Views
from crm.web.room import Room

room = Room("gate_api")
room.answers(Approvals, at="/approvals", takes=s.ApprovalsIn, gives=s.ApprovalsOut)
room.performs(
    Approve,
    at="/approvals/<uuid:request_id>/approve",
    takes=s.ApproveIn,
    gives=s.DecidedOut,
    status=200,
)
room.performs(
    Decline,
    at="/approvals/<uuid:request_id>/decline",
    takes=s.DeclineIn,
    gives=s.DecidedOut,
    status=200,
)
room.answers(MyRequests, at="/me/requests", takes=s.MyRequestsIn, gives=s.ApprovalsOut)
room.answers(OneJob, at="/jobs/<uuid:id>", gives=s.JobOut)
room.performs(CancelJob, at="/jobs/<uuid:id>/cancel")
room.answers(Views, at="/lists/<string:list>/views", gives=s.ViewsOut)
room.performs(SaveView, at="/lists/<string:list>/views", takes=s.ViewIn, gives=s.ViewIdOut)
room.performs(
    ChangeView, at="/views/<uuid:id>", takes=s.ViewChangeIn, gives=s.ViewIdOut, status=200
)
room.performs(DeleteView, at="/views/<uuid:id>/delete")
room.performs(ShapeList, at="/lists/<string:list>/shape", takes=s.ShapeIn)
room.performs(PutFirst, at="/lists/<string:list>/first", takes=s.FirstViewIn)
