"""Requests that change something must come from our own pages."""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from markupsafe import Markup
from werkzeug.exceptions import BadRequest

from crm.web.gatekeeper import COOKIE

VISIT = "probity_visit"
SAFE = {"GET", "HEAD", "OPTIONS"}


def install(app: Flask) -> None:
    """Check every changing request, and give visitors a cookie to tie their form to."""
    secret = str(app.config["SECRET_KEY"]).encode()

    def check() -> None:
        if request.method in SAFE or g.actor.by_token:
            return
        _check_origin()
        sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
        if not hmac.compare_digest(sent.encode(), token(secret).encode()):
            raise BadRequest("The page was open too long. Load it again and repeat your change.")

    def remember(response: Response) -> Response:
        fresh = getattr(g, "visit", None)
        if fresh:
            secure = app.config["PROBITY"].https
            response.set_cookie(VISIT, fresh, httponly=True, samesite="Lax", secure=secure)
        return response

    def field() -> Markup:
        return Markup('<input type="hidden" name="csrf_token" value="%s">') % token(secret)

    app.before_request(check)
    app.after_request(remember)
    app.jinja_env.globals["csrf_field"] = field
    app.jinja_env.globals["csrf_token"] = lambda: token(secret)


def token(secret: bytes) -> str:
    """Return the token that this session's, or this visit's, forms must carry."""
    made: str | None = g.get("form_token")
    if made is None:
        tied_to = request.cookies.get(COOKIE) if g.known else _visit()
        made = hmac.digest(secret, ("form/" + str(tied_to)).encode(), hashlib.sha256).hex()
        g.form_token = made
    return made


def _visit() -> str:
    cookie = request.cookies.get(VISIT) or getattr(g, "visit", None)
    if not cookie:
        cookie = g.visit = secrets.token_urlsafe(24)
    return cookie


def _check_origin() -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise BadRequest("This request came from another site.")
    origin = request.headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        raise BadRequest("This request came from another site.")
