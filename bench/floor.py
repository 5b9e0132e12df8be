"""The floor: what a careful plain Flask and SQLAlchemy application does for the same three jobs.

It recognises who asks by one look-up outside the transaction, checks what comes in by a schema,
does the job with mapped objects in one transaction, and answers through a schema or through a
template with a layout. It seals, judges, masks and records nothing, and answers no repeat.
"""

import hashlib
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask, abort, g, jsonify, render_template, request
from marshmallow import Schema, fields, validate
from sqlalchemy import ForeignKey, Index, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

PAGE = 50


class Base(DeclarativeBase):
    """The floor's tables."""


class Team(Base):
    """People who work together."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class Account(Base):
    """Somebody who works here."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool]


class Token(Base):
    """What a program shows to be recognised."""

    __tablename__ = "token"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime]


class Person(Base):
    """Somebody who owes."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(20), index=True)
    language: Mapped[str] = mapped_column(String(8))
    collector_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    balance: Mapped[int]
    since: Mapped[date]
    collector: Mapped[Account] = relationship()
    team: Mapped[Team] = relationship()


class Contact(Base):
    """One contact, as it is written down."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_person", "person_id", "started_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(String(400))
    started_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class ContactIn(Schema):
    """A contact to be written down."""

    person_id = fields.Integer(required=True, strict=True)
    channel = fields.String(required=True, validate=validate.OneOf(("call", "sms", "letter")))
    outcome = fields.String(required=True, validate=validate.Length(max=24))
    note = fields.String(required=True, validate=validate.Length(max=400))


class PhoneIn(Schema):
    """A telephone number to be found."""

    phone = fields.String(required=True, validate=validate.Length(max=20))


class PersonOut(Schema):
    """A person who was found."""

    id = fields.Integer()
    name = fields.String()
    phone = fields.String()
    language = fields.String()
    collector = fields.String(attribute="collector.name")
    team = fields.String(attribute="team.name")


CONTACT_IN, PHONE_IN, PERSON_OUT = ContactIn(), PhoneIn(), PersonOut()


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
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection):
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            writes = connection.get_execution_options().get("writes", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def make_app(url: str) -> Flask:
    """Return the plain application."""
    app = Flask("floor", template_folder=str(Path(__file__).parent / "templates"))
    engine = engine_of(url)
    glance = engine.execution_options(isolation_level="AUTOCOMMIT")
    writing = engine.execution_options(writes=True)

    @app.before_request
    def sign_in():
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = (
            select(Account)
            .join(Token, Token.account_id == Account.id)
            .where(
                Token.digest == digest(secret),
                Token.expires_at > datetime.now(UTC).replace(tzinfo=None),
                Account.active,
            )
        )
        with Session(glance) as session:
            g.account = session.scalars(known).one_or_none()
        if g.account is None:
            abort(401)

    @app.post("/contacts")
    def log():
        given = CONTACT_IN.load(request.get_json())
        now = datetime.now(UTC).replace(tzinfo=None)
        made = Contact(
            id=uuid4(), recorded_by=g.account.id, started_at=now, recorded_at=now, **given
        )
        with Session(writing, expire_on_commit=False) as session:
            session.add(made)
            session.commit()
        return jsonify(id=str(made.id)), 201

    @app.get("/people")
    def page():
        after = request.args.get("after", 0, int)
        query = select(Person).options(joinedload(Person.collector), joinedload(Person.team))
        with Session(engine) as session:
            wanted = query.where(Person.id > after).order_by(Person.id).limit(PAGE + 1)
            rows = session.scalars(wanted).all()
        return render_template("people.html", rows=rows[:PAGE], more=len(rows) > PAGE)

    @app.post("/find")
    def find():
        given = PHONE_IN.load(request.get_json())
        query = select(Person).options(joinedload(Person.collector), joinedload(Person.team))
        with Session(engine) as session:
            rows = session.scalars(query.where(Person.phone == given["phone"])).all()
        return jsonify(items=PERSON_OUT.dump(rows, many=True))

    return app


def digest(secret: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


if __name__ == "__main__":
    from waitress import serve

    serve(
        make_app(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        threads=int(sys.argv[3]),
        ident=None,
    )
