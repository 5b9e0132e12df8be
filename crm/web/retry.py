"""A form that was not accepted is shown again, with what was typed and what stood against it."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.verdict import Verdict

SECRET = ("password", "code", "secret", "answer")


def shown_again(fields: dict[str, Any], refused: Verdict | None = None) -> Response | None:
    """Return the page the form came from (its hidden field `page`), with the faults; or None.

    `refused` is the verdict of a rule that said no; the page shows it where the form stands.

    The page is asked for anew, as this actor, inside the same request: it is judged and
    recorded like any other view.
    """
    page = request.form.get("page", "")
    parts = urlsplit(page)
    if not page.startswith("/") or page.startswith("//") or parts.netloc:
        return None
    adapter = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, ids = adapter.match(parts.path, method="GET")
    except HTTPException:
        return None
    view = current_app.view_functions[endpoint]
    g.faults, g.refused = fields, refused
    g.several = {
        name: values
        for name, values in request.form.lists()
        if not any(word in name for word in SECRET)
    }
    g.typed = {name: values[0] for name, values in g.several.items()}
    try:
        with _Address(parts.query):
            body: Any = view(**ids)
    except (Refusal, Missing, Invalid, HTTPException):
        return None  # no page to show any more: the fault gets a page of its own
    return Response(body, 422 if refused is None else 409) if isinstance(body, str) else None


class _Address:
    """Lets a page read its own query string while another request is answered."""

    def __init__(self, query: str) -> None:
        self.query = query

    def __enter__(self) -> None:
        self.before = request.query_string
        self._read(self.query.encode())

    def __exit__(self, *_: object) -> None:
        self._read(self.before)

    @staticmethod
    def _read(query: bytes) -> None:
        request.query_string = query
        request.__dict__.pop("args", None)
