"""Findings of people who were erased: they stay, are settled and closed, and name nobody."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from crm.borrowers.models import person
from crm.contacts.actions.findings import CloseFinding, SettleFinding
from crm.contacts.models import finding
from crm.contacts.queries.console import Console
from crm.contacts.queries.findings import Findings, OneFinding
from crm.contacts.queries.takeouts import TAKEOUTS
from crm.contacts.queries.takeouts.questions import FindingsForFile
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing
from crm.gate.perform import perform
from crm.gate.queries import Approvals
from crm.identity.roles import Role
from crm.privacy.openers import State
from crm.privacy.sealed import Sealed
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china, rows
from tests.contacts.test_findings import SETTLED, asked_to_close, unlawful
from tests.counting import counted
from tests.factories import make_account, make_team
from tests.touching import erase, touch


def erased(time: Clock) -> tuple[Scene, UUID]:
    """Have a call of the night written down, and the person erased; return its finding too."""
    case = in_china(make_account(team_id=make_team()))
    finding_id = unlawful(time, case)
    erase(case.person)
    return case, finding_id


@pytest.mark.both
def test_it_is_settled_and_closed_all_the_same(house: Any, time: Clock) -> None:
    _, finding_id = erased(time)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    (item,) = answer(Findings(), officer)["items"]
    assert (item["id"], item["erased"], item["person_id"]) == (finding_id, True, None)
    assert item["person"].state is State.ERASED
    perform(SettleFinding(finding_id, owner_id=officer.id, **SETTLED), officer)
    perform(Approve(asked_to_close(finding_id, officer)), make_account(Role.PRIVACY_OFFICER))
    assert rows(finding)[0]["closed_at"] == time.now
    assert answer(Findings(), officer)["items"] == []
    assert [item["id"] for item in answer(Findings("closed"), officer)["items"]] == [finding_id]


def test_its_words_and_reasons_are_shut_from_the_beginning_of_the_erasure(
    house: Any, time: Clock
) -> None:
    """The key goes a little later than the erasure begins: nothing is read meanwhile."""
    case = in_china()
    finding_id, officer = unlawful(time, case), make_account(Role.COMPLIANCE_OFFICER)
    words = Sealed.fresh("He was asleep.")
    perform(SettleFinding(finding_id, words=words, **SETTLED), officer)
    asked_to_close(finding_id, officer)
    touch(person, {"id": case.person, "erasure_begun_at": time.now})
    shown = answer(OneFinding(finding_id), officer)
    assert (shown["words"].text, shown["words"].state) == ("", State.ERASED)
    assert shown["decision"]["reasons"] is None
    assert (shown["person"].state, shown["person_id"]) == (State.ERASED, None)
    (card,) = answer(Approvals(), make_account(Role.PRIVACY_OFFICER))["items"]
    assert card["person"].state is State.ERASED


@pytest.mark.both
def test_nothing_is_written_in_words_for_him(house: Any, time: Clock) -> None:
    _, finding_id = erased(time)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    with pytest.raises(Invalid) as no:
        perform(SettleFinding(finding_id, words=Sealed.fresh("Asleep.")), officer)
    assert list(no.value.fields) == ["words"]
    assert rows(finding)[0]["version"] == 1


def test_it_is_counted_where_it_is_listed(house: Any, time: Clock) -> None:
    erased(time)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    assert answer(Console(), officer)["findings"]["open"] == 1


def test_in_a_file_the_word_stands_for_his_name(house: Any, time: Clock) -> None:
    erased(time)
    (item,) = answer(FindingsForFile(), make_account(Role.COMPLIANCE_OFFICER))["items"]
    assert TAKEOUTS["findings"].line(item, ZoneInfo("UTC"))["person"] == "erased"


def test_it_stays_in_the_reach_of_his_team_alone(house: Any, time: Clock) -> None:
    case, finding_id = erased(time)
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    assert [item["id"] for item in answer(Findings(), leader)["items"]] == [finding_id]
    other = make_account(Role.TEAM_LEADER, team_id=make_team())
    assert answer(Findings(), other)["items"] == []
    with pytest.raises(Missing):
        answer(OneFinding(finding_id), other)
    for action in (SettleFinding(finding_id, cause="misread"), CloseFinding(finding_id)):
        with pytest.raises(Missing):
            perform(action, other)


def test_it_costs_no_statement_more(house: Any, time: Clock) -> None:
    def read(made: list[str]) -> list[str]:
        # The ledger's own are counted apart, and a key is read but the first time.
        return [one for one in made if "audit_" not in one and "subject_key" not in one]

    case = in_china()
    unlawful(time, case)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    with counted() as before:
        answer(Findings(), officer)
    erase(case.person)
    with counted() as after:
        answer(Findings(), officer)
    assert len(read(after)) == len(read(before))


def test_by_program(house: Any, time: Clock, program: Callable[..., Any]) -> None:
    case, finding_id = erased(time)
    officer = program(Role.COMPLIANCE_OFFICER)
    (item,) = officer.get("/findings").json["items"]
    assert (item["id"], item["erased"], item["person_id"]) == (str(finding_id), True, None)
    one = officer.get(f"/findings/{finding_id}")
    assert str(case.person) not in one.text
    assert officer.post(f"/findings/{finding_id}", {"words": "Asleep."}).status_code == 422


def test_on_the_page(house: Any, time: Clock, browser: Callable[..., Any]) -> None:
    case, finding_id = erased(time)
    officer = browser(Role.COMPLIANCE_OFFICER)
    assert "is-erased" in officer.get("/findings").text
    page = officer.get(f"/findings/{finding_id}").text
    assert "is-erased" in page
    assert "no words can be sealed" in page
    assert f"/people/{case.person}" not in page
    assert 'name="words"' not in page
    assert 'href="/contacts/' not in page
    saved = officer.post(f"/findings/{finding_id}", due_on="2026-12-01", version="1", **SETTLED)
    assert saved.status_code == 303
    assert officer.post(f"/findings/{finding_id}/close").status_code == 303
