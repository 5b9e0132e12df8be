"""Addresses for programs: one value in clear."""

from crm.privacy import schemas as s
from crm.privacy.actions import RevealValue
from crm.web.room import Room

room = Room("privacy_api")
room.performs(RevealValue, at="/reveals", takes=s.RevealIn, gives=s.RevealOut)
