"""A new house contacts nobody before it knows what others were told, or two people attest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from crm.contacts.actions.day_one import AttestDayOne
from crm.contacts.actions.unpermitted import ImportContact
from crm.contacts.models import day_one, finding
from crm.contacts.queries import day_one as known
from crm.contacts.queries.day_one import SetUp
from crm.contacts.rules.day_one import DayOne, reaches_back, unanswered
from crm.gate import generation
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.rulebook.shelf import shipped_books
from crm.rulebook.wishes import WISHES, wishes
from crm.storage.bookkeeping import bookkeep
from crm.storage.database import database
from tests.contacts.conftest import Clock
from tests.contacts.filing import bring_in
from tests.contacts.scene import in_china, rows
from tests.factories import make_account, make_loan
from tests.rulebook.drafting import limits, noticed, published
from tests.visitors import Browser, Program

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def new(house: object) -> None:
    """A house where nothing was answered yet."""
    bookkeep(delete(day_one))
    known.look_again()


def attest(question: str) -> None:
    asked = perform(AttestDayOne(question), make_account(Role.DATA_STEWARD))
    assert asked.waiting is not None
    perform(Approve(asked.waiting), make_account(Role.COMPLIANCE_OFFICER))


@pytest.mark.parametrize(
    ("answered", "left"),
    [
        ((), ("stops", "contacts")),
        (("stops",), ("contacts",)),
        (("contacts", "stops"), ()),
    ],
)
def test_what_is_still_open(answered: tuple[str, ...], left: tuple[str, ...]) -> None:
    assert unanswered(answered) == left


def test_how_far_back_contacts_must_reach() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert not reaches_back(None, now, 90)
    assert reaches_back(now - timedelta(days=90), now, 90)
    assert not reaches_back(now - timedelta(days=89, hours=23), now, 90)


@pytest.mark.both
def test_no_permit_before_both_parts_are_answered(new: None, time: Clock) -> None:
    scene = in_china()
    for question in DayOne:
        with pytest.raises(Refusal) as no:
            scene.ask()
        assert no.value.rule == "house.day_one"
        attest(question)
    assert scene.ask()["id"]


def test_another_process_hears_of_it_through_the_generation(new: None, time: Clock) -> None:
    scene = in_china()
    for question in DayOne:
        attest(question)
    known._Holder.missing = tuple(DayOne)  # as a process has it that looked before
    with database().glance() as connection:
        number = connection.execute(generation.current).scalar_one()
    assert number > 1
    assert scene.ask()["id"], "the permit reads the generation, under its locks"


def test_the_refusal_is_kept_as_a_refused_decision(
    new: None, browser: Callable[..., Browser]
) -> None:
    page = browser(Role.COMPLIANCE_OFFICER).get("/set-up").text
    assert "No permits yet" in page
    assert "/set-up" in browser(Role.ADMIN).get("/set-up").text
    assert browser(Role.COLLECTOR).get("/set-up").status_code == 403
    assert "not set up yet" in browser(Role.COLLECTOR).get("/people").text


def test_what_happened_before_is_judged_by_its_own_day(new: None, time: Clock) -> None:
    scene = in_china()
    told = ImportContact(
        person_id=scene.person,
        contact_point_id=scene.point,
        channel="call",
        direction="outbound",
        outcome="no_answer",
        started_at=time.now - timedelta(days=1),
    )
    assert perform(told, system("tests")).result["decision"]["allowed"]
    assert not rows(finding)


def test_one_person_is_not_enough_and_nobody_attests_twice(new: None) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    asked = perform(AttestDayOne("stops"), officer)
    with pytest.raises(Refusal):
        perform(Approve(asked.waiting), officer)
    assert known.missing() == (DayOne.STOPS, DayOne.CONTACTS)
    attest("stops")
    with database().glance() as connection:
        generation.notice(connection.execute(generation.current).scalar_one())
    assert known.missing() == (DayOne.CONTACTS,)
    with pytest.raises(Refusal, match=r"day_one\.answered"):
        perform(AttestDayOne("stops"), officer)
    with pytest.raises(Refusal):
        perform(AttestDayOne("contacts"), make_account(Role.COLLECTOR))


def test_programs_ask_what_is_missing(new: None, program: Callable[..., Program]) -> None:
    steward = program(Role.DATA_STEWARD)
    told = steward.get("/set-up").json
    assert told is not None
    assert told["open"] is False
    assert told["days"] == 90
    asked = steward.post("/set-up/attestations", {"question": "stops"})
    assert asked.status_code == 202
    told = steward.get("/set-up").json
    assert told is not None
    assert [one["waits"] for one in told["items"]] == [True, False]
    assert steward.post("/set-up/attestations", {"question": "all"}).status_code == 422


def test_the_form_asks_for_a_second_person(new: None, browser: Callable[..., Browser]) -> None:
    steward = browser(Role.DATA_STEWARD)
    assert steward.post("/set-up/attestations", question="contacts").status_code == 303
    assert "Waits for a second person" in steward.get("/set-up").text
    attest("stops")
    assert "Attested by two people" in steward.get("/set-up").text


def test_files_answer_it(new: None, time: Clock) -> None:
    scene = in_china()
    make_loan(scene.person, number="L-1")
    bring_in("stops", b"loan_number,kind,since\n")
    assert known.missing() == tuple(DayOne), "a file without a stop says nothing"
    bring_in("stops", [{"loan_number": "L-1", "kind": "vulnerable", "since": "2026-10-01"}])
    call = {"loan_number": "L-1", "channel": "call", "outcome": "no_answer"}
    bring_in("contacts", [call | {"at": "2026-10-01T10:00:00+08:00"}])
    known.look_again()
    assert known.missing() == (DayOne.CONTACTS,), "the longest window is 90 days"
    bring_in("contacts", [call | {"at": "2026-08-01T10:00:00+08:00"}])
    known.look_again()
    assert known.missing() == ()
    told = answer(SetUp(), system("tests"))
    assert [one["answer"] for one in told["items"]] == ["file", "file"]


@pytest.mark.parametrize("kind", ["stops", "contacts"])
def test_a_file_with_rejected_lines_answers_nothing(new: None, time: Clock, kind: str) -> None:
    scene = in_china()
    make_loan(scene.person, number="L-1")
    good = {
        "stops": {"kind": "vulnerable", "since": "2026-10-01"},
        "contacts": {"channel": "call", "outcome": "NA", "at": "2026-08-01T10:00:00+08:00"},
    }[kind]
    lines = [good | {"loan_number": number} for number in ("L-1", "L-2")]
    bring_in(kind, lines)
    known.look_again()
    assert known.missing() == tuple(DayOne)
    make_loan(scene.person, number="L-2")
    bring_in(kind, lines)
    known.look_again()
    assert DayOne(kind) not in known.missing()


def test_set_up_tells_where_the_wishes_of_people_bind(time: Clock) -> None:
    """By the law in some places; by the house, once its three limits are on, in all."""
    compliance = make_account(Role.COMPLIANCE_OFFICER)
    assert answer(SetUp(), compliance)["wishes"]["by_house"] is False
    begins = time.now.date() + timedelta(days=1)
    published(limits(compliance, *sorted(WISHES), begins=begins), compliance)
    noticed()
    assert answer(SetUp(), compliance)["wishes"]["by_house"] is False
    time.forward(days=2)
    assert answer(SetUp(), compliance)["wishes"]["by_house"] is True


def test_all_three_wishes_must_bind() -> None:
    told = wishes(shipped_books(), datetime(2026, 11, 25, tzinfo=UTC))
    assert (told.by_law, told.by_house) == (5, False)
    assert told.books == len(set(shipped_books().ids) - {"HOUSE"})
