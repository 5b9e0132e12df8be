"""The files one looked at lately: one's own looks, latest first, while one may still see them."""

from typing import Any
from uuid import UUID

import pytest

from crm.borrowers.models import person
from crm.borrowers.queries.recent import MOST, RecentFiles
from crm.contacts.queries.file import PersonFile
from crm.gate.answer import answer
from crm.gate.errors import Refusal
from crm.identity.actor import Actor
from crm.identity.roles import Role
from tests.contacts.conftest import Clock, time
from tests.factories import make_account, make_person, make_team
from tests.touching import touch

assert time


def looked_at(who: Actor) -> list[UUID]:
    return [item["id"] for item in answer(RecentFiles(), who)["items"]]


@pytest.mark.both
def test_the_latest_first_each_once_and_only_ones_own(house: Any, time: Clock) -> None:
    team = make_team()
    me, other = make_account(team_id=team), make_account(team_id=team)
    people = [make_person(f"Chen {n}", collector=me) for n in range(MOST + 2)]
    for one in (*people, people[0]):
        answer(PersonFile(one), me)
        time.forward(minutes=20)
    assert looked_at(me) == [people[0], *reversed(people[3:])]
    assert len(looked_at(me)) == MOST
    assert looked_at(other) == []


def test_neither_old_looks_nor_people_one_may_no_longer_see(house: Any, time: Clock) -> None:
    me = make_account(team_id=make_team())
    old, lost, kept = (make_person(name, collector=me) for name in ("Old", "Lost", "Kept"))
    answer(PersonFile(old), me)
    time.forward(days=7)
    answer(PersonFile(lost), me)
    answer(PersonFile(kept), me)
    assert set(looked_at(me)) == {lost, kept}
    touch(person, {"id": lost, "collector_id": make_account().id})
    assert looked_at(me) == [kept]


def test_names_are_masked_and_a_role_without_files_is_refused(
    house: Any, time: Clock, program: Any
) -> None:
    one = program(Role.COLLECTOR)
    answer(PersonFile(make_person("Zhou Wanting", collector=one.actor)), one.actor)
    (item,) = one.get("/people/recent").json["items"]
    assert item["name"] == "Zhou Wanting"
    with pytest.raises(Refusal):
        answer(RecentFiles(), make_account(Role.ADMIN))
