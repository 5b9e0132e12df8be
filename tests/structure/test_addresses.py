"""Every address of the running app is declared, and every change is an action."""

from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, fields

from crm.gate.action import Action
from crm.gate.fields import Masked
from crm.gate.jotting import Jotting
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.web.gatekeeper import BEFORE_CODE, OPEN
from crm.web.room import Room

# Endpoints that no room declares, each with what it is.
UNDECLARED = {
    "healthz": "is the process alive",
    "readyz": "can it serve",
    "assets": "style, script and icons",
    "openapi": "what the API is",
    "api_page": "the same to read",
    "sign_in": "the page before anybody is known",
    "sign_in_code": "the second factor",
    "sign_out": "the way out",
    "language": "a cookie of the browser's own",
    "theme": "a cookie of the browser's own",
    "front": "sends on to one's first page",
    "password_page": "the form of an action of identity's, before everything else",
}
NEED_NO_SIGN_IN = {
    "sign_in",
    "assets",
    "healthz",
    "readyz",
    "openapi",
    "api_page",
    "language",
    "theme",
}
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


def undeclared(app: Flask) -> set[str]:
    """Return the endpoints whose view declares nothing."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "declares")
    }


def test_every_address_is_declared_or_excused(app: Flask) -> None:
    assert undeclared(app) == set(UNDECLARED), "and no excuse outlives what it excused"


@pytest.mark.alters_app
def test_a_bare_view_is_seen(app: Flask) -> None:
    app.add_url_rule("/back-door", "back_door", lambda: "open")
    assert "back_door" in undeclared(app) - set(UNDECLARED)


def test_a_room_has_no_bare_routes() -> None:
    for name in ("route", "get", "post", "put", "patch", "delete", "add_url_rule"):
        assert not hasattr(Room, name)


def test_every_changing_address_performs_an_action_of_the_catalogue(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        declared = getattr(view, "declares", None)
        if declared is None or not CHANGES & (rule.methods or set()):
            continue
        if issubclass(declared.does, Jotting):
            continue  # keeps books only: the guard refuses anything recorded
        if issubclass(declared.does, Question):
            assert rule.methods is not None  # a search: its values are personal, so no URL
            assert declared.does.recorded_as or not declared.page, rule.rule
            continue
        assert Action.catalogue[declared.does.recorded_as] is declared.does, rule.rule


def test_every_reading_address_asks_a_question(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], "declares", None)
        if declared is not None and "GET" in (rule.methods or set()):
            assert issubclass(declared.does, Question), rule.rule


def test_addresses_for_programs_lie_under_their_version(app: Flask) -> None:
    for address in Room.everywhere:
        assert address.page is not address.at.startswith("/api/v1/"), address.at


def test_what_is_open_to_everybody_is_this() -> None:
    assert OPEN == NEED_NO_SIGN_IN
    assert {"sign_in_code", "sign_out"} == BEFORE_CODE


def test_strangers_may_do_nothing_declared(app: Flask) -> None:
    for address in Room.everywhere:
        assert address.does.needs is not Permission.ENTER, address.at


@pytest.mark.parametrize("kind", [Action, Question])
def test_whatever_a_room_declares_has_a_permission(app: Flask, kind: type) -> None:
    declared = [address.does for address in Room.everywhere if issubclass(address.does, kind)]
    assert declared
    assert all(isinstance(one.needs, Permission) for one in declared)


ONESELF = {"Me"}  # shows to whoever asks his own name


def shows_personal(shape: Any) -> bool:
    """Tell whether an answer of this shape can hold a personal value, however deep."""
    if isinstance(shape, type) and issubclass(shape, Schema):
        return any(shows_personal(one) for one in shape().fields.values())
    if isinstance(shape, fields.List):
        return shows_personal(shape.inner)
    if isinstance(shape, fields.Nested):
        return any(shows_personal(one) for one in shape.schema.fields.values())
    return isinstance(shape, Masked)


def test_what_shows_personal_values_is_recorded(app: Flask) -> None:
    checked = set()
    for address in Room.everywhere:
        if issubclass(address.does, Question) and address.gives and shows_personal(address.gives):
            checked.add(address.does.__name__)
            if address.does.__name__ not in ONESELF:
                assert address.does.recorded_as, address.at
    assert {"OnePerson", "People", "Staff", "Sessions"} <= checked


def test_that_law_bites() -> None:
    inner = type("Inner", (Schema,), {"name": Masked()})
    assert shows_personal(inner)
    assert shows_personal(type("Deep", (Schema,), {"all": fields.List(fields.Nested(inner))}))
    assert not shows_personal(type("Bare", (Schema,), {"at": fields.Str()}))
