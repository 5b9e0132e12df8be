"""Addresses for programs: one's work."""

from crm.web.room import Room
from crm.worklists import schemas as s
from crm.worklists.queries import MyWork

room = Room("worklists_api")
room.answers(MyWork, at="/work", gives=s.WorkOut, takes=s.WorkIn)
