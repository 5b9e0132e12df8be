"""Looking books and rules up by what a reader types: a place, a law, a word of a rule."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.support import NullTranslations, Translations

from crm.rulebook.books import Book
from crm.rulebook.rule import Basis, Rule, Source

_FOLDER = Path(__file__).parents[1] / "translations"


@lru_cache(maxsize=8192)
def in_every_language(text: str) -> str:
    """Give an English text and its translations, one after the other."""
    return " ".join([text, *(str(words.gettext(text)) for words in _catalogues())])


@lru_cache(maxsize=512)
def place_names(book: str) -> str:
    """Give what people call the country of a book, in every language there is."""
    country = book.partition("-")[0]
    return " ".join(str(place.territories.get(country, "")) for place in _locales())


def about(book: Book, wanted: str) -> bool:
    """Tell whether a reader who types that means the book itself."""
    names = f"{book.id} {place_names(book.id)} {in_every_language(book.title)}"
    return _holds(names, wanted)


def rules_about(
    book: Book, wanted: str | None, basis: Basis | None, source: Source | None
) -> list[Rule]:
    """Give the rules a reader means: every one of a book that he means, else those he names."""
    whole = wanted is None or about(book, wanted)
    return [
        rule
        for rule in book.rules
        if basis in (None, rule.basis)
        and source in (None, rule.source)
        and (whole or _holds(_of_rule(rule), wanted or ""))
    ]


def _of_rule(rule: Rule) -> str:
    return f"{rule.id} {in_every_language(rule.citation)} {in_every_language(rule.title)}"


def _holds(text: str, wanted: str) -> bool:
    """Tell whether a text holds every word typed, whatever their case."""
    text = text.casefold()
    return all(word in text for word in wanted.casefold().split())


@lru_cache(maxsize=1)
def _languages() -> tuple[str, ...]:
    return tuple(sorted(folder.name for folder in _FOLDER.iterdir() if folder.is_dir()))


@lru_cache(maxsize=1)
def _locales() -> tuple[Locale, ...]:
    return tuple(map(Locale.parse, ("en", *_languages())))


@lru_cache(maxsize=1)
def _catalogues() -> tuple[NullTranslations, ...]:
    return tuple(Translations.load(str(_FOLDER), [name]) for name in _languages())
