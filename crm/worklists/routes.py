"""Addresses for programs: one's work."""

from crm.contacts.schemas.lists import CheckedOut
from crm.web.room import Room
from crm.worklists import schemas as s
from crm.worklists.actions.sharing import ShareOut, UndoShareOut
from crm.worklists.queries import MyWork
from crm.worklists.queries.checking import CheckWork
from crm.worklists.queries.rebalance import Rebalance
from crm.worklists.queries.sharings import OneSharing
from crm.worklists.queries.team import TeamDay
from crm.worklists.schemas import team as t

room = Room("worklists_api")
room.answers(MyWork, at="/work", gives=s.WorkOut, takes=s.WorkIn)
room.answers(CheckWork, at="/work/check", gives=CheckedOut, takes=s.CheckIn)
room.answers(TeamDay, at="/team", gives=t.TeamOut)
room.answers(Rebalance, at="/team/rebalance", gives=t.RebalanceOut, takes=t.RebalanceIn)
room.performs(ShareOut, at="/team/rebalance", takes=t.ShareOutIn, gives=t.ShareOutOut)
room.answers(OneSharing, at="/team/rebalance/<uuid:id>", gives=t.SharingOut)
room.performs(UndoShareOut, at="/team/rebalance/<uuid:id>/undo", gives=t.ShareOutOut)
