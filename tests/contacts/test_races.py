"""When many want the same: exactly as many get it as the law allows."""

import threading
import time as wall
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import pytest

from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.contacts.actions.batch import RequestPermits, Wanted
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.contacts.decisions import unpacked
from crm.contacts.models import contact, decision, permit, permit_event
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from tests.contacts.child import Child
from tests.contacts.scene import Scene, in_china, rows
from tests.factories import make_evidence, make_party, make_person, make_point

pytestmark = pytest.mark.both

SIXTEEN = 16


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all acts at the same moment, each in a thread; return what came of each."""
    gate = threading.Barrier(len(acts))
    told: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            told[number] = act()
        except Refusal as no:
            told[number] = no.verdict.rule

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def permits_of(told: Sequence[object]) -> list[UUID]:
    return [answer["id"] for answer in told if isinstance(answer, dict)]


@pytest.fixture
def children() -> Iterator[list[Child]]:
    """Four more processes."""
    made = [Child() for _ in range(4)]
    for child in made:
        child.wait()
    yield made
    for child in made:
        child.end()


def five_unanswered(case: Scene, time) -> None:
    """Leave one slot of the six that the day has for the number."""
    time.set("2026-11-25T09:00:00+08:00")
    for _ in range(5):
        case.call("no_answer")
        time.forward(minutes=30)


def test_one_slot_and_sixteen_threads(house, time) -> None:
    case = in_china()
    told = at_once([case.ask] * SIXTEEN)
    assert len(permits_of(told)) == 1
    assert Counter(told[n] for n in range(SIXTEEN) if isinstance(told[n], str)) == {
        "HOUSE.permit.open": SIXTEEN - 1
    }
    assert len(rows(decision)) == SIXTEEN


def test_two_people_one_number_and_one_slot(house, time) -> None:
    case = in_china()
    other = in_china(case.collector, number="+8613800138000")
    five_unanswered(case, time)
    told = at_once([case.ask, other.ask] * 8)
    assert len(permits_of(told)) == 1
    assert {answer for answer in told if isinstance(answer, str)} <= {
        "CN.call_frequency.six_unanswered",
        "HOUSE.permit.open",
    }


def test_four_processes_and_sixteen_requests(house, time, children) -> None:
    case = in_china()
    other = in_china(case.collector, number="+8613800138000")
    five_unanswered(case, time)
    wanted = [RequestPermit(one.person, one.point, "call") for one in (case, other)] * 2
    start = wall.time() + 3
    for child in children:
        child.tell(wanted, case.collector, time.now, start=start)
    told = [answer for child in children for answer in child.answer().told]
    assert len(told) == SIXTEEN
    assert Counter(answer == "allowed" for answer in told) == {True: 1, False: SIXTEEN - 1}
    assert set(told) <= {"allowed", "CN.call_frequency.six_unanswered", "HOUSE.permit.open"}
    assert len(rows(permit)) == 6


def test_two_co_borrowers_of_one_account_see_each_other(house, time) -> None:
    case = in_china(account=b"\x07" * 16)
    person = make_person("Li Na", collector=case.collector)
    make_evidence(person)
    make_party(case.loan, person, "co_borrower")
    other = Scene(case.collector, person, make_point(person, "+8613700137000"), case.loan)
    for _ in range(3):
        before = len(rows(decision))
        told = at_once([case.ask, other.ask])
        assert len(permits_of(told)) == 2
        seen = [
            sum(item["outcome"] == "pending" for item in unpacked(row["document"])[0]["history"])
            for row in rows(decision)[before:]
        ]
        # Whoever came second was judged knowing of the first.
        assert sorted(seen) == [0, 1]
        time.forward(minutes=11)


def test_an_opt_out_against_a_permit(house, time) -> None:
    for round_number in range(6):
        case = in_china(number=f"+861380013810{round_number}")
        stop = RecordCircumstance(case.person, "medium_refused", scope={"channel": "call"})

        def reach(case: Scene = case) -> object:
            return case.start(case.ask()["id"])

        def refuse(case: Scene = case, stop: RecordCircumstance = stop) -> object:
            return perform(stop, case.collector).result

        told = at_once([reach, refuse])
        assert isinstance(told[1], dict)
        events = [
            event["kind"]
            for event in rows(permit_event)
            if event["permit_id"]
            in [row["id"] for row in rows(permit) if row["person_id"] == case.person]
        ]
        # It began before the wish was known, or it did not begin at all.
        assert events in (["started"], ["ended"], [])
        assert (events == ["started"]) == isinstance(told[0], dict)
        assert told[0] in ("CN.channel.refused", "permit.over") or isinstance(told[0], dict)


def test_people_and_a_batch(house, time) -> None:
    cases = [in_china()]
    cases += [in_china(cases[0].collector, number=f"+861380013820{n}") for n in range(4)]
    wanted = tuple(Wanted(case.person, case.point, "call") for case in cases)

    def batch() -> object:
        return perform(RequestPermits(wanted), cases[0].collector).result

    at_once([batch, batch, *(case.ask for case in cases), *(case.ask for case in cases)])
    assert Counter(row["person_id"] for row in rows(permit)) == {case.person: 1 for case in cases}


def test_one_record_a_permit(house, time) -> None:
    case = in_china()
    given = case.ask()["id"]
    case.start(given)

    def log(number: int) -> Callable[[], object]:
        return lambda: perform(LogContact(given, "no_answer"), case.collector, f"k{number}").result

    told = at_once([log(number) for number in range(8)])
    assert len(permits_of(told)) == 1
    assert {answer for answer in told if isinstance(answer, str)} == {"permit.logged"}
    assert len(rows(contact)) == 1


def test_a_permit_starts_once_and_is_released_or_started(house, time) -> None:
    from crm.contacts.actions.closing import ReleasePermit

    for round_number in range(4):
        case = in_china(number=f"+861380013830{round_number}")
        given = case.ask()["id"]
        acts = [
            lambda case=case, given=given: perform(StartPermit(given), case.collector).result,
            lambda case=case, given=given: perform(ReleasePermit(given), case.collector).result,
        ] * 3
        at_once(acts)
        kinds = [row["kind"] for row in rows(permit_event, permit_event.c.permit_id == given)]
        assert kinds in (["started"], ["released"])
