"""The law of the house changed: by two people, from a day on, at once in every process."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest

from crm import clock
from crm.audit.models import audit_entry
from crm.contacts.models import decision
from crm.contacts.queries.replays import ReplayDecision
from crm.gate import generation
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.rulebook.actions.drafting import DiscardDraft, SaveDraft
from crm.rulebook.actions.publishing import AdoptBooks, PublishVersion, take_release
from crm.rulebook.books import Books
from crm.rulebook.in_force import books_in_force, put_up
from crm.rulebook.models import book_version
from crm.rulebook.queries.drafts import Drafts, NewDraft, OneDraft
from crm.rulebook.shelf import read_text, shipped_books
from crm.rulebook.versions import kept
from crm.rulebook.versions.limits import Stricter
from tests.contacts.scene import in_china, rows, rules_of
from tests.factories import make_account
from tests.rulebook.drafting import (
    LATER,
    asked,
    back_tested,
    draft,
    limits,
    noticed,
    officer,
    published,
    text,
    version,
)

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("shelf")]

SEVEN_DAYS = "HOUSE.china.seven_days"


def refused(action, actor):
    with pytest.raises(Refusal) as no:
        perform(action, actor)
    return no.value.rule


def test_a_draft_judges_nobody(house, time) -> None:
    who = officer()
    draft(who)
    noticed()
    assert books_in_force().versions("CN") == shipped_books().versions("CN")


def test_a_published_version_judges_from_its_day_on_and_not_before(house, time) -> None:
    who = officer()
    published(draft(who, text("CN").replace('to: "22:00"', 'to: "20:00"')), who)
    case = in_china()
    time.set("2026-11-30T21:00:00+08:00")
    assert case.ask()["decision"]["allowed"]
    time.set("2026-12-01T21:00:00+08:00")
    other = in_china(number="+8613800138001")
    found = other.refused()
    assert rules_of(found) == {"CN.hours.night"}
    assert {"id": "CN", "version": "2026-12-01"}.items() <= found["rulebooks"][0].items()


def test_the_search_ahead_knows_the_version_that_is_to_come(house, time) -> None:
    who = officer()
    published(draft(who, text("CN").replace('from: "08:00"', 'from: "10:00"')), who)
    time.set("2026-11-30T23:00:00+08:00")
    assert in_china().refused()["next_allowed_at"] == "2026-12-01T10:00:00+08:00"


def test_a_limit_switched_on_by_the_form_refuses_once_its_day_has_come(house, time) -> None:
    who = officer()
    published(limits(who, SEVEN_DAYS), who)
    time.set("2026-12-02T12:00:00+08:00")
    case = in_china()
    case.call("conversation")
    assert rules_of(case.refused()) == {SEVEN_DAYS}


def test_a_rule_of_law_is_made_stricter_by_the_form(house, time) -> None:
    who = officer()
    rule = "CN.call_frequency.six_unanswered"
    published(limits(who, tightened=(Stricter(rule, limit=1),)), who)
    time.set("2026-12-02T12:00:00+08:00")
    case = in_china()
    case.call("no_answer")
    assert rules_of(case.refused()) == {"HOUSE.cn.call_frequency.six_unanswered"}


def test_every_process_sees_it_at_its_next_question(house, time) -> None:
    who = officer()
    perform(AdoptBooks(), system("tests"))
    noticed()
    before = books_in_force()
    published(draft(who), who)
    assert books_in_force() is before  # this process has not looked yet
    noticed()
    assert books_in_force().versions("CN")[-1].version == "2026-12-01"
    put_up(None)
    case = in_china()
    generation._seen = 0  # a process that has heard of nothing
    case.ask()
    assert books_in_force().versions("CN")[-1].version == "2026-12-01"


def test_a_new_shelf_is_read_again_when_the_house_opens(house, time) -> None:
    who = officer()
    published(draft(who), who)
    put_up(None)
    kept.look_again()
    assert [book.version for book in books_in_force().versions("CN")][-1] == "2026-12-01"
    assert books_in_force().ids == shipped_books().ids


def test_nobody_publishes_alone(house, time) -> None:
    who = officer()
    one = draft(who)
    back_tested(one)
    request = asked(one, who)
    assert version(one).state == "draft"
    assert refused(Approve(request), who) == "approval.second_person"
    perform(Approve(request), officer())
    row = version(one)
    assert (row.state, row.approved_by == who.id) == ("published", False)


def test_whoever_wrote_it_may_not_agree_to_anothers_request(house, time) -> None:
    writer, asker = officer(), officer()
    one = draft(writer)
    back_tested(one)
    assert refused(Approve(asked(one, asker)), writer) == "book.own_draft"
    assert version(one).state == "draft"


@pytest.mark.parametrize(
    "role", [Role.COLLECTOR, Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMIN]
)
def test_only_compliance_changes_the_law_of_the_house(house, time, role) -> None:
    one = draft(officer())
    other = make_account(role)
    assert refused(SaveDraft(text(), LATER), other) == "permission.denied"
    assert refused(PublishVersion(one), other) == "permission.denied"
    with pytest.raises(Refusal):
        answer(OneDraft(one), other)


def test_what_was_not_back_tested_in_these_words_is_not_published(house, time) -> None:
    who = officer()
    one = draft(who)
    assert refused(PublishVersion(one), who) == "book.not_tested"
    back_tested(one)
    changed = text().replace("At most six unanswered", "No more than six unanswered")
    perform(SaveDraft(changed, LATER, id=one, version=1), who)
    assert refused(PublishVersion(one), who) == "book.not_tested"


def test_a_day_that_has_come_is_refused(house, time) -> None:
    who = officer()
    with pytest.raises(Invalid) as fault:
        draft(who, begins=date(2026, 11, 25))
    assert "begins" in fault.value.fields
    one = draft(who, begins=date(2026, 11, 26))
    back_tested(one)
    request = asked(one, who)
    time.set("2026-11-26T00:00:00+08:00")
    assert refused(Approve(request), officer()) == "book.past"
    assert version(one).state == "draft"


def test_of_two_drafts_at_once_the_second_is_looked_at_again(house, time) -> None:
    who, other = officer(), officer()
    first, second = draft(who), draft(other, begins=date(2026, 12, 10))
    published(first, who)
    back_tested(second)
    assert refused(PublishVersion(second), other) == "book.moved_on"
    row = version(second)
    perform(SaveDraft(row.text, id=second, version=row.version), other)
    back_tested(second)
    perform(Approve(asked(second, other)), officer())
    third = draft(who, begins=LATER)
    back_tested(third)
    assert refused(PublishVersion(third), who) == "book.not_newest"


def test_of_two_agreed_to_in_one_moment_one_is_published(house, time) -> None:
    who = officer()
    drafts = [draft(who), draft(who, begins=date(2026, 12, 10))]
    for one in drafts:
        back_tested(one)
    requests = [asked(one, who) for one in drafts]
    together = Barrier(2)

    def agree(request):
        second = officer()
        together.wait()
        try:
            perform(Approve(request), second)
        except Refusal as no:
            return no.rule
        return "published"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(agree, requests))
    assert found[1] == "published"
    assert found[0] in {"book.moved_on", "book.not_newest"}
    assert sorted(version(one).state for one in drafts) == ["draft", "published"]


def test_two_people_do_not_write_over_each_other(house, time) -> None:
    who = officer()
    one = draft(who)
    perform(SaveDraft(text(), LATER, id=one, version=1), who)
    with pytest.raises(Stale):
        perform(SaveDraft(text(), LATER, id=one, version=1), officer())


def test_a_draft_changed_after_the_request_is_not_what_was_asked_for(house, time) -> None:
    who = officer()
    one = draft(who)
    back_tested(one)
    request = asked(one, who)
    perform(SaveDraft(text(), LATER, id=one, version=1), who)
    with pytest.raises((Stale, Refusal)):
        perform(Approve(request), officer())
    assert version(one).state == "draft"


def test_what_is_broken_is_not_saved_and_says_where(house, time) -> None:
    with pytest.raises(Invalid) as fault:
        draft(officer(), text().replace("kind: hours", "kind: horoscope", 1))
    (told,) = fault.value.fields["text"]
    assert told.startswith("CN/2026-12-01.yaml:")
    assert "'horoscope' is not one of" in told
    assert not rows(book_version)


def test_a_house_limit_that_loosens_is_refused_by_name(house, time) -> None:
    words = text("HOUSE").replace("  - id: HOUSE.permit.open", "  - id: HOUSE.permit.other", 1)
    with pytest.raises(Invalid) as fault:
        draft(officer(), words)
    assert "HOUSE.permit.open is less strict in rule" in fault.value.fields["text"][0]


def test_a_limit_of_ours_goes_only_on_purpose_and_that_is_recorded(house, time) -> None:
    who = officer()
    published(limits(who, SEVEN_DAYS), who)
    with pytest.raises(Invalid, match="limits"):
        limits(who, begins=date(2026, 12, 5))
    one = limits(who, begins=date(2026, 12, 5), on_purpose=True)
    assert version(one).loosens == [SEVEN_DAYS]
    published(one, who)
    entry = rows(audit_entry, audit_entry.c.action == "rulebook.version.published")[-1]
    told = json.loads(entry["entry"])["details"]
    assert told["loosens"] == [SEVEN_DAYS]
    assert told["begins"] == "2026-12-05"


def test_what_was_put_away_or_published_stays_as_it_is(house, time) -> None:
    who = officer()
    one, two = draft(who), draft(who, text("HOUSE"))
    perform(DiscardDraft(one), who)
    published(two, who)
    for row in (version(one), version(two)):
        again = SaveDraft(row.text, LATER, id=row.id, version=row.version)
        assert refused(again, who) == "book.not_a_draft"
        assert refused(DiscardDraft(row.id), who) == "book.not_a_draft"
        assert refused(PublishVersion(row.id), who) == "book.not_a_draft"


def test_a_draft_does_not_become_another_book(house, time) -> None:
    who = officer()
    one = draft(who)
    with pytest.raises(Invalid):
        perform(SaveDraft(text("HOUSE"), LATER, id=one, version=1), who)


def test_a_new_house_takes_the_books_of_its_release_at_once(house, time) -> None:
    taken = perform(AdoptBooks(), system("tests")).result["taken"]
    books = shipped_books()
    assert taken == sum(len(books.versions(name)) for name in books.ids)
    noticed()
    assert books_in_force().ids == books.ids
    assert {row["state"] for row in rows(book_version)} == {"published"}
    assert perform(AdoptBooks(), system("tests")).result["taken"] == 0


def test_a_start_takes_what_is_new_and_otherwise_writes_nothing(house, time) -> None:
    take_release()
    count = len(rows(audit_entry))
    assert count
    take_release()
    assert len(rows(audit_entry)) == count


def test_a_release_does_not_bring_back_what_was_put_away(house, time, monkeypatch) -> None:
    perform(AdoptBooks(), system("tests"))
    _release(monkeypatch, text("CN").replace('"2026-01-30"', '"2027-01-01"'))
    perform(AdoptBooks(), system("tests"))
    (row,) = rows(book_version, book_version.c.state == "draft")
    perform(DiscardDraft(row["id"]), officer())
    assert perform(AdoptBooks(), system("tests")).result["taken"] == 0


def test_new_versions_of_a_release_arrive_as_drafts(house, time, monkeypatch) -> None:
    perform(AdoptBooks(), system("tests"))
    _release(monkeypatch, text("CN").replace('"2026-01-30"', '"2027-01-01"'))
    assert perform(AdoptBooks(), system("tests")).result["taken"] == 1
    (row,) = rows(book_version, book_version.c.state == "draft")
    assert (row["book"], row["edition"], row["origin"]) == ("CN", "2027-01-01", "release")
    who = officer()
    back_tested(row["id"])
    perform(Approve(asked(row["id"], who)), officer())
    noticed()
    assert books_in_force().versions("CN")[-1].version == "2027-01-01"


def test_a_book_gone_from_the_release_goes_on_judging(house, time, monkeypatch) -> None:
    perform(AdoptBooks(), system("tests"))
    books = shipped_books()
    without = Books(b for name in books.ids if name != "CN" for b in books.versions(name))
    monkeypatch.setattr(kept, "shipped_books", lambda: without)
    kept._shipped.cache_clear()
    try:
        put_up(None)
        kept.look_again()
        case = in_china()
        assert case.ask()["decision"]["rulebooks"][0]["id"] == "CN"
    finally:
        kept._shipped.cache_clear()


def test_a_decision_is_replayed_by_the_books_of_then(house, time, monkeypatch) -> None:
    monkeypatch.setattr(clock, "nanoseconds", lambda: int(time.now.timestamp() * 1e9))
    case = in_china()
    time.set("2026-12-01T23:00:00+08:00")
    assert case.refused()["next_allowed_at"] == "2026-12-02T08:00:00+08:00"
    who = officer()
    time.set("2026-12-01T23:30:00+08:00")
    changed = text("CN").replace('from: "08:00"', 'from: "10:00"')
    published(draft(who, changed, date(2026, 12, 2)), who)
    noticed()
    assert case.refused()["next_allowed_at"] == "2026-12-02T10:00:00+08:00"
    for row in rows(decision):
        found = answer(ReplayDecision(row["id"]), who)
        assert found["answer"] == "same", row["at"]
        assert all(book["kept"] for book in found["books"])


def test_a_draft_shows_what_it_changes_and_what_it_lacks(house, time) -> None:
    who = officer()
    one = draft(who, text("CN").replace("limit: 6", "limit: 4"))
    told = answer(OneDraft(one), who)
    (rule,) = told["difference"].rules
    assert (rule.id, rule.looser) == ("CN.call_frequency.six_unanswered", ())
    assert told["missing"] == "book.not_tested"
    back_tested(one)
    request = asked(one, who)
    told = answer(OneDraft(one), officer())
    assert (told["missing"], told["request_id"]) == (None, request)
    assert answer(Drafts(), who)["items"][0]["id"] == one
    perform(Approve(request), officer())
    assert answer(OneDraft(one), who)["approved_by"] is not None
    time.forward(days=1)
    assert "limit: 4" in answer(NewDraft("CN"), who)["text"]


def test_a_draft_that_can_no_longer_be_read_is_shown_and_not_published(
    house, time, monkeypatch
) -> None:
    who = officer()
    one = draft(who)
    back_tested(one)

    def broken(_text):
        raise kept.BrokenBook("CN/2026-12-01.yaml", 7, "no longer known")

    for name in ("crm.rulebook.actions.shelving.check", "crm.rulebook.queries.drafts.check"):
        monkeypatch.setattr(name, broken)
    assert refused(PublishVersion(one), who) == "book.broken"
    told = answer(OneDraft(one), who)
    assert (told["missing"], told["difference"]) == ("book.broken", None)
    assert "CN/2026-12-01.yaml:7: no longer known" in told["fault"]
    missing = UUID(int=7)
    for question in (OneDraft(missing), NewDraft("XX")):
        with pytest.raises(Missing):
            answer(question, who)


def test_what_was_published_is_checked_against_its_digest(house, time) -> None:
    who = officer()
    published(draft(who), who)
    rows_now = rows(book_version, book_version.c.origin == "house")
    forged = [type("Row", (), {**rows_now[0], "text": rows_now[0]["text"].replace("six", "ten")})]
    with pytest.raises(kept.BrokenBook, match="is not what was published"):
        kept.shelf_of(forged)


def _release(monkeypatch, words: str) -> None:
    """Let a release bring one more version."""
    book = read_text(words, Path("CN/2027-01-01.yaml"))
    older = kept.shipped_texts()
    monkeypatch.setattr(
        "crm.rulebook.actions.shelving.shipped_texts", lambda: [*older, (book, words)]
    )
