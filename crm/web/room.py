"""A room's addresses, declared as actions and questions; a bare view cannot be registered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request
from flask_babel import gettext
from marshmallow import Schema

from crm.gate.action import Action
from crm.gate.answer import answer
from crm.gate.perform import Done, perform
from crm.gate.question import Question
from crm.web.incoming import from_form, from_json, from_query, idempotency_key
from crm.web.outgoing import accepted, created, given

API = "/api/v1"
Back = Callable[[Mapping[str, Any], Any], str]


def to(address: str) -> Back:
    """Return where to go after a form: `address`, with {id} from the address or the result."""

    def back(ids: Mapping[str, Any], result: Any) -> str:
        found = dict(result) if isinstance(result, dict) else {}
        return address.format(**{**found, **ids})

    return back


@dataclass(frozen=True, slots=True)
class Address:
    """One declared address: where it is, what it does and the shapes of its two sides."""

    method: str
    at: str
    does: type[Action] | type[Question]
    takes: type[Schema] | None
    gives: type[Schema] | None
    status: int = 200
    page: bool = False
    template: str | None = None


class Room:
    """The addresses of one room, for programs (under /api/v1) and for people."""

    everywhere: list[Address] = []

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name, __name__)
        self.name = name

    def install(self, app: Flask) -> None:
        """Put the room's addresses into the application."""
        app.register_blueprint(self.blueprint)

    def performs(
        self,
        action: type[Action],
        *,
        at: str,
        takes: type[Schema] | None = None,
        gives: type[Schema] | None = None,
        status: int = 201,
        method: str = "POST",
    ) -> None:
        """Declare an address where a program performs `action`."""
        address = Address(method, API + at, action, takes, gives, status)

        def view(**ids: Any) -> Response:
            values = from_json(takes) if takes else {}
            done = perform(action(**ids, **values), g.actor, idempotency_key())
            return accepted(done.waiting) if done.waiting else created(done.result, address)

        self._declare(address, view)

    def answers(
        self,
        question: type[Question],
        *,
        at: str,
        gives: type[Schema],
        takes: type[Schema] | None = None,
        method: str = "GET",
    ) -> None:
        """Declare an address where a program asks `question`."""
        address = Address(method, API + at, question, takes, gives)

        def view(**ids: Any) -> Response:
            read = from_query if method == "GET" else from_json
            values = read(takes) if takes else {}
            return given(answer(question(**ids, **values), g.actor), address)

        self._declare(address, view)

    def shows(
        self,
        question: type[Question],
        *,
        at: str,
        template: str,
        takes: type[Schema] | None = None,
        method: str = "GET",
    ) -> None:
        """Declare a page that shows the answer to `question` as `answer`."""
        address = Address(method, at, question, takes, None, page=True, template=template)

        def view(**ids: Any) -> str:
            read = from_query if method == "GET" else from_form
            values = read(takes) if takes else {}
            return render_template(template, answer=answer(question(**ids, **values), g.actor))

        self._declare(address, view)

    def accepts(
        self,
        action: type[Action],
        *,
        at: str,
        takes: type[Schema] | None = None,
        back: Back | None = None,
        said: str = "",
        once: str | None = None,
    ) -> None:
        """Declare where a page's form performs `action`; `back(ids, result)` is where to go then.

        `said` is the sentence shown there; `once` is the template that shows a result which must
        not be kept (a one-time password) instead of going anywhere. Invalid input shows the
        form's own page again (its hidden field `page`), with what was typed and what to mend.
        """
        address = Address("POST", at, action, takes, None, 303, page=True, template=once)

        def view(**ids: Any) -> Any:
            values = from_form(takes) if takes else {}
            done = perform(action(**ids, **values), g.actor, idempotency_key())
            if once and not done.waiting:
                return render_template(once, answer=done.result)
            _say(done, said)
            return redirect(back(ids, done.result) if back else "/", 303)

        self._declare(address, view)

    def _declare(self, address: Address, view: Callable[..., Any]) -> None:
        view.declares = address  # type: ignore[attr-defined]  # a test walks the app and asks
        Room.everywhere.append(address)
        kind = "page" if address.page else "api"
        endpoint = f"{kind}_{address.method.lower()}_{len(Room.everywhere)}"
        self.blueprint.add_url_rule(
            address.at, endpoint, view, methods=[address.method], strict_slashes=False
        )


def _say(done: Done, said: str) -> None:
    if done.waiting:
        flash(gettext("A second person must agree first. The request waits."), "wait")
    elif said:
        flash(gettext(said), "may")
