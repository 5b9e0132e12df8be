"""Pages: asking for one value in clear, and seeing it."""

from crm.privacy import schemas as s
from crm.privacy.actions import RevealValue
from crm.privacy.queries import ToReveal
from crm.web.room import Room

room = Room("privacy_pages")
room.shows(ToReveal, at="/people/<uuid:person_id>/reveal/<field>", template="privacy/reveal.html")
room.accepts(RevealValue, at="/reveals", takes=s.RevealIn, once="privacy/revealed.html")
