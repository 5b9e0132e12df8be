"""Pages: the books of law, their drafts, and the limits of the house."""

from flask_babel import gettext

from crm.gate.listing import Listing
from crm.rulebook.actions.drafting import DiscardDraft, DraftLimits, SaveDraft
from crm.rulebook.actions.holidays import DraftHolidays
from crm.rulebook.actions.publishing import PublishVersion, WithdrawVersion
from crm.rulebook.actions.standing_in import DraftDefaultBook
from crm.rulebook.queries.books import BooksOfLaw, OneBook
from crm.rulebook.queries.drafts import Drafts, HouseLimits, NewDraft, OneDraft
from crm.rulebook.queries.holidays import DefaultBook, PublicHolidays
from crm.rulebook.schemas import drafts as d
from crm.rulebook.schemas import holidays as h
from crm.rulebook.schemas.books import BookIn, VersionIn, WantedIn
from crm.rulebook.terms import Term, listed, said
from crm.web.filters import place_of
from crm.web.language import reader_locale
from crm.web.room import Room, to
from crm.words import N_


def in_words(term: Term) -> str:
    """Return a term of a rule in the reader's language, with zones as people say them."""
    zones = {name: place_of(str(term.figures[name])) for name in {"zone"} & term.figures.keys()}
    return said(term._replace(figures={**term.figures, **zones}), gettext)


def words_of_law(words: tuple[str, ...]) -> str:
    """Return a list of words of the contract in the reader's language."""
    return listed(words, gettext)


def country(book: str) -> str:
    """Return what the reader calls the country of a book; nothing where it has none."""
    return str(reader_locale().territories.get(book.partition("-")[0], ""))


BOOKS = Listing(
    "books",
    "/books",
    N_("Books of law"),
    (
        ("hours", N_("Hours")),
        ("numbers", N_("Numbers and waits")),
        ("strength", N_("Strength")),
        ("rules", N_("Rules")),
        ("version", N_("Version")),
    ),
)
DRAFTS = Listing(
    "drafts",
    "/books/drafts",
    N_("Drafts of books"),
    (
        ("from", N_("From")),
        ("origin", N_("Comes from")),
        ("written", N_("Written")),
        ("digest", N_("Digest")),
    ),
)

room = Room("rulebook_pages")
room.blueprint.add_app_template_filter(in_words)
room.blueprint.add_app_template_filter(words_of_law)
room.blueprint.add_app_template_filter(country)
room.shows(BooksOfLaw, at="/books", takes=WantedIn, template="rulebook/books.html", listing=BOOKS)
room.shows(OneBook, at="/books/<string:id>", takes=VersionIn, template="rulebook/book.html")

DRAFT = "/books/drafts/<uuid:id>"
KEPT = to("/books/drafts/{id}")
SAVED = N_("The draft is saved. It judges nobody yet.")
room.shows(Drafts, at="/books/drafts", template="rulebook/drafts.html", listing=DRAFTS)
room.shows(NewDraft, at="/books/drafts/new", takes=BookIn, template="rulebook/new.html")
room.shows(HouseLimits, at="/books/limits", template="rulebook/limits.html")
room.accepts(SaveDraft, at="/books/drafts", takes=d.DraftIn, back=KEPT, said=SAVED)
room.accepts(DraftLimits, at="/books/limits", takes=d.LimitsFormIn, back=KEPT, said=SAVED)
room.shows(OneDraft, at=DRAFT, template="rulebook/draft.html")
room.accepts(SaveDraft, at=DRAFT, takes=d.DraftAgainIn, back=KEPT, said=SAVED)
room.accepts(DraftLimits, at=DRAFT + "/limits", takes=d.LimitsAgainIn, back=KEPT, said=SAVED)
room.accepts(
    DiscardDraft,
    at=DRAFT + "/discard",
    back=to("/books/drafts"),
    said=N_("The draft is put away. Its text stays on record."),
)
room.accepts(PublishVersion, at=DRAFT + "/publish", back=KEPT)
room.accepts(WithdrawVersion, at=DRAFT + "/withdraw", back=KEPT)

room.shows(
    PublicHolidays, at="/books/holidays", takes=h.CalendarIn, template="rulebook/holidays.html"
)
room.accepts(DraftHolidays, at="/books/holidays", takes=h.HolidaysFormIn, back=KEPT, said=SAVED)
room.accepts(
    DraftHolidays, at=DRAFT + "/holidays", takes=h.HolidaysFormAgainIn, back=KEPT, said=SAVED
)
room.shows(DefaultBook, at="/books/default", template="rulebook/default.html")
room.accepts(DraftDefaultBook, at="/books/default", takes=h.DefaultBookIn, back=KEPT, said=SAVED)
