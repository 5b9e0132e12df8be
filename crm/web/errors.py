"""The one place that knows which HTTP status a no of the domain has."""

import errno
import json
import uuid
from typing import Any

import structlog
from flask import Flask, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.gate.verdict import Verdict
from crm.identity.rules import FRESHLY
from crm.storage.turn import TooBusy
from crm.web.faults import said
from crm.web.filters import explained, sentence_of
from crm.web.language import own_path, speaks_another
from crm.web.retry import shown_again
from crm.words import N_

log = structlog.get_logger()

TITLES = {
    400: N_("This request cannot be read."),
    401: N_("Sign in first."),
    403: N_("This is refused."),
    405: N_("This cannot be done here."),
    406: N_("It is not given in the form that was asked for."),
    408: N_("The request took too long to arrive."),
    409: N_("Somebody else was faster."),
    410: N_("It is no longer here."),
    411: N_("The request does not say how long it is."),
    412: N_("Somebody else changed this meanwhile."),
    413: N_("This is too large."),
    414: N_("The address is too long."),
    415: N_("This form of content is not read here."),
    416: N_("There is no such part of it."),
    417: N_("What the request expects is not done here."),
    421: N_("This server does not answer for that name."),
    422: N_("Something needs correcting."),
    428: N_("Say which version you have seen."),
    429: N_("Too many requests. Wait a moment, then try again."),
    431: N_("The request has too many headers."),
    500: N_("Something went wrong here."),
    501: N_("This is not done here."),
    502: N_("Not available just now"),
    503: N_("Not available just now"),
    504: N_("Not available just now"),
    505: N_("This version of HTTP is not spoken here."),
}
OTHER = N_("This request is not answered here.")


def install(app: Flask) -> None:
    """Answer every error as problem+json (RFC 9457) to programs and as a page to people."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(Missing, _missing)
    app.register_error_handler(Invalid, _invalid)
    app.register_error_handler(Stale, _stale)
    app.register_error_handler(TooBusy, _busy)
    app.register_error_handler(OperationalError, _storage)
    app.register_error_handler(IntegrityError, _collision)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _refusal(no: Refusal) -> Any:
    status = 403 if no.by_permission else 409
    verdict = no.verdict
    if verdict.rule == FRESHLY and not _for_program():
        return _sign_in_once_more(gettext(verdict.why))
    why = _why(verdict)
    if not (no.by_permission or _for_program()):
        at_field = {verdict.about: [why]} if verdict.about else {}
        if again := shown_again(at_field, verdict):
            return again
    extra: dict[str, Any] = {"rule": verdict.rule, "why": why}
    if isinstance(verdict.data, dict):
        extra |= verdict.data
    return _problem(status, gettext("This is refused."), why, extra)


def _why(verdict: Verdict) -> str:
    """Return why, in the reader's language: a book's sentence is made of the figures beside it."""
    decision = verdict.data.get("decision", {}) if isinstance(verdict.data, dict) else {}
    for reason in decision.get("reasons", ()) if speaks_another() else ():
        if reason["rule"] == verdict.rule and "sentence" in (reason.get("figures") or {}):
            return sentence_of(reason["figures"])
    why: str = gettext(verdict.why)
    return why % dict(verdict.figures) if verdict.figures else why


def _sign_in_once_more(why: str) -> Any:
    """Lead to the door and from there back to the page, where the form is sent again."""
    flash(why, "wait")
    return redirect(url_for("sign_in", next=own_path(request.form.get("page"))), 303)


def _missing(_no: Missing | None) -> Any:
    return _problem(404, gettext("Not found"), gettext("It does not exist, or not for you."))


def _invalid(no: Invalid) -> Any:
    fields = _translated(no.fields)
    if not _for_program():
        again = shown_again(fields)
        if again is not None:
            return again
    detail = gettext("Nothing was saved. Correct the fields named below and send it again.")
    return _problem(422, gettext("Something needs correcting."), detail, {"fields": fields})


def _stale(_no: Stale) -> Any:
    status = 412 if request.headers.get("If-Match") else 409
    detail = gettext("Nothing was saved. Load the page again and repeat your change.")
    return _problem(status, gettext("Somebody else changed this meanwhile."), detail)


def _busy(_no: TooBusy) -> Any:
    return _unavailable(gettext("The database is busy. Nothing was saved. Try again."))


def _storage(fault: OperationalError) -> Any:
    return _not_written(type(fault.orig).__name__)


def _disk(fault: OSError) -> Any:
    """Name a disk that is full, as when an upload finds no room; any other fault is a bug."""
    if fault.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return _bug(fault)
    return _not_written(errno.errorcode[fault.errno])


def _not_written(kind: str) -> Any:
    log.error("storage.failed", reference=_reference(), kind=kind)
    return _unavailable(
        gettext("The record could not be written. Nothing was saved. Call your administrator.")
    )


def _collision(_fault: IntegrityError) -> Any:
    """Say that two requests wanted to make the same thing at the same moment."""
    detail = gettext("Nothing was saved. Load the page again and repeat your change.")
    return _problem(409, gettext("Somebody else was faster."), detail)


def _unavailable(detail: str) -> Any:
    response = _problem(503, gettext("Not available just now"), detail)
    response.headers["Retry-After"] = "5"
    return response


def _http(fault: HTTPException) -> Any:
    code = fault.code or 500
    if code == 401 and not _for_program():
        return redirect(url_for("sign_in", next=request.full_path.rstrip("?")), 303)
    if 300 <= code < 400:
        return fault.get_response()
    if isinstance(fault, RequestEntityTooLarge):
        _forget_form()
    if code == 404:
        return _missing(None)
    ours = fault.description != type(fault).description  # what the library says is English only
    why = gettext(fault.description or "") if ours else gettext("Nothing was changed.")
    response = _problem(code, gettext(TITLES.get(code, OTHER)), why)
    for name, value in fault.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def _forget_form() -> None:
    """Let the page that names the fault ask for the form, which was too large to be read."""
    request.__dict__.update(form=ImmutableMultiDict(), files=ImmutableMultiDict())


def _bug(fault: Exception) -> Any:
    log.error("unexpected", reference=_reference(), kind=type(fault).__name__, exc_info=fault)
    detail = gettext("Nothing was saved. Tell your administrator the reference below.")
    return _problem(500, gettext("Something went wrong here."), detail)


def _problem(status: int, title: str, detail: str, extra: dict[str, Any] | None = None) -> Response:
    extra = extra or {}
    if not _for_program():
        page = render_template(
            "layout/error.html",
            status=status,
            title=title,
            detail=detail,
            extra=extra,
            reference=_reference(),
        )
        return Response(page, status)
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": _reference(),
    }
    more = explained(extra) if speaks_another() else extra
    text = json.dumps(body | more, ensure_ascii=False, default=str)
    response = Response(text, status, mimetype="application/problem+json")
    response.content_language.add(str(get_locale() or "en"))
    return response


def _reference() -> str:
    return getattr(g, "request_id", None) or uuid.uuid4().hex[:12]


def _for_program() -> bool:
    return request.path.startswith("/api/")


def _translated(fields: Any) -> Any:
    """Translate the messages of a fault, whatever the depth of its fields."""
    if isinstance(fields, dict):
        return {str(name): _translated(value) for name, value in fields.items()}
    if isinstance(fields, list | tuple):
        return [_translated(item) for item in fields]
    return said(fields) if isinstance(fields, str) else fields
