"""API tokens: shown once, good for oneself, ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from crm import clock
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.identity.actions.tokens import CreateToken
from crm.identity.actor import system
from crm.identity.lookup import digest
from crm.identity.models import api_token
from crm.identity.roles import Role
from crm.storage.database import database
from tests.factories import make_account

Make = Callable[..., Any]


def get(app: Any, token: str, path: str = "/api/v1/me", scheme: str = "Bearer") -> Any:
    """Ask with a token."""
    return app.test_client().get(path, headers={"Authorization": f"{scheme} {token}"})


@pytest.mark.both
def test_a_token_acts_as_whoever_made_it_until_its_day(app: Any) -> None:
    actor = make_account(Role.COLLECTOR)
    done = perform(CreateToken("night run", 30), actor)
    token = done.result["token"]
    assert get(app, token).json["id"] == str(actor.id)
    assert get(app, token, scheme="bearer").status_code == 200
    assert get(app, token + "x").status_code == 401
    assert get(app, token, path="/api/v1/staff").status_code == 403
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1)):
        assert get(app, token).status_code == 401


def test_only_the_digest_is_kept(app: Any) -> None:
    token = perform(CreateToken("x"), make_account()).result["token"]
    with database().glance() as connection:
        kept = connection.execute(select(api_token.c.digest)).scalar_one()
    assert kept == digest(token)
    assert token.encode() not in kept


def test_a_token_is_made_in_a_session_and_listed_without_its_secret(browser: Make) -> None:
    one = browser(Role.COLLECTOR)
    page = one.post("/me/tokens", label="night run", days="7", idempotency_key="k")
    assert page.status_code == 200
    assert "probity_" in page.text
    assert (
        one.post("/me/tokens", label="night run", days="7", idempotency_key="k").location == "/me"
    )
    listed = one.get("/api/v1/me/tokens").json["items"]
    assert [item["label"] for item in listed] == ["night run"]
    assert "token" not in listed[0]


def test_no_token_makes_a_token(program: Make) -> None:
    answer = program(Role.COLLECTOR).post("/me/tokens", {"label": "another"})
    assert (answer.status_code, answer.json["rule"]) == (409, "token.by_token")


def test_a_token_is_made_for_oneself_only(app: Any) -> None:
    one, other = make_account(), make_account()
    with pytest.raises(Refusal, match=r"token\.own"):
        perform(CreateToken("x", account_id=other.id), one)
    assert perform(CreateToken("x", account_id=other.id), system("tests")).result["token"]


def test_a_token_is_ended_by_its_owner_alone(app: Any, program: Make) -> None:
    actor = make_account(Role.COLLECTOR)
    done = perform(CreateToken("x"), actor)
    at = f"/me/tokens/{done.result['id']}/end"
    assert program(Role.ADMIN).post(at).status_code == 404
    mine = program(Role.COLLECTOR, actor=actor)
    assert mine.post(at).status_code == 204
    assert get(app, done.result["token"]).status_code == 401
    assert mine.post(at).status_code == 404


@pytest.mark.parametrize("days", [0, 366, -1, "x", 1.5, True, 10**30])
def test_the_days_of_a_token_are_few(browser: Make, days: Any) -> None:
    one = browser(Role.COLLECTOR)
    headers = {"X-CSRF-Token": _csrf(one)}
    answer = one.client.post(
        "/api/v1/me/tokens", json={"label": "x", "days": days}, headers=headers
    )
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == ["days"]


def test_a_token_ignores_the_cookie_beside_it(browser: Make, program: Make) -> None:
    one, api = browser(Role.ADMIN), program(Role.COLLECTOR)
    both = one.client.get("/api/v1/me", headers=api.headers)
    assert both.json["id"] == str(api.actor.id)
    wrong = one.client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401


def test_roles_without_tokens_make_none(browser: Make) -> None:
    assert browser(Role.MANAGEMENT).post("/me/tokens", label="x").status_code == 403


def _csrf(one: Any) -> str:
    one.get("/me")
    return str(one._token)
