"""A sheet that was opened, as text or as a page to be printed, in either language."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader

from crm.contacts.continuity.sealing import Head
from crm.resources import resource_root


def as_html(head: Head, content: dict[str, Any], language: str) -> str:
    """Return a page of one table a collector."""
    return _rendered("sheet.html", head, content, language)


def as_text(head: Head, content: dict[str, Any], language: str) -> str:
    """Return lines with tabs between their parts."""
    return _rendered("sheet.txt", head, content, language)


def _rendered(template: str, head: Head, content: dict[str, Any], language: str) -> str:
    house = Environment(
        loader=FileSystemLoader(resource_root() / "templates" / "contacts"),
        autoescape=template.endswith(".html"),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    known = Translations.load(str(Path(__file__).parents[2] / "translations"), [language])
    house.install_gettext_translations(known, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    house.filters["clock"] = _clock
    return house.get_template(template).render(head=head, sheet=content, language=language)


def _clock(text: str, zone: str | None) -> str:
    """Return an instant as the clocks of the person's own place show it."""
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(zone or 'UTC')):%H:%M}"
