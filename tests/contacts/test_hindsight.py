"""What is taken over of today's facts when a decision of then is looked at again."""

from datetime import datetime

from crm.contacts.rules.hindsight import hindsight, learned

AT = "2026-11-25T12:00:00+08:00"
SINCE = datetime.fromisoformat("2026-10-01T00:00:00+00:00")


def item(at: str, outcome: str = "no_answer", debts=("a",)):
    return {
        "at": at,
        "channel": "call",
        "outcome": outcome,
        "target": "borrower",
        "debts": [*debts],
    }


def facts(*history, circumstances=(), consents=(), debts=("a",)):
    return {
        "history": [*history],
        "circumstances": [*circumstances],
        "consents": [*consents],
        "debts": {name: {"kind": "credit_card"} for name in debts},
        "proposed": {"at": AT},
    }


def known(then, now):
    return hindsight(then, now, since=SINCE)


def test_a_contact_that_came_late_is_taken_with_its_debt() -> None:
    late = item("2026-11-20T02:00:00+00:00", debts=("b",))
    found = known(facts(), facts(late, debts=("a", "b")))
    assert found["history"] == [late]
    assert set(found["debts"]) == {"a", "b"}
    assert [(one.then, one.now) for one in learned(facts(), found)] == [(None, late)]


def test_what_lies_further_back_than_the_books_looked_is_no_news() -> None:
    assert known(facts(), facts(item("2026-09-01T02:00:00+00:00")))["history"] == []


def test_a_permit_open_today_was_not_open_then() -> None:
    assert known(facts(), facts(item("2026-11-25T03:00:00+00:00", "pending")))["history"] == []


def test_a_permit_open_then_stays_until_it_is_known_what_became_of_it() -> None:
    open_then = item("2026-11-25T03:00:00+00:00", "pending")
    became = item("2026-11-25T03:00:00+00:00", "conversation")
    assert known(facts(open_then), facts())["history"] == [open_then]
    found = known(facts(open_then), facts(became))
    assert found["history"] == [became]
    assert [(one.then, one.now) for one in learned(facts(open_then), found)] == [
        (open_then, became)
    ]


def test_a_contact_that_is_known_no_more_is_gone() -> None:
    gone = item("2026-11-20T02:00:00+00:00")
    found = known(facts(gone), facts())
    assert [(one.then, one.now) for one in learned(facts(gone), found)] == [(gone, None)]


def test_only_what_can_be_dated_before_the_contact_is_taken_over() -> None:
    def stop(since):
        return {"kind": "opt_out"} | ({"since": since} if since else {})

    before, today = stop("2026-11-24"), stop("2026-11-25")
    later, undated = stop("2026-11-25T12:00:01+08:00"), stop(None)
    found = known(facts(), facts(circumstances=[before, today, later, undated]))
    assert found["circumstances"] == [before, today]
    given = {"kind": "extra_calls", "at": "2026-11-25T11:59:59+08:00"}
    assert known(facts(), facts(consents=[given]))["consents"] == [given]
    kept = facts(circumstances=[undated])
    assert known(kept, facts())["circumstances"] == [undated]
