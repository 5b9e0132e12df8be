"""What comes in: JSON bodies, query strings and forms, each through its schema."""

import json
from functools import cache
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from marshmallow import fields as kinds
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from crm import strict_json
from crm.gate.errors import Invalid
from crm.gate.fields import UploadField
from crm.gate.listing import CAME_FROM, VIEW
from crm.strict_json import Twice
from crm.words import N_

OURS = {"csrf_token", "idempotency_key", "page"}  # fields of every form of ours
LARGEST_JSON = 1024 * 1024  # bytes; five hundred contacts of a batch need a fifth of it
NOT_JSON = N_("The body is not JSON.")


class Nothing(Schema):
    """No fields at all: whatever comes is refused by its name."""


@cache
def made(schema: type[Schema]) -> Schema:
    """Return the one instance of a schema: making it copies every field of it."""
    return schema()


def from_json(schema: type[Schema] | None) -> dict[str, Any]:
    """Return the body, loaded; raise Invalid naming each fault.

    An address that asks for nothing may be called without a body. The version of a thing to be
    edited may come as If-Match instead.
    """
    chosen = made(schema or Nothing)
    request.max_content_length = LARGEST_JSON
    asks = any(field.required for field in chosen.fields.values())
    if not asks and not request.get_data():
        return _loaded(chosen, {})
    if not request.is_json:
        raise UnsupportedMediaType(N_("Send JSON with Content-Type: application/json."))
    body = _parsed(request.get_data())
    if not isinstance(body, dict):
        raise Invalid({"body": [N_("Send one JSON object.")]})
    if "version" in chosen.fields and request.headers.get("If-Match"):
        body["version"] = _version(str(request.headers["If-Match"]))
    return _loaded(chosen, body)


def takes_file(schema: type[Schema] | None) -> bool:
    """Tell whether a body of that shape has a file in it, and so comes as a form."""
    return any(isinstance(field, UploadField) for field in made(schema or Nothing).fields.values())


def from_body(schema: type[Schema] | None) -> dict[str, Any]:
    """Return what a program sent, loaded: JSON, or a form where a file comes with it."""
    if not takes_file(schema):
        return from_json(schema)
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(N_("Send the file and its fields as multipart/form-data."))
    return from_form(schema)


def from_query(schema: type[Schema] | None) -> dict[str, Any]:
    """Return the query string, loaded; empty values count as absent."""
    chosen = made(schema or Nothing)
    return _loaded(chosen, _plain(chosen, request.args))


def from_address(schema: type[Schema] | None) -> dict[str, Any]:
    """Return what the address of a page asks, loaded; empty values count as absent.

    Which view it is and where one came from are the page's own.
    """
    return _loaded(made(schema), _asked(made(schema), request.args)) if schema else {}


def forgivingly(schema: type[Schema] | None, given: Any) -> tuple[dict[str, Any], list[str]]:
    """Return what a list's address asks, loaded, and the names of what had to be left out of it.

    A view kept long ago may name filters, or words of theirs, that are no more.
    """
    if schema is None:
        return {}, []
    chosen = made(schema)
    values = _asked(chosen, given)
    try:
        return _loaded(chosen, values), []
    except Invalid as fault:
        wrong = sorted(set(fault.fields) & set(values))
    left = {name: value for name, value in values.items() if name not in wrong}
    return _loaded(chosen, left), wrong


def _asked(schema: Schema, given: Any) -> dict[str, Any]:
    values = _plain(schema, given)
    return {name: value for name, value in values.items() if name not in {VIEW, CAME_FROM}}


def from_form(schema: type[Schema] | None) -> dict[str, Any]:
    """Return the posted form, loaded; empty values count as absent."""
    chosen = made(schema or Nothing)
    values = _plain(chosen, request.form)
    values.update({name: upload for name, upload in request.files.items() if upload.filename})
    return _loaded(chosen, {name: value for name, value in values.items() if name not in OURS})


def idempotency_key() -> str | None:
    """Return the key that makes a repeat of this request harmless, if it has one."""
    key = request.headers.get("Idempotency-Key") or request.form.get("idempotency_key") or None
    if key is not None and not (key.isascii() and key.isprintable()):
        raise Invalid({"Idempotency-Key": [N_("Use letters, digits and punctuation only.")]})
    return key


def _parsed(body: bytes) -> Any:
    """Return what the JSON holds; refuse what two readers could read differently."""
    try:
        value = strict_json.read(body.decode())
        if b"\\u" in body:  # only so can a lone surrogate come in
            json.dumps(value, ensure_ascii=False).encode()
    except Twice as fault:
        raise Invalid({fault.name: [N_("This name stands twice in one object.")]}) from None
    except RecursionError:
        raise Invalid({"body": [N_("The JSON is nested too deeply.")]}) from None
    except ValueError:
        raise BadRequest(NOT_JSON) from None
    return value


def _version(tag: str) -> int | str:
    """Return the version that an ETag of ours names, or the text, which no schema accepts."""
    text = tag.removeprefix("W/").strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else tag


def _plain(schema: Schema, given: Any) -> dict[str, Any]:
    """Return lists where the schema has lists, single values elsewhere, nothing where empty."""
    names = {field.data_key or name: field for name, field in schema.fields.items()}
    values: dict[str, Any] = {}
    for name in given:
        texts = [text for text in given.getlist(name) if text.strip()]
        if isinstance(names.get(name), kinds.List):
            values[name] = texts
        elif texts:
            values[name] = texts[-1]
    return values


def _loaded(schema: Schema, values: dict[str, Any]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as fault:
        messages = fault.normalized_messages()  # type: ignore[no-untyped-call]  # theirs
        raise Invalid(messages) from None
    return loaded
