"""Facts documents made up by hypothesis: small worlds in which every rule can come into play."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from crm.rulebook.fields import a_bound, never_holds
from crm.rulebook.shelf import shipped_books
from crm.rulebook.vocabulary import (
    Channel,
    CircumstanceKind,
    ConsentKind,
    Ground,
    Outcome,
    Purpose,
    Receiver,
)

Document = dict[str, Any]

# About a change of clocks in every zone used, so that gaps and folds are met.
START = datetime(2026, 3, 26, tzinfo=UTC)
ZONES = ["America/New_York", "Europe/London", "Asia/Shanghai", "Africa/Cairo"]
# Every book of the shelf, those with most to say more often.
JURISDICTIONS = [
    *(name for name in shipped_books().ids if name != "HOUSE"),
    *(["US-FED", "US-FED", "CN", "AU", "ID", "KR", "US-MA", "CA-ON"] * 3),
]
NUMBERS = ["n1", "n2"]
DEBTS = ["A", "B"]


def words(kind: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([str(word) for word in kind])


def instant(step: int, zone: str) -> str:
    return (START + timedelta(minutes=30) * step).astimezone(ZoneInfo(zone)).isoformat()


def instants(first: int, last: int) -> st.SearchStrategy[str]:
    """Half hours from so many days before the proposed contact to so many after it."""
    steps = st.integers(first * 48, last * 48)
    zones = st.sampled_from(["UTC", *ZONES])
    return st.tuples(steps, zones).map(
        lambda pair: (
            (START + timedelta(minutes=30 * pair[0])).astimezone(ZoneInfo(pair[1])).isoformat()
        )
    )


def bounds(first: int, last: int) -> st.SearchStrategy[str]:
    days = st.integers(first, last).map(lambda n: (START + timedelta(days=n)).date().isoformat())
    return instants(first, last) | days


def a(**fields: st.SearchStrategy[Any]) -> Any:
    return fields


scope = a(
    debts=st.lists(st.sampled_from(DEBTS), max_size=2),
    number=st.sampled_from(NUMBERS),
    place=st.sampled_from(["home", "work", "mobile"]),
)
hours = a(
    days=st.lists(st.integers(1, 7), max_size=4),
    **{
        "from": st.sampled_from(["00:00", "02:30", "09:00", "20:00"]),
        "to": st.sampled_from(["02:00", "10:30", "17:00", "24:00"]),
    },
)


def may_hold(fact: dict[str, Any]) -> bool:
    """What ends before it begins is refused."""
    ends = [a_bound(fact[name]) for name in ("since", "until") if name in fact]
    return len(ends) < 2 or not never_holds(*ends)


circumstances = st.fixed_dictionaries(
    {"kind": words(CircumstanceKind)},
    optional={
        "since": bounds(-10, 4),
        "until": bounds(-2, 9),
        "channel": st.sampled_from(["call", "sms", "email"]),
        "target": st.sampled_from(["borrower", "spouse", "neighbour"]),
        "released_at": instants(-2, 6),
        "verified_at": instants(-2, 6),
        "validation_period_ends": bounds(-9, 9),
        **scope,
        **hours,
    },
).filter(may_hold)
consents = st.fixed_dictionaries(
    {"kind": words(ConsentKind), "at": instants(-8, 2)},
    optional={
        "until": bounds(-2, 9),
        "revoked_at": instants(-2, 6),
        "given_to": words(Receiver),
        "given_in_breach": st.booleans(),
        "target": st.sampled_from(["borrower", "spouse", "neighbour"]),
        **scope,
        **hours,
    },
)
contacts = st.fixed_dictionaries(
    {
        "at": instants(-9, 0),
        "channel": st.sampled_from(["call", "call", "call", "sms", "email", "visit"]),
        "outcome": words(set(Outcome) - {Outcome.PENDING}),
    },
    optional={
        "target": st.sampled_from(["borrower", "borrower", "neighbour"]),
        "debts": st.lists(st.sampled_from(DEBTS), max_size=2),
        "number": st.sampled_from(NUMBERS),
        "place": st.sampled_from(["home", "work"]),
        "time_zone": st.sampled_from(ZONES),
        "exempt": st.booleans(),
    },
)
pending = st.fixed_dictionaries(
    {"at": instants(-1, 1), "channel": words(Channel), "outcome": st.just("pending")},
    optional={"debts": st.lists(st.sampled_from(DEBTS), max_size=1)},
)
proposed = st.fixed_dictionaries(
    {
        "at": instants(0, 1),
        "channel": st.sampled_from(["call", "call", "sms", "email", "letter", "visit"]),
    },
    optional={
        "target": st.sampled_from(["borrower", "borrower", "spouse", "neighbour"]),
        "debts": st.lists(st.sampled_from(DEBTS), max_size=2),
        "number": st.sampled_from(NUMBERS),
        "place": st.sampled_from(["home", "work", "mobile"]),
        "borrower_at": st.sampled_from(["home", "work"]),
        "agent": st.sampled_from(["human", "ai"]),
        "purpose": words(Purpose),
        "ground": words(Ground),
        "discloses_debt": st.booleans(),
        "identity_verified": st.just(True),
        "opt_out_notice": st.just(True),
        "direction": st.sampled_from(["outbound", "outbound", "inbound"]),
        "in_reply_to_at": instants(-2, 0),
        "in_reply_to_channel": st.sampled_from(["call", "sms", "email"]),
    },
)
documents: st.SearchStrategy[Document] = st.fixed_dictionaries(
    {
        "jurisdictions": st.lists(st.sampled_from(JURISDICTIONS), min_size=1, max_size=2),
        "collector_role": st.sampled_from(["third_party", "agency", "bank", "creditor"]),
        "time_zones": st.lists(st.sampled_from(ZONES), min_size=1, max_size=2),
        "proposed": proposed,
    },
    optional={
        "debts": st.dictionaries(
            st.sampled_from(DEBTS),
            st.fixed_dictionaries(
                {},
                optional={
                    "kind": st.sampled_from(["student_loan", "mortgage", "business_loan"]),
                    "account": st.just("x"),
                    "days_past_due": st.integers(14, 17),
                    "time_barred": st.booleans(),
                },
            ),
        ),
        "circumstances": st.lists(circumstances, max_size=3),
        "consents": st.lists(consents, max_size=2),
        "history": st.lists(contacts, max_size=12),
    },
)
