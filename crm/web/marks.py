"""Values and words on a page: their sign, their cover, their tongue, and how they are read out."""

import re
from collections.abc import Mapping

from markupsafe import Markup

from crm.privacy.openers import Presented, State
from crm.rulebook.versions.limits import STRICTER
from crm.web.icons import icon
from crm.web.language import reader_locale
from crm.web.language import sentence as _

_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]{2}")
_OTHER_TONGUE = Markup('<span lang="%s">%s</span>')
_NOTHING = Markup('<span class="quiet">—</span>')
_ERASED = Markup('<span class="sealed is-erased">%s%s</span>')
_LOCKED = Markup('<span class="sealed%s">%s%s</span>')
_ASKED_FOR = Markup('<a class="sealed%s" href="%s">%s%s<span class="visually-hidden">%s</span></a>')
_COVER = Markup('<span aria-hidden="true">%s</span><span class="visually-hidden">%s </span>')


def sealed(value: Presented | None, reveal_url: str = "", label: str = "") -> Markup | str:
    """Return a presented value as a page shows it; a lock, or a way to ask for it, where masked.

    `label` names it for screen readers where nothing beside it does. A function and no macro:
    lists call it twice a line.
    """
    if value is None:
        return _NOTHING
    if value.state is State.CLEAR:
        return in_tongue(value.text)
    if value.state is State.ERASED:
        return _ERASED % (icon("eraser"), _("erased"))
    kind = "" if value.text else " is-hidden"
    spoken = _spoken(value)
    told = _("%(what)s: %(more)s", what=label, more=spoken) if label else spoken
    cover = _COVER % (value.text or _("hidden"), told)
    if value.revealable and reveal_url:
        asked = _("Ask to see it")
        return _ASKED_FOR % (kind, reveal_url, icon("unlock"), cover, asked)
    return _LOCKED % (kind, icon("lock"), cover)


def _spoken(value: Presented) -> str:
    if ending := value.ends.lstrip(" ,"):
        return _("hidden, ends %(ending)s", ending=ending)
    return value.text if value.text and "•" not in value.text else _("hidden")


def in_tongue(text: str) -> Markup | str:
    """Return text of another script than the page's with the language it tells; mixed as it is."""
    han, latin = _HAN.search(text) is not None, _LATIN.search(text) is not None
    if han == latin or han == str(reader_locale()).startswith("zh"):
        return text
    return _OTHER_TONGUE % ("zh-Hans" if han else "en", text)


def cited(law: str | None) -> Markup | str:
    """Return what a rule cites in the reader's language, as far as its book was translated.

    A limit of the house that repeats a rule of law cites that law within its own words.
    """
    if not law:
        return ""
    own = STRICTER.partition("%")[0]
    if law.startswith(own):
        return _(STRICTER, law=cited(law.removeprefix(own)))
    return in_tongue(_(law))


def translated(words: Mapping[str, str]) -> dict[str, Markup]:
    """Return the words of a closed list in the reader's language, once for all lines of a page."""
    return {key: _(word) for key, word in words.items()}
