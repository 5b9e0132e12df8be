"""Drafts as people and programs meet them: forms, faults, back-test, second person."""

import re

import pytest

from crm.gate.worker import run_next
from crm.identity.roles import Role
from crm.rulebook.models import back_test, book_version
from crm.rulebook.shelf import shipped_books
from crm.rulebook.versions.checking import check, dated
from crm.rulebook.versions.difference import FieldChange, difference, is_looser
from crm.storage.ids import new_id
from crm.work import load_runners
from tests.contacts.scene import in_china, rows
from tests.rulebook.drafting import LATER, back_tested, draft, officer, text

pytestmark = pytest.mark.usefixtures("shelf")


def where(response) -> str:
    assert response.status_code == 303, response.text
    return str(response.headers["Location"])


def test_a_limit_goes_from_the_form_to_its_publication(browser, time) -> None:
    load_runners()
    in_china().call("conversation")
    time.forward(minutes=1)
    writer, second = browser(Role.COMPLIANCE_OFFICER), browser(Role.COMPLIANCE_OFFICER)
    assert 'href="/books/drafts"' in writer.get("/books").text
    form = writer.get("/books/limits").text
    assert "Seven days between two collections in China" in form
    there = where(
        writer.post(
            "/books/limits",
            begins="2026-12-01",
            switched_on="HOUSE.china.seven_days",
            **{
                "tighten.limit.CN.call_frequency.six_unanswered": "4",
                "tighten.closes.CN.hours.night": "20:00",
                "tighten.opens.CN.hours.night": "",
            },
            page="/books/limits",
        )
    )
    page = writer.get(there).text
    assert "switched on" in page
    assert "HOUSE.cn.call_frequency.six_unanswered" in page
    assert "HOUSE.cn.hours.night" in page
    assert "Back-test it first" in page
    test = where(writer.post(f"{there}/back-tests", days="30"))
    assert "waits for its turn" in writer.get(test).text
    assert run_next(new_id())
    found = writer.get(test).text
    assert "Contacts tried" in found
    assert where(writer.post(f"{there}/publish")) == there
    assert "may not agree to it" in writer.get(there).text
    page = second.get(there).text
    (agree,) = re.findall(r'action="(/approvals/[0-9a-f-]+/approve)"', page)
    assert f'href="{there}"' in second.get("/approvals").text
    where(second.post(agree))
    page = writer.get(there).text
    assert "Approved by" in page
    assert "2026-12-01" in writer.get("/books/HOUSE").text
    assert there in writer.get("/books/drafts").text


def test_what_is_wrong_with_a_text_is_shown_beside_it_with_what_was_typed(browser, time) -> None:
    who = browser(Role.COMPLIANCE_OFFICER)
    form = who.get("/books/drafts/new?book=CN").text
    assert "CN.hours.night" in form
    broken = text("CN").replace("kind: hours", "kind: horoscope", 1).replace("\n", "\r\n")
    told = who.post(
        "/books/drafts", text=broken, begins="2026-12-01", page="/books/drafts/new?book=CN"
    )
    assert told.status_code == 422
    assert "CN/2026-12-01.yaml:" in told.text
    assert "horoscope" in told.text
    assert not rows(book_version)


def test_a_draft_is_written_anew_and_put_away(browser, time) -> None:
    who = browser(Role.COMPLIANCE_OFFICER)
    words = dated(text("CN"), LATER).replace("limit: 6", "limit: 5").replace("\n", "\r\n")
    there = where(who.post("/books/drafts", text=words, begins="2026-12-01"))
    page = who.get(there).text
    assert "parameters.limit" in page
    where(who.post(there, text=words, begins="2026-12-03", version="1"))
    (row,) = rows(book_version)
    assert (row["edition"], row["version"]) == ("2026-12-03", 2)
    assert "\r" not in row["text"]
    assert who.post(there, text=words, begins="2026-12-03", version="1").status_code in (409, 412)
    assert where(who.post(f"{there}/discard")) == "/books/drafts"
    assert "put away" in who.get("/books/drafts").text


def test_a_limit_that_loosens_is_named_on_the_form(browser, time) -> None:
    who = browser(Role.COMPLIANCE_OFFICER)
    told = who.post(
        "/books/limits",
        begins="2026-12-01",
        page="/books/limits",
        **{
            "tighten.limit.CN.call_frequency.six_unanswered": "9",
            "tighten.closes.CN.hours.night": "20:00",
        },
    )
    assert told.status_code == 422
    assert "HOUSE.cn.call_frequency.six_unanswered is less strict in parameters.limit" in told.text
    assert told.text.count("This is not stricter than what holds now") == 1
    marked = re.findall(r'<input[^>]*aria-invalid="true"[^>]*>', told.text)
    assert len(marked) == 1
    assert 'name="tighten.limit.CN.call_frequency.six_unanswered"' in marked[0]


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.ADMIN])
def test_who_may_not_change_books_sees_no_drafts(browser, time, role) -> None:
    one = draft(officer())
    who = browser(role)
    assert "/books/drafts" not in who.get("/books").text
    for path in ("/books/drafts", "/books/limits", f"/books/drafts/{one}"):
        assert who.get(path).status_code == 403
    assert who.post("/books/drafts", text="x").status_code == 403


def test_a_program_drafts_tests_and_asks(program, time) -> None:
    load_runners()
    in_china().call()
    time.forward(minutes=1)
    who, second = program(Role.COMPLIANCE_OFFICER), program(Role.COMPLIANCE_OFFICER)
    words = text("CN").replace('to: "22:00"', 'to: "11:00"')
    one = who.post("/book-drafts", {"text": words, "begins": "2026-12-01"}).json["id"]
    told = who.get(f"/book-drafts/{one}").json
    assert told["missing"] == "book.not_tested"
    assert told["difference"]["rules"][0]["fields"][0]["path"] == "parameters.to"
    test = who.post(f"/book-drafts/{one}/back-tests", {"days": 5}).json["id"]
    run_next(new_id())
    found = who.get(f"/back-tests/{test}").json
    assert found["summary"]["turned"] == {"refused": 1}
    assert found["items"][0]["rule"] == "CN.hours.night"
    asked = who.post(f"/book-drafts/{one}/publish")
    assert asked.status_code == 202
    request = who.get(f"/book-drafts/{one}").json["request_id"]
    assert second.post(f"/approvals/{request}/approve").status_code == 200
    assert next(line["state"] for line in who.get("/book-drafts").json["items"]) == "published"
    assert who.get("/books/CN").json["shown"] == "2026-12-01"


def test_the_pages_speak_chinese(browser, time) -> None:
    one = draft(officer())
    back_tested(one)
    who = browser(Role.COMPLIANCE_OFFICER, language="zh")
    assert "机构限制" in who.get("/books/limits").text
    assert "申请发布" in who.get(f"/books/drafts/{one}").text
    assert rows(back_test)


def test_a_window_that_ends_when_it_begins_is_refused(program, time) -> None:
    """Is it the whole day, or no time of it?"""
    words = text("CN").replace('to: "22:00"', 'to: "08:00"', 1)
    who = program(Role.COMPLIANCE_OFFICER)
    no = who.post("/book-drafts", {"text": words, "begins": "2026-12-01"})
    assert no.status_code == 422
    assert "ends when it begins" in no.text


def test_a_limit_that_nobody_knows_is_not_switched_on(program, time) -> None:
    who = program(Role.COMPLIANCE_OFFICER)
    for unknown in ("HOUSE.nope", "US-FED.stop.cease"):
        no = who.post("/house-limits", {"begins": "2026-12-01", "switched_on": [unknown]})
        assert (no.status_code, set(no.json["fields"])) == (422, {"switched_on"})


def test_a_book_that_ends_and_a_holiday_struck_out_are_less_strict(time) -> None:
    old = shipped_books().versions("CN")[-1]
    ends = check(text("CN").replace("until: null", 'until: "2027-01-01"', 1))
    assert [(one.path, one.looser) for one in difference(old, ends).head] == [
        ("in_force.until", True)
    ]
    day, name = "days.AU 2026-12-25", "Christmas Day"
    assert is_looser(FieldChange(day, None, f"working {name}"))
    assert is_looser(FieldChange(day, name, None))
    assert not is_looser(FieldChange(day, None, name))
