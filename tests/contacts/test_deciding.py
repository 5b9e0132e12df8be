"""Whether two are one is decided by two people, rewrites nothing and can be undone."""

import pytest

from crm.borrowers.actions.deciding import MergePeople, ReopenMatch, TellApart
from crm.borrowers.actions.people import CreatePerson
from crm.borrowers.actions.points import AddContactPoint, EndContactPoint
from crm.borrowers.models import consent, person, person_match
from crm.borrowers.queries.file import OnePerson
from crm.borrowers.queries.matches import Matches, OneMatch
from crm.borrowers.rules.matching import MatchState
from crm.contacts.models import permit_event
from crm.contacts.queries.timeline import ContactsOfPerson
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from tests.contacts.scene import Scene, in_china, rows, rules_of
from tests.contacts.test_facts import facts
from tests.contacts.test_races import at_once
from tests.contacts.test_together import ID, identified, twice
from tests.factories import LONG_AGO, make_account, make_point, seed

pytestmark = pytest.mark.both
OTHER_ID = "110101199003074514"


def officers() -> tuple[Actor, Actor]:
    """Return two who may decide."""
    return make_account(Role.PRIVACY_OFFICER), make_account(Role.COMPLIANCE_OFFICER)


def decide(action: object, asks: Actor, agrees: Actor) -> None:
    """Ask for a decision that waits, and let a second person agree."""
    done = perform(action, asks)
    assert done.waiting
    perform(Approve(done.waiting), agrees)


def match_of(case: Scene) -> dict:
    """Return the one match, in which this person is."""
    (row,) = rows(person_match)
    assert case.person in {row["one_id"], row["other_id"]}
    return row


def test_apart_gives_each_his_own_limits_again(house, time) -> None:
    one, other = twice()
    for _ in range(3):
        one.call("effective_conversation")
        time.forward(minutes=30)
    assert "CN.call_frequency.three_conversations" in rules_of(other.refused())
    match = match_of(one)
    asks, agrees = officers()
    waiting = perform(TellApart(match["id"], "papers"), asks).waiting
    assert match_of(one)["state"] == "proposed"  # nothing is given back by one alone
    with pytest.raises(Refusal):
        perform(Approve(waiting), asks)
    perform(Approve(waiting), agrees)
    assert (match_of(one)["state"], match_of(one)["reason"]) == ("apart", "papers")
    assert match_of(one)["decided_by"] == asks.id
    assert {row["counted_with"] for row in rows(person)} == {None}
    assert facts(other, time.now)["history"] == []
    other.ask()


def test_who_was_told_apart_is_not_proposed_again(house, time) -> None:
    one, other = twice()
    asks, agrees = officers()
    decide(TellApart(match_of(one)["id"], "lender"), asks, agrees)
    third = perform(CreatePerson(national_id=Sealed.fresh(ID)), agrees).result["id"]
    found = {(row["one_id"], row["other_id"]): row["state"] for row in rows(person_match)}
    pair = tuple(sorted((one.person, other.person)))
    assert found.pop(pair) == "apart"
    # Each of the two may be the third, so until that is decided all are counted together.
    assert len(found) == 2
    assert all(third in both for both in found)
    assert len({row["counted_with"] for row in rows(person)}) == 1


def namesakes() -> tuple[Scene, Scene]:
    """Make two of one name who have one number; nothing more is known of them."""
    one = in_china()
    other = in_china(one.collector, number="+8613900139000")
    for case in (one, other):
        number = Sealed.fresh("+8613700137009")
        perform(AddContactPoint(case.person, "phone", number), one.collector)
    return one, other


def test_who_was_told_apart_is_proposed_again_once_papers_are_equal(house, time) -> None:
    one, other = namesakes()
    asks, agrees = officers()
    decide(TellApart(match_of(one)["id"], "other"), asks, agrees)
    identified(one)
    assert match_of(one)["state"] == "apart"
    identified(other)
    found = match_of(one)
    assert (found["basis"], found["state"], found["decided_by"]) == (
        "national_id",
        "proposed",
        None,
    )
    assert len({row["counted_with"] for row in rows(person)} - {None}) == 1


def test_who_was_told_apart_on_other_papers_is_proposed_again(house, time) -> None:
    one, other = twice()
    asks, agrees = officers()
    identified(other, OTHER_ID)
    decide(TellApart(match_of(one)["id"], "papers"), asks, agrees)
    identified(one)  # the same as before: nothing is known anew
    assert match_of(one)["state"] == "apart"
    identified(other)
    assert match_of(one)["state"] == "proposed"
    assert len({row["counted_with"] for row in rows(person)} - {None}) == 1


def test_nobody_agrees_to_what_was_asked_before_papers_were_equal(house, time) -> None:
    one, other = namesakes()
    asks, agrees = officers()
    waiting = perform(TellApart(match_of(one)["id"], "other"), asks).waiting
    for case in (one, other):
        identified(case)
    assert (match_of(one)["basis"], match_of(one)["state"]) == ("national_id", "proposed")
    with pytest.raises(Refusal) as no:
        perform(Approve(waiting), agrees)
    assert no.value.verdict.rule == "approval.stale"
    assert match_of(one)["state"] == "proposed"


def test_one_person_reads_as_one_file(house, time) -> None:
    one, other = twice()
    one.call()
    other.call("effective_conversation")
    seed(
        consent,
        person_id=other.person,
        kind="extra_calls",
        at="2026-11-01",
        source="form",
        created_at=LONG_AGO,
        version=1,
    )
    asks, agrees = officers()
    decide(MergePeople(match_of(one)["id"], "papers", other.person), asks, agrees)
    assert {row["main_id"] for row in rows(person)} == {other.person}
    assert len(answer(ContactsOfPerson(one.person), one.collector)["items"]) == 2
    (alike,) = answer(OnePerson(one.person), one.collector)["alike"]
    assert (alike["merged"], alike["main"], alike["id"]) == (True, True, other.person)
    assert len(facts(one, time.now)["consents"]) == 1  # what one allowed, both allowed
    assert len(facts(one, time.now)["history"]) == 2


def test_a_merge_is_undone_by_two_and_leaves_them_counted_together(house, time) -> None:
    one, other = twice()
    asks, agrees = officers()
    decide(MergePeople(match_of(one)["id"], "papers"), asks, agrees)
    assert {row["main_id"] for row in rows(person)} == {min(one.person, other.person)}
    decide(ReopenMatch(match_of(one)["id"], "typed_wrong"), agrees, asks)
    assert match_of(one)["state"] == "proposed"
    assert {row["main_id"] for row in rows(person)} == {None}
    assert len({row["counted_with"] for row in rows(person)} - {None}) == 1
    assert answer(ContactsOfPerson(one.person), one.collector)["items"] == []


def test_undoing_that_they_are_two_binds_at_once(house, time) -> None:
    one, other = twice()
    asks, agrees = officers()
    decide(TellApart(match_of(one)["id"], "papers"), asks, agrees)
    permits = [case.ask()["id"] for case in (one, other)]
    assert perform(ReopenMatch(match_of(one)["id"], "other"), asks).waiting is None
    assert len({row["counted_with"] for row in rows(person)} - {None}) == 1
    ended = {row["permit_id"] for row in rows(permit_event)}
    assert ended & set(permits)  # two reservations for one man are one too many


def test_what_is_decided_is_undone_first(house, time) -> None:
    one, _ = twice()
    asks, agrees = officers()
    match = match_of(one)["id"]
    with pytest.raises(Refusal) as no:
        perform(ReopenMatch(match, "other"), asks)
    assert no.value.rule == "match.undecided"
    decide(MergePeople(match, "papers"), asks, agrees)
    for again in (MergePeople(match, "papers"), TellApart(match, "papers")):
        with pytest.raises(Refusal) as no:
            perform(again, asks)
        assert no.value.rule == "match.decided"


def test_both_are_read_in_the_file_of_one_of_the_two(house, time) -> None:
    one, _ = twice()
    asks, _ = officers()
    with pytest.raises(Invalid):
        perform(MergePeople(match_of(one)["id"], "papers", new_id()), asks)
    with pytest.raises(Missing):
        perform(TellApart(new_id(), "papers"), asks)


def test_whoever_works_cases_does_not_decide(house, time) -> None:
    one, _ = twice()
    match = match_of(one)["id"]
    for role in (Role.TEAM_LEADER, Role.SUPERVISOR, Role.DATA_STEWARD, Role.AUDITOR):
        for act in (TellApart(match, "papers"), MergePeople(match, "papers")):
            with pytest.raises(Refusal) as no:
                perform(act, make_account(role))
            assert no.value.by_permission
        with pytest.raises(Refusal):
            answer(Matches(), make_account(role))


def test_the_list_and_the_pair_show_each_beside_the_other(house, time) -> None:
    one, other = twice()
    asks, agrees = officers()
    listed = answer(Matches(), agrees)
    (item,) = listed["items"]
    assert {each["id"] for each in item["people"]} == {one.person, other.person}
    found = answer(OneMatch(item["id"]), agrees)
    assert [each["id"] for each in found["people"]] == [item["one_id"], item["other_id"]]
    assert "7123" not in str(found["people"][0]["national_id"])  # masked
    assert (found["shared"], found["waits"]) == ([], None)
    perform(TellApart(item["id"], "papers"), asks)
    assert answer(OneMatch(item["id"]), agrees)["waits"]
    assert answer(Matches(MatchState.APART), agrees)["items"] == []


def test_a_stranger_is_not_named_on_a_file(house, time) -> None:
    one, _ = twice()
    perform(CreatePerson(national_id=Sealed.fresh(ID)), make_account(Role.COMPLIANCE_OFFICER))
    alike = answer(OnePerson(one.person), one.collector)["alike"]
    assert sorted(each["in_reach"] for each in alike) == [False, True]


def test_two_who_decide_at_once_decide_once(house, time) -> None:
    one, other = twice()
    match = match_of(one)["id"]
    asks, agrees = officers()
    waiting = [perform(TellApart(match, "papers"), asks).waiting]
    waiting.append(perform(MergePeople(match, "papers"), asks).waiting)
    at_once([lambda which=which: perform(Approve(which), agrees) for which in waiting])
    row = match_of(one)
    together = {each["counted_with"] for each in rows(person)} == {min(one.person, other.person)}
    assert together is (row["state"] == "merged")


def test_one_number_given_to_two_namesakes_at_once(house, time) -> None:
    one = in_china()
    other = in_china(one.collector, number="+8613900139000")  # the same name
    acts = [
        AddContactPoint(c.person, "phone", Sealed.fresh("+8613700137000")) for c in (one, other)
    ]
    at_once([lambda act=act: perform(act, one.collector) for act in acts])
    assert match_of(one)["basis"] == "number_and_name"


def test_by_program(house, time, program) -> None:
    one, other = twice()
    officer = program(Role.COMPLIANCE_OFFICER)
    (item,) = officer.get("/matches").json["items"]
    at = f"/matches/{item['id']}"
    assert {each["id"] for each in item["people"]} == {str(one.person), str(other.person)}
    assert officer.get(at).json["shared"] == []
    assert officer.get("/matches", state="merged").json["items"] == []
    for wrong in ({}, {"reason": "because"}, {"reason": 7}, {"reason": "papers", "main_id": "x"}):
        assert officer.post(f"{at}/merge", wrong).status_code == 422
    assert officer.get("/matches", state="perhaps").status_code == 422
    assert officer.get("/matches", after="torn").status_code == 422
    assert officer.get(f"/matches/{new_id()}").status_code == 404
    assert officer.post(f"{at}/apart", {"reason": "papers"}).status_code == 202
    assert program(Role.COLLECTOR).get("/matches").status_code == 403


def test_on_the_page(house, time, browser) -> None:
    one, other = twice()
    officer = browser(Role.COMPLIANCE_OFFICER)
    assert 'href="/matches"' in officer.get("/people").text
    at = f"/matches/{match_of(one)['id']}"
    assert f'href="{at}"' in officer.get("/matches").text
    assert "Ask to make them one" in officer.get(at).text
    assert officer.post(f"{at}/merge", reason="papers", main_id=str(one.person)).status_code == 303
    page = officer.get(at).text
    assert "Waits for a second person" in page
    assert "Ask to make them one" not in page
    second = browser(Role.PRIVACY_OFFICER)
    card = second.get("/approvals").text
    assert f'href="{at}"' in card
    assert "Their papers were compared" in card
    file = officer.get(f"/people/{one.person}").text
    assert "May be one person" in file
    assert f'href="/people/{other.person}"' in file


def test_the_file_says_that_others_have_the_number(house, time, browser) -> None:
    one = in_china()
    other = in_china(one.collector, number="+8613900139000")
    make_point(other.person, "+8613800138000")
    (point,) = answer(OnePerson(one.person), one.collector)["points"]
    assert point["others"] == 1
    officer = browser(Role.SUPERVISOR, team_id=one.collector.team_id)
    assert "One more person has this number." in officer.get(f"/people/{one.person}").text
    perform(EndContactPoint(one.point, "wrong_number"), one.collector)
    known = officer.get(f"/people/{one.person}/edit").text
    assert "The same number still stands on one other file." in known
