"""What everyone does with his own account."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.identity.roles import ASSIGNABLE, Role
from tests.factories import make_account

Make = Callable[..., Any]


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_everyone_sees_himself_in_clear(browser: Make, role: Role) -> None:
    one = browser(role, email="wu@bank.example", name="Wu Min")
    me = one.get("/api/v1/me").json
    assert (me["name"], me["email"], me["role"]) == ("Wu Min", "wu@bank.example", role)
    assert one.get("/me").status_code == 200


def test_language_and_zone_are_ones_own(browser: Make) -> None:
    one = browser(Role.COLLECTOR)
    assert one.post("/me", language="zh", zone="Asia/Shanghai").location == "/me"
    me = one.get("/api/v1/me").json
    assert (me["language"], me["zone"]) == ("zh", "Asia/Shanghai")
    assert 'lang="zh' in one.get("/me").text
    assert one.post("/me").status_code == 303, "nothing chosen changes nothing"
    assert one.get("/api/v1/me").json["language"] == "zh"


def test_single_keys_are_on_until_somebody_switches_them_off(browser, program) -> None:
    one = browser(Role.COLLECTOR)
    assert 'data-keys="off"' not in one.get("/me").text
    assert one.post("/me", single_keys="false").location == "/me"
    page = one.get("/me").text
    assert 'data-keys="off"' in page
    assert '<option value="false" selected' in page
    assert 'data-keys="off"' not in browser(Role.COLLECTOR).get("/me").text
    one.post("/me", single_keys="true", language="en")
    assert 'data-keys="off"' not in one.get("/me").text
    api = program(Role.COLLECTOR)
    assert api.get("/me").json["single_keys"] is True


def test_a_secret_is_shown_once(program: Make) -> None:
    admin, other = program(Role.ADMIN), make_account(Role.MANAGEMENT)
    at = f"/staff/{other.id}"
    for path in (at + "/reset", at + "/reactivate"):
        first, second = (admin.post(path, key=path) for _ in range(2))
        assert first.json["one_time_password"]
        assert second.json == {"id": str(other.id), "one_time_password": None}
    first, second = (admin.post("/me/second-factor", key="f") for _ in range(2))
    assert first.json["secret"]
    assert second.json == {"secret": None, "address": None}


def test_no_page_shows_a_password_hash_or_secret(browser: Make) -> None:
    one = browser(Role.ADMIN, totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    for path in (
        "/me",
        "/staff",
        f"/staff/{one.actor.id}",
        "/sessions",
        "/api/v1/me",
        "/api/v1/staff",
    ):
        text = one.get(path).text
        assert "argon2" not in text
        assert "JBSWY3DP" not in text


def test_names_are_masked_as_the_role_may_see_them(browser: Make) -> None:
    other = make_account(Role.MANAGEMENT, email="other@bank.example", name="Zhao Li")
    for role, email in ((Role.ADMIN, "other@bank.example"), (Role.COMPLIANCE_OFFICER, None)):
        shown = browser(role).get(f"/api/v1/staff/{other.id}").json
        assert shown["name"] == "Zhao Li"
        assert (shown["email"] == email) is (role is Role.ADMIN)
        assert "other@" not in (shown["email"] or "") or role is Role.ADMIN
