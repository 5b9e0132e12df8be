"""Lists by keyboard: the palette, line by line, and from one record to the next."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser


def test_the_palette_finds_pages_and_files_by_keys_alone(visitor: Callable[..., Visitor]) -> None:
    one = visitor("compliance")
    page = one.page
    one.open("/people")
    page.keyboard.press("Control+KeyK")
    page.keyboard.type("contact rec")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert "Contact records" in chosen.inner_text()
    named = page.get_attribute("dialog[data-palette] input", "aria-activedescendant")
    assert named == chosen.get_attribute("id")
    assert "to choose from" in page.inner_text("dialog[data-palette] [role=status]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contacts"))
    page.keyboard.press("Control+KeyK")
    page.keyboard.press("Escape")
    assert not page.locator("dialog[data-palette]").is_visible()
    assert one.complaints == []


def test_j_and_k_walk_a_list_and_its_records(visitor: Callable[..., Visitor]) -> None:
    one = visitor("compliance")
    page = one.page
    one.open("/people?assigned=true")
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyK")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/people/[0-9a-f-]{36}\?in="))
    assert re.search(r"\b1 of (more than )?[\d,]+", page.inner_text("nav.trail"))
    page.keyboard.press("KeyJ")
    page.wait_for_function("document.querySelector('nav.trail')?.innerText.match(/\\b2 of/)")
    page.keyboard.press("KeyK")
    page.wait_for_function("document.querySelector('nav.trail')?.innerText.match(/\\b1 of/)")
    assert one.complaints == []


def test_a_view_is_kept_and_stands_on_a_tab(visitor: Callable[..., Visitor]) -> None:
    one = visitor("supervisor")
    one.open("/people?assigned=true")
    one.page.click("details.shaping > summary")
    one.page.fill("#view-name", "With somebody")
    one.page.click("text=Keep the view")
    one.page.wait_for_url(re.compile("view="))
    assert one.page.inner_text(".tabs [aria-current=page]").strip() == "With somebody"
    assert one.complaints == []
