"""How the API says no: every bad request is named, and none breaks anything."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import default_exceptions

from crm.gate.errors import Refusal, Stale
from crm.gate.verdict import refuse
from crm.identity.roles import Role
from crm.storage.ids import new_id
from crm.storage.turn import TooBusy
from tests.visitors import Browser, Program

Make = Callable[..., Any]
TEAM = {"name": "North"}


@pytest.fixture
def admin(program: Make) -> Program:
    """Return an administrator's program."""
    made: Program = program(Role.ADMIN)
    return made


def send(api: Program, body: bytes, kind: str = "application/json", at: str = "/teams") -> Any:
    """Send exact bytes."""
    return api.client.post("/api/v1" + at, data=body, content_type=kind, headers=api.headers)


def test_a_problem_is_problem_json(admin: Program) -> None:
    answer = admin.post("/teams", {})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    problem = answer.json
    assert set(problem) == {"type", "title", "status", "detail", "request_id", "fields"}
    assert problem["status"] == 422
    assert problem["fields"] == {"name": ["This is needed."]}


def test_a_refusal_names_its_rule_and_why(admin: Program) -> None:
    answer = admin.post(f"/staff/{admin.actor.id}/reset")
    assert (answer.status_code, answer.json["rule"]) == (409, "account.own")
    assert answer.json["why"] == answer.json["detail"] == "Someone else must change your account."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": 1e400}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"\xef\xbb\xbf{}",
        b'{"name": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_json_is_a_bad_request(admin: Program, body: bytes) -> None:
    answer = send(admin, body)
    assert answer.status_code == 400
    assert answer.json["detail"] == "The body is not JSON."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": "a", "name": "b"}', "name"),
        (b'{"name": "a", "x": {"\xe9": 1, "\xe9": 2}}'.replace(b"\xe9", "é".encode()), "\\xe9"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"[" * 100_000, "body"),
        (b'{"name": "a", "surprise": 1}', "surprise"),
        (b'{"name": "a", "\\u0000": 1}', "\x00"),
        (b'{"name": {"a": 1}}', "name"),
        (b'{"name": null}', "name"),
        (b'{"name": "a\\u0000b"}', "name"),
        (b'{"name": " "}', "name"),
        (b'{"name": "a", "agency_id": "1"}', "agency_id"),
        (b'{"name": "a", "agency_id": 18446744073709551616}', "agency_id"),
    ],
)
def test_what_cannot_be_used_is_named(admin: Program, body: bytes, field: str) -> None:
    answer = send(admin, body)
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [field]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "x"])
def test_another_media_type_is_refused(admin: Program, kind: str) -> None:
    assert send(admin, b'{"name": "North"}', kind).status_code == 415


def test_a_huge_body_is_refused(admin: Program) -> None:
    body = json.dumps({"name": "n" * 1024 * 1024}).encode()
    answer = send(admin, body)
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_a_visitor_may_not_send_much(app: Flask, browser: Make) -> None:
    body = "email=" + "e" * 100_000
    kind = "application/x-www-form-urlencoded"
    assert browser().client.post("/sign-in", data=body, content_type=kind).status_code == 413


def test_an_address_that_takes_nothing_takes_nothing(admin: Program) -> None:
    other = f"/staff/{new_id()}/deactivate"
    assert send(admin, b"", at=other).status_code == 404
    assert send(admin, b"{}", at=other).status_code == 404
    assert list(send(admin, b'{"x": 1}', at=other).json["fields"]) == ["x"]
    assert list(admin.get("/roles", x="1").json["fields"]) == ["x"]


@pytest.mark.parametrize(
    "given", ["\u202eNorth\u202c", "\ufeffNorth", " North\u200e ", "Nor\u2066th"]
)
def test_marks_that_turn_writing_are_dropped(admin: Program, given: str) -> None:
    assert admin.post("/teams", {"name": given}).status_code == 201
    assert [item["name"] for item in admin.get("/teams").json["items"]] == ["North"]


@pytest.mark.both
@pytest.mark.parametrize(
    "given", ["团队 一", "e\u0301quipe", "👩🏽‍🚀 team", "𠮷野", "a\nb\tc", "x" * 120]
)
def test_odd_text_comes_back_as_it_was_meant(admin: Program, given: str) -> None:
    import unicodedata

    assert admin.post("/teams", {"name": given}).status_code == 201
    names = [item["name"] for item in admin.get("/teams").json["items"]]
    assert names == [unicodedata.normalize("NFC", given)]


def test_a_method_that_is_not_there_names_those_that_are(admin: Program) -> None:
    answer = admin.client.delete("/api/v1/teams", headers=admin.headers)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert answer.mimetype == "application/problem+json"


@pytest.mark.alters_app
@pytest.mark.parametrize("at", ["/broken/", "/api/v1/broken/"])
def test_every_kind_of_error_has_its_title_in_the_readers_language(
    app: Flask, program: Make, at: str
) -> None:
    app.add_url_rule(at + "<int:code>", view_func=abort)
    api = program(Role.ADMIN, language="zh")
    for code in sorted(set(default_exceptions) - {401, 404}):
        answer = api.client.get(f"{at}{code}", headers=api.headers)
        assert answer.status_code == code
        page = re.search(r"<h1[^>]*>([^<]*)</h1>", answer.get_data(as_text=True))
        title = str(page[1] if page else answer.json["title"])
        assert re.search("[\u4e00-\u9fff]", title), (code, title)
        assert not re.search("[A-Za-z]", title.replace("HTTP", "")), (code, title)


@pytest.mark.parametrize(
    "at", ["/nope", "/staff/7", "/staff/01a214a4-a0c0-7e31-9bd0-7b1667d188e9x", "/staff/%00"]
)
def test_an_unknown_address_is_not_found(admin: Program, at: str) -> None:
    answer = admin.get(at)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_stranger_is_asked_for_a_token(app: Flask) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
        answer = app.test_client().get("/api/v1/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert app.test_client().get("/api/v1/nope").status_code == 401


@pytest.mark.both
def test_a_repeat_under_one_key_answers_with_the_first_result(admin: Program) -> None:
    first, second = (admin.post("/teams", TEAM, key="k") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    other = admin.post("/teams", {"name": "South"}, key="k")
    assert list(other.json["fields"]) == ["Idempotency-Key"]
    assert len(admin.get("/teams").json["items"]) == 1


def test_keys_are_each_ones_own(admin: Program, program: Make) -> None:
    admin.post("/teams", TEAM, key="k")
    other = program(Role.ADMIN)
    assert other.post("/teams", {"name": "South"}, key="k").status_code == 201


@pytest.mark.parametrize("key", ["k" * 201, "é", "a\tb"])
def test_a_key_is_short_and_plain(admin: Program, key: str) -> None:
    answer = admin.post("/teams", TEAM, key=key)
    assert list(answer.json["fields"]) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh", "zh"),
        ("en-GB", "en"),
        ("fr,zh-Hans;q=0.4", "zh"),
        ("zh-TW", "en"),
        ("", "en"),
    ],
)
def test_a_program_chooses_its_language(admin: Program, accepts: str, language: str) -> None:
    answer = admin.post("/teams", {}, **{"Accept-Language": accepts})
    assert answer.headers["Content-Language"] == language


def test_without_a_wish_the_account_has_its_own_language(program: Make) -> None:
    answer = program(Role.ADMIN, language="zh").post("/teams", {})
    assert answer.headers["Content-Language"] == "zh"


def cookie_post(one: Browser, **headers: str) -> Any:
    """Send JSON with a session cookie."""
    return one.client.post("/api/v1/teams", json={"name": new_id().hex}, headers=headers)


def test_a_cookie_alone_changes_nothing(browser: Make) -> None:
    one = browser(Role.ADMIN)
    assert cookie_post(one).status_code == 400
    assert cookie_post(one, **{"X-CSRF-Token": "0" * 64}).status_code == 400
    assert cookie_post(one, **{"X-CSRF-Token": "é"}).status_code == 400
    one.get("/me")
    token = one._token
    assert cookie_post(one, **{"X-CSRF-Token": token}).status_code == 201
    other = browser(Role.ADMIN)
    assert cookie_post(other, **{"X-CSRF-Token": token}).status_code == 400


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_changes_nothing(browser: Make, header: dict[str, str]) -> None:
    one = browser(Role.ADMIN)
    one.get("/me")
    assert cookie_post(one, **{"X-CSRF-Token": one._token}, **header).status_code == 400


def test_a_token_needs_no_form_token(admin: Program) -> None:
    answer = admin.post("/teams", TEAM, Origin="https://elsewhere.example")
    assert answer.status_code == 201


def test_an_unexpected_fault_tells_nothing_but_a_reference(
    admin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("crm.web.room.answer", broken)
    answer = admin.get("/roles")
    assert answer.status_code == 500
    assert "secret words" not in answer.text
    assert answer.json["request_id"]


def test_the_database_out_of_reach_is_said(admin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {}, OSError("database or disk is full"))

    monkeypatch.setattr("crm.web.room.perform", full)
    answer = admin.post("/teams", TEAM)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Nothing was saved" in answer.json["detail"]


@pytest.mark.parametrize(
    ("page", "again"),
    [
        ("/staff", True),
        ("/staff?x=1", True),
        ("/nope", False),
        ("//evil.example/staff", False),
        ("/ledger", False),
        ("/", False),
        ("", False),
    ],
)
def test_a_form_with_faults_is_shown_again_where_it_came_from(
    browser: Make, page: str, again: bool
) -> None:
    one = browser(Role.ADMIN)
    answer = one.post("/staff", email="wrong", name="Zhao <Li>", role="admin", page=page)
    assert answer.status_code == 422
    assert ("Zhao &lt;Li&gt;" in answer.text) is again
    assert "Give an e-mail address." in answer.text


def test_what_was_typed_as_a_secret_is_not_shown_again(browser: Make) -> None:
    one = browser(Role.ADMIN)
    form = {"current_password": "tulip-secret", "new_password": "tulip-secret"}
    answer = one.post("/me/password", **form, page="/me/password")
    assert answer.status_code in {409, 422}
    assert "tulip-secret" not in answer.text


def test_a_refusal_may_bring_its_decision_and_its_figures(
    admin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = refuse("cap.calls", "%(made)s calls are too many.", data={"decision": {}}, made=8)

    def refused(*_: Any, **__: Any) -> None:
        raise Refusal(verdict)

    monkeypatch.setattr("crm.web.room.perform", refused)
    problem = admin.post("/teams", TEAM).json
    assert problem["why"] == "8 calls are too many."
    assert (problem["rule"], problem["decision"]) == ("cap.calls", {})


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (TooBusy("busy"), 503),
        (IntegrityError("INSERT", {}, ValueError("unique")), 409),
        (Stale("team"), 409),
    ],
)
def test_other_noes_have_their_status(
    admin: Program, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr("crm.web.room.perform", fails)
    answer = admin.post("/teams", TEAM)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
