"""A sealed value shows its face and nothing else, wherever it is printed."""

import copy
import io
import json
import logging
import pickle
import traceback
from dataclasses import dataclass

import pytest
import structlog
from flask import Flask, jsonify
from jinja2 import Environment
from marshmallow import Schema, ValidationError, fields

from crm.borrowers.models import person
from crm.gate.fields import Masked, SealedText
from crm.privacy.openers import Presented, State, reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import FACE, Sealed
from crm.storage.database import database
from crm.storage.types import Ciphertext
from tests.factories import make_person

SECRET = "canary-0d5a-sealed"


@pytest.fixture(params=["fresh", "stored"])
def value(request: pytest.FixtureRequest, house) -> Sealed:
    """A sealed value in either state."""
    if request.param == "fresh":
        return Sealed.fresh(SECRET)
    make_person(SECRET)
    with database().read() as connection:
        row = connection.execute(person.select()).one()
    name: Sealed = stored(person, dict(row._mapping))["name"]
    return name


@dataclass(frozen=True)
class Holder:
    """Something that holds one."""

    name: Sealed


def test_it_is_there(value: Sealed) -> None:
    assert reopen(value) == SECRET
    assert value


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        format,
        "{}".format,
        "{:>40}".format,
        "{!r}".format,
        "%s".__mod__,
        "%r".__mod__,
        lambda v: f"{v}",
        lambda v: f"{v!s:>10}",
        lambda v: str([v, (v,), {1: v}]),
        lambda v: repr(Holder(v)),
        lambda v: json.dumps({"a": v}, default=str),
        lambda v: Environment(autoescape=True).from_string("{{ v }}").render(v=v),
        lambda v: Environment(autoescape=False).from_string("{{ v|string|upper }}").render(v=v),
        lambda v: Environment(autoescape=True).from_string("{{ v|safe }}{{ v|e }}").render(v=v),
        lambda v: str(fields.String().serialize("a", {"a": v})),
        lambda v: str(vars(Holder(v))),
        lambda v: v.__html__(),
        lambda v: str(ValueError(v)),
    ],
)
def test_its_face_is_all_that_prints(value: Sealed, show) -> None:
    shown = show(value)
    assert "canary" not in shown.lower()
    assert "sealed" in shown.lower()


def test_flask_gives_its_face_as_json(value: Sealed) -> None:
    app = Flask("tests")
    with app.test_request_context():
        assert jsonify({"name": value}).get_json() == {"name": FACE}


@pytest.mark.parametrize(
    "take", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, bytes, list, len, iter, sorted]
)
def test_nothing_takes_it_apart(value: Sealed, take) -> None:
    with pytest.raises(TypeError):
        take(value)


def test_it_is_compared_with_nothing(value: Sealed) -> None:
    assert value == value
    assert value != SECRET
    assert Sealed.fresh(SECRET) != Sealed.fresh(SECRET)
    assert len({value, Sealed.fresh(SECRET)}) == 2
    with pytest.raises(TypeError):
        value < value  # noqa: B015


def test_logs_and_tracebacks_do_not_tell(value: Sealed) -> None:
    stream = io.StringIO()
    log = logging.getLogger("tests.sealed")
    log.addHandler(logging.StreamHandler(stream))
    log.warning("%s %r", value, Holder(value))
    structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()],
    ).info("said", value=value, holder=Holder(value))
    try:
        raise ValueError(value, Holder(value))
    except ValueError as fault:
        lines = traceback.TracebackException.from_exception(fault, capture_locals=True).format()
        stream.write("".join(lines))
        structlog.wrap_logger(
            structlog.PrintLogger(stream),
            processors=[
                structlog.processors.ExceptionRenderer(
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=True)
                ),
                structlog.processors.JSONRenderer(default=repr),
            ],
        ).error("failed", exc_info=fault)
    assert FACE in stream.getvalue()
    assert "canary-0d5a" not in stream.getvalue().replace(f'SECRET = "{SECRET}"', "")


def test_ciphertext_has_the_same_face() -> None:
    cipher = Ciphertext(b"\x01\x01secret bytes")
    for shown in (str(cipher), repr(cipher), f"{cipher}", f"{cipher:>30}", str([cipher])):
        assert shown.strip("[]") == "sealed"


def test_what_is_presented_prints_on_a_page_but_not_in_a_log() -> None:
    shown = Presented("Chen Jing", State.CLEAR)
    assert str(shown) == "Chen Jing"
    assert repr(shown) == "[clear]"
    assert "Chen" not in repr({"name": shown})


class Form(Schema):
    """A form with a personal field."""

    name = SealedText(required=True, longest=20)


class Out(Schema):
    """An answer with a personal field."""

    name = Masked()


def test_a_personal_field_comes_in_sealed() -> None:
    loaded = Form().load({"name": " Chen\u202e Jing "})
    assert str(loaded["name"]) == FACE
    assert reopen(loaded["name"]) == "Chen Jing"


@pytest.mark.parametrize(
    "text", ["\u200b", " \u200b\u2060 ", "\u200d", "\u00ad\ufe0f", "\u3164", "\U000e0020", "\ufeff"]
)
def test_a_text_that_prints_nothing_is_blank(text: str) -> None:
    with pytest.raises(ValidationError, match="Write something here"):
        Form().load({"name": text})


def test_joiners_within_a_word_are_kept() -> None:
    name = "\u0645\u06cc\u200c\u062e \u0915\u094d\u200d\u0937"
    assert reopen(Form().load({"name": name})["name"]) == name


def test_a_personal_field_goes_out_presented_or_not_at_all(value: Sealed) -> None:
    assert Out().dump({"name": Presented("C••", State.MASKED)}) == {"name": "C••"}
    assert Out().dump({"name": Presented("", State.HIDDEN)}) == {"name": None}
    assert Out().dump({"name": None}) == {"name": None}
    for wrong in (value, SECRET):
        with pytest.raises(TypeError, match="presented"):
            Out().dump({"name": wrong})
    with pytest.raises(TypeError, match="Masked"):
        Form().dump({"name": value})


def test_an_invalid_personal_field_is_not_repeated_in_its_error() -> None:
    assert SECRET not in str(Form().validate({"name": SECRET * 3}))
