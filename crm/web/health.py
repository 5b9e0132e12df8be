"""Two addresses for whoever watches the process: is it alive, and can it serve."""

import json

from flask import Flask, Response
from sqlalchemy import select

from crm.gate import generation
from crm.storage.database import database


def install(app: Flask) -> None:
    """Add /healthz and /readyz; both are open and say nothing about people."""
    app.add_url_rule("/healthz", "healthz", _alive)
    app.add_url_rule("/readyz", "readyz", _ready)


def _alive() -> Response:
    return Response(json.dumps({"status": "alive"}), mimetype="application/json")


def _ready() -> Response:
    with database().glance() as connection:
        connection.execute(select(generation.generation.c.number)).scalar_one()
    return Response(json.dumps({"status": "ready"}), mimetype="application/json")
