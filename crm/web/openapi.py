"""The API's own description (OpenAPI 3.1), made from the rooms' declarations, and its page."""

import json
import re
from functools import lru_cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, render_template

from crm.gate import fields
from crm.gate.action import Action
from crm.web.incoming import takes_file
from crm.web.room import API, Address, Room

_IDS = re.compile(r"<(?:(\w+)(?:\(length=(\d+)\))?:)?(\w+)>")
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
READS = {
    "401": "Not signed in",
    "403": "Not permitted",
    "404": "Not found, or not for you",
    "422": "Something needs correcting",
    "503": "Not available just now; nothing was saved",
}
ACTS = {
    "400": "The body is not JSON",
    "409": "Refused by a rule, or changed meanwhile",
    "412": "Changed meanwhile: If-Match names an older version",
    "413": "The body is too large",
    "415": "The body is not said to be JSON, or a form where a file comes with it",
}


def install(app: Flask) -> None:
    """Add /openapi.json and /api, the page that shows it."""
    app.add_url_rule("/openapi.json", "openapi", _document)
    app.add_url_rule("/api", "api_page", _page)


def _document() -> Response:
    return Response(json.dumps(description(), ensure_ascii=False), mimetype="application/json")


def _page() -> str:
    return render_template("layout/api.html", api=description())


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """Return the OpenAPI document of every address a program may use."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title="Probity",
        version="1",
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": "Collections that keep the law and prove it."},
    )
    plugin.map_to_openapi_type(fields.Masked, "string", None)  # type: ignore[no-untyped-call]
    plugin.map_to_openapi_type(fields.UploadField, "string", "binary")  # type: ignore[no-untyped-call]
    spec.components.schema("Problem", _problem())
    spec.components.schema("Waiting", _waiting())
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for address in Room.everywhere:
        if address.at.startswith(API):
            _add(spec, address)
    return spec.to_dict()


def _name(schema: Any) -> str:
    """Return a shape's name, with its room; empty for one cut to size, or made, where it stands."""
    cut = getattr(schema, "only", None) or getattr(schema, "exclude", None)
    kind = schema if isinstance(schema, type) else type(schema)
    ours = kind.__module__.startswith("crm.")
    return f"{_room(kind)}.{kind.__name__}" if ours and not cut else ""


def _room(kind: type) -> str:
    return kind.__module__.split(".")[1]


def _add(spec: APISpec, address: Address) -> None:
    operation: dict[str, Any] = {
        "summary": (address.does.__doc__ or "").split("\n")[0].split("; ")[0],
        "tags": [_room(address.does)],
        "security": [{"token": []}],
        "parameters": [_path_part(*found) for found in _IDS.findall(address.at)],
        "responses": _responses(address),
    }
    if address.method == "GET" and address.takes:
        operation["parameters"].append({"in": "query", "schema": address.takes})
    elif address.takes:
        kind = "multipart/form-data" if takes_file(address.takes) else "application/json"
        content = {kind: {"schema": address.takes}}
        operation["requestBody"] = {"required": True, "content": content}
    if issubclass(address.does, Action):
        operation["parameters"].append(_idempotency())
    path = _IDS.sub(r"{\3}", address.at)
    spec.path(path=path, operations={address.method.lower(): operation})


def _responses(address: Address) -> dict[str, Any]:
    noes = READS if address.method == "GET" else READS | ACTS
    answers: dict[str, Any] = {
        code: {"description": why, "content": PROBLEM} for code, why in noes.items()
    }
    body = {"content": {"application/json": {"schema": address.gives}}} if address.gives else {}
    status = str(address.status if address.gives else 204)
    answers[status] = {"description": "Done"} | body
    if issubclass(address.does, Action):
        waiting = {"schema": {"$ref": "#/components/schemas/Waiting"}}
        why = "A second person must agree first"
        answers["202"] = {"description": why, "content": {"application/json": waiting}}
    return answers


def _path_part(converter: str, length: str, name: str) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": "string"}
    if converter == "uuid":
        kind["format"] = "uuid"
    if length:
        kind |= {"minLength": int(length), "maxLength": int(length)}
    return {"in": "path", "name": name, "required": True, "schema": kind}


def _idempotency() -> dict[str, Any]:
    return {
        "in": "header",
        "name": "Idempotency-Key",
        "required": False,
        "schema": {"type": "string", "maxLength": 200, "pattern": "^[!-~]+$"},
        "description": "The same key makes a repeat harmless: it answers with the first result.",
    }


def _waiting() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "The request that waits for a second person",
        "properties": {
            "waiting_for": {"const": "second_person"},
            "request_id": {"type": "string", "format": "uuid"},
        },
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "request_id": text,
            "rule": text,
            "why": text,
            "fields": {"type": "object"},
            "decision": {"type": "object"},
        },
    }
