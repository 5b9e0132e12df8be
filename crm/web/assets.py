"""Style sheets, scripts and pictures: few, known by name, and kept by browsers for a year."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from mimetypes import guess_type

from flask import Flask, Response, abort, redirect, request

BORROWED = {
    "bootstrap.min.css": "css/bootstrap.min.css",
    "bootstrap.min.js": "js/bootstrap.min.js",
}
FOREVER = "public, max-age=31536000, immutable"
OURS = ("css", "js", "img")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent, plain and packed."""

    kind: str
    plain: bytes
    packed: bytes


def install(app: Flask) -> None:
    """Add /assets/<hash>/<path> and the template function `asset(path)`.

    The hash is that of all files together, so that a page and its files always fit.
    """
    held = collect()
    mark = mark_of(held)
    addresses = {path: f"/assets/{mark}/{path}" for path in held}

    def view(mark_asked: str, path: str) -> Response:
        found = held.get(path)
        if found is None:
            abort(404)
        if mark_asked != mark:  # a page from before an update: send it on, keep nothing
            return redirect(addresses[path], 302)  # type: ignore[return-value]  # werkzeug's own
        return _sent(found)

    app.add_url_rule("/assets/<mark_asked>/<path:path>", "assets", view)
    app.jinja_env.globals["asset"] = addresses.__getitem__


def collect() -> dict[str, Asset]:
    """Return every file that may be served, by its path."""
    held: dict[str, Asset] = {}
    own = files("crm") / "static"
    for folder in OURS:
        _gather(own / folder, folder, held)
    borrowed = files("flask_bootstrap") / "static" / "bootstrap5"
    for name, place in BORROWED.items():
        held[f"bootstrap/{name}"] = _asset(name, (borrowed / place).read_bytes())
    return held


def mark_of(held: dict[str, Asset]) -> str:
    """Return a short hash over all names and contents."""
    total = sha256()
    for path in sorted(held):
        total.update(path.encode() + b"\0" + sha256(held[path].plain).digest())
    return total.hexdigest()[:16]


def _gather(folder: Traversable, path: str, held: dict[str, Asset]) -> None:
    if not folder.is_dir():
        return
    for item in folder.iterdir():
        if item.is_dir():
            _gather(item, f"{path}/{item.name}", held)
        elif not item.name.startswith("."):
            held[f"{path}/{item.name}"] = _asset(item.name, item.read_bytes())


def _asset(name: str, plain: bytes) -> Asset:
    kind = "text/javascript" if name.endswith(".js") else guess_type(name)[0]
    return Asset(kind or "application/octet-stream", plain, gzip.compress(plain, mtime=0))


def _sent(found: Asset) -> Response:
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(found.packed if packed else found.plain, mimetype=found.kind)
    response.headers["Cache-Control"] = FOREVER
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
