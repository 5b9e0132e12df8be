"""The house around each page: who is reading, what he is told, how the ledger stands."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from crm.audit.queries import Seal
from crm.identity.roles import Role
from crm.web import page
from tests.houses import Instance
from tests.visitors import Browser

NOW = datetime(2026, 4, 3, tzinfo=UTC)


def test_the_strip_is_quiet_while_all_is_well(
    browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "seal", lambda: Seal(48211, 48200, NOW, ok=True))
    text = browser(Role.ADMIN).get("/me").text
    assert "Entry 48,211" in text
    assert "is-broken" not in text
    assert 'href="/ledger"' not in text  # which he may not read
    assert '<a href="/ledger">Entry 48,211</a>' in browser(Role.AUDITOR).get("/me").text


def test_the_strip_is_loud_where_the_ledger_is_shorter_than_its_seal(
    browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "seal", lambda: Seal(10, 48200, NOW, ok=False))
    text = browser(Role.ADMIN).get("/me").text
    assert "is-broken" in text
    assert "shorter than what was signed" in text


def test_an_error_page_still_comes_where_the_database_is_away(
    browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Seal:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(page, "seal", away)
    assert browser(Role.ADMIN).get("/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("page", "place"),
    [("/findings", "/compliance"), ("/refusals", "/compliance"), ("/books/drafts", "/books")],
)
def test_the_rail_lights_the_place_that_a_page_lies_within(
    browser: Callable[..., Browser], page: str, place: str
) -> None:
    text = browser(Role.COMPLIANCE_OFFICER).get(page).text
    assert re.findall(r'href="([^"]*)" title="[^"]*" aria-current="page"', text) == [place]


def test_a_demonstration_says_so_on_every_page(
    browser: Callable[..., Browser], house: Instance
) -> None:
    assert "banner-demo" not in browser().get("/sign-in").text
    (house.settings.home / "demo").touch()
    assert "banner-demo" in browser().get("/sign-in").text
    for path in ("/me", "/nowhere"):
        assert "banner-demo" in browser(Role.ADMIN).get(path).text


def test_a_refusal_shows_its_rule_and_a_reference(browser: Callable[..., Browser]) -> None:
    answer = browser(Role.COLLECTOR).get("/staff")
    assert answer.status_code == 403
    assert "permission.denied" in answer.text
    assert "the refusal is in the ledger" in answer.text
    assert "Reference " in answer.text


def test_a_visitor_sees_no_rail_and_no_strip(browser: Callable[..., Browser]) -> None:
    text = browser().get("/sign-in").text
    assert 'class="rail"' not in text
    assert "seal-strip" not in text


def test_a_form_with_faults_comes_back_to_its_own_page(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN)
    answer = reader.post("/staff", page="/staff", name="Li Na", email="nonsense", role="collector")
    assert answer.status_code == 422
    assert 'value="Li Na"' in answer.text
    assert "Give an e-mail address." in answer.text
    assert 'name="page" value="/staff"' in answer.text


def test_a_path_from_elsewhere_is_not_taken_for_the_page(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN)
    answer = reader.post("/staff", page="//evil.example", name="x", email="y", role="z")
    assert answer.status_code == 422
    assert "evil.example" not in answer.text
