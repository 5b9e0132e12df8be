"""Whether the law of their place, or the house, binds collectors to what people ask for."""

from datetime import datetime
from typing import NamedTuple

from crm.rulebook.books import HOUSE, Book, Books

# The limits of the house that bind where no book of law does.
WISHES = frozenset({"HOUSE.wish.medium", "HOUSE.wish.time", "HOUSE.wish.place"})
_REFUSALS = {"medium_refused", "opt_out"}


class Wishes(NamedTuple):
    """How many of all books of places bind to a refused medium; whether the house does."""

    books: int
    by_law: int
    by_house: bool


def wishes(books: Books, at: datetime) -> Wishes:
    """Tell who binds a collector to the wishes of people at an instant."""
    places = sorted(books.shelved(at).judging)
    judging = books.applicable(places, at)
    (house,) = (book for book in judging if book.id == HOUSE)
    on = {rule.id for rule in house.rules if rule.enabled}
    by_law = [book for book in judging if book.id in places and _binds(book)]
    return Wishes(len(places), len(by_law), on >= WISHES)


def _binds(book: Book) -> bool:
    return any(
        rule["kind"] == "channel"
        and {*rule["parameters"].get("circumstances", ())} >= _REFUSALS
        and rule.get("enabled", True)
        for rule in book.content["rules"]
    )
