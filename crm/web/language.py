"""Which language an answer is in, and the reader's own clock."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, g, redirect, request
from flask_babel import Babel, get_locale
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

LANGUAGES = ("en", "zh")
A_YEAR = 365 * 24 * 3600
_OWN_PATH = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")
FOLDER = str(Path(__file__).parents[1] / "translations")


def install(app: Flask) -> None:
    """Choose language and zone for each request; add the form that changes the language."""
    Babel(
        app,
        default_locale="en",
        default_translation_directories=FOLDER,
        locale_selector=language,
        timezone_selector=zone,
    )
    app.jinja_env.globals.update(_=sentence, gettext=sentence)
    app.add_url_rule("/language", "language", _choose, methods=["POST"])


def language() -> str:
    """Return en or zh: what was chosen here, else the account's, else what the request accepts.

    A program chooses by Accept-Language, before all else.
    """
    known = getattr(g, "known", None)
    own = known.actor.language if known is not None else None
    program = request.path.startswith("/api/")
    chosen = _accepted() if program else request.cookies.get("lang")
    wishes = (chosen, own, None if program else _accepted())
    return next((name for name in wishes if name in LANGUAGES), "en")


_MARKUP = re.compile('[<>"]')


def sentence(text: str, **values: Any) -> Markup:
    """Return a template's sentence in the reader's language, with its values escaped.

    A page asks a hundred times, and twice for each line of a list: what Jinja and Flask-Babel do
    at each is done here once a request.
    """
    try:
        catalogue = g.sentences
    except AttributeError:
        catalogue = g.sentences = _catalogue(reader_locale())
    said = catalogue.gettext(text)
    # Our own sentences have no markup; what a book says that somebody drafted here may have.
    found = escape(said) if _MARKUP.search(said) else Markup(said)  # noqa: S704
    if "%" not in text:
        return found
    try:
        return found % values
    except (KeyError, TypeError, ValueError):
        if values:
            raise
        return found  # a percent sign of the book's own


def reader_locale() -> Locale:
    """Return the locale of the reader's language, looked up once a request."""
    found: Locale | None = g.get("locale")
    if found is None:
        found = g.locale = get_locale() or Locale("en")
    return found


def speaks_another() -> bool:
    """Tell whether the reader's language is another than that in which the engine explains."""
    return reader_locale().language != "en"


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(locale: Locale) -> NullTranslations:
    return Translations.load(FOLDER, [locale])


def _accepted() -> str | None:
    """Return the first language of ours in Accept-Language; traditional Chinese is not ours."""
    for wanted, _ in request.accept_languages:
        name = wanted.lower()
        if name.startswith("zh") and not name.startswith(("zh-tw", "zh-hk", "zh-hant")):
            return "zh"
        if name.startswith("en"):
            return "en"
    return None


def zone() -> str:
    """Return the reader's time zone."""
    known = getattr(g, "known", None)
    return known.actor.zone if known is not None else "UTC"


def own_path(wanted: str | None) -> str:
    """Return `wanted` where it is a path of this site, else the front page.

    Browsers read a backslash as a slash and skip tabs and line ends, so that none may be in it.
    """
    good = wanted and _OWN_PATH.fullmatch(wanted)
    return wanted if good and wanted else "/"


def _choose() -> Response:
    response = redirect(own_path(request.form.get("next")), 303)
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie("lang", chosen, max_age=A_YEAR, samesite="Lax")
    return response
