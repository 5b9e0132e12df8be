"""What goes out to programs: JSON through its schema; and rows for a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import Response
from flask_babel import gettext

from crm.privacy.openers import Presented
from crm.web.filters import explained, moment
from crm.web.incoming import made
from crm.web.language import speaks_another
from crm.words import N_

if TYPE_CHECKING:
    from crm.web.room import Address

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
MARK = N_(
    "Taken out by %(who)s, %(when)s, for: %(purpose)s. Names are shown in part. File %(file)s."
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


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


def as_csv(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[tuple[str, str]],
    name: str,
    mark: Mapping[str, Any] | None = None,
) -> Response:
    """Return rows as a CSV file with a BOM, which spreadsheets need to read Chinese.

    No cell can be run as a formula; sentences are in the reader's language. `mark` says, on the
    first line, who took it out, when and what for, wherever the file goes.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    if mark:
        writer.writerow([_cell(_marked(mark))])
    writer.writerow(gettext(heading) for _, heading in columns)
    for row in rows:
        writer.writerow(_cell(row[column]) for column, _ in columns)
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _marked(mark: Mapping[str, Any]) -> str:
    said = {
        "who": mark["who"].text if mark["who"] else "",
        "when": moment(mark["at"]),
        "purpose": gettext(mark["purpose"]),
        "file": mark["file"],
    }
    return str(gettext(MARK)) % said


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value.text if isinstance(value, Presented) else str(value)
    shown = gettext(text) if text and isinstance(value, str) else text
    return "'" + shown if shown.startswith(FORMULA) else shown


def _json(result: Any, address: "Address", status: int) -> Response:
    body = made(address.gives).dump(result) if address.gives else None
    if speaks_another():
        body = explained(body)
    response = Response(_to_json(body), status, mimetype="application/json")
    version = result.get("version") if isinstance(result, dict) else None
    if version is not None:
        response.set_etag(str(version))
    return response
