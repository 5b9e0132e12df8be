"""Whoever tries the door with what no form would send meets the same sentence as anybody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock
from crm.identity.lookup import digest
from crm.identity.models import session
from crm.identity.roles import Role
from crm.privacy.index import normal_email
from crm.storage.database import database
from crm.web.gatekeeper import COOKIE
from tests.factories import PASSWORD, make_account
from tests.identity.conftest import Visitor
from tests.identity.test_second_factor import STEP, enrol

EMAIL = "wu@bank.example"
Make = Callable[[], Visitor]
ODD = [
    "\x00wu@bank.example",
    "wu@bank.example\x00",
    "\u202ewu@bank.example",
    "\ufeffwu@bank.example\u200b",
    "\u0130\u0323wu@bank.example",
    "\ud7a3" * 50,
    "\U0010ffff@bank.example",
    "e\u0301" * 2000,
    "'; DROP TABLE account --",
    "wu@bank.example\r\nSet-Cookie: x=1",
    "",
]


def open_sessions() -> int:
    with database().read() as connection:
        query = select(func.count()).where(session.c.ended_at.is_(None))
        return int(connection.execute(query).scalar_one())


@pytest.mark.both
@pytest.mark.parametrize("email", ODD, ids=ascii)
def test_an_odd_address_opens_nothing_and_breaks_nothing(visitor: Make, email: str) -> None:
    make_account(Role.COLLECTOR, email=EMAIL)
    answer = visitor().gives("/sign-in", email=email, password=PASSWORD)
    assert answer.status_code == 403
    assert open_sessions() == 0


@pytest.mark.parametrize("given", [EMAIL.upper(), f"  {EMAIL} ", "ｗｕ@ｂａｎｋ.example"])
def test_an_address_is_known_in_any_spelling(visitor: Make, given: str) -> None:
    make_account(Role.COLLECTOR, email=EMAIL)
    assert visitor().gives("/sign-in", email=given, password=PASSWORD).status_code == 303


def test_an_address_has_one_spelling_only() -> None:
    """Else tries would be counted under one, and the account be found under another."""
    for text in ("\u0576\u0130\u0323@b.c", "\u0130\u031d@b.c", "\u1e9e\u0345\u0323@b.c"):
        once = normal_email(text)
        assert normal_email(once) == once


@pytest.mark.parametrize("size", [129, 60_000, 400_000])
def test_a_huge_password_is_refused_before_it_costs_anything(visitor: Make, size: int) -> None:
    make_account(Role.COLLECTOR, email=EMAIL)
    answer = visitor().gives("/sign-in", email=EMAIL, password="x" * size)
    assert answer.status_code == (413 if size > 64 * 1024 else 403)


def test_a_huge_new_password_is_refused(browser: Any) -> None:
    one = browser(Role.COLLECTOR)
    form = {"current_password": PASSWORD, "new_password": "x" * 400_000}
    assert one.post("/me/password", **form).status_code == 422


def test_a_planted_cookie_becomes_nobodys_session(app: Flask, visitor: Make) -> None:
    make_account(Role.COLLECTOR, email=EMAIL)
    one = visitor()
    one.client.set_cookie(COOKIE, "planted")
    assert one.gives("/sign-in", email=EMAIL, password=PASSWORD).status_code == 303
    other = app.test_client()
    other.set_cookie(COOKIE, "planted")
    assert other.get("/me").status_code == 303
    with database().read() as connection:
        assert connection.execute(select(session.c.id)).scalar_one() != digest("planted")


def test_whoever_signs_in_again_leaves_no_session_behind(visitor: Make) -> None:
    make_account(Role.COLLECTOR, email=EMAIL)
    make_account(Role.COLLECTOR, email="zhao@bank.example")
    one = visitor()
    for email in (EMAIL, "zhao@bank.example", EMAIL):
        assert one.gives("/sign-in", email=email, password=PASSWORD).status_code == 303
        assert open_sessions() == 1


@pytest.mark.parametrize(
    "header", ["Bearer \xff\xfe", "Bearer ", "bearer\tx", "Bearer " + "x" * 9000]
)
def test_an_odd_token_is_nobodys(app: Flask, header: str) -> None:
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.both
def test_one_code_given_in_two_sessions_at_once_lets_one_in(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    one = visitor()
    one.sign_in(EMAIL)
    secret = enrol(one)
    totp = pyotp.TOTP(secret)
    assert one.post("/me/second-factor/finish", code=totp.at(clock.now() - STEP)).status_code == 303
    both = visitor(), visitor()
    for other in both:
        other.sign_in(EMAIL)
        other.get("/sign-in/code")
    code = totp.at(clock.now() + STEP)

    def give(other: Visitor) -> int:
        return other.gives("/sign-in/code", code=code).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, both)) == [303, 403]
