"""Every address as every role: nothing breaks, and nobody gets where he may not go."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from crm.gate.permissions import TABLE
from crm.identity.models import agency
from crm.identity.roles import ASSIGNABLE, Role
from crm.storage.ids import new_id
from crm.web.gatekeeper import OPEN
from crm.web.room import Address
from tests.factories import make_team, seed

Make = Callable[..., Any]
LEAVES = {"sign_out", "sign_in", "sign_in_code"}  # they end or change the visit itself


def addresses(app: Flask, method: str) -> Iterator[Rule]:
    """Yield every rule that answers to `method`."""
    for rule in app.url_map.iter_rules():
        if rule.methods is not None and method in rule.methods:
            yield rule


def filled(app: Flask, rule: Rule, things: dict[str, UUID]) -> str:
    """Return the rule's path with an id of the right kind in each place."""
    parts = rule.rule.split("/")
    values: dict[str, Any] = {}
    for name in rule.arguments:
        place = next(index for index, part in enumerate(parts) if part.endswith(f"{name}>"))
        text = "string" in parts[place] or ":" not in parts[place]
        values[name] = "x" * 64 if text else things.get(parts[place - 1], new_id())
    adapter = app.url_map.bind("localhost")
    return str(adapter.build(rule.endpoint, values, force_external=False))


def declared(app: Flask, rule: Rule) -> Address | None:
    """Return what the rule's room says of it; None for the few that stand outside the rooms."""
    return getattr(app.view_functions[rule.endpoint], "declares", None)


def placed(role: Role) -> dict[str, Any]:
    """Return a place to work at for a role."""
    ours = seed(agency, name="Ours")
    return {"team_id": make_team(agency_id=ours), "agency_id": ours}


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_every_page_and_answer_as_every_role(
    app: Flask, things: dict[str, UUID], browser: Make, role: Role
) -> None:
    one = browser(role, **placed(role))
    wrong = []
    for rule in addresses(app, "GET"):
        if rule.endpoint in LEAVES | {"assets"}:
            continue
        path = filled(app, rule, things)
        status = one.client.get(path).status_code
        address = declared(app, rule)
        may = address is None or address.does.needs in TABLE[role]
        expected = {200, 204, 303, 404, 409} if may else {403, 404}
        unread = {422} if address is not None and address.takes else set()  # input comes first
        if status not in expected | unread:
            wrong.append(f"{path}: {status}")
    assert wrong == []


def test_a_visitor_gets_nowhere(app: Flask, things: dict[str, UUID]) -> None:
    client = app.test_client()
    wrong = []
    for rule in addresses(app, "GET"):
        if rule.endpoint in OPEN:
            continue
        path = filled(app, rule, things)
        answer = client.get(path)
        program = path.startswith("/api/")
        if answer.status_code != (401 if program else 303):
            wrong.append(f"{path}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR])
def test_no_empty_form_or_body_breaks_anything(
    app: Flask, things: dict[str, UUID], browser: Make, program: Make, role: Role
) -> None:
    page, api = browser(role, **placed(role)), program(role)
    wrong = []
    for rule in addresses(app, "POST"):
        if rule.endpoint in LEAVES | OPEN:
            continue
        path = filled(app, rule, things)
        if path.startswith("/api/v1"):
            status = api.post(path.removeprefix("/api/v1")).status_code
        else:
            status = page.post(path).status_code
        address = declared(app, rule)
        denied = address is not None and address.does.needs not in TABLE[role]
        if status >= 500 or (denied and status not in {403, 404, 409, 415, 422}):
            wrong.append(f"{path}: {status}")
    assert wrong == []
