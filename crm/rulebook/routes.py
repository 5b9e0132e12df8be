"""Addresses for programs: the books of law."""

from crm.rulebook import schemas as s
from crm.rulebook.queries import BooksOfLaw, OneBook
from crm.web.room import Room

room = Room("rulebook_api")
room.answers(BooksOfLaw, at="/books", gives=s.BooksOut)
room.answers(OneBook, at="/books/<string:id>", takes=s.VersionIn, gives=s.ContentsOut)
