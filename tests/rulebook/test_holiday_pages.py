"""Holidays, the default book and withdrawals on screen and by program, as those may who may."""

import re

import pytest

from crm.identity.roles import Role
from tests.contacts.scene import in_place
from tests.rulebook.drafting import back_tested, draft, noticed, officer, published
from tests.rulebook.test_default_book import standing_in
from tests.rulebook.test_draft_pages import where

pytestmark = pytest.mark.usefixtures("shelf")


def told(**given: str) -> dict[str, str]:
    """Give what the form of days sends."""
    days = {"holidays": "2028-03-15 Storm Day\r\n\r\n2028-03-16   Other  Day\r\n"}
    page = "/books/holidays?country=ID&year=2028"
    return {"country": "ID", "begins": "2026-12-01", "page": page} | days | given


def test_days_go_from_the_form_to_the_draft_and_out_again(browser, time) -> None:
    who = browser(Role.COMPLIANCE_OFFICER)
    page = who.get("/books/holidays?country=ID&year=2028").text
    assert "Not announced yet" in page
    there = where(
        who.post("/books/holidays", **told(working="2028-08-17", announced="2028", source="SKB"))
    )
    page = who.get(there).text
    for line in ("ID 2028-03-15", "Storm Day", "Other  Day", "ID 2028-08-17", "ID 2028", "SKB"):
        assert line in page, line
    where(
        who.post(f"{there}/holidays", begins="2026-12-02", version="1", taken_out="ID 2028-03-15")
    )
    assert "ID 2028-03-15" not in who.get(there).text
    assert "A draft of the table waits." in who.get("/books/holidays").text
    stale = who.post(f"{there}/holidays", **told(version="1"))
    assert stale.status_code in (409, 412)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"holidays": "2028-03-15 Good\nrubbish"}, "In line 2 stands no day"),
        ({"holidays": "2028-02-30 x"}, "In line 1 stands no day"),
        ({"holidays": "2028-03-15"}, "a holiday needs a name"),
        ({"holidays": "1999-12-31 x"}, "outside 2000 to 2100"),
        ({"holidays": "2028-03-15 " + "x" * 81}, "Use at most 80 characters"),
        ({"holidays": "2028-03-15 a\n2028-03-15 b"}, "A day stands twice."),
        ({"holidays": ""}, "Name a day or a year, or take a line out."),
        ({"announced": "1999"}, "Use a whole number from 2000 to 2100."),
        ({"announced": "later"}, "Give a whole number."),
        ({"country": "ZZ"}, "Name a country"),
        ({"country": "Indonesia"}, "Use at most 2 characters"),
        ({"part": "<script>"}, "no such part"),
        ({"begins": "2026-11-01"}, "It must begin after today"),
        ({"begins": ""}, "This is needed."),
    ],
)
def test_what_is_wrong_with_a_day_is_said_beside_what_was_typed(browser, time, wrong, said) -> None:
    answer = browser(Role.COMPLIANCE_OFFICER).post("/books/holidays", **told(**wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("path", ["?country=ZZ", "?country=AU&part=XX", "?country="])
def test_a_calendar_that_is_not_there_is_missing(browser, time, path) -> None:
    status = browser(Role.COLLECTOR).get(f"/books/holidays{path}").status_code
    assert status == (200 if path == "?country=" else 404)


def test_the_default_book_goes_from_its_page_to_a_file(browser, time) -> None:
    writer = browser(Role.COMPLIANCE_OFFICER)
    assert "None chosen" in writer.get("/books/default").text
    there = where(writer.post("/books/default", book="CN", begins="2026-12-01"))
    assert "DEFAULT.hours.night" in writer.get(there).text
    wrong = writer.post("/books/default", book="XX", begins="2026-12-01", page="/books/default")
    assert wrong.status_code == 422
    assert "Choose a book of law from the list." in wrong.text


def test_a_file_says_that_the_default_book_judges(browser, time) -> None:
    who = browser(Role.COMPLIANCE_OFFICER)
    case = in_place("NG", None, "Africa/Lagos")
    pages = f"/people/{case.person}", f"/people/{case.person}/edit"
    assert "or no book covers that place" in who.get(pages[0]).text
    assert "No book of law covers this place" in who.get(pages[1]).text
    writer = officer()
    published(standing_in(writer), writer)
    time.set("2026-12-02T12:00:00+01:00")
    noticed()
    who = browser(Role.COMPLIANCE_OFFICER)  # a week later one signs in anew
    for page in pages:
        assert "default book judges" in who.get(page).text, page


def test_a_version_is_withdrawn_from_its_page(browser, time) -> None:
    one = draft(officer())
    first, second = browser(Role.COMPLIANCE_OFFICER), browser(Role.COMPLIANCE_OFFICER)
    back_tested(one)
    where(first.post(f"/books/drafts/{one}/publish"))
    (agree,) = re.findall(r'action="(/approvals/[0-9a-f-]+/approve)"', second.get(at(one)).text)
    where(second.post(agree))
    assert "Ask for it to be withdrawn" in first.get(at(one)).text
    where(first.post(f"{at(one)}/withdraw"))
    assert "It waits for a second person." in first.get(at(one)).text
    (agree,) = re.findall(r'action="(/approvals/[0-9a-f-]+/approve)"', second.get(at(one)).text)
    where(second.post(agree))
    page = first.get(at(one)).text
    assert "Withdrawn" in page
    assert "Ask for it to be withdrawn" not in page
    assert "Withdrawn" in first.get("/books?wanted=CN").text


def at(draft_id) -> str:
    return f"/books/drafts/{draft_id}"


def test_auditors_read_drafts_and_change_nothing(browser, time) -> None:
    one = draft(officer())
    who = browser(Role.AUDITOR)
    assert 'href="/books/drafts"' in who.get("/books").text
    assert "/books/limits" not in who.get("/books/drafts").text
    page = who.get(at(one)).text
    assert "CN.hours.night" in page
    assert f'action="{at(one)}' not in page
    for path in ("publish", "withdraw", "discard"):
        assert who.post(f"{at(one)}/{path}").status_code == 403
    assert who.post(at(one), text="x", begins="2026-12-01", version="1").status_code == 403
    assert who.post("/books/holidays", **told()).status_code == 403
    assert who.post("/books/default", book="CN", begins="2026-12-01").status_code == 403
    for page in ("/books/holidays", "/books/default"):
        assert 'class="form"' not in who.get(page).text


def test_a_program_keeps_holidays_and_a_default_book(program, time) -> None:
    who = program(Role.COMPLIANCE_OFFICER)
    shown = who.get("/holidays", country="AU", year=2027).json
    assert shown["is_read"]
    assert shown["days"][0] == {
        "on": "2027-01-01",
        "name": "New Year's Day",
        "working": False,
        "by_house": False,
        "expected": False,
        "rules": ["AU.hours.national_holidays"],
    }
    days = [{"on": "2027-09-22", "name": "National Day of Mourning"}]
    body = {"begins": "2026-12-01", "country": "AU", "holidays": days}
    made = who.post("/holidays", body)
    assert made.status_code == 201
    assert who.get(f"/book-drafts/{made.json['id']}").json["book"] == "HOLIDAYS"
    for wrong in (
        {"holidays": "2027-09-22 x"},
        {"holidays": [{"on": "2027-09-22", "moon": 1}]},
        {"holidays": [{"name": "x"}]},
        {"holidays": [{"on": 5, "name": "x"}]},
        {"country": ["AU"]},
        {"announced": [10**12]},
        {"colour": "red"},
    ):
        assert who.post("/holidays", body | wrong).status_code == 422, wrong
    assert who.get("/default-book").json["judges"] is False
    made = who.post("/default-book", {"book": "US-FED", "begins": "2026-12-01"})
    assert made.status_code == 201
    refused = who.post(f"/book-drafts/{made.json['id']}/withdraw", {})
    assert (refused.status_code, refused.json["rule"]) == (409, "book.not_published")


def test_a_program_tightens_several_rules_at_once(program, time) -> None:
    who = program(Role.COMPLIANCE_OFFICER)
    rules = [
        {"rule": "CN.call_frequency.six_unanswered", "limit": 3},
        {
            "rule": "KR.contact_frequency.seven_in_seven",
            "limit": 5,
            "products_spared": ["mortgage"],
        },
        {"rule": "IN.hours.calls", "opens": "09:00"},
    ]
    made = who.post("/house-limits", {"begins": "2026-12-01", "tightened": rules})
    assert made.status_code == 201
    text = who.get(f"/book-drafts/{made.json['id']}").json["text"]
    for name in ("HOUSE.cn.call_frequency", "HOUSE.kr.contact_frequency", "HOUSE.in.hours.calls"):
        assert name in text
    for wrong, said in (
        ([*rules, rules[0]], "Name each rule of law once."),
        ([{"rule": "XX.none", "limit": 1}], "Choose a rule of law from the list."),
        ([{"rule": "IN.hours.calls", "limit": 1}], "and no others."),
        ([{"rule": "IN.hours.calls"}], "and no others."),
    ):
        found = who.post("/house-limits", {"begins": "2026-12-01", "tightened": wrong})
        assert found.status_code == 422
        assert said in str(found.json["fields"])
    shape = who.post("/house-limits", {"begins": "2026-12-01", "tightened": [{"limit": 1}]})
    assert shape.status_code == 422
