"""Addresses for programs: one's work."""

from crm.contacts.schemas.lists import CheckedOut
from crm.web.room import Room
from crm.worklists import schemas as s
from crm.worklists.queries import MyWork
from crm.worklists.queries.checking import CheckWork

room = Room("worklists_api")
room.answers(MyWork, at="/work", gives=s.WorkOut, takes=s.WorkIn)
room.answers(CheckWork, at="/work/check", gives=CheckedOut, takes=s.CheckIn)
