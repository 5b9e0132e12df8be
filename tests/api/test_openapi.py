"""The API's description is a valid one, and the API is as it says."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crm.gate.action import Action
from crm.identity.roles import Role
from crm.web.openapi import description
from crm.web.room import API, Room
from tests.factories import make_team
from tests.visitors import Program

Make = Callable[..., Any]
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
ENDS = ("/me/password", "/end")  # they would end the visit itself


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return every path, method and operation."""
    paths = description()["paths"]
    return [(path, method, one) for path, by in paths.items() for method, one in by.items()]


def test_every_declared_address_is_described(app: Flask) -> None:
    declared = {address.at for address in Room.everywhere if address.at.startswith(API)}
    assert len(operations()) >= len(declared)
    assert app.test_client().get("/openapi.json").json == description()
    assert app.test_client().get("/api").status_code == 200


def test_every_shape_is_a_valid_schema(app: Flask) -> None:
    document = description()
    assert document["openapi"] == "3.1.0"
    for shape in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(
            shape | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        )


def test_whatever_acts_takes_an_idempotency_key(app: Flask) -> None:
    acting = {
        (address.at, address.method.lower())
        for address in Room.everywhere
        if address.at.startswith(API) and issubclass(address.does, Action)
    }
    with_key = {
        (path, method)
        for path, method, one in operations()
        if any(part.get("name") == "Idempotency-Key" for part in one["parameters"])
    }
    assert len(with_key) == len(acting)


def test_every_operation_says_what_it_does(app: Flask) -> None:
    for path, method, one in operations():
        assert one["summary"].strip(), (path, method)
        assert one["tags"], (path, method)
        assert set(one["responses"]) & {"200", "201", "204"}, (path, method)


def explore(app: Flask, who: Program, things: dict[str, UUID], examples: int) -> None:
    """Send made-up requests to every operation as `who`: `examples` that fit, and as many not."""
    schema = schemathesis.openapi.from_dict(description())
    schema.app = app
    answered: Counter[int] = Counter()

    def once(case: Any) -> None:
        before = case.path.split("/{")[0].rpartition("/")[2]
        if before in things and "{id}" in case.path:
            case.path_parameters["id"] = str(things[before])
        answer = case.call_and_validate(headers=who.headers, checks=CHECKS)
        answered[answer.status_code] += 1

    bounded = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.endswith(ENDS):
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            with suppress(Unsatisfiable):  # some operations cannot be asked wrongly
                bounded(given(operation.as_strategy(generation_mode=mode))(once))()
    assert answered[200] > 0
    assert answered[422] > 0, answered


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.ADMIN])
def test_the_api_is_as_it_says(
    app: Flask, program: Make, things: dict[str, UUID], role: Role
) -> None:
    explore(app, program(role, team_id=make_team()), things, examples=2)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.ADMIN, Role.COMPLIANCE_OFFICER])
def test_the_api_is_as_it_says_at_length(
    app: Flask, program: Make, things: dict[str, UUID], role: Role
) -> None:
    explore(app, program(role, team_id=make_team()), things, examples=60)
