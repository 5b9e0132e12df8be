"""Coming in, staying in, being put out."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from crm import clock
from crm.gate.perform import perform
from crm.identity import passwords
from crm.identity.actions.access import DeactivateAccount, ResetPassword
from crm.identity.actions.accounts import EditAccount
from crm.identity.actor import system
from crm.identity.lookup import IDLE, LONGEST
from crm.identity.one_time import one_time
from crm.identity.roles import Role
from tests.counting import counted
from tests.factories import PASSWORD, make_account, make_team
from tests.identity.conftest import Entries, Visitor

EMAIL = "wu@bank.example"
Make = Callable[[], Visitor]
OPERATOR = system("tests")


@pytest.mark.both
def test_the_right_password_opens_a_session(visitor: Make, entries: Entries) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    one = visitor()
    answer = one.sign_in(" WU@bank.example ")
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert one.get("/me").status_code == 200
    assert entries("identity.session.opened") == ["done"]


def test_asking_for_the_heading_of_the_door_is_no_attempt(visitor: Make, entries: Entries) -> None:
    one = visitor()
    assert one.client.head("/sign-in").status_code == 200
    assert entries("identity.session.opened") == []


@pytest.mark.both
def test_every_failure_says_the_same(visitor: Make, entries: Entries) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    make_account(Role.ADMIN, email="gone@bank.example", active=False)
    past = clock.now() - timedelta(days=1)
    make_account(Role.AUDITOR, email="past@bank.example", valid_until=past)
    tries = [
        (EMAIL, "wrong"),
        (EMAIL, PASSWORD + "x" * 200),
        ("nobody@bank.example", PASSWORD),
        ("gone@bank.example", PASSWORD),
        ("past@bank.example", PASSWORD),
        ("", ""),
        ("\u202e" * 300, "\x00"),
    ]
    answers = [visitor().sign_in(*tried) for tried in tries]
    assert {answer.status_code for answer in answers} == {403}
    assert all("E-mail or password is wrong" in answer.text for answer in answers)
    assert entries("identity.session.opened") == ["refused"] * len(tries)


def test_after_five_failures_the_right_password_is_refused_too(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    one = visitor()
    assert [one.sign_in(EMAIL, "wrong").status_code for _ in range(5)] == [403] * 5
    assert one.sign_in(EMAIL).status_code == 403
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert one.sign_in(EMAIL).status_code == 303


def test_an_unknown_account_locks_like_a_known_one(visitor: Make) -> None:
    one = visitor()
    first = [one.sign_in("nobody@bank.example", "wrong").text.count("locked") for _ in range(7)]
    assert len(set(first)) == 1


def test_a_locked_address_is_told_to_wait_and_leaves_no_more_entries(
    visitor: Make, entries: Entries
) -> None:
    one = visitor()
    for number in range(30):
        one.sign_in(f"{number}@bank.example", "wrong")
    answer = one.sign_in("31@bank.example", "wrong")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert len(entries("identity.session.opened")) == 30


def test_simultaneous_guesses_are_compared_five_times(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    compared: list[str] = []
    monkeypatch.setattr("crm.web.sign_in.is_right", lambda _, text: bool(compared.append(text)))
    visitors = [Visitor(app) for _ in range(16)]
    for one in visitors:
        one.get("/sign-in")
    threads = [
        threading.Thread(
            target=one.post, args=("/sign-in",), kwargs={"email": EMAIL, "password": "x"}
        )
        for one in visitors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compared) == 5


def test_an_unknown_account_takes_as_long_as_a_known_one(
    visitor: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    verified: list[str] = []
    hasher = passwords._hasher()

    class Counting:
        def verify(self, known: str, password: str) -> bool:
            verified.append(known)
            return hasher.verify(known, password)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    for email in (EMAIL, "nobody@bank.example"):
        visitor().sign_in(email, "wrong")
    assert len(verified) == 2
    assert all(known.startswith("$argon2id$") for known in verified)


def test_a_session_ends_idle_and_ends_at_last(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    one = visitor()
    with time_machine.travel(clock.now(), tick=False) as watch:
        one.sign_in(EMAIL)
        begun = clock.now()
        while clock.now() < begun + LONGEST - IDLE:
            watch.shift(IDLE - timedelta(minutes=1))
            assert one.get("/me").status_code == 200
        watch.shift(begun + LONGEST + timedelta(seconds=1) - clock.now())
        assert one.get("/me").status_code == 303
        one.sign_in(EMAIL)
        watch.shift(IDLE + timedelta(seconds=1))
        answer = one.get("/me")
        assert (answer.status_code, answer.location) == (303, "/sign-in?next=/me")


def test_signing_out_ends_the_session(visitor: Make, entries: Entries) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    one = visitor()
    secret = one.sign_in(EMAIL).headers["Set-Cookie"].split(";")[0].partition("=")[2]
    one.get("/me")
    assert one.post("/sign-out").location == "/sign-in"
    one.client.set_cookie("probity", secret)  # a thief has kept it
    assert one.get("/me").status_code == 303
    assert entries("identity.session.closed") == ["done"]


def test_a_next_address_never_leads_away(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    for wanted in ("//evil.example", "/\\evil.example", "https://evil.example", "evil"):
        one = visitor()
        one.get("/sign-in")
        form = {"email": EMAIL, "password": PASSWORD}
        assert one.post(f"/sign-in?next={wanted}", **form).location == "/"


@pytest.mark.both
def test_an_administrator_ends_a_session_at_once(browser: Any, visitor: Make) -> None:
    make_account(Role.MANAGEMENT, email=EMAIL)
    one, admin = visitor(), browser(Role.ADMIN)
    one.sign_in(EMAIL)
    assert one.get("/me").status_code == 200
    page = admin.get("/sessions").text
    ends = [part.split('"')[0] for part in page.split('action="/sessions/')[1:]]
    assert len(ends) >= 1
    for end in ends:
        admin.post(f"/sessions/{end}")
    assert one.get("/me").status_code == 303


def test_a_session_id_that_is_none_is_not_found(program: Any) -> None:
    admin = program(Role.ADMIN)
    for wrong in ("z" * 64, "é" * 64, "0" * 64, "0" * 63):
        assert admin.post(f"/sessions/{wrong}/end").status_code == 404


@pytest.mark.both
def test_an_ended_account_is_dead_at_once(app: Any, browser: Any, program: Any) -> None:
    actor = make_account(Role.MANAGEMENT)
    page, api = browser(actor=actor), program(Role.MANAGEMENT, actor=actor)
    assert (page.get("/me").status_code, api.get("/me").status_code) == (200, 200)
    perform(DeactivateAccount(actor.id), OPERATOR)
    assert (page.get("/me").status_code, api.get("/me").status_code) == (303, 401)


def test_an_account_past_its_day_is_dead(browser: Any, program: Any) -> None:
    actor = make_account(Role.AUDITOR, valid_until=clock.now() + timedelta(minutes=5))
    page, api = browser(actor=actor), program(Role.AUDITOR, actor=actor)
    assert (page.get("/me").status_code, api.get("/me").status_code) == (200, 200)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert (page.get("/me").status_code, api.get("/me").status_code) == (303, 401)


def test_a_new_role_counts_from_the_next_request(browser: Any) -> None:
    actor = make_account(Role.ADMIN)
    page = browser(actor=actor)
    make_account(Role.ADMIN)
    assert page.get("/sessions").status_code == 200
    team = make_team()
    perform(EditAccount(actor.id, Role.COLLECTOR, 1, team_id=team), OPERATOR)
    assert page.get("/sessions").status_code == 403


def test_a_reset_password_must_be_changed_before_anything_else(visitor: Make) -> None:
    actor = make_account(Role.ADMIN, email=EMAIL)
    reset = ResetPassword(actor.id, one_time())
    password = perform(reset, OPERATOR).result["one_time_password"]
    one = visitor()
    assert one.sign_in(EMAIL).status_code == 403
    assert one.sign_in(EMAIL, password).status_code == 303
    assert one.get("/staff").location == "/me/password"
    weak = one.gives(
        "/me/password", current_password=password, new_password="collector2026", page="/me/password"
    )
    assert weak.status_code == 422
    same = one.gives("/me/password", current_password=password, new_password=password)
    assert same.status_code == 422
    new = " four unrelated words: 鱼 otter gravel "
    assert one.gives("/me/password", current_password=password, new_password=new).status_code == 303
    assert one.get("/staff").status_code == 200
    assert visitor().sign_in(EMAIL, new.strip()).status_code == 403, "spaces count"
    assert visitor().sign_in(EMAIL, new).status_code == 303


def test_a_new_password_ends_all_other_sessions(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    one, other = visitor(), visitor()
    one.sign_in(EMAIL)
    other.sign_in(EMAIL)
    new = "four unrelated words otter gravel"
    form = {"current_password": PASSWORD, "new_password": new}
    assert one.gives("/me/password", **form).status_code == 303
    assert one.get("/me").status_code == 200
    assert other.get("/me").status_code == 303


def test_the_current_password_cannot_be_guessed_from_an_open_session(program: Any) -> None:
    api = program(Role.COLLECTOR)
    new = "four unrelated words otter gravel"
    for _ in range(5):
        body = {"current_password": "wrong", "new_password": new}
        assert api.post("/me/password", body).json["rule"] == "password.current"
    body = {"current_password": PASSWORD, "new_password": new}
    assert api.post("/me/password", body).status_code == 409


@pytest.mark.both
def test_a_request_is_recognised_by_one_statement(browser: Any, program: Any) -> None:
    page, api = browser(Role.MANAGEMENT), program(Role.MANAGEMENT)
    for visit in (lambda: page.get("/roles"), lambda: api.get("/roles")):
        visit()
        with counted() as statements:
            visit()
        own = [s for s in statements if not s.startswith(("BEGIN", "PRAGMA"))]
        assert sum("account" in statement for statement in own) == 1
        assert len(own) <= 2, own  # the look-up, and on a page the seal
