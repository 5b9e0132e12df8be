"""A call back asked for: whether it will be lawful is said at once, and what opens nothing."""

import json
from datetime import timedelta

import pytest

from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.models import consent
from crm.contacts.actions.calling import SaySomebodyElse
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.actions.withdrawing import WithdrawSaid
from crm.contacts.callers.actions import LookUpCaller
from crm.contacts.models import said
from crm.contacts.queries.call_backs import CallBackCheck
from crm.contacts.queries.corrections import ContactPage
from crm.contacts.queries.file import PersonFile
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing
from crm.gate.perform import perform
from crm.loans.models import loan
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from tests.contacts.scene import in_china, in_new_york, rows, rules_of
from tests.factories import make_account, make_loan, make_team
from tests.visitors import Browser

TONIGHT = "2026-11-25T21:30:00-05:00"
NEW_YORK = "America/New_York"


def asked(at: str, words: str | None = "Ring me then", **fields):
    said_words = {"words": words} if words else {}
    return said_of("callback", SHAPES["callback"]().load({"at": at, **said_words, **fields}))


def check(case, words: str, zone: str = NEW_YORK, **given):
    return answer(CallBackCheck(case.person, words, zone, case.point, **given), case.collector)


@pytest.fixture
def evening(time):
    time.set("2026-11-25T20:40:00-05:00")
    return time


def test_half_past_nine_tonight_is_lawful_only_because_he_asks(house, evening) -> None:
    case = in_new_york()
    told = check(case, "today 21:30", more_calls=True)
    assert (told["lawful"], told["on_consent"], told["local"]) == (True, True, "2026-11-25 21:30")
    assert rules_of(told["without"]) == {"US-FED.hours.unusual_time"}
    assert told["instead"].isoformat() == "2026-11-26T08:00:00-05:00"
    by_day = check(case, "tomorrow 10:00")
    assert (by_day["lawful"], by_day["on_consent"], by_day["instead"]) == (True, False, None)


def test_it_is_judged_with_the_talk_that_is_going_on(house, evening) -> None:
    case = in_new_york()
    permit = case.ask()["id"]
    case.start(permit)
    told = check(case, "tomorrow 10:00", permit_id=permit)
    assert not told["lawful"]
    assert rules_of(told["decision"]) == {"US-FED.call_frequency.after_conversation"}
    unproven = check(case, "tomorrow 10:00", permit_id=permit, more_calls=True)
    assert (unproven["lawful"], unproven["unproven"]) == (False, True)
    case.prove(permit_id=permit)
    assert check(case, "tomorrow 10:00", permit_id=permit, more_calls=True)["lawful"]
    saved = case.log(permit, "effective_conversation", said=(asked("2026-11-26T10:00:00-05:00"),))
    (one,) = saved["callbacks"]
    assert one["decision"]["reasons"][0]["rule"] == told["decision"]["reasons"][0]["rule"]
    assert one["instead"] == told["instead"]


def test_words_that_name_no_time_and_people_who_are_not_his(house, evening) -> None:
    case = in_new_york()
    with pytest.raises(Invalid):
        check(case, "whenever")
    stranger = make_account(team_id=make_team())
    with pytest.raises(Missing):
        answer(CallBackCheck(case.person, "tomorrow 10:00", NEW_YORK, case.point), stranger)


@pytest.mark.both
def test_what_is_agreed_to_in_an_unlawful_call_does_not_count(house, time) -> None:
    time.set("2026-11-25T22:10:00-05:00")
    leader = make_account("team_leader", team_id=make_team())
    case = in_new_york(leader)
    late = LogUnpermitted(
        case.person,
        case.point,
        "call",
        "outbound",
        "conversation",
        time.now - timedelta(minutes=5),
        reason="not_asked",
        said=(asked("2026-11-26T21:30:00-05:00"),),
    )
    told = perform(late, leader).result
    assert told["mark"] == "late_unlawful"
    (one,) = told["callbacks"]
    assert (one["lawful"], one["in_breach"]) == (False, True)
    (kept,) = rows(consent)
    assert kept["scope"]["given_in_breach"] is True
    time.set("2026-11-26T21:30:00-05:00")
    assert "US-FED.hours.unusual_time" in rules_of(case.refused())


def test_the_wife_cannot_consent_for_him(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    permit = case.ask()["id"]
    case.start(permit)
    perform(SaySomebodyElse(permit), case.collector)
    told = case.log(permit, "conversation", said=(asked("2026-11-26T21:30:00-05:00"),))
    (one,) = told["callbacks"]
    assert (one["lawful"], one["unproven"]) == (False, True)
    assert rows(consent)[0]["scope"]["target"] == "other"
    time.set("2026-11-26T21:30:00-05:00")
    assert "US-FED.hours.unusual_time" in rules_of(case.refused())


@pytest.mark.both
@pytest.mark.parametrize("by", ["call", "inbound", "late", "correction"])
def test_a_voice_that_proved_nothing_opens_nothing(house, time, by: str) -> None:
    case = in_china(make_account("team_leader", team_id=make_team()))
    wish = (asked("2026-11-25T22:30:00+08:00"),)
    if by == "call":
        told = case.call("conversation", said=wish)
    elif by == "inbound":
        told = case.rang_us(started_at=time.now, said=wish)
    elif by == "late":
        at = time.now - timedelta(minutes=1)
        values = (case.person, case.point, "call", "outbound", "conversation", at)
        told = perform(
            LogUnpermitted(*values, reason="not_asked", said=wish), case.collector
        ).result
    else:
        first = case.call("conversation")["id"]
        told = perform(CorrectContact(first, emotion="calm", said=wish), case.collector).result
    (one,) = told["callbacks"]
    assert (one["lawful"], one["unproven"]) == (False, True)
    assert [kept["scope"]["target"] for kept in rows(consent)] == ["other"]
    time.set("2026-11-25T22:30:00+08:00")
    assert rules_of(case.refused()) == {"CN.hours.night"}


def test_of_a_call_that_came_in_it_says_beforehand_whether_it_is_proven(house, evening) -> None:
    case = in_new_york()
    told = check(case, "today 21:30", inbound=True)
    assert (told["lawful"], told["unproven"]) == (False, True)
    case.prove(caller_id=case.served())
    told = check(case, "today 21:30", inbound=True, more_calls=True)
    assert (told["lawful"], told["unproven"]) == (True, False)


def test_it_is_judged_about_the_loans_of_its_contact(house, evening) -> None:
    case = in_new_york()
    other = make_loan(case.person, currency="USD")
    perform(
        RecordCircumstance(case.person, "cease_request", scope={"debts": [str(other)]}),
        case.collector,
    )
    permit = case.ask(loan_ids=(case.loan,))["id"]
    case.start(permit)
    case.prove(permit_id=permit)
    told = check(case, "tomorrow 10:00", permit_id=permit, more_calls=True)
    saved = case.log(
        permit,
        "effective_conversation",
        said=(asked("2026-11-26T10:00:00-05:00", more_calls=True),),
    )
    assert [one["lawful"] for one in saved["callbacks"]] == [told["lawful"]] == [True]
    again = check(case, "tomorrow 10:00", record_id=saved["id"], more_calls=True)
    assert again["lawful"]


def test_in_a_message_nobody_speaks(house, evening) -> None:
    case = in_new_york()
    told = check(case, "tomorrow 10:00", inbound=True, channel="sms")
    wish = asked("2026-11-26T10:00:00-05:00")
    saved = case.rang_us("inbound", started_at=evening.now, channel="sms", said=(wish,))
    (one,) = saved["callbacks"]
    assert (one["lawful"], one["unproven"]) == (told["lawful"], told["unproven"]) == (True, False)


def test_of_an_unlawful_call_it_says_so_beforehand(house, time) -> None:
    time.set("2026-11-25T23:30:00+08:00")
    case = in_china()
    values = (case.person, case.point, "call", "outbound", "conversation", time.now)
    record = perform(LogUnpermitted(*values, reason="not_asked"), case.collector).result["id"]
    told = check(case, "tomorrow 10:00", "Asia/Shanghai", record_id=record)
    assert told["in_breach"]


@pytest.mark.both
def test_of_a_call_that_came_in_it_is_judged_with_that_talk(house, evening) -> None:
    case = in_new_york()
    told = check(case, "tomorrow 10:00", inbound=True)
    assert rules_of(told["decision"]) == {"US-FED.call_frequency.after_conversation"}
    saved = case.rang_us(started_at=evening.now, said=(asked("2026-11-26T10:00:00-05:00"),))
    assert [one["lawful"] for one in saved["callbacks"]] == [told["lawful"]] == [False]


def test_the_proof_of_one_call_opens_no_wish_of_another(house, time) -> None:
    case = in_china()
    case.prove(inbound_id=case.rang_us(started_at=time.now)["id"])
    yesterday = time.now - timedelta(hours=22)
    told = case.rang_us(started_at=yesterday, said=(asked("2026-11-25T22:30:00+08:00"),))
    assert [(one["lawful"], one["unproven"]) for one in told["callbacks"]] == [(False, True)]


@pytest.mark.both
@pytest.mark.parametrize("corrected", [False, True])
def test_who_is_proven_after_his_call_was_written_down_is_rung_back(
    house, time, corrected: bool
) -> None:
    case = in_china()
    wish = (asked("2026-11-25T22:30:00+08:00", more_calls=True, words="after ten"),)
    record = case.rang_us(started_at=time.now, said=wish)["id"]
    if corrected:
        record = perform(CorrectContact(record, emotion="calm"), case.collector).result["id"]
    case.prove(inbound_id=record)
    kept = rows(consent)
    assert [one["scope"].get("target") for one in kept if one["revoked_at"]] == ["other"] * 2
    counts = [one for one in kept if not one["revoked_at"]]
    assert [one["kind"] for one in counts] == ["time_exception", "extra_calls"]
    assert all("target" not in one["scope"] for one in counts)
    assert [reopen(one["words"]) for one in counts] == ["after ten"] * 2
    (ahead,) = answer(PersonFile(case.person), case.collector)["call_backs"]
    assert (ahead["lawful"], ahead["unproven"]) == (True, False)
    (item,) = rows(said)
    perform(WithdrawSaid(item["id"], item["contact_id"]), case.collector)
    assert all(one["revoked_at"] for one in rows(consent))


@pytest.mark.both
def test_what_was_opened_shuts_where_two_answers_fail_later(house, time) -> None:
    case = in_china()
    first = case.rang_us(started_at=time.now, said=(asked("2026-11-25T22:30:00+08:00"),))["id"]
    case.prove(inbound_id=first)
    for item in ("postal", "loan_number"):
        perform(VerifyAnswer(item, Sealed.fresh("nonsense"), inbound_id=first), case.collector)
    assert {row["revoked_at"] is None for row in rows(consent)} == {False}
    time.set("2026-11-25T22:30:00+08:00")
    assert rules_of(case.refused()) == {"CN.hours.night"}


@pytest.mark.both
def test_who_is_proven_on_the_callers_page_is_rung_back_too(house, time) -> None:
    case = in_china()
    call = case.served()
    first = case.rang_us(started_at=time.now, said=(asked("2026-11-25T22:30:00+08:00"),))["id"]
    case.prove(caller_id=call)
    shown = answer(ContactPage(first), case.collector)["caller"]
    assert (shown["proven"], shown["told"]) == (True, {})
    time.set("2026-11-25T22:30:00+08:00")
    assert case.ask()["id"]


@pytest.mark.both
@pytest.mark.both
@pytest.mark.parametrize("door", ["caller", "inbound"])
def test_the_proof_of_the_next_call_opens_no_wish_of_this(house, time, door: str) -> None:
    case = in_china()
    case.rang_us(started_at=time.now, said=(asked("2026-11-25T22:30:00+08:00"),))
    time.forward(minutes=10)
    look = case.served()
    record = case.rang_us(started_at=time.now)["id"]
    case.prove(**({"caller_id": look} if door == "caller" else {"inbound_id": record}))
    time.forward(seconds=1)
    late = case.rang_us(started_at=time.now - timedelta(minutes=9), code="UVP")["id"]
    assert late, "nobody was proven in that call"
    time.set("2026-11-25T22:30:00+08:00")
    assert rules_of(case.refused()) == {"CN.hours.night"}


@pytest.mark.both
@pytest.mark.parametrize("proven_by", ["caller", "inbound"])
def test_what_one_door_opened_the_other_shuts(house, time, proven_by: str) -> None:
    case = in_china()
    call = case.served()
    first = case.rang_us(started_at=time.now, said=(asked("2026-11-25T22:30:00+08:00"),))["id"]
    doors = {"caller": {"caller_id": call}, "inbound": {"inbound_id": first}}
    case.prove(**doors.pop(proven_by))
    assert any(row["revoked_at"] is None for row in rows(consent))
    ((_, failing),) = doors.items()
    for item in ("postal", "loan_number"):
        perform(VerifyAnswer(item, Sealed.fresh("nonsense"), **failing), case.collector)
    assert all(row["revoked_at"] for row in rows(consent))
    time.forward(minutes=1)
    again = asked("2026-11-25T22:40:00+08:00")
    told = perform(CorrectContact(first, said=(again,)), case.collector).result["callbacks"]
    assert [one["unproven"] for one in told] == [True]


def test_what_a_caller_was_looked_up_by_proves_nothing(house, time) -> None:
    case = in_china()
    (owed,) = rows(loan)
    number = reopen(owed["number"])
    call = perform(LookUpCaller(loan_number=Sealed.fresh(number)), case.collector).result["id"]
    case.prove(caller_id=call)  # by his street, and by that number
    told = case.rang_us(started_at=time.now, said=(asked("2026-11-25T22:30:00+08:00"),))
    assert [one["unproven"] for one in told["callbacks"]] == [True]


def test_a_correction_does_not_ask_again_who_called(house, time) -> None:
    case = in_china()
    first = case.rang_us(started_at=time.now)["id"]
    case.prove(inbound_id=first)
    newest = perform(CorrectContact(first, emotion="calm"), case.collector).result["id"]
    assert answer(ContactPage(newest), case.collector)["caller"]["proven"]
    third = perform(CorrectContact(newest, code="3P-M"), case.collector).result["id"]
    assert not answer(ContactPage(third), case.collector)["caller"]["asks"]


@pytest.mark.both
@pytest.mark.parametrize("code", ["3P-M", "WN"])
def test_what_he_asked_for_is_taken_back_before_it_was_another(house, time, code: str) -> None:
    case = in_china()
    record = case.rang_us(started_at=time.now, said=(asked("2026-11-25T22:30:00+08:00"),))["id"]
    case.prove(inbound_id=record)
    with pytest.raises(Invalid) as no:
        perform(CorrectContact(record, code=code), case.collector)
    assert list(no.value.fields) == ["outcome"]
    newest = perform(CorrectContact(record, emotion="calm"), case.collector).result["id"]
    (item,) = rows(said)
    perform(WithdrawSaid(item["id"], item["contact_id"]), case.collector)
    assert perform(CorrectContact(newest, code=code), case.collector).result["id"]


@pytest.mark.both
def test_what_another_asked_for_stays_anothers(house, time) -> None:
    case = in_china()
    wish = (asked("2026-11-25T22:30:00+08:00"),)
    record = case.rang_us("inbound", started_at=time.now, code="3P-M", said=wish)["id"]
    newest = perform(CorrectContact(record, code="INC"), case.collector).result["id"]
    case.prove(inbound_id=newest)
    assert [one["scope"]["target"] for one in rows(consent) if not one["revoked_at"]] == ["other"]


def test_a_wish_without_its_words_opens_nothing_however_late_it_is_proven(house, time) -> None:
    case = in_china()
    wish = (asked("2026-11-25T22:30:00+08:00", None, more_calls=True),)
    case.prove(inbound_id=case.rang_us(started_at=time.now, said=wish)["id"])
    assert {one["scope"]["target"] for one in rows(consent)} == {"other"}
    time.set("2026-11-25T22:30:00+08:00")
    assert rules_of(case.refused()) == {"CN.hours.night"}


def test_another_who_rang_is_not_proven_by_what_he_knows(house, time) -> None:
    case = in_china()
    wish = (asked("2026-11-25T22:30:00+08:00"),)
    record = case.rang_us("inbound", started_at=time.now, code="3P-M", said=wish)["id"]
    case.prove(inbound_id=record)
    assert [one["scope"]["target"] for one in rows(consent)] == ["other"]


@pytest.mark.parametrize(
    ("at", "more_calls", "proven", "refused"),
    [
        ("2026-11-25T22:30:00+08:00", False, True, True),  # it opens the night
        ("2026-11-26T10:00:00+08:00", True, True, True),  # or what the limits shut
        ("2026-11-26T10:00:00+08:00", False, True, False),  # lawful at any rate
        ("2026-11-25T22:30:00+08:00", True, False, False),  # opens nothing
    ],
)
def test_what_a_wish_opens_takes_the_words_of_it(
    house, time, at: str, more_calls: bool, proven: bool, refused: bool
) -> None:
    case = in_china()
    record = case.rang_us(started_at=time.now)["id"]
    if proven:
        case.prove(inbound_id=record)
    wish = CorrectContact(record, said=(asked(at, None, more_calls=more_calls),))
    if refused:
        with pytest.raises(Invalid) as no:
            perform(wish, case.collector)
        assert list(no.value.fields["said"]["0"]) == ["words"]
        assert rows(consent) == rows(said) == []
    else:
        assert perform(wish, case.collector).result["callbacks"]


def test_missing_words_are_asked_for_at_their_field(house, time, app) -> None:
    case = in_china()
    record = case.rang_us(started_at=time.now)["id"]
    case.prove(inbound_id=record)
    page = Browser(app, actor=case.collector)
    told = {"said": "refusal", "callback_at": "2026-11-25 22:30", "callback_zone": "Asia/Shanghai"}
    at = f"/contacts/{record}"
    sent = page.post(f"{at}/corrections", page=at, **told)
    assert sent.status_code == 422
    assert 'id="callback_words-fault"' in sent.text
    assert 'aria-describedby="callback_words-fault' in sent.text


def test_what_is_added_to_a_proven_call_that_came_in_counts_later_too(house, time) -> None:
    case = in_china()
    first = case.rang_us(started_at=time.now)["id"]
    case.prove(inbound_id=first)
    time.forward(hours=2)
    wish = (asked("2026-11-25T22:30:00+08:00"),)
    (one,) = perform(CorrectContact(first, said=wish), case.collector).result["callbacks"]
    assert one["lawful"]


def test_what_is_added_later_to_a_call_of_the_person_himself_counts(house, time) -> None:
    case = in_china()
    first = case.proven_call()["id"]
    wish = (asked("2026-11-25T22:30:00+08:00"),)
    (one,) = perform(CorrectContact(first, said=wish), case.collector).result["callbacks"]
    assert one["lawful"]


def test_the_file_says_what_became_of_it_since(house, time) -> None:
    case = in_china()
    case.prove(caller_id=case.served())
    case.rang_us(started_at=time.now, said=(asked("2026-11-25T22:30:00+08:00"),))
    (ahead,) = answer(PersonFile(case.person), case.collector)["call_backs"]
    assert (ahead["lawful"], ahead["on_consent"]) == (True, True)
    perform(RecordCircumstance(case.person, "contact_hold"), case.collector)
    (ahead,) = answer(PersonFile(case.person), case.collector)["call_backs"]
    assert not ahead["lawful"]
    time.set("2026-11-25T23:01:00+08:00")
    assert answer(PersonFile(case.person), case.collector)["call_backs"] == []


def test_by_page_and_by_program(house, evening, app) -> None:
    case = in_new_york()
    browser = Browser(app, actor=case.collector)
    query = f"words=today+21:30&zone={NEW_YORK}&contact_point_id={case.point}&more_calls=true"
    page = browser.get(f"/people/{case.person}/call-back?{query}").text
    assert "Lawful, because they ask for it" in page
    assert "12 CFR 1006.6(b)(1)" in page
    assert 'data-take="2026-11-26 08:00"' in page
    told = browser.get(f"/api/v1/people/{case.person}/call-back-times?{query}")
    found = json.loads(told.text)
    assert (found["lawful"], found["on_consent"], found["local"]) == (
        True,
        True,
        "2026-11-25 21:30",
    )
    assert "consents" not in found
    assert (
        browser.get(f"/people/{case.person}/call-back?words=x&zone={NEW_YORK}").status_code == 422
    )
