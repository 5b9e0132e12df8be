"""The house's default book, the first book of a place, and versions taken back before their day."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.borrowers.rules.evidence import Evidence, place_of
from crm.contacts.models import decision
from crm.contacts.queries.replays import ReplayDecision
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Refusal
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.rulebook.actions.publishing import PublishVersion, WithdrawVersion
from crm.rulebook.actions.standing_in import DraftDefaultBook
from crm.rulebook.books import DEFAULT, Books
from crm.rulebook.engine import decide
from crm.rulebook.in_force import books_in_force
from crm.rulebook.queries.books import OneBook
from crm.rulebook.queries.holidays import DefaultBook
from crm.rulebook.shelf import shipped_books
from crm.rulebook.versions.checking import check
from crm.rulebook.versions.default import stand_in
from tests.contacts.scene import in_china, in_place, rows, rules_of
from tests.factories import make_account
from tests.rulebook.drafting import LATER, back_tested, draft, noticed, officer, published, text
from tests.rulebook.drafting import version as row_of

pytestmark = pytest.mark.usefixtures("shelf", "ids_by_the_clock")

NOON = "2026-12-02T12:00:00+01:00"
NIGHT = "2026-12-02T22:30:00+01:00"


def standing_in(who, book: str = "CN", begins: date = LATER) -> Any:
    return perform(DraftDefaultBook(book, begins), who).result["id"]


def first_book(of: str, like: str = "CN") -> str:
    """Write the first book of a place with the rules of another."""
    words = text(like).replace(f"id: {like}\n", f"id: {of}\n").replace(f"id: {like}.", f"id: {of}.")
    return words.replace(f"[{like}]", f"[{of}]")


def nigeria():
    return in_place("NG", None, "Africa/Lagos")


@pytest.mark.both
def test_a_known_place_without_a_book_is_refused_until_a_default_book_judges(house, time) -> None:
    who = officer()
    time.set("2026-11-25T12:00:00+01:00")
    case = nigeria()
    found = case.refused()
    assert rules_of(found) == {"HOUSE.place.unknown"}
    published(standing_in(who), who)
    assert rules_of(case.refused()) == {"HOUSE.place.unknown"}  # its day has not come
    time.set(NOON)
    done = case.ask()
    said = {r["rule"]: r for r in done["decision"]["reasons"]}
    assert said["HOUSE.place.default_book"]["effect"] == "warn"
    assert "default book judges" in said["HOUSE.place.default_book"]["why"]
    assert {book["id"] for book in done["decision"]["rulebooks"]} == {DEFAULT, "HOUSE"}
    time.set(NIGHT)
    night = nigeria_at_night()
    assert rules_of(night) == {"DEFAULT.hours.night"}
    assert night["next_allowed_at"] == "2026-12-03T08:00:00+01:00"
    again = answer(ReplayDecision(rows(decision)[-1]["id"]), who)
    assert str(again["answer"]) == "same"


def nigeria_at_night():
    return in_place("NG", None, "Africa/Lagos", number="+2348031230000").refused()


def test_whoever_has_a_book_is_not_judged_by_the_default(house, time) -> None:
    who = officer()
    published(standing_in(who, "US-FED"), who)
    time.set("2026-12-02T12:00:00+08:00")
    done = in_china().ask()
    assert {book["id"] for book in done["decision"]["rulebooks"]} == {"CN", "HOUSE"}
    assert rules_of(done["decision"]) == set()
    assert all(reason["rule"].startswith("CN.") for reason in done["decision"]["reasons"])


@pytest.mark.parametrize("book", ["HOUSE", "DEFAULT", "HOLIDAYS", "XX", ""])
def test_only_a_book_of_law_stands_in(house, time, book) -> None:
    with pytest.raises(Invalid) as fault:
        standing_in(officer(), book)
    assert "book" in fault.value.fields


@pytest.mark.parametrize("book", [b for b in shipped_books().ids if b != "HOUSE"])
def test_any_book_of_law_can_stand_in_and_judges_as_it_does(book) -> None:
    shipped = shipped_books()
    own = check(stand_in(shipped.versions(book)[-1], LATER))
    others = [one for name in shipped.ids for one in shipped.versions(name)]
    facts = {
        "jurisdictions": [book],
        "collector_role": "third_party",
        "time_zones": ["Africa/Lagos"],
        "proposed": {"at": "2026-12-06T23:30:00+01:00", "channel": "call", "target": "borrower"},
    }
    was = decide(facts, Books(others))
    found = decide(facts | {"jurisdictions": [DEFAULT]}, Books([*others, own]))
    renamed = {rule.replace(f"{book}.", "DEFAULT.", 1) for rule in rules_of(was)}
    house = {rule for rule in rules_of(was) if rule.startswith("HOUSE.")}
    assert rules_of(found) | house >= {r for r in renamed if r.startswith("DEFAULT.")}
    assert found["allowed"] == was["allowed"]


def test_what_is_asked_of_the_default_book(house, time) -> None:
    who = officer()
    found = answer(DefaultBook(), make_account(Role.COLLECTOR))
    assert (found["judges"], found["table"], found["draft_id"]) == (False, None, None)
    one = standing_in(who)
    assert answer(DefaultBook(), who)["draft_id"] == one
    published(one, who)
    noticed()
    found = answer(DefaultBook(), who)
    assert (found["judges"], found["table"]["version"]) == (False, "2026-12-01")
    time.set(NOON)
    assert answer(DefaultBook(), who)["judges"]
    assert DEFAULT not in {choice["id"] for choice in found["choices"]}


def test_places_are_weighed_with_what_judges_and_what_is_to_come() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    here = [Evidence("address", at, country="NG", zones=("Africa/Lagos",))]
    nowhere = [Evidence("area_code", at, zones=("Africa/Lagos",))]
    ohio = [Evidence("address", at, country="US", region="US-OH", zones=("America/New_York",))]
    assert place_of(here, at, {"CN"}).jurisdictions == ()
    assert place_of(here, at, {"CN", DEFAULT}).jurisdictions == (DEFAULT,)
    assert place_of(nowhere, at, {DEFAULT}).jurisdictions == ()
    assert place_of(here, at, {DEFAULT}, {"NG"}).jurisdictions == (DEFAULT, "NG")
    assert place_of(here, at, {"CN"}, {"NG", DEFAULT}).jurisdictions == ()
    assert place_of(ohio, at, {"US-FED", DEFAULT}).jurisdictions == ("US-FED",)
    both = place_of(ohio, at, {"US-FED"}, {"US-OH"})
    assert both.jurisdictions == ("US-FED", "US-OH")


@pytest.mark.both
def test_the_first_book_of_a_place_judges_from_its_day_on(house, time) -> None:
    who = officer()
    time.set("2026-11-25T12:00:00+01:00")
    published(draft(who, first_book("NG")), who)
    case = nigeria()
    assert rules_of(case.refused()) == {"HOUSE.place.unknown"}
    time.set("2026-12-01T12:00:00+01:00")
    done = case.ask()
    assert {"NG", "HOUSE"} == {book["id"] for book in done["decision"]["rulebooks"]}


def test_before_the_first_book_of_a_part_its_country_judges_and_the_search_knows_both(
    house, time
) -> None:
    who = officer()
    time.set("2026-11-25T12:00:00+08:00")
    late = first_book("CN-XJ").replace('from: "08:00"', 'from: "11:00"')
    published(draft(who, late), who)
    time.set("2026-11-30T23:00:00+08:00")
    case = in_place("CN", "CN-XJ", "Asia/Shanghai")
    found = case.refused()
    assert rules_of(found) == {"CN.hours.night"}
    assert found["next_allowed_at"] == "2026-12-01T11:00:00+08:00"


def test_a_book_of_the_release_stands_for_the_law_before_it_too() -> None:
    books = shipped_books()
    long_ago = books.versions("CN")[0].starts.replace(year=2000)
    assert "CN" in books.shelved(long_ago).judging
    assert not books.shelved(long_ago).coming
    assert "HOUSE" not in books.shelved(long_ago).judging


# Taken back.


def refused(action, actor) -> str:
    with pytest.raises(Refusal) as no:
        perform(action, actor)
    return no.value.rule


def withdrawn(one, who) -> None:
    waiting = perform(WithdrawVersion(one), who).waiting
    perform(Approve(waiting), officer())


@pytest.mark.both
def test_a_version_is_taken_back_before_its_day_by_two_people(house, time) -> None:
    who = officer()
    one = draft(who, text("CN").replace('to: "22:00"', 'to: "20:00"'))
    published(one, who)
    time.set("2026-11-30T23:00:00+08:00")
    late = in_china(number="+8613800138009")
    late.refused()
    stored = rows(decision)[-1]["id"]
    request = perform(WithdrawVersion(one), who).waiting
    assert row_of(one).state == "published"
    assert refused(Approve(request), who) == "approval.second_person"
    perform(Approve(request), officer())
    assert row_of(one).state == "withdrawn"
    assert str(answer(ReplayDecision(stored), who)["answer"]) == "same"
    time.set("2026-12-01T21:00:00+08:00")
    assert in_china().ask()["decision"]["allowed"]
    stored = rows(decision)[-1]["id"]
    assert str(answer(ReplayDecision(stored), who)["answer"]) == "same"
    assert [v.version for v in books_in_force().versions("CN")][-1] != "2026-12-01"
    (gone,) = answer(OneBook("CN"), who)["withdrawn"]
    assert gone["version"] == "2026-12-01"
    assert refused(WithdrawVersion(one), who) == "book.not_published"
    again = draft(who, begins=date(2026, 12, 9))
    published(again, who)
    assert row_of(again).state == "published"


def test_what_was_taken_back_may_be_published_anew_for_the_same_day(house, time) -> None:
    who = officer()
    one = draft(who, text("CN").replace('to: "22:00"', 'to: "20:00"'))
    published(one, who)
    withdrawn(one, who)
    time.forward(minutes=1)
    again = draft(who)
    published(again, who)
    noticed()
    assert [v.sha256 for v in books_in_force().versions("CN")][-1] == row_of(again).sha256
    time.set("2026-12-01T21:00:00+08:00")
    assert in_china().ask()["decision"]["allowed"]
    assert str(answer(ReplayDecision(rows(decision)[-1]["id"]), who)["answer"]) == "same"


def test_what_has_judged_or_came_with_the_house_stays(house, time) -> None:
    who = officer()
    one = draft(who)
    assert refused(WithdrawVersion(one), who) == "book.not_published"
    published(one, who)
    later = draft(who, begins=date(2026, 12, 9))
    published(later, who)
    assert refused(WithdrawVersion(one), who) == "book.not_last"
    time.set("2026-12-08T22:00:00+08:00")
    request = perform(WithdrawVersion(later), who).waiting
    time.set("2026-12-09T00:00:00+08:00")
    assert refused(Approve(request), officer()) == "book.in_force"
    assert refused(WithdrawVersion(one), who) == "book.in_force"
    assert row_of(later).state == "published"
    for role in (Role.COLLECTOR, Role.ADMIN, Role.AUDITOR):
        assert refused(WithdrawVersion(later), make_account(role)) == "permission.denied"


def test_a_draft_upon_what_was_taken_back_is_looked_at_again(house, time) -> None:
    who = officer()
    one = draft(who)
    published(one, who)
    noticed()
    follower = draft(who, begins=date(2026, 12, 9))
    back_tested(follower)
    withdrawn(one, who)
    assert refused(PublishVersion(follower), who) == "book.moved_on"


def test_a_first_book_taken_back_leaves_nothing(house, time) -> None:
    who = officer()
    one = draft(who, first_book("NG"))
    published(one, who)
    noticed()
    assert "NG" in books_in_force().ids
    withdrawn(one, who)
    noticed()
    assert "NG" not in books_in_force().ids
