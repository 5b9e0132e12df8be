"""Views of lists: kept sealed, one's own or a team's, put first; what is outdated is named."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from crm.audit.models import audit_entry
from crm.gate.actions.views import (
    ChangeView,
    DeleteView,
    PutFirst,
    SaveView,
    ShapeList,
    filters_of,
)
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.listing import LISTINGS, MOST_VIEWS, list_choice, saved_view
from crm.gate.perform import perform
from crm.gate.queries.views import Shape, ShapeOf
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.factories import make_account, make_team
from tests.visitors import Browser

PEOPLE = "people"
assert LISTINGS or PEOPLE


@pytest.fixture(autouse=True)
def _lists_are_known(app: Any) -> None:
    assert {"people", "work", "findings", "contacts", "ledger"} <= set(LISTINGS)


def save(who: Actor, name: str = "Mine", query: str = "assigned=true", **given: Any) -> Any:
    return perform(SaveView(PEOPLE, Sealed.fresh(name), query, **given), who).result["id"]


def shape(who: Actor) -> Shape:
    found: Shape = answer(ShapeOf(PEOPLE), who)
    return found


@pytest.mark.both
def test_a_view_is_kept_sealed_changed_and_let_go_of(house: Any) -> None:
    me = make_account()
    view = save(me, pinned=True, columns=["team", "nonsense"])
    (kept,) = shape(me).views
    assert kept["name"].text == "Mine"
    assert (kept["query"], kept["columns"], kept["pinned"]) == ("assigned=true", ["team"], True)
    assert shape(me).shown(str(view)) == {"team"}
    with database().read() as connection:
        row = connection.execute(select(saved_view)).one()
        assert b"assigned" not in bytes(row.query)
    perform(ChangeView(view, Sealed.fresh("Other"), "assigned=false&after=x", pinned=False), me)
    (kept,) = shape(me).views
    assert (kept["name"].text, kept["query"]) == ("Other", "assigned=false")
    perform(ChangeView(view), me)
    perform(PutFirst(PEOPLE, view), me)
    assert shape(me).first == view
    perform(DeleteView(view), me)
    assert (shape(me).views, shape(me).first) == ([], None)
    with database().read() as connection:
        names = connection.execute(select(audit_entry.c.action)).scalars().all()
    assert {"gate.view.saved", "gate.view.changed", "gate.view.put_first", "gate.view.deleted"} <= {
        *names
    }


def test_one_view_kept_twice_under_one_key_is_one(house: Any) -> None:
    me = make_account()
    action = SaveView(PEOPLE, Sealed.fresh("Mine"))
    first, again = perform(action, me, "key"), perform(action, me, "key")
    assert again.repeated
    assert again.result == first.result
    assert len(shape(me).views) == 1


def test_private_views_are_ones_own(house: Any) -> None:
    team = make_team()
    me, beside = make_account(team_id=team), make_account(team_id=team)
    view = save(me)
    assert shape(beside).views == []
    for action in (ChangeView(view, pinned=True), DeleteView(view), PutFirst(PEOPLE, view)):
        with pytest.raises(Missing):
            perform(action, beside)


def test_a_teams_views_are_kept_by_who_leads_it(house: Any) -> None:
    team = make_team()
    leader = make_account(Role.TEAM_LEADER, team_id=team)
    member, stranger = make_account(team_id=team), make_account(team_id=make_team())
    for nobody in (member, make_account(Role.TEAM_LEADER), make_account(Role.COMPLIANCE_OFFICER)):
        with pytest.raises(Refusal, match=r"view\.team"):
            save(nobody, for_team=True)
    view = save(leader, "Ours", for_team=True)
    (seen,) = shape(member).views
    assert (seen["name"].text, seen["for_team"], seen["mine"]) == ("Ours", True, False)
    perform(PutFirst(PEOPLE, view), member)
    assert shape(member).first == view
    assert shape(stranger).views == []
    with pytest.raises(Refusal):
        perform(DeleteView(view), member)
    perform(DeleteView(view), make_account(Role.SUPERVISOR, team_id=team))
    assert shape(member).first is None


def test_there_is_an_end_to_ones_views_and_to_lists(house: Any) -> None:
    me = make_account()
    for _ in range(MOST_VIEWS):
        save(me)
    with pytest.raises(Refusal, match=r"view\.number"):
        save(me)
    for action in (SaveView("nowhere", Sealed.fresh("x")), ShapeList("nowhere")):
        with pytest.raises(Missing):
            perform(action, me)


def test_columns_are_chosen_for_oneself_and_no_unknown_ones(house: Any) -> None:
    me = make_account()
    every = {key for key, _ in LISTINGS[PEOPLE].columns}
    assert shape(me).columns == every
    perform(ShapeList(PEOPLE, ["since", "team", "no such"], dense=True), me)
    assert (shape(me).columns, shape(me).dense) == ({"since", "team"}, True)
    perform(ShapeList(PEOPLE, []), me)
    assert (shape(me).columns, shape(me).dense) == (set(), False)
    perform(ShapeList(PEOPLE), me)
    assert shape(me).columns == every
    with database().read() as connection:
        assert len(connection.execute(select(list_choice)).all()) == 1


def test_a_view_whose_list_lost_a_column_shows_the_others(house: Any) -> None:
    me = make_account()
    found = shape(me)
    view = {"id": "x", "columns": ["team", "weight"]}
    assert Shape(found.listing, found.columns, views=[view]).shown("x") == {"team"}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?state=open&after=abc&view=1&in=people", "state=open"),
        ("a=1&a=2", "a=1&a=2"),
        ("", ""),
        ("&&=&x", ""),
        ("rule=CN%20%26%20US", "rule=CN+%26+US"),
    ],
)
def test_of_an_address_only_filters_are_kept(query: str, kept: str) -> None:
    assert filters_of(query) == kept


def test_too_many_filters_are_no_view(house: Any) -> None:
    with pytest.raises(Invalid):
        save(make_account(), query="&".join(f"a{n}=1" for n in range(60)))


# What follows goes through the pages.


def kept_by(one: Browser, path: str, **fields: Any) -> str:
    """Keep a view by the form of a list; return the address it leads to."""
    sent = {"name": "Kept", "query": path.partition("?")[2], "page": path} | fields
    return str(one.post("/lists/people/views", **sent).headers["Location"])


def test_a_list_opens_with_the_view_put_first(browser: Callable[..., Browser]) -> None:
    one = browser(Role.COMPLIANCE_OFFICER)
    there = kept_by(one, "/people?assigned=false")
    assert there.startswith("/people?assigned=false&view=")
    view = there.rpartition("=")[2]
    one.post("/lists/people/first", view_id=view, page=there)
    assert one.get("/people").headers["Location"] == there
    assert one.get("/people?view=all").status_code == 200
    assert one.get("/people?assigned=true").status_code == 200
    page = one.get(there).text
    assert 'aria-current="page">' in page
    assert "Kept" in page
    one.post(f"/views/{view}/delete", page=there)
    assert one.get("/people").status_code == 200


def test_what_a_list_does_not_know_is_named_and_left_out(browser: Callable[..., Browser]) -> None:
    one = browser(Role.COMPLIANCE_OFFICER)
    bad = "/findings?state=open&age=biblical&colour=red&after=torn&owner=nobody"
    page = one.get(bad)
    assert page.status_code == 200
    for name in ("age", "colour", "after", "owner"):
        assert name in page.text.partition("Left out")[2].partition("</p>")[0]
    links = re.findall(r'href="([^"]*)"', page.text)
    assert not [link for link in links if "biblical" in link], "no link carries it on"
    there = kept_by(one, "/people?assigned=perhaps&team_id=9")
    assert one.get(there).status_code == 200


def test_columns_left_out_are_not_on_the_page(browser: Callable[..., Browser]) -> None:
    one = browser(Role.COMPLIANCE_OFFICER)
    assert '<th scope="col">Who</th>' in one.get("/ledger").text
    done = one.post("/lists/ledger/shape", columns=["", "rule"], dense="true", page="/ledger")
    assert done.headers["Location"] == "/ledger"
    page = one.get("/ledger").text
    assert '<th scope="col">Who</th>' not in page
    assert '<th scope="col">Rule</th>' in page
    assert 'data-density="compact"' in page


def test_a_view_without_a_name_is_asked_for_again(browser: Callable[..., Browser]) -> None:
    one = browser(Role.COMPLIANCE_OFFICER)
    page = one.post("/lists/people/views", name=" ", query="", page="/people?assigned=true")
    assert page.status_code == 422
    assert "This is needed." in page.text


def test_a_program_has_the_same_views(program: Callable[..., Any]) -> None:
    one = program(Role.COLLECTOR)
    made = one.post("/lists/people/views", {"name": "Late", "query": "assigned=true"})
    assert made.status_code == 201
    view = made.json["id"]
    assert one.post(f"/views/{view}", {"name": "Later", "pinned": True}).status_code == 200
    assert one.post("/lists/people/first", {"view_id": view}).status_code == 204
    found = one.get("/lists/people/views").json
    assert found["first_view_id"] == view
    assert found["items"][0] == {
        "id": view,
        "name": "Later",
        "query": "assigned=true",
        "columns": None,
        "pinned": True,
        "for_team": False,
        "mine": True,
    }
    assert one.post("/lists/people/shape", {"columns": ["team"], "dense": True}).status_code == 204
    assert one.post(f"/views/{view}/delete").status_code == 204
    assert one.get("/lists/nowhere/views").status_code == 404
    assert one.post("/lists/people/views", {"name": "x" * 61}).status_code == 422
