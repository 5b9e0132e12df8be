"""Every word of the house that a page may show has a sentence for people."""

from crm.audit.entry import Outcome
from crm.gate.approvals import RequestState
from crm.gate.jobs import JobState
from crm.gate.permissions import Permission
from crm.identity.actor import Scope
from crm.identity.roles import LABELS, Role
from crm.web import words


def test_every_permission_is_said_in_words() -> None:
    assert set(words.PERMISSIONS) == {str(one) for one in Permission}


def test_every_scope_is_said_in_words() -> None:
    assert set(words.SCOPES) == set(words.REACHES) == {str(one) for one in Scope}


def test_every_state_and_outcome_is_said_in_words() -> None:
    assert set(words.OUTCOMES) == {str(one) for one in Outcome}
    assert set(words.JOB_STATES) == {str(one) for one in JobState}
    assert set(words.REQUEST_STATES) == {str(one) for one in RequestState}


def test_every_role_has_its_name() -> None:
    assert set(LABELS) == set(Role)
