"""What goes out to programs: JSON through its schema."""

import json
from typing import TYPE_CHECKING, Any

from flask import Response

if TYPE_CHECKING:
    from crm.web.room import Address


def given(result: Any, address: "Address") -> Response:
    """Return an answer as JSON, with its version as ETag where it has one."""
    return _json(result, address, 200)


def created(result: Any, address: "Address") -> Response:
    """Return the result of an action, or 204 where it leaves nothing to say."""
    if address.gives is None:
        return Response(status=204)
    return _json(result, address, address.status)


def accepted(request_id: Any) -> Response:
    """Say that a second person must agree first."""
    body = {"waiting_for": "second_person", "request_id": str(request_id)}
    return Response(json.dumps(body), 202, mimetype="application/json")


def _json(result: Any, address: "Address", status: int) -> Response:
    body = address.gives().dump(result) if address.gives else None
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = Response(text, status, mimetype="application/json")
    version = result.get("version") if isinstance(result, dict) else None
    if version is not None:
        response.set_etag(str(version))
    return response
