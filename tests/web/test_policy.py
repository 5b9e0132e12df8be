"""What every answer tells the browser, and that every page keeps to it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from crm.identity.roles import ASSIGNABLE, Role
from tests.visitors import Browser

PAGES = {
    Role.ADMIN: ("/staff", "/roles", "/roles?role=auditor", "/sessions", "/me", "/me/password"),
    Role.COMPLIANCE_OFFICER: ("/ledger", "/ledger/verify", "/approvals", "/staff"),
    Role.COLLECTOR: ("/me", "/roles", "/ledger", "/nowhere"),
    None: ("/sign-in", "/api"),
}


class Inline(HTMLParser):
    """Collects what the policy forbids, and ids that occur twice."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.h1 = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = dict(attrs)
        self.h1 += tag == "h1"
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on") or (value or "").startswith("javascript:"):
                self.found.append(f"{tag} {name}")
            if name in {"src", "href", "action"} and re.match(r"(https?:)?//", value or ""):
                self.found.append(f"{tag} {name}={value}")


@pytest.mark.parametrize(("role", "path"), [(role, path) for role in PAGES for path in PAGES[role]])
def test_no_page_has_anything_inline_or_from_elsewhere(
    browser: Callable[..., Browser], role: Role | None, path: str
) -> None:
    page = browser(role).get(path)
    assert page.mimetype == "text/html"
    seen = Inline()
    seen.feed(page.text)
    assert seen.found == []
    assert seen.h1 == 1
    assert len(seen.ids) == len(set(seen.ids))


def test_the_policy_allows_only_the_house_itself(browser: Callable[..., Browser]) -> None:
    headers = browser().get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/sign-in", "/me", "/nowhere", "/openapi.json", "/healthz"])
def test_nothing_but_the_assets_is_kept(browser: Callable[..., Browser], path: str) -> None:
    assert browser(Role.ADMIN).get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_the_rail_shows_only_places_that_open(browser: Callable[..., Browser], role: Role) -> None:
    reader = browser(role)
    rail = re.search(r'<nav class="rail".*?</nav>', reader.get("/me").text, re.DOTALL)
    assert rail is not None
    for url in re.findall(r'href="([^"]+)"', rail[0]):
        leads_on = url == "/"  # the front page is the first place of the rail
        assert reader.get(url).status_code == (303 if leads_on else 200), url


def test_a_page_of_a_form_without_its_token_is_refused(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN)
    assert reader.post("/me", csrf_token="0" * 64, language="zh").status_code == 400


def test_a_form_sent_from_another_site_is_refused(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN)
    reader.get("/me")
    answer = reader.client.post("/theme", data={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 400
