"""The door for people: password, then the code of the second factor."""

from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.identity.actions.sign_in import FAILED, ConfirmSecondFactor, SignIn, SignOut
from crm.identity.actor import ANONYMOUS
from crm.identity.attempts import count_failure, forgive, locked_until
from crm.identity.passwords import LONGEST, is_right
from crm.identity.queries import account_to_sign_in
from crm.privacy.index import normal_email
from crm.web.gatekeeper import COOKIE
from crm.web.language import own_path


def install(app: Flask) -> None:
    """Add the sign-in pages: written by hand, because they make and end cookies."""
    app.add_url_rule("/sign-in", "sign_in", _sign_in, methods=["GET", "POST"])
    app.add_url_rule("/sign-in/code", "sign_in_code", _code, methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "sign_out", _sign_out, methods=["POST"])
    app.add_url_rule("/me/password", "password_page", _password)


def _sign_in() -> Any:
    if request.method == "GET":
        return render_template("identity/sign_in.html", fault=None)
    email = normal_email(request.form.get("email", ""))[:200]
    address = request.remote_addr or ""
    account_id = _recognised(email, request.form.get("password", ""), address)
    agent = request.user_agent.string or ""
    try:
        done = perform(SignIn(account_id, agent), ANONYMOUS)
    except Refusal:
        count_failure(email, address)
        return render_template("identity/sign_in.html", fault=gettext(FAILED)), 403
    forgive(email)
    response = redirect(own_path(request.args.get("next")), 303)
    _set(response, done.result["secret"])
    return response


def _recognised(email: str, password: str, address: str) -> Any:
    """Return the account's id if the password is right and nothing is locked, else None."""
    found = account_to_sign_in(email)
    right = is_right(found[1] if found else None, password[:LONGEST])
    locked = locked_until(email, address) is not None
    return found[0] if found and right and not locked else None


def _code() -> Any:
    if request.method == "GET":
        return render_template("identity/code.html", fault=None)
    code = request.form.get("code", "").strip()
    key = f"code/{g.actor.id}"
    if locked_until(key, key) is not None:
        return render_template("identity/code.html", fault=gettext(FAILED)), 403
    try:
        perform(ConfirmSecondFactor(code), g.actor)
    except Refusal as no:
        count_failure(key, key)
        return render_template("identity/code.html", fault=gettext(no.verdict.why)), 403
    forgive(key)
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
