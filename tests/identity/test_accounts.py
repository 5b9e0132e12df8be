"""Accounts: who makes and changes them, and what is refused."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm import clock
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.identity.actions.access import DeactivateAccount
from crm.identity.actions.accounts import EditAccount
from crm.identity.actor import system
from crm.identity.roles import ASSIGNABLE, Role
from crm.storage.ids import new_id
from tests.factories import make_account, make_team, seed
from tests.houses import Instance
from tests.identity.conftest import Entries, Visitor
from tests.visitors import Program

Make = Callable[..., Any]
NEW = {"email": "new@bank.example", "name": "Zhao Li", "role": "management"}


@pytest.fixture
def admin(program: Make) -> Program:
    """Return an administrator's program."""
    made: Program = program(Role.ADMIN)
    return made


@pytest.mark.both
def test_an_administrator_makes_an_account_whose_owner_chooses_a_password(
    admin: Program, visitor: Callable[[], Visitor], entries: Entries
) -> None:
    made = admin.post("/staff", NEW)
    assert made.status_code == 201
    one = visitor()
    assert one.sign_in(NEW["email"], made.json["one_time_password"]).status_code == 303
    assert one.get("/me").location == "/me/password"
    assert entries("identity.account.created") == ["done"]


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_every_role_can_be_given(admin: Program, role: Role) -> None:
    team = str(make_team())
    agency = admin.post("/agencies", {"name": "Harbour"}).json["id"]
    later = (clock.now() + timedelta(days=30)).isoformat()
    place = {"agency_id": agency} if role == "agency_lead" else {"team_id": team}
    body = NEW | {"role": role, "valid_until": later} | place
    made = admin.post("/staff", body)
    assert made.status_code == 201, made.text
    shown = admin.get(f"/staff/{made.json['id']}").json
    assert (shown["role"], shown["name"], shown["email"]) == (role, "Zhao Li", NEW["email"])


def test_the_same_request_makes_one_account_and_shows_its_password_once(admin: Program) -> None:
    first, second = (admin.post("/staff", NEW, key="one") for _ in range(2))
    assert first.json["id"] == second.json["id"]
    assert first.json["one_time_password"]
    assert second.json["one_time_password"] is None
    assert admin.post("/staff", NEW | {"name": "Other"}, key="one").status_code == 422


def test_a_form_sent_twice_does_not_show_the_password_again(browser: Make) -> None:
    admin = browser(Role.ADMIN)
    first, second = (admin.post("/staff", **NEW, idempotency_key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 303)
    assert "shown once" in admin.get(second.location).text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "none"}, "email"),
        ({"email": "a" * 200 + "@bank.example"}, "email"),
        ({"email": None}, "email"),
        ({"name": ""}, "name"),
        ({"name": "\u202e \u200f"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"role": "system"}, "role"),
        ({"role": "anonymous"}, "role"),
        ({"team_id": "x"}, "team_id"),
        ({"team_id": str(new_id())}, "team_id"),
        ({"agency_id": str(new_id())}, "agency_id"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"language": "tlh"}, "language"),
        ({"valid_until": "2027-01-01T00:00:00"}, "valid_until"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_cannot_be_used_is_named(admin: Program, change: dict[str, Any], field: str) -> None:
    answer = admin.post("/staff", NEW | change)
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [field]


def test_an_email_address_belongs_to_one(admin: Program) -> None:
    assert admin.post("/staff", NEW).status_code == 201
    again = admin.post("/staff", NEW | {"email": "NEW@bank.example "})
    assert list(again.json["fields"]) == ["email"]


@pytest.mark.both
def test_one_name_wanted_twice_at_once_is_given_once(admin: Program, house: Instance) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(lambda _: admin.post("/staff", NEW).status_code, range(6))
    codes = sorted(answers)
    assert codes[0] == 201
    assert set(codes[1:]) <= {409, 422}


@pytest.mark.parametrize(
    ("role", "rule"),
    [("collector", "account.team"), ("agency_lead", "account.agency"), ("auditor", "account.end")],
)
def test_a_role_asks_for_what_it_needs(admin: Program, role: str, rule: str) -> None:
    answer = admin.post("/staff", NEW | {"role": role})
    assert (answer.status_code, answer.json["rule"]) == (409, rule)
    assert answer.json["why"]


@pytest.mark.parametrize(
    ("role", "field", "why"),
    [
        ("collector", "team_id", "Choose the team: this role works in one."),
        ("auditor", "valid_until", "Choose until when: an auditor is let in for a time."),
    ],
)
def test_what_a_role_still_needs_is_said_at_its_field_in_the_open_form(
    browser: Make, role: str, field: str, why: str
) -> None:
    answer = browser(Role.ADMIN).post("/staff", **NEW | {"role": role}, page="/staff")
    assert answer.status_code == 409
    folds = re.findall(r"<details class=.fold.*?</details>", answer.text, re.DOTALL)
    fold = next(one for one in folds if 'action="/staff"' in one)
    others = [one for one in folds if one is not fold]
    assert re.match(r"<details [^>]* open>", fold)
    assert re.search(rf'id="{field}-fault">.*?{why}', fold, re.DOTALL)
    assert "correct the fields" not in answer.text.lower()
    assert not any(re.match(r"<details [^>]* open>", other) for other in others)


def test_nobody_changes_his_own_account(admin: Program) -> None:
    own = f"/staff/{admin.actor.id}"
    body = {"role": "admin", "version": 1}
    assert _put(admin, own, body).json["rule"] == "account.own"
    assert admin.post(own + "/deactivate").json["rule"] == "account.own"
    assert admin.post(own + "/reset").json["rule"] == "account.own"


def test_the_last_administrator_stays(house: Instance) -> None:
    last = make_account(Role.ADMIN)
    make_account(Role.ADMIN, active=False)
    make_account(Role.ADMIN, valid_until=clock.now() + timedelta(days=1))
    until = clock.now() + timedelta(days=9)
    for action in (
        DeactivateAccount(last.id),
        EditAccount(last.id, Role.MANAGEMENT, 1),
        EditAccount(last.id, Role.ADMIN, 1, valid_until=until),
    ):
        with pytest.raises(Refusal) as no:
            perform(action, system("tests"))
        assert no.value.verdict.rule == "account.last_admin"
    make_account(Role.ADMIN)
    perform(DeactivateAccount(last.id), system("tests"))


@pytest.mark.both
def test_two_administrators_cannot_end_each_other(house: Instance) -> None:
    one, other = make_account(Role.ADMIN), make_account(Role.ADMIN)

    def end(pair: Any) -> str:
        try:
            perform(DeactivateAccount(pair[0].id), pair[1])
        except Refusal as no:
            return no.verdict.rule
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(end, [(one, other), (other, one)]))
    assert answers == ["account.last_admin", "done"]


def test_a_stale_edit_is_refused(admin: Program) -> None:
    other = make_account(Role.MANAGEMENT)
    at = f"/staff/{other.id}"
    shown = admin.get(at)
    assert shown.headers["ETag"] == '"1"'
    change = {"role": "privacy_officer"}
    assert list(_put(admin, at, change).json["fields"]) == ["version"]
    done = _put(admin, at, change, **{"If-Match": '"1"'})
    assert (done.status_code, done.json["version"], done.headers["ETag"]) == (200, 2, '"2"')
    assert _put(admin, at, change, **{"If-Match": '"1"'}).status_code == 412
    assert _put(admin, at, change | {"version": 1}).status_code == 409
    assert _put(admin, at, change, **{"If-Match": "*"}).status_code == 422
    assert _put(admin, at, change | {"version": 2}).status_code == 200


def test_an_account_is_ended_and_let_in_again(
    admin: Program, visitor: Callable[[], Visitor]
) -> None:
    other = make_account(Role.MANAGEMENT, email="back@bank.example")
    at = f"/staff/{other.id}"
    assert admin.post(at + "/deactivate").status_code == 204
    assert admin.post(at + "/reset").status_code == 404
    assert visitor().sign_in("back@bank.example").status_code == 403
    again = admin.post(at + "/reactivate")
    password = again.json["one_time_password"]
    assert visitor().sign_in("back@bank.example", password).status_code == 303


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2030-12-31T18:00", "2030-12-31T10:00:00Z"),
        ("2030-12-31T18:00:00+01:00", "2030-12-31T17:00:00Z"),
        ("2030-13-31T18:00", None),
    ],
)
def test_an_end_is_chosen_on_the_administrators_clock(
    browser: Make, program: Make, given: str, kept: str | None
) -> None:
    one = browser(Role.ADMIN, zone="Asia/Shanghai")
    form = {"email": "a@bank.example", "name": "Otto", "role": "auditor", "valid_until": given}
    answer = one.post("/staff", **form, page="/staff")
    assert answer.status_code == (200 if kept else 422)
    staff = program(Role.ADMIN).get("/staff").json["items"]
    made = [item for item in staff if item["role"] == "auditor"]
    assert [item["valid_until"] for item in made] == ([kept] if kept else [])
    for item in made:
        on_my_clock = {"2030-12-31T10": "2030-12-31T18:00", "2030-12-31T17": "2031-01-01T01:00"}
        shown = on_my_clock[item["valid_until"][:13]]
        assert f'value="{shown}"' in one.get(f"/staff/{item['id']}").text


def test_a_reset_ends_tokens_and_second_factor(admin: Program, program: Make) -> None:
    api = program(Role.MANAGEMENT)
    assert admin.post(f"/staff/{api.actor.id}/reset").status_code == 201
    assert api.get("/me").status_code == 401


def test_power_needs_a_fresh_sign_in(browser: Make) -> None:
    admin, other = browser(Role.ADMIN), make_account(Role.MANAGEMENT)
    with time_machine.travel(clock.now(), tick=False) as watch:
        for _ in range(2):
            watch.shift(timedelta(minutes=16))
            assert admin.get("/staff").status_code == 200
        at = f"/staff/{other.id}"
        answer = admin.post(at + "/reset", page=at)
        assert (answer.status_code, answer.location) == (303, f"/sign-in?next={at}")
        assert "fresh sign-in" in admin.get(answer.location).text
        assert admin.post(f"/staff/{other.id}/deactivate").status_code == 303


def test_a_leader_sees_the_own_team_only(program: Make) -> None:
    ours, theirs = make_team(), make_team()
    mine = make_account(Role.COLLECTOR, team_id=ours)
    other = make_account(Role.COLLECTOR, team_id=theirs)
    make_account(Role.ADMIN)
    leader = program(Role.TEAM_LEADER, team_id=ours)
    ids = {item["id"] for item in leader.get("/staff").json["items"]}
    assert ids == {str(mine.id), str(leader.actor.id)}
    assert leader.get(f"/staff/{mine.id}").status_code == 200
    assert leader.get(f"/staff/{other.id}").status_code == 404


def test_a_leader_without_a_team_sees_nobody_else(program: Make) -> None:
    make_account(Role.ADMIN)
    lonely = program(Role.SUPERVISOR)
    assert [item["id"] for item in lonely.get("/staff").json["items"]] == [str(lonely.actor.id)]


def test_an_agency_lead_sees_the_agency(program: Make) -> None:
    from crm.identity.models import agency

    ours, theirs = seed(agency, name="Ours"), seed(agency, name="Theirs")
    team = make_team(agency_id=ours)
    mine = make_account(Role.COLLECTOR, team_id=team, agency_id=ours)
    make_account(Role.COLLECTOR, team_id=make_team(agency_id=theirs), agency_id=theirs)
    lead = program(Role.AGENCY_LEAD, agency_id=ours)
    ids = {item["id"] for item in lead.get("/staff").json["items"]}
    assert ids == {str(mine.id), str(lead.actor.id)}


def test_a_team_brings_its_agency_along(admin: Program) -> None:
    agency = admin.post("/agencies", {"name": "Harbour"}).json["id"]
    team = admin.post("/teams", {"name": "Harbour One", "agency_id": agency}).json["id"]
    made = admin.post("/staff", NEW | {"role": "collector", "team_id": team}).json["id"]
    assert admin.get(f"/staff/{made}").json["agency_id"] == agency


def test_names_of_teams_and_agencies_are_given_once(admin: Program) -> None:
    for place in ("/teams", "/agencies"):
        assert admin.post(place, {"name": "North"}).status_code == 201
        assert list(admin.post(place, {"name": " North "}).json["fields"]) == ["name"]
        assert [item["name"] for item in admin.get(place).json["items"]] == ["North"]
    assert list(admin.post("/teams", {"name": "S", "agency_id": str(new_id())}).json["fields"]) == [
        "agency_id"
    ]


def test_what_is_not_there_is_not_found(admin: Program) -> None:
    nobody = f"/staff/{new_id()}"
    assert admin.get(nobody).status_code == 404
    assert _put(admin, nobody, {"role": "admin", "version": 1}).status_code == 404
    for word in ("deactivate", "reset", "reactivate"):
        assert admin.post(f"{nobody}/{word}").status_code == 404


def _put(api: Program, at: str, body: Any, **headers: str) -> Any:
    return api.client.put("/api/v1" + at, json=body, headers=api.headers | headers)
