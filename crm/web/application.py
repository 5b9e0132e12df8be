"""The web application: rooms, and what every request passes through."""

from collections.abc import Iterable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from crm.resources import resource_root
from crm.settings import Settings
from crm.web import (
    assets,
    csrf,
    errors,
    gatekeeper,
    headers,
    health,
    language,
    openapi,
    page,
    sign_in,
    uploads,
)
from crm.web.room import Room


class Templates(Environment):
    """Templates that all share the application's globals; none is loaded with its own.

    Jinja lays a map over a map for each, and walks through both, key by key, for every import and
    include of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template."""
        return self.globals if not d else super().make_globals(d)


class Probity(Flask):
    """The application, with its templates."""

    jinja_environment = Templates


def build(settings: Settings, rooms: Iterable[Room]) -> Flask:
    """Return the application, with these rooms, for an instance that is open."""
    app = Probity("crm", template_folder=str(resource_root() / "templates"), static_folder=None)
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["PROBITY"] = settings
    app.config["MAX_CONTENT_LENGTH"] = settings.upload_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = 2 * 1024 * 1024
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    parts = (assets, errors, language, gatekeeper, csrf, uploads, headers, page, health, openapi)
    for part in (*parts, sign_in):
        part.install(app)
    for room in rooms:
        room.install(app)
    return app
