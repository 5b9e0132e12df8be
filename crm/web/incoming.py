"""What comes in: JSON bodies, query strings and forms, each through its schema."""

from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from marshmallow import fields as kinds
from werkzeug.exceptions import UnsupportedMediaType

from crm.gate.errors import Invalid

OURS = {"csrf_token", "idempotency_key", "page"}  # fields of every form of ours


def from_json(schema: type[Schema]) -> dict[str, Any]:
    """Return the body, loaded; raise Invalid naming each fault."""
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON with Content-Type: application/json.")
    try:
        body = request.get_json()
    except RecursionError:
        raise Invalid({"body": ["The JSON is nested too deeply."]}) from None
    if not isinstance(body, dict):
        raise Invalid({"body": ["Send one JSON object."]})
    return _loaded(schema(), body)


def from_query(schema: type[Schema]) -> dict[str, Any]:
    """Return the query string, loaded; empty values count as absent."""
    return _loaded(schema(), _plain(schema(), request.args))


def from_form(schema: type[Schema]) -> dict[str, Any]:
    """Return the posted form, loaded; empty values count as absent."""
    values = _plain(schema(), request.form)
    values.update({name: upload for name, upload in request.files.items() if upload.filename})
    return _loaded(schema(), {name: value for name, value in values.items() if name not in OURS})


def idempotency_key() -> str | None:
    """Return the key that makes a repeat of this request harmless, if it has one."""
    return request.headers.get("Idempotency-Key") or request.form.get("idempotency_key") or None


def _plain(schema: Schema, given: Any) -> dict[str, Any]:
    """Return lists where the schema has lists, single values elsewhere, nothing where empty."""
    values: dict[str, Any] = {}
    for name in given:
        field = schema.fields.get(name)
        texts = [text for text in given.getlist(name) if text.strip()]
        if isinstance(field, kinds.List):
            values[name] = texts
        elif texts:
            values[name] = texts[-1]
    return values


def _loaded(schema: Schema, values: dict[str, Any]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as fault:
        messages = fault.normalized_messages()
        raise Invalid(messages) from None
    return loaded


