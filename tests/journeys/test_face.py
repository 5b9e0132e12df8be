"""The face in a real browser: nothing inline gets through, everyone can read it, keys work."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from crm.identity.roles import Role
from crm.web.gatekeeper import COOKIE
from tests.api.test_approvals import ask
from tests.factories import make_account, make_team
from tests.visitors import Browser
from tests.web.test_rendered import pages, reader_of

pytestmark = pytest.mark.browser

PAGES = [
    (None, "/sign-in"),
    (None, "/api"),
    (Role.ADMIN, "/me/password"),
    (Role.ADMIN, "/nowhere"),
    (Role.COLLECTOR, "/ledger"),  # which he may not see
    (Role.COMPLIANCE_OFFICER, "/approvals"),
    (Role.SUPERVISOR, "/help"),
    *((reader_of(at), at) for at in pages()),
]
LOOKS = [("light", "en", 1280), ("dark", "zh", 390)]


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the application, served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(
    app: Flask, site: str, chromium: Chromium
) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Open pages as a role; the list collects what the browser complains of."""
    opened = []

    def come(  # type: ignore[no-untyped-def]
        role: Role | None, theme: str = "light", lang: str = "en", width: int = 1280, **given: Any
    ):
        context = chromium.new_context(viewport={"width": width, "height": 800})
        opened.append(context)
        cookies = {"theme": theme, "lang": lang}
        if role is not None:
            kept = Browser(app, role, **given).client.get_cookie(COOKIE)
            assert kept is not None
            cookies[COOKIE] = kept.value
        context.add_cookies(
            [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
        )
        page, complaints = context.new_page(), []
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on(
            "console",
            lambda told: (
                complaints.append(told.text)
                if told.type == "error" and "status of 40" not in told.text
                else None
            ),
        )
        return page, complaints

    yield come
    for context in opened:
        context.close()


@pytest.mark.parametrize(("theme", "lang", "width"), LOOKS)
@pytest.mark.parametrize(("role", "path"), PAGES)
def test_everyone_can_read_it(
    visit: Callable[..., tuple[Page, list[str]]], site: str, role: Role | None, path: str,
    theme: str, lang: str, width: int,
) -> None:  # fmt: skip
    page, complaints = visit(role, theme, lang, width)
    page.goto(site + path)
    page.evaluate(
        "document.querySelectorAll('details:not([data-closes])').forEach(d => d.open = true)"
    )
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert complaints == []
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(too_wide) <= 0


def test_the_check_sees_what_nobody_could_read(
    visit: Callable[..., tuple[Page, list[str]]], site: str
) -> None:
    page, _ = visit(None)
    page.goto(site + "/sign-in")
    page.evaluate("document.querySelector('label[for=email]').remove()")
    assert "label" in {one["id"] for one in Axe().run(page).response["violations"]}


def test_the_policy_stops_what_gets_in(
    visit: Callable[..., tuple[Page, list[str]]], site: str
) -> None:
    page, complaints = visit(None)
    page.goto(site + "/sign-in")
    page.evaluate(
        """() => { const got = document.createElement('script');
        got.textContent = 'window.got = 1'; document.body.append(got); }"""
    )
    assert page.evaluate("window.got") is None
    assert any("Content Security Policy" in told for told in complaints)


def test_keys_reach_the_search_and_the_list_of_keys(
    visit: Callable[..., tuple[Page, list[str]]], site: str
) -> None:
    page, _ = visit(Role.COLLECTOR)
    page.goto(site + "/people")
    page.keyboard.press("Slash")
    assert page.evaluate("document.activeElement.matches('[data-search]')")
    page.keyboard.press("Shift+Slash")  # in a field it is a letter like any other
    assert not page.locator("dialog.keys").is_visible()
    page.locator("#content").focus()
    page.keyboard.press("Shift+Slash")
    assert page.locator("dialog.keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog.keys").is_visible()


def test_requests_are_decided_by_the_keys_of_the_card_in_focus(
    visit: Callable[..., tuple[Page, list[str]]], site: str
) -> None:
    team = make_team("Ours")
    for name in ("North", "South"):
        ask(make_account(team_id=team), name)
    page, complaints = visit(Role.TEAM_LEADER, team_id=team)
    page.goto(site + "/approvals")
    second = page.locator(".request").nth(1)
    for key in ("KeyJ", "KeyJ"):
        page.keyboard.press(key)
    assert second.evaluate("one => one === document.activeElement")
    composed = """() => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {code: "KeyA", isComposing: true, bubbles: true}))"""
    page.evaluate(composed)  # a letter of an input method is no key
    assert page.locator(".decide [open]").count() == 0
    page.keyboard.press("KeyD")
    assert second.locator("details[data-key=D]").get_attribute("open") is not None
    page.keyboard.type("jak")  # in a field they are letters
    assert second.locator("details[data-key=D] [name=reason]").input_value() == "jak"
    page.keyboard.press("Escape")
    assert second.evaluate("one => one === document.activeElement")
    page.keyboard.press("Shift+Slash")
    told = page.locator("dialog.keys dl").inner_text()
    assert told.count("Agree to the request in focus") == 1
    assert "Down and up in the list" in told
    page.keyboard.press("Escape")
    second.evaluate("one => { one.querySelector('.decide').remove(); one.focus(); }")
    page.keyboard.press("KeyA")  # what cannot be decided is not decided for another
    assert page.locator("details[data-key=A][open]").count() == 0
    page.keyboard.press("KeyK")
    page.keyboard.press("KeyA")
    page.keyboard.press("Enter")
    expect(page.locator(".request")).to_have_count(1)
    assert complaints == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_word_of_the_bar_is_cut_and_the_rest_is_behind_more(
    visit: Callable[..., tuple[Page, list[str]]], site: str, lang: str
) -> None:
    page, _ = visit(Role.SUPERVISOR, "light", lang, 390)
    page.goto(site + "/approvals")
    cut = """() => [...document.querySelectorAll(".rail li, .rail .more")].filter((one) => {
        const at = one.getBoundingClientRect();
        return at.width && (at.left < 0 || at.right > innerWidth || at.top < 0
            || one.querySelector("span").scrollWidth > one.clientWidth);
    }).length"""
    shown = page.locator(".rail li:visible")
    assert shown.count() == 4
    assert page.locator(".rail li:visible [aria-current]").count() == 1  # where one is, is there
    assert page.evaluate(cut) == 0
    page.click(".rail .more summary")
    assert shown.count() == page.locator(".rail li").count() > 8
    assert page.evaluate(cut) == 0


def test_the_first_tab_leads_to_the_page_and_can_be_seen(
    visit: Callable[..., tuple[Page, list[str]]], site: str
) -> None:
    page, _ = visit(Role.ADMIN)
    page.goto(site + "/roles")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_form_is_left_only_after_a_question(
    visit: Callable[..., tuple[Page, list[str]]], site: str
) -> None:
    page, _ = visit(Role.ADMIN)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(site + "/me/password")
    page.fill("#new_password", "begun")
    page.goto(site + "/me")
    assert asked == ["beforeunload"]
