"""The script: which lines belong to a contact, which it needs, and what is kept of them."""

from dataclasses import replace

import pytest

from crm.borrowers.models import circumstance
from crm.contacts.actions.calling import SaySomebodyElse
from crm.contacts.actions.said import Said
from crm.contacts.models import contact, script_tick
from crm.contacts.queries.records import OneContact
from crm.contacts.queries.refusals import Refusals
from crm.contacts.rules.script import Talk, Tick, lines_for, unanswered
from crm.contacts.script import lines
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.settings import BadSettings, Settings
from tests.contacts.scene import Scene, in_china, in_new_york, rows
from tests.contacts.test_verifying import answered, called, known
from tests.factories import make_account, make_evidence, make_party, make_person, make_point

CN, US = frozenset({"CN", "HOUSE"}), frozenset({"US-FED", "US-NY", "HOUSE"})


def talk(target: str = "borrower", books=CN, role: str = "bank", **more) -> Talk:
    return Talk(
        **({"channel": "call", "by_other": False} | more), target=target, books=books, role=role
    )


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (talk(), ["opening", "recorded", "rights", "voicemail"]),
        (talk(channel="visit"), ["opening", "rights"]),
        (talk(channel="letter"), []),
        (talk("guarantor"), ["opening", "recorded", "vouched", "voicemail"]),
        (talk("contact_person"), ["recorded", "third_party", "voicemail"]),
        (talk("executor"), ["recorded", "executor", "voicemail"]),
        (talk(by_other=True), ["opening", "recorded", "third_party", "voicemail"]),
        (talk(books=US), ["opening", "recorded", "rights"]),
        (
            talk(books=US, role="agency"),
            ["opening", "recorded", "rights", "debt_collector", "voicemail_limited"],
        ),
        (
            talk(books=US, role="third_party", by_other=True),
            ["opening", "recorded", "location", "voicemail_limited"],
        ),
    ],
)
def test_which_lines_belong_to_a_contact(one: Talk, found: list[str]) -> None:
    assert [line.id for line in lines_for(lines().values(), one)] == found


@pytest.mark.parametrize(
    ("outcome", "ticked", "left"),
    [
        ("no_answer", (), []),
        ("answered_hangup", (), []),
        ("conversation", (), []),
        ("voicemail_left", (), ["voicemail"]),
        ("effective_conversation", (), ["opening", "recorded", "rights"]),
        ("effective_conversation", ("opening", "rights"), ["recorded"]),
        ("effective_conversation", ("opening", "recorded", "rights"), []),
    ],
)
def test_what_an_outcome_needs(outcome: str, ticked: tuple[str, ...], left: list[str]) -> None:
    assert [line.id for line in unanswered(lines().values(), talk(), outcome, ticked)] == left


def test_every_line_says_its_words_in_both_languages() -> None:
    for line in lines().values():
        for words in line.words.values():
            assert words % {"person": "X", "me": "Y", "house": "Z"}


ALL = (Tick("opening", 1), Tick("recorded", 1), Tick("rights", 1))


def kept() -> dict[str, bool]:
    return {row["line"]: row["said"] for row in rows(script_tick)}


@pytest.mark.both
def test_a_talk_about_the_debt_is_saved_once_its_lines_are_answered_for(house, time) -> None:
    case = known()
    permit = called(case)
    with pytest.raises(Invalid) as no:
        case.log(permit, "effective_conversation", script=ALL[:2])
    assert "script" in no.value.fields
    assert rows(contact) == []
    case.log(permit, "effective_conversation", script=ALL)
    assert kept() == {"opening": True, "recorded": True, "rights": True}


def test_what_was_not_said_is_kept_as_such_and_shown_to_compliance(house, time) -> None:
    case = known()
    permit = called(case)
    done = case.log(permit, "effective_conversation", script=ALL[:1], script_unsaid=True)
    assert kept() == {"opening": True, "recorded": False, "rights": False}
    officer = make_account(Role.COMPLIANCE_OFFICER)
    listed = answer(Refusals(kind="unsaid"), officer)["items"]
    assert [item["id"] for item in listed] == [done["id"]]
    record = answer(OneContact(done["id"]), officer)
    assert {tick["line"]: tick["said"] for tick in record["script"]} == kept()


def test_nobody_answered_needs_nothing_and_a_program_is_not_asked(house, time) -> None:
    case = known()
    case.log(called(case), "no_answer", script=())
    time.forward(minutes=30)
    case.log(called(case), "effective_conversation")
    assert rows(script_tick) == []
    officer = make_account(Role.COMPLIANCE_OFFICER)
    assert answer(Refusals(kind="unsaid"), officer)["items"] == []


@pytest.mark.parametrize("tick", [Tick("made_up", 1), Tick("opening", 99), Tick("opening", 0)])
def test_a_line_that_does_not_exist_is_named(house, time, tick: Tick) -> None:
    case = known()
    with pytest.raises(Invalid):
        case.log(called(case), "no_answer", script=(tick,))


def test_a_line_of_another_contact_is_dropped(house, time) -> None:
    case = known()
    case.log(called(case), "no_answer", script=(Tick("debt_collector", 1), ALL[0]))
    assert kept() == {"opening": True}


@pytest.mark.parametrize("how", ["noted", "by its code"])
def test_somebody_else_who_wants_no_more_calls_binds_his_number_alone(house, time, how) -> None:
    case = known()
    permit = called(case)
    code = None
    if how == "noted":
        perform(SaySomebodyElse(permit), case.collector)
    else:
        code = "3P-S"
    said = (Said("cease"), Said("somebody_else", fields={"relation": "spouse"}))
    case.log(permit, "conversation", code=code, said=said, script=(Tick("third_party", 1),))
    (fact,) = rows(circumstance)
    assert fact["kind"] == "medium_refused"
    assert fact["scope"]["channel"] == "call"
    assert "number" in fact["scope"], "other numbers of the borrower stay open"
    time.forward(hours=1)
    assert "CN.channel.refused" in {r["rule"] for r in case.refused()["reasons"]}
    other = make_point(case.person, "+8613900139001")
    assert case.ask(contact_point_id=other)["id"]


def test_a_contact_person_who_wants_no_more_is_not_contacted_again(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    friend = make_person("Joe Hall", collector=case.collector)
    make_evidence(friend, "US", ("America/New_York",), "US-NY")
    make_party(case.loan, friend, "contact_person")
    beside = Scene(case.collector, friend, make_point(friend, "+12125550177"), case.loan)
    permit = beside.ask(proposed={"purpose": "location"})["id"]
    beside.start(permit)
    beside.log(permit, "conversation", said=(Said("cease"),), script=(Tick("location", 1),))
    (fact,) = rows(circumstance)
    assert fact["kind"] == "party_refused_contact"


def test_the_form_asks_for_the_ticks_and_keeps_what_was_typed(browser, time) -> None:
    case = known()
    permit = called(case)
    at = f"/permits/{permit}"
    desk = browser(actor=case.collector)
    page = desk.get(at).text
    assert "This call is recorded." in page
    assert "It is about a payment" not in page, "that comes once it is known who listens"
    form = {"outcome": "RPC-N", "note": "Quiet.", "zone": "Asia/Shanghai", "page": at}
    no = desk.post(f"{at}/contact", **form, script="recorded:1")
    assert no.status_code == 422
    assert "You did not make sure who was speaking" in no.text
    assert "Quiet." in no.text
    answered(case, "birthday", "03-07", permit_id=permit)
    answered(case, "national_id", "4514", permit_id=permit)
    assert "It is about a payment" in desk.get(at).text
    no = desk.post(f"{at}/contact", **form, script="recorded:1")
    assert "Tick what you said of the script" in no.text
    done = desk.post(
        f"{at}/contact",
        **form,
        script_shown=["opening:1", "recorded:1", "rights:1"],
        script_all="true",
    )
    assert done.status_code == 303
    assert kept() == {"opening": True, "recorded": True, "rights": True}
    assert "This call is recorded." in desk.get(f"/contacts/{rows(contact)[0]['id']}").text


def test_a_contact_person_is_asked_for_the_borrower(browser, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    friend = make_person("Joe Hall", collector=case.collector)
    make_evidence(friend, "US", ("America/New_York",), "US-NY")
    make_party(case.loan, friend, "contact_person")
    beside = Scene(case.collector, friend, make_point(friend, "+12125550177"), case.loan)
    permit = beside.ask(proposed={"purpose": "location"})["id"]
    beside.start(permit)
    page = browser(actor=case.collector).get(f"/permits/{permit}").text
    assert "location information about Ann Bell" in page
    assert "Who is speaking?" not in page, "he has nothing to prove"


def test_the_house_is_named_as_its_settings_have_it(browser, app, time, monkeypatch) -> None:
    case = in_china()
    permit = case.ask()["id"]
    case.start(permit)
    desk = browser(actor=case.collector)
    assert "of [name of our house]" in desk.get(f"/permits/{permit}").text
    named = replace(app.config["PROBITY"], institution="Bank of Eastlake")
    monkeypatch.setitem(app.config, "PROBITY", named)
    assert "of Bank of Eastlake" in desk.get(f"/permits/{permit}").text


def test_somebody_else_is_asked_who_he_is(browser, time) -> None:
    case = known()
    permit = called(case)
    at = f"/permits/{permit}"
    desk = browser(actor=case.collector)
    desk.post(f"{at}/other", page=at)
    page = desk.get(at).text
    assert "say nothing of a debt" in page
    assert "Would you ask" in page
    assert "promise_amount" not in page
    done = desk.post(
        f"{at}/contact",
        outcome="3P-M",
        somebody_else_relation="spouse",
        somebody_else_passes_on="true",
        script="third_party:1",
        zone="Asia/Shanghai",
        page=at,
    )
    assert done.status_code == 303
    assert (
        "Somebody else took the call: passes a message on · Spouse"
        in desk.get(f"/people/{case.person}").text
    )


@pytest.mark.parametrize("name", ["Bank\nof Eastlake", "B" * 121])
def test_a_name_that_cannot_be_said_stops_the_start(name: str) -> None:
    with pytest.raises(BadSettings, match="CRM_INSTITUTION must be one line"):
        Settings.from_environment({"CRM_INSTITUTION": name})
