"""One-time codes: enrolled, asked for, good once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine

from crm import clock
from crm.identity.attempts import WINDOW
from crm.identity.roles import Role
from crm.identity.second_factor import SECONDS, address_of, matching_step, picture
from tests.factories import make_account
from tests.identity.conftest import Entries, Visitor

EMAIL = "wu@bank.example"
STEP = timedelta(seconds=SECONDS)
Make = Callable[[], Visitor]


def code_of(secret: str, drift: int = 0) -> str:
    """Return the code that an authenticator shows now, or some steps off."""
    return pyotp.TOTP(secret).at(clock.now() + drift * STEP)


def enrol(one: Visitor) -> str:
    """Begin a second factor and return its secret."""
    page = one.post("/me/second-factor").text
    found = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert found, page
    return found[1]


@pytest.mark.both
def test_a_second_factor_is_asked_for_from_its_confirmation_on(
    visitor: Make, entries: Entries
) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    with time_machine.travel(clock.now(), tick=False) as watch:
        one, elsewhere = visitor(), visitor()
        one.sign_in(EMAIL)
        elsewhere.sign_in(EMAIL)
        secret = enrol(one)
        assert one.get("/me").status_code == 200, "not before it is confirmed"
        assert one.post("/me/second-factor/finish", code="000000").status_code == 409
        assert one.post("/me/second-factor/finish", code=code_of(secret)).status_code == 303
        assert one.get("/me").status_code == 200, "this session has shown it"
        assert elsewhere.get("/me").location == "/sign-in/code"
        other = visitor()
        other.sign_in(EMAIL)
        assert other.get("/staff").location == "/sign-in/code"
        used = code_of(secret)
        assert other.gives("/sign-in/code", code=used).status_code == 403, "used to confirm"
        watch.shift(STEP)
        assert other.gives("/sign-in/code", code=code_of(secret)).status_code == 303
        assert other.get("/staff").status_code == 200
    assert sorted(entries("identity.second_factor.added")) == ["done", "refused"]
    assert sorted(entries("identity.second_factor.confirmed")) == ["done", "refused"]


@pytest.mark.parametrize(("drift", "step"), [(-2, None), (-1, -1), (0, 0), (1, 1), (2, None)])
def test_a_clock_may_be_one_step_off(drift: int, step: int | None) -> None:
    secret = pyotp.random_base32()
    with time_machine.travel(clock.now(), tick=False):
        now = int(clock.now().timestamp()) // SECONDS
        found = matching_step(secret, code_of(secret, drift))
        assert found == (None if step is None else now + step)


@pytest.mark.parametrize("wrong", ["", "12345", "１２３４５６", "abcdef"])
def test_what_is_no_code_fits_nothing(wrong: str) -> None:
    assert matching_step(pyotp.random_base32(), wrong) is None


def test_an_earlier_code_is_refused_after_a_later_one(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    with time_machine.travel(clock.now(), tick=False):
        one = visitor()
        one.sign_in(EMAIL)
        secret = enrol(one)
        assert one.post("/me/second-factor/finish", code=code_of(secret, 1)).status_code == 303
        for drift in (0, 1):
            removed = one.post("/me/second-factor/remove", code=code_of(secret, drift))
            assert removed.status_code == 409


def test_codes_cannot_be_guessed(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    with time_machine.travel(clock.now(), tick=False) as watch:
        one = visitor()
        one.sign_in(EMAIL)
        secret = enrol(one)
        for _ in range(5):
            assert one.post("/me/second-factor/finish", code="000000").status_code == 409
        assert one.post("/me/second-factor/finish", code=code_of(secret)).status_code == 409
        watch.shift(WINDOW + STEP)
        assert one.post("/me/second-factor/finish", code=code_of(secret)).status_code == 303


def test_a_second_factor_is_removed_by_a_code_of_it(visitor: Make) -> None:
    make_account(Role.ADMIN, email=EMAIL)
    with time_machine.travel(clock.now(), tick=False) as watch:
        one = visitor()
        one.sign_in(EMAIL)
        secret = enrol(one)
        one.post("/me/second-factor/finish", code=code_of(secret))
        assert one.post("/me/second-factor").status_code == 409, "not over a present one"
        watch.shift(STEP)
        assert one.post("/me/second-factor/remove", code=code_of(secret)).status_code == 303
        again = visitor()
        assert again.sign_in(EMAIL).location == "/"
        assert again.get("/me").status_code == 200


def test_a_program_is_told_that_the_code_is_missing(browser: Any) -> None:
    one = browser(Role.ADMIN, totp_confirmed=True)
    answer = one.get("/api/v1/me")
    assert answer.status_code == 401
    assert "second factor" in answer.json["detail"]
    assert one.get("/sign-in/code").status_code == 200


def test_the_picture_is_the_address() -> None:
    address = address_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "wu@bank.example")
    assert address.startswith(
        "otpauth://totp/Probity:wu%40bank.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    )
    path = picture(address)
    assert re.fullmatch(r"(M\d+,\d+h1v1h-1z)+", path)
