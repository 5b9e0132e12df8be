"""The floor: Flask and SQLAlchemy doing one plain insert, one plain page and one plain lookup.

It signs its visitor in by one look-up and does the job in one transaction, as a careful plain
application would; it seals, judges, masks and records nothing.
"""

import sys
from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask, Response, jsonify, render_template_string, request
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
)

metadata = MetaData()
visitor = Table(
    "visitor", metadata, Column("secret", String(64), primary_key=True), Column("name", String(80))
)
person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80)),
    Column("phone", String(20), index=True),
    Column("days_past_due", Integer),
    Column("balance", Integer),
)
contact = Table(
    "contact",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id")),
    Column("channel", String(20)),
    Column("outcome", String(24)),
    Column("note", String(400)),
    Column("started_at", DateTime),
    Column("recorded_at", DateTime),
    Index("ix_contact_person", "person_id", "started_at"),
)

PAGE = """<!doctype html><title>People</title><table>{% for row in rows %}
<tr><td><a href="/people/{{ row.id }}">{{ row.name }}</a></td><td>{{ row.phone }}</td>
<td>{{ row.days_past_due }}</td><td>{{ row.balance }}</td></tr>{% endfor %}</table>"""


def engine_of(url: str):
    """Return an engine set up as a careful plain application would."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=20, max_overflow=0)
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": 30}, pool_size=20
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw, _record):
        raw.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if request.method == "POST" else "BEGIN")

    return engine


def make_app(url: str) -> Flask:
    """Return the plain application."""
    app = Flask("floor")
    engine = engine_of(url)

    def signed_in(connection) -> bool:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        query = select(visitor.c.name).where(visitor.c.secret == secret)
        return connection.execute(query).scalar() is not None

    @app.post("/contacts")
    def log():
        body = request.get_json()
        now = datetime.now(UTC)
        row = {
            "id": uuid4().bytes,
            "person_id": int(body["person_id"]),
            "channel": body["channel"],
            "outcome": body["outcome"],
            "note": body["note"],
            "started_at": now,
            "recorded_at": now,
        }
        with engine.begin() as connection:
            if not signed_in(connection):
                return Response(status=401)
            connection.execute(insert(contact), row)
        return jsonify(id=row["id"].hex()), 201

    @app.get("/people")
    def page():
        with engine.connect() as connection:
            if not signed_in(connection):
                return Response(status=401)
            query = select(person).where(person.c.id > int(request.args.get("after", 0)))
            rows = connection.execute(query.order_by(person.c.id).limit(50)).all()
        return render_template_string(PAGE, rows=rows)

    @app.post("/find")
    def find():
        with engine.connect() as connection:
            if not signed_in(connection):
                return Response(status=401)
            query = select(person).where(person.c.phone == request.get_json()["phone"])
            rows = connection.execute(query).mappings().all()
        return jsonify(items=[dict(row) for row in rows])

    return app


if __name__ == "__main__":
    from waitress import serve

    serve(
        make_app(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        threads=int(sys.argv[3]),
        ident=None,
    )
