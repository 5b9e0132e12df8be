"""Pages: one's work, and the way to the next person in it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from crm.web.room import Room, to
from crm.words import N_
from crm.worklists import schemas as s
from crm.worklists.actions.sharing import ShareOut, UndoShareOut
from crm.worklists.queries import WORK, MyWork
from crm.worklists.queries.checking import CheckWork
from crm.worklists.queries.following import NextInWork
from crm.worklists.queries.rebalance import Rebalance
from crm.worklists.queries.sharings import OneSharing
from crm.worklists.queries.team import TeamDay
from crm.worklists.schemas import team as t

room = Room("worklists_pages")


def _there(ids: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Return the file of the person found, with his place in the list; at an end, the list."""
    kept = {name: ids[name] for name in ("show", "bucket", "sort") if ids.get(name)}
    kept |= {"mine": "true"} if ids.get("mine") else {}
    if found["id"] is None:
        return "/work?" + urlencode(kept) if kept else "/work"
    return f"/people/{found['id']}?" + urlencode({"work": found["work"], "of": found["of"], **kept})


room.shows(MyWork, at="/work", template="worklists/work.html", takes=s.WorkIn, listing=WORK)
room.leads(NextInWork, at="/work/next", to=_there, takes=s.NextIn)
room.shows(CheckWork, at="/work/check", template="worklists/check.html", takes=s.CheckIn)
room.shows(TeamDay, at="/team", template="worklists/team.html")
room.shows(
    Rebalance, at="/team/rebalance", template="worklists/team_rebalance.html", takes=t.RebalanceIn
)
room.accepts(ShareOut, at="/team/rebalance", takes=t.ShareOutIn, back=to("/team/rebalance/{id}"))
room.shows(OneSharing, at="/team/rebalance/<uuid:id>", template="worklists/team_sharing.html")
room.accepts(
    UndoShareOut,
    at="/team/rebalance/<uuid:id>/undo",
    back=to("/team/rebalance/{id}"),
    said=N_("People are being taken back."),
)
