"""Icons come out of the wheel, mute beside a word and named where they stand alone."""

import re
from pathlib import Path

import pytest

from crm.web.icons import icon
from crm.web.page import PLACES

TEMPLATES = Path(__file__).parents[2] / "templates"


def test_an_icon_is_an_inline_picture_that_screen_readers_pass_over() -> None:
    picture = icon("lock")
    assert picture.startswith("<svg")
    assert "<path" in picture
    assert 'aria-hidden="true"' in picture


def test_an_icon_with_a_label_is_named_and_the_label_is_escaped() -> None:
    picture = icon("lock", '<"&')
    assert 'role="img" aria-label="&lt;&#34;&amp;"' in picture
    assert "aria-hidden" not in picture


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_every_icon_that_a_template_or_the_rail_names_exists() -> None:
    named = {symbol for _, _, symbol, _ in PLACES}
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        named |= set(re.findall(r'\bicon\("([a-z0-9-]+)"', text))
        named |= set(re.findall(r'icon_name="([a-z0-9-]+)"', text))
    assert len(named) > 30
    for name in named:
        assert icon(name)
