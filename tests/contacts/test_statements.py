"""How many statements a contact costs: they decide the speed, so they are counted."""

from collections.abc import Callable

import pytest

from crm.storage.database import database
from tests.contacts.scene import in_china
from tests.counting import counted
from tests.factories import make_point

pytestmark = pytest.mark.both

# BEGIN and the tree's own are counted apart, and keys lie in another database.
APART = ("BEGIN", "audit_leaf", "audit_head", "subject_key", "PRAGMA")


def cost(act: Callable[[], object]) -> list[str]:
    """Return the statements of an act, but for those that are counted apart."""
    with counted() as seen:
        act()
    return [statement for statement in seen if not any(word in statement for word in APART)]


def writes(statements: list[str]) -> list[str]:
    """Return the statements that insert something."""
    return [statement for statement in statements if "INSERT INTO" in statement]


def test_a_permit_costs_locks_facts_and_writes(house, time) -> None:
    case = in_china()
    case.call()
    done = cost(case.ask)
    if database().is_sqlite:
        assert len(done) - len(writes(done)) == 1
        assert len(writes(done)) == 3  # decision, permit, entry
    else:
        assert len(done) == 3, done
        assert "pg_advisory_xact_lock" in done[0]


def test_a_start_costs_locks_facts_and_writes(house, time) -> None:
    case = in_china()
    case.call()
    permit = case.ask()["id"]
    done = cost(lambda: case.start(permit))
    if database().is_sqlite:
        assert len(done) - len(writes(done)) == 2  # the permit, the facts
        assert len(writes(done)) == 3
    else:
        assert len(done) == 3, done


def test_a_record_costs_locks_and_writes(house, time) -> None:
    case = in_china()
    permit = case.ask()["id"]
    case.start(permit)
    done = cost(lambda: case.log(permit))
    if database().is_sqlite:
        assert len(done) - len(writes(done)) == 1  # the permit
        assert len(writes(done)) == 2
    else:
        assert len(done) == 2, done


def test_a_conversation_costs_more_only_where_a_reservation_is_open(house, time) -> None:
    case = in_china()
    permit = case.ask()["id"]
    case.start(permit)
    done = cost(lambda: case.log(permit, "effective_conversation"))
    assert len(done) - len(writes(done)) == 1, done


def test_a_batch_costs_as_much_as_one(house, time) -> None:
    from crm.contacts.actions.batch import RequestPermits, Wanted
    from crm.gate.perform import perform

    cases = [in_china()]
    cases += [in_china(cases[0].collector, number=f"+86138001380{n}") for n in range(10, 29)]
    mails = [
        make_point(c.person, f"p{n}@mail.example", "email", "other") for n, c in enumerate(cases)
    ]
    wanted = [Wanted(c.person, mail, "email") for c, mail in zip(cases, mails, strict=True)]
    one = cost(lambda: perform(RequestPermits(tuple(wanted[:1])), cases[0].collector))
    many = cost(lambda: perform(RequestPermits(tuple(wanted[1:])), cases[0].collector))
    assert len(one) == len(many), many
