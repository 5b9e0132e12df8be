"""The room's addresses: for programs and for people, with good input and with bad."""

import re
from uuid import UUID

import pytest

from crm.borrowers.actions.people import CreatePerson
from crm.borrowers.models import circumstance, consent, contact_point, person, place_evidence
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.borrowers.desk import Desk, do, one, open_desk, rows
from tests.factories import make_evidence, make_point

NUMBER = "+8613912345678"
ODD = ("", " ", "\u202eevil", "\x00", "a" * 5000, "𠮷田", "<script>alert(1)</script>", "•••")


@pytest.fixture
def desk(house) -> Desk:
    return open_desk()


@pytest.fixture
def ann(desk, program):
    return program(Role.COLLECTOR, actor=desk.ann)


@pytest.fixture
def page(desk, browser):
    return browser(Role.COLLECTOR, actor=desk.ann)


def test_a_program_does_the_rooms_whole_work(ann) -> None:
    made = ann.post("/people", {"name": "Sun Li", "language": "zh"}, key="a")
    assert made.status_code == 201
    again = ann.post("/people", {"name": "Sun Li", "language": "zh"}, key="a")
    assert again.json["id"] == made.json["id"]
    one_person = f"/people/{made.json['id']}"
    body = {"kind": "phone", "value": NUMBER, "place": "mobile"}
    point = ann.post(one_person + "/contact-points", body)
    assert point.status_code == 201, point.json
    stop = {"kind": "medium_refused", "contact_point_id": point.json["id"], "since": "2026-11-01"}
    assert ann.post(one_person + "/circumstances", stop).status_code == 201
    assert ann.post(one_person + "/consents", {"kind": "extra_calls"}).status_code == 201
    unproven = ann.post(one_person + "/place-evidence", {"country": "CN", "region": "CN-GD"})
    assert (unproven.status_code, unproven.json["rule"]) == (409, "place.unverified")
    shown = ann.get(one_person).json
    assert shown["name"] == "Sun Li"
    assert shown["contact_points"][0]["value"] == "139••••5678"
    assert shown["place"]["jurisdictions"] == ["CN"]
    assert shown["circumstances"][0]["contact_point_id"] == point.json["id"]
    assert NUMBER not in ann.get(one_person).text
    found = ann.post("/people/search", {"phone": NUMBER}).json
    assert [item["id"] for item in found["items"]] == [made.json["id"]]
    alone = ann.post(f"/contact-points/{point.json['id']}/end", {"reason": "wrong_number"})
    assert (alone.status_code, alone.json["waiting_for"]) == (202, "second_person")
    make_evidence(UUID(made.json["id"]))
    ended = ann.post(f"/contact-points/{point.json['id']}/end", {"reason": "wrong_number"})
    assert ended.json["person_id"] == made.json["id"]
    assert ann.post("/people/search", {"phone": NUMBER}).json["items"] == []
    assert {item["id"] for item in ann.get("/people").json["items"]} >= {made.json["id"]}


def test_a_stale_edit_is_told_and_a_fresh_one_saved(ann, desk) -> None:
    path = f"/api/v1/people/{desk.anns}"

    def change(**body):
        return ann.client.patch(path, json=body, headers=ann.headers)

    assert change(version=1, language="en").status_code == 200
    assert change(version=1, language="zh").status_code == 409
    assert change(language="zh").status_code == 422
    fresh = ann.client.patch(
        path, json={"language": "fr"}, headers=ann.headers | {"If-Match": '"2"'}
    )
    assert fresh.status_code == 200
    assert one(person, id=desk.anns).language == "fr"


def test_a_revealed_value_leaves_by_its_own_address_only(ann, desk) -> None:
    point = make_point(desk.anns, NUMBER)
    body = {
        "person_id": str(desk.anns),
        "field": str(point),
        "purpose": "right_party_check",
        "reason": "he asks me to confirm it",
    }
    shown = ann.post("/reveals", body, key="x")
    assert shown.status_code == 201
    assert set(shown.json) == {"value", "expires_at"}
    assert shown.json["value"] == NUMBER
    assert "no-store" in shown.headers["Cache-Control"]
    assert "ETag" not in shown.headers
    assert ann.post("/reveals", body, key="x").status_code == 409
    for fault in (
        {"reason": "short"},
        {"reason": None},
        {"purpose": "curiosity"},
        {"field": "token"},
        {"person_id": "no id"},
        {"extra": 1},
    ):
        answer = ann.post("/reveals", body | fault)
        assert answer.status_code == 422, fault
        assert NUMBER not in answer.text
    assert ann.client.get("/api/v1/reveals", headers=ann.headers).status_code == 405


BAD = [
    ("/people", {"name": 7}),
    ("/people", {"name": ["x"]}),
    ("/people", {"name": "x" * 121}),
    ("/people", {"name": "张••"}),  # a mask that came back
    ("/people", {"national_id": "1••••••••3"}),
    ("/people", {"language": "xx"}),
    ("/people", {"collector_id": str(new_id())}),  # nobody gives himself more
    ("/people/{}/contact-points", {}),
    ("/people/{}/contact-points", {"kind": "phone", "value": "139••••5678"}),
    ("/people/{}/contact-points", {"kind": "pigeon", "value": NUMBER}),
    ("/people/{}/contact-points", {"kind": "postal", "value": "1 Main St", "country": "cn"}),
    ("/people/{}/contact-points", {"kind": "postal", "value": "1 Main Street"}),
    ("/people/{}/circumstances", {"kind": "bored"}),
    ("/people/{}/circumstances", {"kind": "dispute", "since": "yesterday"}),
    ("/people/{}/circumstances", {"kind": "dispute", "since": 20261101}),
    ("/people/{}/circumstances", {"kind": "dispute", "debts": "all"}),
    ("/people/{}/circumstances", {"kind": "dispute", "debts": [str(new_id())]}),
    ("/people/{}/circumstances", {"kind": "inconvenient_time", "days": [0]}),
    ("/people/{}/circumstances", {"kind": "opt_out", "number": "00"}),
    ("/people/{}/circumstances", {"kind": "opt_out", "contact_point_id": str(new_id())}),
    ("/people/{}/consents", {"kind": "channel"}),
    ("/people/{}/consents", {"kind": "extra_calls", "until": "2020-01-01"}),
    ("/people/{}/place-evidence", {"country": "China"}),
    ("/people/{}/place-evidence", {"country": "CN", "zone": "Moon/Sea"}),
    ("/people/search", {}),
    ("/people/search", {"name": "x", "phone": NUMBER}),
    ("/people/search", {"address": "x"}),
]


def sizes() -> list[int]:
    return [len(rows(table)) for table in (person, contact_point, circumstance, place_evidence)]


def test_bad_input_is_named_and_not_repeated(ann, desk) -> None:
    before = sizes()
    for path, body in BAD:
        answer = ann.post(path.format(desk.anns), body)
        assert answer.status_code == 422, (path, body, answer.text)
        assert answer.json["fields"], (path, body)
        for value in body.values():
            if isinstance(value, str) and len(value) > 8 and path != "/people/search":
                assert value not in answer.text, (path, body)
    assert ann.post("/people/assignments", {"person_ids": []}).status_code == 422
    assert sizes() == before


def test_odd_text_is_kept_but_for_signs_that_turn_it_around(ann, desk) -> None:
    for value in ODD:
        made = ann.post("/people", {"name": value})
        assert made.status_code in {201, 422}, value
        if made.status_code == 201 and value.strip():
            kept = ann.get(f"/people/{made.json['id']}").json["name"]
            assert kept == value.replace("\u202e", "")
        assert ann.post("/people/search", {"name": value}).status_code in {200, 422}, value


def test_what_is_not_there_or_not_ones_own_is_the_same(ann, desk) -> None:
    for person_id in (desk.cais, new_id()):
        assert ann.get(f"/people/{person_id}").status_code == 404
        for part, body in (
            ("contact-points", {"kind": "phone", "value": NUMBER}),
            ("circumstances", {"kind": "dispute"}),
            ("consents", {"kind": "extra_calls"}),
            ("place-evidence", {"country": "CN"}),
        ):
            assert ann.post(f"/people/{person_id}/{part}", body).status_code == 404
    bad_cursor = ann.get("/people", after="nonsense")
    assert bad_cursor.status_code == 422
    assert ann.get("/people", sort="name").status_code == 422


def test_the_pages_lead_from_the_list_to_the_forms_and_back(page, desk) -> None:
    listed = page.get("/people")
    assert listed.status_code == 200
    assert f"/people/{desk.anns}" in listed.text
    assert str(desk.cais) not in listed.text
    assert page.get("/people/new").status_code == 200
    made = page.post("/people", name="Sun Li", language="zh", page="/people/new")
    assert made.status_code == 303
    known = made.headers["Location"]
    assert re.fullmatch(r"/people/[0-9a-f-]{36}/edit", known)
    one_person = known.removesuffix("/edit")
    forms = (
        ("points", {"kind": "phone", "place": "mobile", "value": NUMBER}),
        ("circumstances", {"kind": "inconvenient_time", "days": "7", "from": "12:00"}),
        ("consents", {"kind": "extra_calls", "words": "ring me any time"}),
    )
    for part, values in forms:
        sent = page.post(f"{one_person}/{part}", page=known, **values)
        assert (sent.status_code, sent.headers["Location"]) == (303, known), part
    shown = page.get(known).text
    assert "139••••5678" in shown
    assert NUMBER not in shown
    assert "Cannot be reached at these times" in shown
    assert "ring me any time" in shown
    point = one(contact_point, person_id=UUID(one_person.rpartition("/")[2])).id
    waits = page.post(f"/points/{point}/end", reason="moved", page=known)
    assert (waits.status_code, waits.headers["Location"]) == (303, "/me/requests")
    make_evidence(UUID(one_person.rpartition("/")[2]))
    assert page.post(f"/points/{point}/end", reason="moved", page=known).status_code == 303
    assert "Moved away" in page.get(known).text


def test_a_form_sent_twice_leads_to_the_same_place(page, desk, browser) -> None:
    def twice(visitor, path: str, **form: str) -> str:
        places = {
            visitor.post(path, idempotency_key=path, **form).headers["Location"] for _ in range(2)
        }
        (place,) = places
        return place

    known = twice(page, "/people", name="Sun Li")
    one_person = known.removesuffix("/edit")
    person_id = UUID(one_person.rpartition("/")[2])
    assert twice(page, f"{one_person}/points", kind="phone", place="mobile", value=NUMBER) == known
    point = one(contact_point, person_id=person_id).id
    make_evidence(person_id)
    assert twice(page, f"/points/{point}/end", reason="moved") == known
    assert twice(page, f"{one_person}/consents", kind="extra_calls") == known
    assert twice(page, f"/consents/{one(consent).id}/revoke") == known
    assert twice(page, f"{one_person}/circumstances", kind="dispute") == known
    assert twice(page, known, version="1", language="en") == one_person
    leader = browser(Role.TEAM_LEADER, actor=desk.leader)
    assigned = {"person_ids": str(person_id), "collector_id": str(desk.ben.id)}
    assert twice(leader, "/people/assignments", **assigned) == one_person
    supervisor = browser(Role.SUPERVISOR, actor=desk.supervisor)
    assert (
        twice(supervisor, f"/circumstances/{one(circumstance).id}/lift", reason="resolved")
        == "/approvals"
    )
    assert len(rows(person)) == 4


def test_a_form_with_a_fault_comes_back_with_what_was_typed(page, desk) -> None:
    known = f"/people/{desk.anns}/edit"
    sent = page.post(
        f"/people/{desk.anns}/points", page=known, kind="phone", place="mobile", value="12345"
    )
    assert sent.status_code == 422
    assert "12345" in sent.text
    assert "Give a telephone number with its country code" in sent.text


def test_the_search_box_finds_and_its_address_holds_nothing(page, desk) -> None:
    make_point(desk.anns, NUMBER)
    found = page.post("/people/search", by="phone", value=NUMBER)
    assert found.status_code == 200
    assert f"/people/{desk.anns}" in found.text
    assert NUMBER not in found.text
    wrong = page.post("/people/search", by="phone", value="123", page="/people")
    assert wrong.status_code == 422
    assert "with its country code" in wrong.text  # under the box in which it was typed
    none = page.post("/people/search", by="name", value="Zhao")
    assert "None of your people has this name." in none.text


def test_a_leader_is_told_of_others_and_a_collector_is_not(desk, browser) -> None:
    make_point(desk.cais, NUMBER)
    leader = browser(Role.TEAM_LEADER, actor=desk.leader)
    told = leader.post("/people/search", by="phone", value=NUMBER).text
    assert "One borrower of another area: Team B." in told
    assert "Li Na" not in told
    ann = browser(Role.COLLECTOR, actor=desk.ann)
    assert "Nobody was found." in ann.post("/people/search", by="phone", value=NUMBER).text


def test_a_value_is_asked_for_and_shown_on_pages(page, desk) -> None:
    point = make_point(desk.anns, NUMBER)
    asking = page.get(f"/people/{desk.anns}/reveal/{point}")
    assert asking.status_code == 200
    assert NUMBER not in asking.text
    shown = page.post(
        "/reveals",
        person_id=str(desk.anns),
        field=str(point),
        purpose="complaint",
        reason="he complains about a call",
        idempotency_key="k",
    )
    assert shown.status_code == 200
    assert NUMBER in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    again = page.post(
        "/reveals",
        person_id=str(desk.anns),
        field=str(point),
        purpose="complaint",
        reason="he complains about a call",
        idempotency_key="k",
    )
    assert again.status_code == 409
    assert NUMBER not in again.text


def test_lifting_on_the_page_leads_to_the_waiting_request(desk, browser, program) -> None:
    program(Role.COLLECTOR, actor=desk.ann).post(
        f"/people/{desk.anns}/circumstances", {"kind": "cease_request"}
    )
    supervisor = browser(Role.SUPERVISOR, actor=desk.supervisor)
    known = f"/people/{desk.anns}/edit"
    assert "/lift" in supervisor.get(known).text
    stop = one(circumstance).id
    sent = supervisor.post(f"/circumstances/{stop}/lift", reason="withdrawn", page=known)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/approvals")
    waiting = supervisor.get("/approvals").text
    assert f'href="/people/{desk.anns}"' in waiting, "who agrees must see whom it is about"
    assert "Lifting a stop takes a second person." in waiting


def test_assigning_on_the_page(desk, browser) -> None:
    leader = browser(Role.TEAM_LEADER, actor=desk.leader)
    assert str(desk.ben.id) in leader.get(f"/people/{desk.anns}/edit").text
    sent = leader.post(
        "/people/assignments", person_ids=str(desk.anns), collector_id=str(desk.ben.id)
    )
    assert sent.status_code == 303
    assert one(person, id=desk.anns).collector_id == desk.ben.id


def test_an_unnamed_person_is_shown_without_a_fault(desk, page) -> None:
    nobody = do(CreatePerson(), desk.ann)["id"]
    assert page.get("/people").status_code == 200
    assert page.get(f"/people/{nobody}/edit").status_code == 200
