"""The API's own description (OpenAPI 3.1), made from the rooms' declarations, and its page."""

import json
import re
from functools import lru_cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, render_template

from crm.gate import fields
from crm.web.room import API, Address, Room

_IDS = re.compile(r"<(?:(\w+):)?(\w+)>")
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
NOES = {
    "401": "Not signed in",
    "403": "Not permitted",
    "404": "Not found, or not for you",
    "409": "Refused by a rule, or changed meanwhile",
    "422": "Something needs correcting",
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
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Probity",
        version="1",
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": "Collections that keep the law and prove it."},
    )
    plugin.map_to_openapi_type("string", None)(fields.Masked)  # type: ignore[no-untyped-call]
    spec.components.schema("Problem", _problem())
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for address in Room.everywhere:
        if address.at.startswith(API):
            _add(spec, address)
    return spec.to_dict()


def _add(spec: APISpec, address: Address) -> None:
    operation: dict[str, Any] = {
        "summary": (address.does.__doc__ or "").split("\n")[0].split("; ")[0],
        "tags": [address.does.__module__.split(".")[1]],
        "security": [{"token": []}],
        "parameters": [
            {"in": "path", "name": name, "required": True, "schema": _kind(kind)}
            for kind, name in _IDS.findall(address.at)
        ],
        "responses": {code: {"description": why, "content": PROBLEM} for code, why in NOES.items()},
    }
    if address.method == "GET" and address.takes:
        operation["parameters"].append({"in": "query", "schema": address.takes})
    elif address.takes:
        content = {"application/json": {"schema": address.takes}}
        operation["requestBody"] = {"required": True, "content": content}
    if address.method == "POST":
        operation["parameters"].append(_idempotency())
    body = {"content": {"application/json": {"schema": address.gives}}} if address.gives else {}
    status = str(address.status if address.gives else 204)
    operation["responses"][status] = {"description": "Done"} | body
    path = _IDS.sub(r"{\2}", address.at)
    spec.path(path=path, operations={address.method.lower(): operation})


def _kind(converter: str) -> dict[str, str]:
    return {"type": "string", "format": "uuid"} if converter == "uuid" else {"type": "string"}


def _idempotency() -> dict[str, Any]:
    return {
        "in": "header",
        "name": "Idempotency-Key",
        "required": False,
        "schema": {"type": "string", "maxLength": 200},
        "description": "The same key makes a repeat harmless: it answers with the first result.",
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
