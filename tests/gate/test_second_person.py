"""What needs a second person waits, and is judged again when one agrees."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from crm import clock
from crm.gate.action import Action
from crm.gate.actions import Approve, Decline
from crm.gate.answer import answer
from crm.gate.approvals import LASTS, approval
from crm.gate.errors import Missing, Refusal, Stale
from crm.gate.perform import perform
from crm.gate.queries import MyRequests
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.identity.models import account
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.factories import make_account, make_team
from tests.gate.plays import Found, Rename, names, told
from tests.touching import touch

pytestmark = pytest.mark.both

NO = Sealed.fresh("The number is his after all")


@pytest.fixture
def here(house) -> UUID:
    """The team everybody is in."""
    return make_team("Here")


@pytest.fixture
def asker(here: UUID) -> Actor:
    """A collector."""
    return make_account(Role.COLLECTOR, team_id=here)


@pytest.fixture
def leader(here: UUID) -> Actor:
    """Who may agree in that team."""
    return make_account(Role.TEAM_LEADER, team_id=here)


def change(table, row_id, **values) -> None:
    """Change a row through the door."""
    touch(table, {"id": row_id, **values})


def states() -> list[str]:
    with database().read() as connection:
        return list(connection.execute(select(approval.c.state)).scalars())


def closed_as_stale(asked: UUID, leader: Actor) -> None:
    """Agree in vain: nothing is done, the request is closed, and the ledger says both."""
    before = names()
    with pytest.raises(Refusal) as no:
        perform(Approve(asked), leader)
    assert no.value.rule == "approval.stale"
    assert (names(), states()[0]) == (before, "stale")
    last = told()[-1]
    assert (last.action, last.outcome, last.rule) == (
        "gate.request.approved",
        "refused",
        "approval.stale",
    )


def test_a_request_waits_and_nothing_has_happened(here: UUID, asker: Actor) -> None:
    done = perform(Rename(here, "There"), asker)
    assert done.waiting == done.result["id"]
    assert names() == {"Here"}
    assert states() == ["waiting"]
    assert [(line.outcome, line.rule) for line in told()] == [("asked", "team.name")]


def test_asked_again_while_it_waits_it_stays_one_request(here, asker, leader) -> None:
    asked = [perform(Rename(here, "There"), asker).waiting for _ in range(2)]
    assert len(set(asked)) == len(states()) == 1
    assert [line.outcome for line in told()] == ["asked", "asked"]
    assert perform(Rename(here, "Elsewhere"), asker).waiting not in asked
    another = make_account(Role.COLLECTOR, team_id=here)
    assert perform(Rename(here, "There"), another).waiting not in asked
    perform(Decline(asked[0], NO), leader)
    assert perform(Rename(here, "There"), asker).waiting not in asked


def test_whoever_asks_is_told_where_nobody_may_agree(here, asker) -> None:
    perform(Rename(here, "There"), asker)
    make_account(Role.TEAM_LEADER, team_id=make_team("Other"))
    make_account(Role.TEAM_LEADER, team_id=here, active=False)

    def nobody() -> bool:
        (one,) = answer(MyRequests(), asker)["items"]
        found: bool = one["nobody"]
        return found

    assert nobody()
    make_account(Role.TEAM_LEADER, team_id=here)
    assert not nobody()


def test_once_agreed_it_happens_in_the_askers_name(here, asker, leader) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    perform(Approve(asked), leader)
    assert names() == {"There", "with There"}
    assert states() == ["approved"]
    agreed, renamed, founded = told()[1:]
    assert (agreed.action, agreed.actor) == ("gate.request.approved", str(leader.id))
    for line in (renamed, founded):
        assert line.actor == str(asker.id)
        assert line.details["agreed_by"] == str(leader.id)
        assert line.details["asked_in"] == str(asked)
    assert renamed.details["by"] == str(asker.id)


def test_once_declined_it_does_not(here, asker, leader) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    perform(Decline(asked, NO), leader)
    assert (names(), states()) == ({"Here"}, ["declined"])
    for decision in (Approve(asked), Decline(asked, NO)):
        with pytest.raises(Stale):
            perform(decision, leader)


def test_a_request_is_answered_once(here, asker, leader) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    perform(Approve(asked), leader)
    with pytest.raises(Stale):
        perform(Approve(asked), leader)
    assert told()[-1].rule == "edit.stale"


def test_nobody_agrees_with_himself(here: UUID, leader: Actor) -> None:
    asked = perform(Rename(here, "There"), leader).waiting
    for decision in (Approve(asked), Decline(asked, NO)):
        with pytest.raises(Refusal) as no:
            perform(decision, leader)
        assert no.value.rule == "approval.second_person"
    assert states() == ["waiting"]


def test_a_leader_of_another_team_does_not_even_see_it(here, asker) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    stranger = make_account(Role.TEAM_LEADER, team_id=make_team("Elsewhere"))
    with pytest.raises(Missing):
        perform(Approve(asked), stranger)
    assert states() == ["waiting"]


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.ADMIN, Role.AUDITOR])
def test_not_everybody_may_agree(here, asker, role: Role) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    with pytest.raises(Refusal) as no:
        perform(Approve(asked), make_account(role, team_id=here))
    assert no.value.by_permission


def test_not_everybody_who_may_agree_may_agree_to_everything(here, asker, monkeypatch) -> None:
    """A privacy officer may agree, but not to what concerns the books alone."""
    from crm.gate.permissions import Permission

    asked = perform(Rename(here, "There"), asker).waiting
    monkeypatch.setattr(Rename, "needs", Permission.CHANGE_BOOKS)
    with pytest.raises(Refusal) as no:
        perform(Approve(asked), make_account(Role.PRIVACY_OFFICER))
    assert no.value.rule == "permission.approve"


def test_a_role_lost_meanwhile_no_longer_counts(here, asker, leader) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    change(account, asker.id, role=Role.MANAGEMENT)
    with pytest.raises(Refusal) as no:
        perform(Approve(asked), leader)
    assert no.value.rule == "approval.requester"
    assert (names(), states()) == ({"Here"}, ["waiting"])
    assert told()[-1].rule == "approval.requester"


@pytest.mark.parametrize(
    "gone", [{"active": False}, {"valid_until": clock.now() - timedelta(days=1)}]
)
def test_whoever_has_left_asks_for_nothing(here, asker, leader, gone) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    change(account, asker.id, **gone)
    closed_as_stale(asked, leader)


def test_a_subject_changed_meanwhile_must_be_asked_about_again(here, asker, leader) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    perform(Rename(here, "Nowhere", alone=True), leader)
    closed_as_stale(asked, leader)
    assert "There" not in names()
    with pytest.raises(Stale):
        perform(Approve(asked), leader)
    assert perform(Rename(here, "There"), asker).waiting != asked


def test_a_subject_that_is_gone_must_be_asked_about_again(here, asker, leader, monkeypatch) -> None:
    asked = perform(Rename(here, "There"), asker).waiting

    def gone(*_: object) -> None:
        raise Missing("team")

    monkeypatch.setattr(Rename, "subject", gone)
    closed_as_stale(asked, leader)


def test_what_meets_another_change_while_it_is_done_must_be_asked_again(
    here, asker, leader
) -> None:
    """As the correction of a record that was corrected meanwhile."""
    asked = perform(Found("A", answer="second", raises="stale"), asker).waiting
    closed_as_stale(asked, leader)
    assert names() == {"Here"}


def test_whoever_answers_a_stale_request_last_does_not_close_it_again(
    here, asker, leader, monkeypatch
) -> None:
    """Another answer may come between the no and its record."""
    asked = perform(Rename(here, "There"), asker).waiting
    perform(Rename(here, "Nowhere", alone=True), leader)
    real = Approve.undone

    def overtaken(self: Approve, work: Work, no: Refusal | Stale) -> Refusal | Stale:
        monkeypatch.undo()
        work.change(approval, self.request_id, state="declined")
        return real(self, work, no)

    monkeypatch.setattr(Approve, "undone", overtaken)
    with pytest.raises(Stale):
        perform(Approve(asked), leader)
    assert states() == ["declined"]


def test_an_action_that_has_another_shape_by_now_is_stale(here, asker, leader, monkeypatch) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    monkeypatch.setattr(Rename, "document_version", 4)
    closed_as_stale(asked, leader)


def test_an_action_that_is_no_more_cannot_be_decided(here, asker, leader, monkeypatch) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    monkeypatch.delitem(Action.catalogue, "tests.team.renamed")
    with pytest.raises(Refusal):
        perform(Approve(asked), leader)


def test_a_request_that_nobody_answered_in_time_is_stale(here, asker, leader, monkeypatch) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    later = clock.now() + LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    closed_as_stale(asked, leader)


def test_what_waited_too_long_can_still_be_declined(here, asker, leader, monkeypatch) -> None:
    asked = perform(Rename(here, "There"), asker).waiting
    later = clock.now() + LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    perform(Decline(asked, NO), leader)
    assert states() == ["declined"]


def test_a_rule_that_refuses_meanwhile_refuses(here, asker, leader, monkeypatch) -> None:
    from crm.gate.verdict import refuse

    asked = perform(Found("A", answer="second"), asker).waiting
    monkeypatch.setattr(Found, "check", lambda *_: refuse("team.full", "No."))
    with pytest.raises(Refusal) as no:
        perform(Approve(asked), leader)
    assert no.value.rule == "team.full"
    assert (names(), states()) == ({"Here"}, ["waiting"])


def test_there_is_no_such_request(leader) -> None:
    for decision in (Approve(leader.id), Decline(leader.id, NO)):
        with pytest.raises(Missing):
            perform(decision, leader)


def test_a_part_may_wait_while_the_rest_is_done(here, asker, leader) -> None:
    perform(Found("A", parts=(Found("B", answer="second"),)), asker)
    assert names() == {"Here", "A"}
    assert states() == ["waiting"]
    assert [line.outcome for line in told()] == ["done", "asked"]


def test_parts_of_what_was_agreed_to_are_agreed_to(here, asker, leader) -> None:
    inner = Found("B", answer="second")
    asked = perform(Found("A", answer="second", parts=(inner,)), asker).waiting
    perform(Approve(asked), leader)
    assert names() == {"Here", "A", "B"}
    assert states() == ["approved"]


def test_what_waits_is_sealed_and_comes_back_whole(here, asker, leader) -> None:
    secret = "canary-9f31-request"
    asked = perform(Found("A", answer="second", secret=Sealed.fresh(secret)), asker).waiting
    with database().read() as connection:
        row = connection.execute(select(approval)).one()
    assert secret.encode() not in bytes(row.document)
    perform(Approve(asked), leader)
    assert "A" in names()


def test_two_who_answer_at_once_answer_once(here, asker, leader) -> None:
    from concurrent.futures import ThreadPoolExecutor

    asked = perform(Found("A", answer="second"), asker).waiting
    other = make_account(Role.SUPERVISOR, team_id=here)

    def answer(who: Actor) -> str:
        try:
            perform(Approve(asked), who)
        except Stale:
            return "stale"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, [leader, other])) == ["done", "stale"]
    assert states() == ["approved"]
    assert sorted(names()) == ["A", "Here"]
