"""Questions are permitted, read, and recorded where they must be."""

from datetime import timedelta

import pytest

from crm import clock
from crm.gate.answer import answer
from crm.gate.errors import Missing, Refusal
from crm.gate.question import Question
from crm.identity.actor import Scope
from crm.identity.roles import Role
from tests.factories import make_account, make_team
from tests.gate.plays import SearchedTeams, SeenTeams, Teams, told

pytestmark = pytest.mark.both


@pytest.fixture
def collector(house):
    """Somebody who may read people, in his own area."""
    return make_account(Role.COLLECTOR)


def test_an_unrecorded_question_leaves_nothing(collector) -> None:
    make_team()
    assert answer(Teams(), collector) == 1
    assert told() == []


def test_a_recorded_question_leaves_its_entry_before_it_answers(collector) -> None:
    make_team()
    assert answer(SearchedTeams(), collector) == 1
    assert answer(SearchedTeams(), collector) == 1
    assert [(line.action, line.outcome) for line in told()] == [("tests.team.searched", "read")] * 2


def test_a_repeated_view_is_recorded_once_in_a_while(collector, monkeypatch) -> None:
    for _ in range(3):
        answer(SeenTeams(), collector)
    (line,) = told()
    assert (line.outcome, line.details) == ("read", {"shown": 0})
    answer(SeenTeams(), make_account(Role.COLLECTOR))
    assert len(told()) == 2
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=16))
    answer(SeenTeams(), collector)
    assert len(told()) == 3


def test_whoever_may_not_see_is_refused_and_recorded(house) -> None:
    manager = make_account(Role.MANAGEMENT)
    for question in (Teams(), SearchedTeams()):
        with pytest.raises(Refusal) as no:
            answer(question, manager)
        assert (no.value.by_permission, no.value.recorded) == (True, True)
    assert [(line.action, line.outcome, line.rule, line.details) for line in told()] == [
        ("gate.question.refused", "refused", "permission.denied", {"question": "Teams"}),
        ("tests.team.searched", "refused", "permission.denied", {"question": "SearchedTeams"}),
    ]


def test_what_lies_outside_ones_area_does_not_exist(collector) -> None:
    with pytest.raises(Missing):
        answer(Teams(relation=Scope.TEAM), collector)
    (line,) = told()
    assert (line.outcome, line.rule) == ("refused", "permission.scope")
    assert line.subject is not None


def test_a_question_may_refuse_too(collector) -> None:
    with pytest.raises(Refusal):
        answer(SearchedTeams(raises=True), collector)
    assert [(line.outcome, line.rule) for line in told()] == [("refused", "team.closed")]


def test_a_question_that_says_nothing_answers_nothing(collector) -> None:
    class Bare(Question, needs=Teams.needs):
        pass

    with pytest.raises(TypeError, match="answers nothing"):
        answer(Bare(), collector)
    Question.catalogue.remove(Bare)


def test_an_action_that_does_nothing_says_so(collector) -> None:
    from crm.gate.action import Action
    from crm.gate.perform import perform

    class Bare(Action, needs=Teams.needs, recorded_as="tests.bare.done"):
        pass

    with pytest.raises(TypeError, match="does nothing"):
        perform(Bare(), collector)
    del Action.catalogue["tests.bare.done"]


def test_a_recorded_read_costs_two_statements_more(collector, statements) -> None:
    answer(Teams(), collector)
    with statements() as plain:
        answer(Teams(), collector)
    with statements() as first:
        answer(SeenTeams(), collector)
    with statements() as again:
        answer(SeenTeams(), collector)
    with statements() as always:
        answer(SearchedTeams(), collector)
    assert plain.total == 1
    assert first.total <= plain.total + 2, first.texts
    assert again.total == plain.total + 1, again.texts  # looks whether an entry is due: none is
    assert always.total == plain.total + 1, always.texts
    assert first.tree <= 4


def test_an_action_costs_what_it_writes_and_its_entry(collector, statements) -> None:
    from crm.gate.perform import perform
    from crm.storage.database import database
    from tests.gate.plays import Nothing

    perform(Nothing(), collector)
    with statements() as seen:
        perform(Nothing(), collector, "key")
    # the key is looked up; idempotency row and entry are one statement on PostgreSQL
    assert seen.total == (3 if database().is_sqlite else 2), seen.texts
    assert seen.tree == (3 if database().is_sqlite else 0)
