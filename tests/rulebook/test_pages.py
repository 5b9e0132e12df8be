"""The books of law as people and programs see them."""

from flask import Flask

from crm.identity.roles import Role
from crm.rulebook.shelf import shipped_books
from crm.web.marks import cited
from tests.visitors import Browser, Program


def test_the_list_shows_every_book_with_its_version_and_digest(app: Flask) -> None:
    page = Browser(app, Role.COLLECTOR).get("/books").text
    books = shipped_books()
    for name in books.ids:
        for book in books.versions(name):
            assert f'href="/books/{name}"' in page
            assert book.version in page
            assert book.sha256 in page


def test_a_book_shows_each_rule_with_effect_strength_source_and_law(app: Flask) -> None:
    page = Browser(app, Role.COMPLIANCE_OFFICER).get("/books/US-FED").text
    for rule in shipped_books().versions("US-FED")[-1].rules:
        assert f'id="{rule.id}"' in page
    assert "12 CFR 1006.14(b)(2)(i)(A)" in page
    assert "At most 7 within 7 consecutive calendar days" in page
    assert "presumption that can be rebutted" in page
    assert "checked against the text itself" in page
    assert "Switched off" not in page


def test_what_is_switched_off_is_shown_as_off_with_source_and_effect(app: Flask) -> None:
    page = Browser(app, Role.COMPLIANCE_OFFICER).get("/books/HOUSE").text
    on, off = page.split('id="off"')
    assert "HOUSE.permit.open" in on
    assert "HOUSE.china.seven_days" not in on
    assert "Found in one secondary source only" in off
    assert "it refuses a collection call until seven days" in off
    assert off.count("Switched off</span>") == switched_off()


def switched_off() -> int:
    return sum(not rule.enabled for rule in shipped_books().versions("HOUSE")[-1].rules)


def test_a_book_or_version_that_never_was_is_missing(app: Flask) -> None:
    browser = Browser(app, Role.COMPLIANCE_OFFICER)
    assert browser.get("/books/XX").status_code == 404
    assert browser.get("/books/CN?version=2020-01-01").status_code == 404
    assert browser.get("/books/CN?version=2026-01-30").status_code == 200


def test_who_is_not_signed_in_sees_no_book(app: Flask) -> None:
    assert Browser(app).get("/books").status_code in (302, 303, 401)
    assert app.test_client().get("/api/v1/books").status_code == 401


def test_a_program_reads_the_books(app: Flask) -> None:
    program = Program(app, Role.AUDITOR)
    items = program.get("/books").json["items"]
    assert [item["id"] for item in items] == list(shipped_books().ids)
    (house,) = (item for item in items if item["id"] == "HOUSE")
    assert (house["rules_on"], house["rules_off"]) == (5, switched_off())
    assert house["versions"][0]["in_force"] is True


def test_a_program_reads_one_book(app: Flask) -> None:
    program = Program(app, Role.AUDITOR)
    book = program.get("/books/CN", version="2026-01-30").json
    shipped = shipped_books().versions("CN")[-1]
    assert (book["shown"], book["sha256"]) == (shipped.version, shipped.sha256)
    night = book["rules"][0]
    assert night["id"] == "CN.hours.night"
    assert (night["effect"], night["basis"], night["source"]) == ("refuse", "guidance", "summary")
    assert night["parameters"] == {"from": "08:00", "to": "22:00"}
    assert night["terms"][0].startswith("Contact may start from 08:00 to before 22:00")
    assert program.get("/books/XX").status_code == 404
    assert program.get("/books/CN", surplus="1").status_code == 422


def test_law_is_cited_in_the_readers_language_as_far_as_it_is_ours_to_translate(app: Flask) -> None:
    browser = Browser(app, Role.COMPLIANCE_OFFICER)
    browser.client.set_cookie("lang", "zh")
    house = browser.get("/books/HOUSE").text
    assert "本机构限制：许可" in house
    assert "House limits" not in house
    china = browser.get("/books/CN").text
    assert "《个人信息保护法》第二十五条" in china
    assert "中国银行业协会《个人消费类贷款催收工作指引（试行）》，2026-01-30" in china
    assert "12 CFR 1006.14(h)(1)" in browser.get("/books/US-FED").text


def test_a_limit_stricter_than_a_law_cites_it_in_the_readers_language(app: Flask) -> None:
    own = "House limits, stricter than Personal Information Protection Law art. 25"
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert cited(own) == "本机构限制，严于《个人信息保护法》第二十五条"
        own_law = cited("A law of this house & more")
        assert own_law == '<span lang="en">A law of this house & more</span>'
        assert cited(None) == ""
        assert "50% of it" in cited("A law on 50% of it")
        assert "<img" not in cited('A law<img src="x" onerror="1">')
