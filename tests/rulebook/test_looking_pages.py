"""The list of books as people search it: by place, law or rule, strength and way of checking."""

from flask import Flask

from crm.identity.roles import Role
from tests.visitors import Browser, Program


def test_a_place_finds_its_books_and_their_rules_with_law_strength_and_check(app: Flask) -> None:
    page = Browser(app, Role.COLLECTOR).get("/books?wanted=Brazil&basis=&source=").text
    assert 'href="/books/BR-SP"' in page
    assert 'href="/books/CN"' not in page
    assert 'href="/books/BR-SP#BR-SP.hours.calls"' in page
    assert "Lei 15.426/2014 (São Paulo), art. 2" in page
    assert "checked against the text itself" in page


def test_the_whole_list_shows_hours_and_numbers_and_no_rules(app: Flask) -> None:
    page = Browser(app, Role.COLLECTOR).get("/books").text
    assert "Monday to Saturday 06:00–21:00" in page
    assert "1 a day: conversations" in page
    assert "#BR-SP.hours.calls" not in page


def test_strength_and_check_read_in_the_readers_language(app: Flask) -> None:
    browser = Browser(app, Role.COLLECTOR)
    browser.get("/books?wanted=Brazil")
    browser.client.set_cookie("lang", "zh")
    page = browser.get("/books?wanted=巴西").text
    assert "Lei 15.426/2014" in page
    assert "checked against the text itself" not in page
    assert "星期一至星期五 08:00–20:00" in page


def test_nothing_found_says_what_holds_then(app: Flask) -> None:
    page = Browser(app, Role.COLLECTOR).get("/books?wanted=Atlantis").text
    assert "No book and no rule is about that." in page


def test_an_unknown_strength_is_refused(app: Flask) -> None:
    assert Program(app, Role.AUDITOR).get("/books", basis="rumour").status_code == 422


def test_a_program_looks_books_up_too(app: Flask) -> None:
    answer = Program(app, Role.AUDITOR).get("/books", wanted="126B").json
    (book,) = answer["items"]
    assert (book["id"], book["hours"]) == ("ZA", ["Monday to Saturday 06:00–21:00"])
    assert [rule["source"] for rule in book["found"]] == ["text", "text"]


def test_a_rule_that_judges_no_contact_is_shown_as_a_duty_or_period(app: Flask) -> None:
    page = Browser(app, Role.COLLECTOR).get("/books/BR-SP").text
    assert "Duty</span>" in page
