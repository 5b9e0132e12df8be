"""A room's addresses, declared as actions and questions; a bare view cannot be registered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict, Unpack

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request
from flask_babel import gettext
from marshmallow import Schema

from crm.gate.action import Action, Done
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.jotting import Jotting, jot
from crm.gate.listing import Listing
from crm.gate.perform import perform
from crm.gate.question import Question
from crm.web.incoming import (
    forgivingly,
    from_address,
    from_body,
    from_form,
    from_json,
    from_query,
    idempotency_key,
)
from crm.web.listing import Listed, opens_with
from crm.web.outgoing import accepted, as_csv, created, given
from crm.words import N_

API = "/api/v1"
SHOWN = N_("This was done already, and shown once. Make another if you have missed it.")
Back = Callable[[Mapping[str, Any], Any], str]


def to(address: str) -> Back:
    """Return where to go after a form: `address`, with {id} from the address or the result."""

    def back(ids: Mapping[str, Any], result: Any) -> str:
        found = dict(result) if isinstance(result, dict) else {}
        return address.format(**{**found, **ids})

    return back


class Act(TypedDict, total=False):
    """What a program's address of an action may say of itself."""

    takes: type[Schema] | None
    gives: type[Schema] | None
    status: int  # 201 unless said otherwise; without `gives` it is 204
    method: str
    chosen: Callable[[Mapping[str, Any]], type[Action]]  # where the body says which action it is


class Ask(TypedDict, total=False):
    """What an address of a question may say of itself."""

    takes: type[Schema] | None
    method: str
    listing: Listing  # for a page that is a list: what one may leave out of it


class Form(TypedDict, total=False):
    """What the address of a page's form may say of itself."""

    takes: type[Schema] | None
    back: Back
    said: str
    once: str
    unrepeatable: bool
    beside: Callable[..., Question]  # answered after the act, and shown by `once` as `beside`
    then: type[Jotting]  # kept after the act, where it was done and does not wait


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

    everywhere: ClassVar[list[Address]] = []

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name, __name__)
        self.name = name

    def install(self, app: Flask) -> None:
        """Put the room's addresses into the application."""
        app.register_blueprint(self.blueprint)

    def performs(self, action: type[Action], *, at: str, **how: Unpack[Act]) -> None:
        """Declare an address where a program performs `action`."""
        takes, gives, status = how.get("takes"), how.get("gives"), how.get("status", 201)
        address = Address(how.get("method", "POST"), API + at, action, takes, gives, status)

        def view(**ids: Any) -> Response:
            values = from_body(takes)
            kind = how["chosen"](values) if "chosen" in how else action
            done = perform(kind(**ids, **values), g.actor, idempotency_key())
            return accepted(done.waiting) if done.waiting else created(done.result, address)

        self._declare(address, view)

    def answers(
        self, question: type[Question], *, at: str, gives: type[Schema], **how: Unpack[Ask]
    ) -> None:
        """Declare an address where a program asks `question`."""
        takes, method = how.get("takes"), how.get("method", "GET")
        address = Address(method, API + at, question, takes, gives)

        def view(**ids: Any) -> Response:
            read = from_query if method == "GET" else from_json
            values = read(takes)
            return given(answer(question(**ids, **values), g.actor), address)

        self._declare(address, view)

    def shows(
        self, question: type[Question], *, at: str, template: str, **how: Unpack[Ask]
    ) -> None:
        """Declare a page that shows the answer to `question` as `answer`."""
        takes, method, listing = how.get("takes"), how.get("method", "GET"), how.get("listing")
        address = Address(method, at, question, takes, None, page=True, template=template)

        if listing:
            Listed.everywhere[listing.name] = Listed(listing, question, takes)

        def view(**ids: Any) -> Any:
            if listing and (first := opens_with(listing)):
                return redirect(first, 303)
            if listing:
                values, g.left_out = forgivingly(takes, request.args)
            else:
                read = from_address if method == "GET" else from_form
                values = read(takes) if takes else {}
            return render_template(template, answer=answer(question(**ids, **values), g.actor))

        self._declare(address, view)

    def downloads(
        self, question: type[Question], *, at: str, columns: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Declare an address that gives the rows of an answer as a file for a spreadsheet.

        `columns` are pairs of a row's name and its heading; without them the answer names its
        own, with its rows, its name and the mark that its first line bears.
        """
        address = Address("GET", at, question, None, None, page=True)

        def view(**ids: Any) -> Response:
            found = answer(question(**ids), g.actor)
            if columns:
                return as_csv(found, columns, at.rpartition("/")[2])
            return as_csv(found["rows"], found["columns"], found["name"], found["mark"])

        self._declare(address, view)

    def leads(self, question: type[Question], *, at: str, to: Back, **how: Unpack[Ask]) -> None:
        """Declare an address that leads on to the page that the answer to `question` names."""
        takes = how.get("takes")
        address = Address("GET", at, question, takes, None, 303, page=True)

        def view(**ids: Any) -> Any:
            values = from_query(takes) if takes else {}
            return redirect(to({**ids, **values}, answer(question(**ids, **values), g.actor)), 303)

        self._declare(address, view)

    def accepts(self, action: type[Action], *, at: str, **how: Unpack[Form]) -> None:
        """Declare where a page's form performs `action`; `back(ids, result)` is where to go then.

        `said` is the sentence shown there; `once` is the template that shows a result which must
        not be kept (a one-time password) instead of going anywhere; where that is
        `unrepeatable`, sending the form twice does not show it again; `back` is then the page on
        which its own forms stand. Invalid input shows the
        form's own page again (its hidden field `page`), with what was typed and what to mend.
        """
        takes, back, once = how.get("takes"), how.get("back", to("/")), how.get("once")
        address = Address("POST", at, action, takes, None, 303, page=True, template=once)

        def view(**ids: Any) -> Any:
            values = from_form(takes)
            with _named(takes, values):
                done = perform(action(**ids, **values), g.actor, idempotency_key())
            if "then" in how and not done.waiting:
                jot(how["then"](**ids), g.actor)
            gone = done.repeated and how.get("unrepeatable", False)
            if once and not (done.waiting or gone):
                beside = how.get("beside")
                more = {"beside": answer(beside(id=done.result["id"]), g.actor)} if beside else {}
                if "back" in how:
                    g.here = back(ids, done.result)
                return render_template(once, answer=done.result, **more)
            _say(done, SHOWN if gone else how.get("said", ""))
            return _on_to(back(ids, done.result))

        self._declare(address, view)

    def keeps(self, jotting: type[Jotting], *, at: str, **how: Unpack[Form]) -> None:
        """Declare where a page sends what is kept without an entry; `back` as in `accepts`.

        Without `back` the answer is empty: the page sent it by itself and stays where it is.
        """
        takes, back = how.get("takes"), how.get("back")
        address = Address("POST", at, jotting, takes, None, 303 if back else 204, page=True)

        def view(**ids: Any) -> Any:
            jot(jotting(**ids, **from_form(takes)), g.actor)
            return redirect(back(ids, None), 303) if back else Response(status=204)

        self._declare(address, view)

    def _declare(self, address: Address, view: Callable[..., Any]) -> None:
        view.declares = address  # type: ignore[attr-defined]  # a test walks the app and asks
        Room.everywhere.append(address)
        kind = "page" if address.page else "api"
        endpoint = f"{kind}_{address.method.lower()}_{len(Room.everywhere)}"
        self.blueprint.add_url_rule(
            address.at, endpoint, view, methods=[address.method], strict_slashes=False
        )


@contextmanager
def _named(takes: Any, values: Mapping[str, Any]) -> Iterator[None]:
    """Say of a fault that the action finds at which field of its form it stands."""
    try:
        yield
    except Invalid as fault:
        named = getattr(takes, "named", None)
        raise Invalid(named(values, fault.fields)) if named else fault from None


def _on_to(url: str) -> Any:
    """Lead on; a script that sent the form is told where, and goes there itself."""
    if request.headers.get("Accept") == "application/json":
        return {"goes_to": url}
    return redirect(url, 303)


def _say(done: Done, said: str) -> None:
    if done.waiting:
        flash(gettext("A second person must agree first. The request waits."), "wait")
    elif said:
        flash(gettext(said), "may")
