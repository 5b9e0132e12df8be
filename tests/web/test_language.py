"""Which language a page is in, and that the choice never leads away from the house."""

from collections.abc import Callable

import pytest

from crm.identity.roles import Role
from crm.web.language import own_path
from tests.visitors import Browser


@pytest.mark.parametrize(
    ("accepts", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW,en;q=0.5", "en"),
        ("de-DE", "en"),
        ("", "en"),
    ],
)
def test_a_visitor_is_met_in_his_browsers_language(
    browser: Callable[..., Browser], accepts: str, lang: str
) -> None:
    page = browser().get("/sign-in", headers={"Accept-Language": accepts}).text
    assert f'<html lang="{lang}"' in page


def test_an_accounts_own_language_counts_more_than_the_browsers(
    browser: Callable[..., Browser],
) -> None:
    reader = browser(Role.ADMIN, language="zh")
    page = reader.get("/me", headers={"Accept-Language": "en"}).text
    assert '<html lang="zh-Hans"' in page


def test_a_choice_counts_most_and_lasts(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN, language="zh")
    answer = reader.post("/language", language="en", next="/me")
    assert (answer.status_code, answer.location) == (303, "/me")
    assert '<html lang="en"' in reader.get("/me").text


def test_an_unknown_language_changes_nothing(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN)
    answer = reader.post("/language", language="tlh", next="/me")
    assert "lang=" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/a\x00",
        "https://evil.example",
        None,
        "",
    ],
)
def test_nothing_leads_away_from_the_house(wanted: str | None) -> None:
    assert own_path(wanted) == "/"


def test_a_theme_is_kept_and_an_unknown_one_is_not(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN)
    assert "data-theme" not in reader.get("/me").text
    reader.post("/theme", theme="dark", next="/me")
    assert 'data-theme="dark"' in reader.get("/me").text
    reader.post("/theme", theme="<script>", next="/me")
    assert 'data-theme="dark"' in reader.get("/me").text
