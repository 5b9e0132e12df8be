"""The check of identity as whoever speaks with a borrower meets it, on the page of the permit."""

import re

from sqlalchemy import select

from crm.audit.models import audit_entry
from crm.contacts.rules.verifying import FAILED_ITEMS
from crm.storage.database import database
from tests.contacts.scene import in_china
from tests.contacts.test_verifying import called, known

FORGOTTEN = "It is compared and forgotten at once."
WRONG = "138 0013 8006"
CLOSED = "Too many answers did not match in this contact: do not speak of the debt."


def asked(page: str) -> list[str]:
    """Return the items that the form offers."""
    found = re.search(r'<select[^>]*name="item".*?</select>', page, re.DOTALL)
    return re.findall(r'value="(\w+)"', found[0]) if found else []


def test_an_answer_is_told_to_match_or_not_and_never_shown_again(browser, time) -> None:
    case = known()
    at = f"/permits/{called(case)}"
    desk = browser(actor=case.collector)
    page = desk.get(at).text
    assert FORGOTTEN in page
    assert asked(page) == [
        "national_id",
        "birthday",
        "loan_number",
        "phone",
        "name",
    ], "what is not on file cannot match"
    sent = desk.post(f"{at}/answers", item="name", answer="zhao lei", page=at)
    assert (sent.status_code, sent.location) == (303, at)
    page = desk.get(at).text
    assert re.search(r"<svg.*?Matches</span> Full name", page, re.DOTALL)
    assert asked(page) == ["national_id", "birthday", "loan_number", "phone"]
    desk.post(f"{at}/answers", item="phone", answer=WRONG, page=at)
    page = desk.get(at).text
    assert re.search(r"Does not match</span>\s*Telephone number", page, re.DOTALL)
    assert asked(page) == ["national_id", "birthday", "loan_number", "phone"]
    desk.post(f"{at}/answers", item="phone", answer="138 0013 8005", page=at)
    desk.post(f"{at}/answers", item="birthday", answer="3月7日", page=at)
    page = desk.get(at).text
    assert "Verified: two answers match." not in page, "name and number prove nobody"
    desk.post(f"{at}/answers", item="national_id", answer="4514", page=at)
    page = desk.get(at).text
    assert "Verified: two answers match." in page
    assert asked(page) == []
    assert WRONG not in page
    with database().read() as connection:
        entries = connection.execute(select(audit_entry.c.entry)).scalars().all()
    said = (WRONG.encode(), b"zhao lei")
    assert not any(words in entry for words in said for entry in entries)


def test_what_was_typed_does_not_come_back_where_something_is_missing(browser, time) -> None:
    case = known()
    at = f"/permits/{called(case)}"
    desk = browser(actor=case.collector)
    sent = desk.post(f"{at}/answers", item="", answer="Zhao Somebody", page=at)
    assert sent.status_code == 422
    assert 'id="item-fault"' in sent.text
    assert "Zhao Somebody" not in sent.text
    assert sent.text.count("Nothing was saved.") == 1, "the form of the record is not at fault"


def test_misses_are_bounded_and_the_form_goes(browser, time) -> None:
    case = known()
    at = f"/permits/{called(case)}"
    desk = browser(actor=case.collector)
    for item in ("name", "phone")[:FAILED_ITEMS]:
        assert desk.post(f"{at}/answers", item=item, answer="wrong", page=at).status_code == 303
    page = desk.get(at).text
    assert CLOSED in page
    assert asked(page) == []
    again = desk.post(f"{at}/answers", item="national_id", answer="wrong", page=at)
    assert again.status_code == 409
    assert again.text.count(CLOSED) == 1


def test_it_is_offered_only_to_the_holder_of_a_call_under_way(browser, time) -> None:
    case = known()
    permit = case.ask()["id"]
    desk = browser(actor=case.collector)
    assert FORGOTTEN not in desk.get(f"/permits/{permit}").text
    started = desk.post(f"/permits/{permit}/start", page=f"/permits/{permit}")
    assert FORGOTTEN in started.text
    case.log(permit)
    assert FORGOTTEN not in desk.get(f"/permits/{permit}").text


def test_it_speaks_chinese(browser, time) -> None:
    case = in_china()
    at = f"/permits/{called(case)}"
    desk = browser(actor=case.collector)
    desk.client.set_cookie("lang", "zh")
    desk.get(at)
    desk.post(f"{at}/answers", item="phone", answer="1", page=at)
    page = desk.get(at).text
    assert "不一致" in page
    assert "核对后立即丢弃" in page
