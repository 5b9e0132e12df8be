"""Who is asking? Every request is recognised before anything else; few addresses are open."""

from dataclasses import replace
from secrets import token_hex
from typing import Any

import structlog
from flask import Flask, g, redirect, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from crm.identity.actor import ANONYMOUS
from crm.identity.lookup import Known, by_session, by_token
from crm.words import N_

COOKIE = "probity"
OPEN = {"sign_in", "assets", "healthz", "readyz", "openapi", "api_page", "language", "theme"}
BEFORE_CODE = {"sign_in_code", "sign_out"}
BEFORE_PASSWORD = {"/me/password", "/api/v1/me/password"}
VISITORS_BYTES = 64 * 1024  # nobody unknown has more to say than an e-mail and a password


def install(app: Flask) -> None:
    """Recognise whoever asks, and turn away those who may not come in yet."""
    app.before_request(_recognise)


def _recognise() -> Any:
    g.request_id = token_hex(6)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)
    g.actor, g.known = replace(ANONYMOUS, request_id=g.request_id), None
    endpoint = request.endpoint or ""
    if endpoint in {"assets", "healthz", "readyz"}:
        return None
    known = _known()
    if known is None:
        request.max_content_length = VISITORS_BYTES
        if endpoint in OPEN:
            return None
        raise _stranger(N_("Sign in first."))
    g.known, g.actor = known, known.actor
    return _unfinished(known, endpoint)


def _known() -> Known | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return by_token(secret.strip(), g.request_id)  # a cookie beside it counts for nothing
    cookie = request.cookies.get(COOKIE)
    return by_session(cookie, g.request_id) if cookie else None


def _unfinished(known: Known, endpoint: str) -> Any:
    """Send on whoever still owes a code or a password of his own."""
    if endpoint in OPEN or endpoint in BEFORE_CODE:
        return None
    program = request.path.startswith("/api/")
    if known.needs_code:
        if program:
            raise _stranger(N_("The code of your second factor is missing. Sign in fully first."))
        return redirect("/sign-in/code", 303)
    if known.must_change_password and request.path not in BEFORE_PASSWORD:
        if program:
            raise _stranger(N_("Choose a password of your own first."))
        return redirect("/me/password", 303)
    return None


def _stranger(why: str) -> Unauthorized:
    return Unauthorized(why, www_authenticate=WWWAuthenticate("bearer", {"realm": "Probity"}))
