"""Every word of the house that a page may show has a sentence for people."""

import re

from flask import Flask
from marshmallow import Schema, fields, validate

from crm.audit.entry import Outcome
from crm.gate.approvals import RequestState
from crm.gate.fields import Text, one_of
from crm.gate.jobs import JobState
from crm.gate.permissions import Permission
from crm.identity.actor import Scope
from crm.identity.roles import LABELS, Role
from crm.web import faults, words
from tests.structure.source import ROOT


def test_every_permission_is_said_in_words() -> None:
    assert set(words.PERMISSIONS) == {str(one) for one in Permission}


def test_every_scope_is_said_in_words() -> None:
    assert set(words.SCOPES) == set(words.REACHES) == {str(one) for one in Scope}


def test_every_state_and_outcome_is_said_in_words() -> None:
    assert set(words.OUTCOMES) == {str(one) for one in Outcome}
    assert set(words.JOB_STATES) == {str(one) for one in JobState}
    assert set(words.REQUEST_STATES) == {str(one) for one in RequestState}


def test_every_subject_of_an_entry_is_said_in_words() -> None:
    sources = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "crm").rglob("*.py")))
    named = {kind for text in sources for kind in re.findall(r'\bSubject\(\s*"(\w+)"', text)}
    assert {"person", "import_run"} <= named
    assert named - set(words.SUBJECTS) == set()


def test_every_role_has_its_name() -> None:
    assert set(LABELS) == set(Role)


def test_every_fault_a_schema_can_name_is_said_in_our_own_words(
    app: Flask,
) -> None:
    schema = Schema.from_dict(
        {
            "needed": fields.Str(required=True),
            "whole": fields.Int(validate=validate.Range(1, 365)),
            "id": fields.UUID(),
            "short": Text(longest=5),
            "kind": fields.Str(validate=one_of(["a", "b"])),
            "day": fields.Date(),
        }
    )
    given = {"whole": 0, "id": "x", "short": "123456", "kind": "c", "day": "x", "other": 1}
    with app.test_request_context():
        found = {name: faults.said(text[0]) for name, text in schema().validate(given).items()}
    assert found == {
        "needed": "This is needed.",
        "whole": "Use a number from 1 to 365.",
        "id": "This is not an id.",
        "short": "Use at most 5 characters.",
        "kind": "Choose one of: a, b.",
        "day": "Give a day, such as 2026-04-03.",
        "other": "This field is not known here.",
    }
    assert faults.said("") == ""
    with app.test_request_context():
        assert faults.said("Something of a room.") == "Something of a room."
