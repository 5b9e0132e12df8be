"""A repeat under the same key does nothing again and answers the same."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from crm.gate.actions import Approve
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.idempotency import LONGEST_KEY, idempotency
from crm.gate.perform import perform
from crm.identity.actor import Scope
from crm.identity.models import account
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.factories import make_account, make_team
from tests.gate.plays import Found, Nothing, names, told
from tests.touching import touch

pytestmark = pytest.mark.both


@pytest.fixture
def collector(house):
    """Somebody who may edit people."""
    return make_account(Role.COLLECTOR)


def test_the_second_time_answers_with_the_first_result(collector) -> None:
    first = perform(Found("A"), collector, "key")
    again = perform(Found("A"), collector, "key")
    assert (first.repeated, again.repeated) == (False, True)
    assert again.result == {"id": first.result["id"], "name": "A", "again": True}
    assert (names(), len(told())) == ({"A"}, 1)


def test_the_result_is_given_as_it_is_today(collector) -> None:
    from crm.identity.models import team

    first = perform(Found("A"), collector, "key")
    touch(team, {"id": first.result["id"], "name": "A now"})
    assert perform(Found("A"), collector, "key").result["name"] == "A now"


@pytest.mark.parametrize(
    "other",
    [Found("B"), Found("A", secret=Sealed.fresh("x")), Nothing()],
    ids=["another value", "another sealed value", "another action"],
)
def test_the_key_of_another_request_is_invalid(collector, other) -> None:
    perform(Found("A"), collector, "key")
    with pytest.raises(Invalid) as no:
        perform(other, collector, "key")
    assert list(no.value.fields) == ["Idempotency-Key"]
    assert names() == {"A"}


def test_sealed_values_are_compared_by_what_they_hold(collector) -> None:
    perform(Found("A", secret=Sealed.fresh("same")), collector, "key")
    assert perform(Found("A", secret=Sealed.fresh("same")), collector, "key").repeated


def test_keys_are_ones_own(collector) -> None:
    perform(Found("A"), collector, "key")
    assert not perform(Found("B"), make_account(Role.COLLECTOR), "key").repeated


def test_what_leaves_nothing_to_find_is_not_done_twice(collector) -> None:
    assert not perform(Nothing(7), collector, "key").repeated
    assert perform(Nothing(7), collector, "key").repeated
    assert len(told()) == 1


def test_a_request_that_waits_is_not_asked_twice(collector) -> None:
    first = perform(Found("A", answer="second"), collector, "key")
    again = perform(Found("A", answer="second"), collector, "key")
    assert again.waiting == first.waiting is not None
    assert [line.outcome for line in told()] == ["asked"]


def test_an_answer_to_a_request_can_be_repeated(house) -> None:
    here = make_team("Here")
    asker = make_account(Role.COLLECTOR, team_id=here)
    leader = make_account(Role.TEAM_LEADER, team_id=here)
    asked = perform(Found("A", answer="second"), asker).waiting
    perform(Approve(asked), leader, "key")
    assert perform(Approve(asked), leader, "key").repeated
    assert sorted(names()) == ["A", "Here"]


def test_a_refusal_is_judged_anew(collector) -> None:
    with pytest.raises(Refusal):
        perform(Found("A", answer="refused"), collector, "key")
    assert perform(Found("A"), collector, "key").repeated is False


def test_whoever_lost_the_permission_gets_no_earlier_result(collector) -> None:
    perform(Found("A"), collector, "key")
    touch(account, {"id": collector.id, "role": Role.MANAGEMENT})
    now = make_account(Role.MANAGEMENT)
    demoted = type(now)(id=collector.id, role=Role.MANAGEMENT)
    with pytest.raises(Refusal):
        perform(Found("A"), demoted, "key")
    assert told()[-1].rule == "permission.denied"


def test_what_has_left_ones_area_is_not_shown_again(collector, monkeypatch) -> None:
    from crm.gate.action import Subject

    perform(Found("A"), collector, "key")
    elsewhere = lambda *_: Subject("team", collector.id, Scope.TEAM)  # noqa: E731
    monkeypatch.setattr(Found, "subject", elsewhere)
    with pytest.raises(Missing):
        perform(Found("A"), collector, "key")


@pytest.mark.parametrize("key", ["", "k" * (LONGEST_KEY + 1)])
def test_a_key_has_a_length(collector, key: str) -> None:
    with pytest.raises(Invalid):
        perform(Found("A"), collector, key)


def test_the_same_key_many_times_at_once_acts_once(collector) -> None:
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: perform(Found("A"), collector, "key"), range(6)))
    assert sorted(one.repeated for one in done) == [False] + [True] * 5
    assert len({one.result["id"] for one in done}) == 1
    assert (names(), len(told())) == ({"A"}, 1)


def test_no_request_is_kept_in_clear(collector) -> None:
    perform(Found("A", secret=Sealed.fresh("canary-71c4-idempotent")), collector, "key")
    with database().read() as connection:
        row = connection.execute(select(idempotency)).one()
        assert connection.execute(select(func.count()).select_from(idempotency)).scalar() == 1
    assert "canary" not in repr(tuple(row))
    assert len(row.digest) == 32


def test_a_doubled_name_without_a_key_is_a_plain_fault(collector) -> None:
    from sqlalchemy.exc import IntegrityError

    perform(Found("A"), collector)
    with pytest.raises(IntegrityError):
        perform(Found("A"), collector)
    with pytest.raises(IntegrityError):
        perform(Found("A"), collector, "key")
    assert len(told()) == 1
