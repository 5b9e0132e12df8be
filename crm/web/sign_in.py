"""The door for people: password, then the code of the second factor."""

from dataclasses import replace
from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.identity import attempts
from crm.identity.actions.sign_in import FAILED, ConfirmSecondFactor, SignIn, SignOut
from crm.identity.actor import ANONYMOUS
from crm.identity.passwords import dummy, is_right
from crm.identity.queries import account_to_sign_in
from crm.privacy.index import normal_email
from crm.web.gatekeeper import COOKIE
from crm.web.language import own_path

LONGEST_EMAIL = 200


def install(app: Flask) -> None:
    """Add the sign-in pages: written by hand, because they make and end cookies."""
    dummy()  # so that the first unknown e-mail address takes no longer than others
    app.add_url_rule("/sign-in", "sign_in", _sign_in, methods=["GET", "POST"])
    app.add_url_rule("/sign-in/code", "sign_in_code", _code, methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "sign_out", _sign_out, methods=["POST"])
    app.add_url_rule("/me/password", "password_page", _password)


def _sign_in() -> Any:
    if request.method != "POST":
        return render_template("identity/sign_in.html", fault=None)
    email = normal_email(request.form.get("email", ""))[:LONGEST_EMAIL]
    address = request.remote_addr or ""
    locked = attempts.begin(email, address)
    if locked == "address":
        page = render_template("identity/sign_in.html", fault=gettext(FAILED))
        return page, 429, {"Retry-After": str(int(attempts.WINDOW.total_seconds()))}
    tries = attempts.key("account", email), attempts.key("address", address)
    had = g.actor.session_id
    asked = SignIn(None, False, locked=True)
    if not locked:
        asked = replace(_compared(email), tries=tries, instead=had)
    try:
        done = perform(asked, replace(ANONYMOUS, request_id=g.request_id))
    except Refusal:
        return render_template("identity/sign_in.html", fault=gettext(FAILED)), 403
    response = redirect(own_path(request.args.get("next")), 303)
    _set(response, done.result["secret"])
    return response


def _compared(email: str) -> SignIn:
    """Compare the password, outside any transaction, and return the wish to come in."""
    account_id, known = account_to_sign_in(email) or (None, None)
    right = is_right(known, request.form.get("password", ""))
    return SignIn(account_id, right, browser=request.user_agent.string or "")


def _code() -> Any:
    if request.method != "POST":
        return render_template("identity/code.html", fault=None)
    try:
        perform(ConfirmSecondFactor(request.form.get("code", "").strip()), g.actor)
    except Refusal as no:
        return render_template("identity/code.html", fault=gettext(no.verdict.why)), 403
    return redirect(own_path(request.args.get("next")), 303)


def _password() -> str:
    return render_template("identity/password.html")


def _sign_out() -> Response:
    perform(SignOut(), g.actor)
    response = redirect("/sign-in", 303)
    response.delete_cookie(COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _set(response: Response, secret: str) -> None:
    secure = _https()
    response.set_cookie(COOKIE, secret, httponly=True, samesite="Lax", secure=secure, path="/")


def _https() -> bool:
    return bool(current_app.config["PROBITY"].https)
