"""Permits and contacts over HTTP, at the fixed addresses."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import jsonschema
import pytest

from crm.contacts.models import contact, permit
from crm.identity.roles import Role
from crm.rulebook.shelf import _PACKAGE
from tests.contacts.scene import in_china, in_new_york, rows
from tests.factories import make_point, make_team


@pytest.fixture
def desk(house, time, program):
    """A program of a collector, and a borrower of his."""
    client = program(Role.COLLECTOR, team_id=make_team())
    return client, in_china(client.actor)


def asked(case, **more):
    return {
        "person_id": str(case.person),
        "contact_point_id": str(case.point),
        "channel": "call",
    } | more


def decision_schema():
    import json

    return json.loads(
        _PACKAGE.joinpath("contract", "contact_decision.schema.json").read_text("utf-8")
    )


def test_a_what_if_reserves_nothing(desk) -> None:
    client, case = desk
    answer = client.post("/contact-decisions", asked(case))
    assert answer.status_code == 200
    jsonschema.validate(answer.json, decision_schema())
    at_night = client.post("/contact-decisions", asked(case, at="2026-11-25T23:30:00+08:00"))
    assert at_night.json["allowed"] is False
    assert at_night.json["next_allowed_at"] == "2026-11-26T08:00:00+08:00"
    assert not rows(permit)


def test_reserve_start_log(desk, time) -> None:
    client, case = desk
    given = client.post("/contact-permits", asked(case), key="a")
    assert given.status_code == 201
    assert given.json["expires_at"] == "2026-11-25T04:10:00Z"
    jsonschema.validate(given.json["decision"], decision_schema())
    assert client.post("/contact-permits", asked(case), key="a").json == given.json
    address = f"/contact-permits/{given.json['id']}"
    begun = client.post(address + "/start", key="b")
    assert begun.status_code == 200
    assert begun.json == {
        "started_at": "2026-11-25T04:00:00Z",
        "dial": {"number": "+8613800138000", "until": "2026-11-25T04:01:00Z"},
    }
    assert client.post(address + "/start", key="b").json == begun.json
    time.forward(minutes=2)
    assert client.post(address + "/start", key="b").json == {"started_at": begun.json["started_at"]}
    assert client.post(address + "/release").status_code == 409
    body = {
        "permit_id": given.json["id"],
        "outcome": "effective_conversation",
        "code": "PTP",
        "note": "will pay on Monday",
        "emotion": "calm",
        "said": [
            {"kind": "promise", "amount": 50000, "currency": "CNY", "due_on": "2026-11-30"},
            {"kind": "opt_out", "channel": "sms"},
        ],
    }
    logged = client.post("/contacts", body, key="c")
    assert logged.status_code == 201
    assert client.post("/contacts", body, key="c").json == logged.json
    assert len(rows(contact)) == 1
    assert client.post("/contacts", body | {"outcome": "conversation"}, key="c").status_code == 422


def test_a_refusal_is_409_with_its_decision(desk, time) -> None:
    client, case = desk
    time.set("2026-11-25T23:00:00+08:00")
    no = client.post("/contact-permits", asked(case))
    assert no.status_code == 409
    assert no.mimetype == "application/problem+json"
    jsonschema.validate(no.json["decision"], decision_schema())
    assert no.json["rule"] == "CN.hours.night"
    assert no.json["decision"]["next_allowed_at"] == "2026-11-26T08:00:00+08:00"


def test_a_start_refused_carries_a_new_decision(desk, time) -> None:
    client, case = desk
    mail = make_point(case.person, "chen@mail.example", "email", "other")
    given = client.post(
        "/contact-permits",
        asked(case, contact_point_id=str(mail), channel="email", at="2026-11-25T20:00:00+08:00"),
    )
    time.set("2026-11-25T07:30:00+08:00")
    no = client.post(f"/contact-permits/{given.json['id']}/start")
    assert no.status_code == 409
    assert no.json["decision"]["allowed"] is False


def test_release_and_batch(desk) -> None:
    client, case = desk
    given = client.post("/contact-permits", asked(case)).json["id"]
    assert client.post(f"/contact-permits/{given}/release").status_code == 204
    batch = client.post("/contact-permits/batch", {"items": [asked(case), asked(case)]})
    assert batch.status_code == 200
    assert [item["status"] for item in batch.json["items"]] == ["reserved", "refused"]
    client.post(f"/contact-permits/{batch.json['items'][0]['id']}/release")
    no = client.post("/contact-permits/batch", {"items": [asked(case)] * 2, "all": True})
    assert no.status_code == 409
    assert [item["status"] for item in no.json["items"]] == ["reserved", "refused"]


def test_contacts_without_a_permit(desk, time) -> None:
    client, case = desk
    body = asked(
        case,
        direction="inbound",
        outcome="inbound_conversation",
        started_at="2026-11-25T11:45:00+08:00",
    )
    told = client.post("/contacts", body)
    assert told.status_code == 201
    assert told.json["mark"] == "inbound"
    late = body | {"direction": "outbound", "outcome": "no_answer"}
    assert client.post("/contacts", late).status_code == 422
    given = client.post("/contacts", late | {"reason": "not_asked"}, key="a")
    assert given.json["mark"] == "late_lawful"
    assert client.post("/contacts", late | {"reason": "not_asked"}, key="a").json == given.json
    answer = {"inbound_id": told.json["id"], "item": "name", "answer": "Chen Jing"}
    for _ in range(2):
        verified = client.post("/verifications", answer, key="b")
        assert (verified.status_code, verified.json) == (200, {"matches": True})


def test_a_correction_that_loosens_waits_for_a_second_person(desk, time) -> None:
    client, case = desk
    first = case.call("conversation")["id"]
    time.forward(minutes=3)
    waits = client.post(f"/contacts/{first}/corrections", {"outcome": "busy"})
    assert waits.status_code == 202
    assert UUID(waits.json["request_id"])
    done = client.post(f"/contacts/{first}/corrections", {"outcome": "effective_conversation"})
    assert done.status_code == 201
    stale = client.post(f"/contacts/{first}/corrections", {"emotion": "calm"})
    assert stale.status_code == 409


def test_outages_are_declared_by_supervisors(desk, program) -> None:
    client, _ = desk
    assert client.post("/outages", {"reason": "network"}).status_code == 403
    supervisor = program(Role.SUPERVISOR)
    declared = supervisor.post("/outages", {"reason": "network"})
    assert declared.status_code == 201
    assert supervisor.post(f"/outages/{declared.json['id']}/end", {}).status_code == 200
    assert supervisor.post(f"/outages/{declared.json['id']}/end", {}).status_code == 409


BAD_PERMITS = [
    ({}, {"person_id", "contact_point_id", "channel"}),
    (
        {"person_id": "x", "contact_point_id": 7, "channel": "pigeon"},
        {"person_id", "contact_point_id", "channel"},
    ),
    (
        {
            "person_id": str(uuid4()),
            "contact_point_id": str(uuid4()),
            "channel": "call",
            "at": "2026-11-25T12:00:00",
            "loan_ids": [],
            "extra": 1,
            "proposed": {"purpose": "fun", "announced": "yes", "target": "spouse"},
        },
        {"at", "loan_ids", "extra", "proposed"},
    ),
    (
        {"person_id": None, "contact_point_id": None, "channel": None, "loan_ids": ["x"]},
        {"person_id", "contact_point_id", "channel", "loan_ids"},
    ),
]


@pytest.mark.parametrize(("body", "fields"), BAD_PERMITS)
@pytest.mark.parametrize("address", ["/contact-permits", "/contact-decisions"])
def test_what_is_wrong_with_a_request_is_named(desk, address, body, fields) -> None:
    client, _ = desk
    answer = client.post(address, body)
    assert answer.status_code == 422
    assert set(answer.json["fields"]) == fields


BAD_RECORDS = [
    ({}, {"outcome", "person_id", "channel", "direction", "started_at"}),
    ({"permit_id": "x"}, {"permit_id"}),
    ({"outcome": "pending"}, {"outcome"}),
    ({"outcome": "no_answer", "code": "ZZZ"}, {"code"}),
    (
        {"outcome": "no_answer", "person_id": str(uuid4()), "reason": "other"},
        {"person_id", "reason"},
    ),
    ({"outcome": "no_answer", "reason": "his wife said so"}, {"reason"}),
    ({"outcome": "no_answer", "note": "x" * 4001}, {"note"}),
    ({"outcome": "no_answer", "note": "\u0000"}, {"note"}),
    ({"outcome": "no_answer", "emotion": "furious"}, {"emotion"}),
    ({"outcome": "no_answer", "said": {"kind": "promise"}}, {"said"}),
    ({"outcome": "no_answer", "said": ["promise"]}, {"said"}),
    ({"outcome": "no_answer", "said": [{"kind": "gossip"}]}, {"said"}),
    (
        {
            "outcome": "no_answer",
            "said": [{"kind": "promise", "amount": -1, "currency": "cny", "due_on": "soon"}],
        },
        {"said"},
    ),
    ({"outcome": "no_answer", "said": [{"kind": "callback"}]}, {"said"}),
    ({"outcome": "no_answer", "said": [{"kind": "new_number", "point": "phone"}]}, {"said"}),
    ({"outcome": "no_answer", "said": [{"kind": "inconvenient_time", "from": "9"}]}, {"said"}),
    ({"outcome": "no_answer", "said": [{"kind": "cease"}] * 21}, {"said"}),
]


@pytest.mark.parametrize(("body", "fields"), BAD_RECORDS)
def test_what_is_wrong_with_a_record_is_named(desk, body, fields) -> None:
    client, case = desk
    given = client.post("/contact-permits", asked(case)).json["id"]
    client.post(f"/contact-permits/{given}/start")
    whole = {"permit_id": given} | body if body else body
    answer = client.post("/contacts", whole)
    assert answer.status_code == 422
    assert set(answer.json["fields"]) == fields
    assert not rows(contact)


def test_a_code_alone_says_the_outcome(desk) -> None:
    client, case = desk
    given = client.post("/contact-permits", asked(case)).json["id"]
    client.post(f"/contact-permits/{given}/start")
    assert client.post("/contacts", {"permit_id": given, "code": "NA"}).status_code == 201
    assert rows(contact)[0]["outcome"] == "no_answer"


def test_unknown_and_other_peoples_ids_are_404(desk) -> None:
    client, case = desk
    other = in_new_york()
    nobody = str(uuid4())
    assert client.post("/contact-permits", asked(other)).status_code == 404
    assert client.post("/contact-permits", asked(case, person_id=nobody)).status_code == 404
    assert client.post("/contact-decisions", asked(other)).status_code == 404
    for act in ("start", "release"):
        assert client.post(f"/contact-permits/{nobody}/{act}").status_code == 404
    record = {"permit_id": nobody, "outcome": "no_answer"}
    assert client.post("/contacts", record).status_code == 404
    correction = client.post(f"/contacts/{nobody}/corrections", {"emotion": "calm"})
    assert correction.status_code == 404
    answer = {"permit_id": nobody, "item": "name", "answer": "x"}
    assert client.post("/verifications", answer).status_code == 404


def test_what_was_said_may_change_when_one_may_call(desk, time) -> None:
    client, case = desk
    given = client.post("/contact-permits", asked(case)).json["id"]
    client.post(f"/contact-permits/{given}/start")
    case.prove(permit_id=UUID(given))
    answer = client.post(
        "/contacts",
        {
            "permit_id": given,
            "outcome": "conversation",
            "said": [
                {
                    "kind": "callback",
                    "at": "2026-11-25T22:30:00+08:00",
                    "words": "after ten please",
                },
                {"kind": "inconvenient_time", "from": "08:00", "to": "24:00", "days": [1, 2]},
                {
                    "kind": "new_number",
                    "point": "phone",
                    "value": "+86 139 0013 9001",
                    "place": "mobile",
                },
            ],
        },
    )
    assert answer.status_code == 201, answer.json
    (call_back,) = answer.json["callbacks"]
    assert call_back["lawful"] is True
    assert datetime.fromisoformat(call_back["at"]) == datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
