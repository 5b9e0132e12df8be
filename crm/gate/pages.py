"""Pages: requests that wait for a second person, jobs, and the views of lists."""

from collections.abc import Mapping
from typing import Any

from flask import request

from crm.gate import schemas as s
from crm.gate.actions import Approve, CancelJob, Decline
from crm.gate.actions.views import (
    ChangeView,
    DeleteView,
    PutFirst,
    SaveView,
    ShapeList,
    filters_of,
)
from crm.gate.listing import VIEW, Listing
from crm.gate.queries import Approvals, MyRequests, OneJob
from crm.web.language import own_path
from crm.web.room import Room, to
from crm.words import N_

APPROVALS = Listing("approvals", "/approvals", N_("Approvals"))


def _page(_ids: Mapping[str, Any], _result: Any) -> str:
    """Go back to the list as it was."""
    return own_path(request.form.get("page"))


def _view(_ids: Mapping[str, Any], result: Any) -> str:
    """Go to the list under the view that was kept."""
    query = filters_of(request.form.get("query", ""))
    here = own_path(request.form.get("page")).partition("?")[0]
    return f"{here}?{query}{'&' if query else ''}{VIEW}={result['id']}"


def _all(_ids: Mapping[str, Any], _result: Any) -> str:
    """Go to the whole list: the view is gone."""
    return own_path(request.form.get("page")).partition("?")[0] + f"?{VIEW}=all"


room = Room("gate_pages")
room.shows(
    Approvals,
    at="/approvals",
    takes=s.ApprovalsIn,
    template="gate/approvals.html",
    listing=APPROVALS,
)
room.accepts(
    SaveView,
    at="/lists/<string:list>/views",
    takes=s.ViewIn,
    back=_view,
    said=N_("The view is kept."),
)
room.accepts(ChangeView, at="/views/<uuid:id>", takes=s.ViewChangeIn, back=_page, said=N_("Saved."))
room.accepts(DeleteView, at="/views/<uuid:id>/delete", back=_all, said=N_("The view is deleted."))
room.accepts(ShapeList, at="/lists/<string:list>/shape", takes=s.ShapeIn, back=_page)
room.accepts(
    PutFirst,
    at="/lists/<string:list>/first",
    takes=s.FirstViewIn,
    back=_page,
    said=N_("The list opens like this from now on."),
)
room.accepts(
    Approve,
    at="/approvals/<uuid:request_id>/approve",
    takes=s.ApproveIn,
    back=to("/approvals"),
    said=N_("You agreed, and it was done."),
)
room.accepts(
    Decline,
    at="/approvals/<uuid:request_id>/decline",
    takes=s.DeclineIn,
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
