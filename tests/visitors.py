"""Whoever visits the application in tests: a person's browser, a program with a token."""

import io
import re
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from crm import clock
from crm.identity.actor import Actor
from crm.identity.lookup import LONGEST, digest
from crm.identity.models import api_token, session
from crm.identity.roles import Role
from crm.storage.bookkeeping import bookkeep
from crm.web.gatekeeper import COOKIE
from tests.factories import make_account, seed

_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


class Browser:
    """A browser that follows no redirects and fills in the form token by itself."""

    def __init__(
        self, app: Flask, role: Role | None = None, *, actor: Actor | None = None, **given: Any
    ) -> None:
        self.client = app.test_client()
        self.actor = actor or (make_account(role, **given) if role else None)
        self._token = ""
        if self.actor is not None:
            self._come_in(self.actor.id)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self._kept(self.client.get(path, **options))

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form, with the token of this session."""
        if not self._token:
            self.get("/me" if self.actor else "/sign-in")
        data = {"csrf_token": self._token} | form
        return self._kept(self.client.post(path, data=data, content_type="multipart/form-data"))

    def _come_in(self, account_id: UUID) -> None:
        secret, now = secrets.token_urlsafe(32), clock.now()
        bookkeep(
            session.insert().values(
                id=digest(secret),
                account_id=account_id,
                created_at=now,
                last_seen_at=now,
                expires_at=now + LONGEST,
                second_factor=False,
                browser="tests",
            )
        )
        self.client.set_cookie(COOKIE, secret)

    def _kept(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and (found := _TOKEN.search(response.text)):
            self._token = found[1]
        return response


class Program:
    """A program that uses the API with a bearer token."""

    def __init__(
        self, app: Flask, role: Role = Role.COLLECTOR, *, actor: Actor | None = None, **given: Any
    ) -> None:
        self.client = app.test_client()
        self.actor = actor or make_account(role, **given)
        secret, now = "probity_" + secrets.token_urlsafe(32), clock.now()
        seed(
            api_token,
            account_id=self.actor.id,
            digest=digest(secret),
            label="tests",
            created_at=now,
            expires_at=now + timedelta(days=3650),
        )
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any) -> TestResponse:
        """Ask; `path` is below /api/v1."""
        return self.client.get("/api/v1" + path, query_string=query, headers=self.headers)

    def send(self, path: str, content: str | None, *, key: str | None = None, **form: Any) -> Any:
        """Send a file, with the fields beside it, as a form."""
        extra = {"Idempotency-Key": key} if key else {}
        file = {} if content is None else {"file": (io.BytesIO(content.encode()), "sent.csv")}
        return self.client.post(
            "/api/v1" + path,
            data={**form, **file},
            content_type="multipart/form-data",
            headers=self.headers | extra,
        )

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> TestResponse:
        """Act; `key` is the Idempotency-Key."""
        extra = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            "/api/v1" + path,
            json={} if body is None else body,
            headers=self.headers | extra | headers,
        )
