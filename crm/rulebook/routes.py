"""Addresses for programs: the books of law, and their drafts."""

from crm.rulebook.actions.drafting import DiscardDraft, DraftLimits, SaveDraft
from crm.rulebook.actions.holidays import DraftHolidays
from crm.rulebook.actions.publishing import PublishVersion, WithdrawVersion
from crm.rulebook.actions.standing_in import DraftDefaultBook
from crm.rulebook.queries.books import BooksOfLaw, OneBook
from crm.rulebook.queries.drafts import Drafts, OneDraft
from crm.rulebook.queries.holidays import DefaultBook, PublicHolidays
from crm.rulebook.schemas import books as s
from crm.rulebook.schemas import drafts as d
from crm.rulebook.schemas import holidays as h
from crm.web.room import Room

room = Room("rulebook_api")
room.answers(BooksOfLaw, at="/books", takes=s.WantedIn, gives=s.BooksOut)
room.answers(OneBook, at="/books/<string:id>", takes=s.VersionIn, gives=s.ContentsOut)

DRAFT = "/book-drafts/<uuid:id>"
room.answers(Drafts, at="/book-drafts", gives=d.DraftsOut)
room.performs(SaveDraft, at="/book-drafts", takes=d.DraftIn, gives=d.DraftKeptOut)
room.performs(DraftLimits, at="/house-limits", takes=d.LimitsIn, gives=d.DraftKeptOut)
room.answers(OneDraft, at=DRAFT, gives=d.DraftOut)
room.performs(
    SaveDraft, at=DRAFT, takes=d.DraftAgainIn, gives=d.DraftKeptOut, status=200, method="PUT"
)
room.performs(DiscardDraft, at=DRAFT + "/discard", gives=d.DraftKeptOut, status=200)
room.performs(PublishVersion, at=DRAFT + "/publish", gives=d.DraftKeptOut, status=200)
room.performs(WithdrawVersion, at=DRAFT + "/withdraw", gives=d.DraftKeptOut, status=200)

room.answers(PublicHolidays, at="/holidays", takes=h.CalendarIn, gives=h.HolidaysOut)
room.performs(DraftHolidays, at="/holidays", takes=h.HolidaysIn, gives=d.DraftKeptOut)
room.answers(DefaultBook, at="/default-book", gives=h.DefaultBookOut)
room.performs(DraftDefaultBook, at="/default-book", takes=h.DefaultBookIn, gives=d.DraftKeptOut)
