"""Contacts and permits as programs read them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from crm.contacts.models import contact
from crm.contacts.queries import timeline
from crm.identity.roles import Role
from tests.factories import make_evidence, make_loan, make_person, make_point, seed

NOON = datetime(2026, 11, 3, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def contacts_of(person_id: UUID, point_id: UUID, loan_id: UUID, by: UUID, number: int) -> None:
    for n in range(number):
        at = NOON - timedelta(days=40, minutes=n)
        seed(
            contact,
            person_id=person_id,
            contact_point_id=point_id,
            channel="call",
            direction="outbound",
            target="borrower",
            outcome="no_answer",
            purpose="collection",
            exempt=False,
            agent="human",
            loan_ids=[str(loan_id)],
            started_at=at,
            ended_at=at,
            recorded_at=at,
            recorded_by=by,
            mark="external_file",
        )


@pytest.mark.both
def test_a_persons_contacts_page_by_page(
    house: Any, program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "PAGE", 2)
    client = program(Role.COLLECTOR)
    person_id = make_person(collector=client.actor)
    contacts_of(person_id, make_point(person_id), make_loan(person_id), client.actor.id, 5)
    seen, cursor = [], None
    for _ in range(3):
        query = {"before": cursor} if cursor else {}
        page = client.get(f"/people/{person_id}/contacts", **query).json
        seen += [item["started_at"] for item in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert client.get(f"/people/{person_id}/contacts", before="nonsense").status_code == 422


def test_permit_and_record(house: Any, program: Callable[..., Any]) -> None:
    client = program(Role.COLLECTOR)
    person_id = make_person(collector=client.actor)
    point_id = make_point(person_id)
    make_evidence(person_id)
    make_loan(person_id)
    wish = {"person_id": str(person_id), "contact_point_id": str(point_id), "channel": "call"}
    permit_id = client.post("/contact-permits", wish).json["id"]
    assert client.get(f"/contact-permits/{permit_id}").json["state"] == "reserved"
    client.post(f"/contact-permits/{permit_id}/start")
    assert client.get(f"/contact-permits/{permit_id}").json["state"] == "started"
    made = client.post("/contacts", {"permit_id": permit_id, "outcome": "no_answer"}).json
    permit = client.get(f"/contact-permits/{permit_id}").json
    assert (permit["state"], permit["contact_id"]) == ("logged", made["id"])
    record = client.get(f"/contacts/{made['id']}").json
    assert record["outcome"] == "no_answer"
    assert record["decision"]["allowed"] is True
    assert record["entry"]["id"]
    stranger = program(Role.COLLECTOR)
    assert stranger.get(f"/contacts/{made['id']}").status_code == 404
    assert stranger.get(f"/contact-permits/{permit_id}").status_code == 404
    assert stranger.get(f"/people/{person_id}/contacts").status_code == 404


def test_work(house: Any, program: Callable[..., Any]) -> None:
    client = program(Role.COLLECTOR)
    person_id = make_person(collector=client.actor)
    make_point(person_id)
    make_evidence(person_id)
    make_loan(person_id)
    page = client.get("/work").json
    (item,) = page["items"]
    assert (item["person_id"], item["state"]) == (str(person_id), "now")
    assert item["line"]["allowed"] is True
    assert "label" not in str(item["line"])
    assert client.get("/work", bucket="M9").status_code == 422
    assert client.get("/work", after="nonsense").status_code == 422
