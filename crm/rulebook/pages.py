"""Pages: the books of law."""

from flask_babel import gettext

from crm.rulebook.queries import BooksOfLaw, OneBook
from crm.rulebook.schemas import VersionIn
from crm.rulebook.terms import Term, listed, said
from crm.web.filters import place_of
from crm.web.room import Room


def in_words(term: Term) -> str:
    """Return a term of a rule in the reader's language, with zones as people say them."""
    zones = {name: place_of(str(term.figures[name])) for name in {"zone"} & term.figures.keys()}
    return said(term._replace(figures={**term.figures, **zones}), gettext)


def words_of_law(words: tuple[str, ...]) -> str:
    """Return a list of words of the contract in the reader's language."""
    return listed(words, gettext)


room = Room("rulebook_pages")
room.blueprint.add_app_template_filter(in_words)
room.blueprint.add_app_template_filter(words_of_law)
room.shows(BooksOfLaw, at="/books", template="rulebook/books.html")
room.shows(OneBook, at="/books/<string:id>", takes=VersionIn, template="rulebook/book.html")
