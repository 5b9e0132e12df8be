"""The page of help: for every role, of every place, and never of what the reader may not do."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from crm.gate.permissions import Permission, scope_of
from crm.identity.roles import ASSIGNABLE, Role
from crm.web import guide, page
from tests.visitors import Browser


def test_every_role_and_every_place_has_its_words() -> None:
    assert set(guide.ROLES) == set(ASSIGNABLE)
    assert set(guide.PLACES) == {url for _, url, _, _ in page.PLACES} - {"/help"}


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_help_speaks_of_what_the_reader_may_do(browser: Callable[..., Browser], role: Role) -> None:
    answer = browser(role).get("/help")
    assert answer.status_code == 200
    text = unescape(answer.text)
    assert guide.ROLES[role] in text
    main = text.partition('<main id="content"')[2]
    told = set(re.findall(r'<dt class="nowrap">.*?<a href="([^"]+)"', main))
    assert told == {
        url for permission, url, _, _ in page.PLACES if scope_of(role, permission) is not None
    } - {"/help"}
    for permission, when, _ in guide.SITUATIONS:
        held = scope_of(role, permission) is not None
        assert (f"<summary>{when}</summary>" in main) is held, when
    calls = scope_of(role, Permission.READ_WORK) is not None
    assert ("<kbd>V</kbd>" in main) is calls


def test_help_stands_in_chinese_too(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.COLLECTOR)
    reader.client.set_cookie("lang", "zh")
    text = reader.get("/help").text
    assert "您负责联系逾期客户" in text
    assert guide.ROLES[Role.COLLECTOR] not in text


def test_a_place_that_is_none_has_no_words(browser: Callable[..., Browser]) -> None:
    assert guide.guide("/nowhere") == ""


def test_the_front_page_is_the_first_place_and_help_where_there_is_no_other(
    browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser(Role.COLLECTOR).get("/").location == "/work"
    monkeypatch.setattr(page, "PLACES", page.PLACES[-1:])
    assert browser(Role.COLLECTOR).get("/").location == "/help"
