"""Logging by keyboard in a real browser: counted keys, codes as typed, drafts, no network."""

import json
import threading
import time as seconds
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from crm import clock
from crm.borrowers.models import circumstance, contact_point
from crm.contacts.models import contact, draft, said
from crm.gate.perform import perform
from crm.identity.actions.own import SetPreferences
from crm.privacy.openers import reopen
from crm.web.gatekeeper import COOKIE
from tests.contacts.scene import Scene, rows
from tests.contacts.test_verifying import answered, called, known
from tests.visitors import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


class Desk:
    """A collector with a call under way, at a screen; `reached`: it is known who speaks."""

    def __init__(self, app: Flask, context: BrowserContext, lang: str, reached: bool) -> None:
        self.app = app
        self.case: Scene = known()
        permit = called(self.case)
        for item, told in (("birthday", "03-07"), ("national_id", "4514")) if reached else ():
            answered(self.case, item, told, permit_id=permit)
        self.path = f"/permits/{permit}"
        self.server: Any = None
        self.port = 0
        self.open_house()
        kept = Browser(app, actor=self.case.collector).client.get_cookie(COOKIE)
        assert kept is not None
        site = f"http://127.0.0.1:{self.port}"
        context.add_cookies(
            [
                {"name": COOKIE, "value": kept.value, "url": site},
                {"name": "lang", "value": lang, "url": site},
            ]
        )
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.keys = 0
        self.page.goto(site + self.path)
        self.page.check("#script-all")

    def open_house(self) -> None:
        """Serve, on the same port after a restart."""
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close_house(self) -> None:
        """Stop serving: whoever asks gets no answer."""
        self.server.shutdown()
        self.server.server_close()

    def press(self, *keys: str) -> None:
        """Press keys, counted; a word is typed letter by letter and counts as one."""
        for key in keys:
            self.keys += 1
            if len(key) == 1:
                self.page.keyboard.press(f"Digit{key}" if key.isdigit() else f"Key{key}")
            elif key in ("Tab", "Enter", "Control+Enter", "Escape"):
                self.page.keyboard.press(key)
            else:
                self.page.keyboard.type(key)

    def saved(self) -> Any:
        """Wait until the desk says so; return the newest record."""
        self.page.wait_for_selector(".logged")
        return rows(contact)[-1]

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)


@pytest.fixture
def desk(
    app: Flask, chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Desk]]:
    """Sit down at some hour (of UTC; unless told, at noon in China), and time goes on."""
    made: list[Desk] = []
    begun, real = clock.now(), clock.now

    def sit_down(
        lang: str = "en", at: str = "04:00", *, reached: bool = True, **options: Any
    ) -> Desk:
        moment = clock.datetime.fromisoformat(f"2026-11-25T{at}+00:00")
        monkeypatch.setattr(clock, "now", lambda: moment + (real() - begun))
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, **options)
        context.set_default_timeout(15_000)
        made.append(Desk(app, context, lang, reached))
        return made[-1]

    yield sit_down
    for one in made:
        one.context.close()
        one.close_house()
        assert one.complaints == []


def test_no_answer_in_three_keys(desk: Callable[..., Desk]) -> None:
    one = desk(reached=False)
    one.press("O", "NA", "Enter")
    record = one.saved()
    assert (record["code"], record["outcome"], one.keys) == ("NA", "no_answer", 3)


@pytest.mark.parametrize(
    ("lang", "typed", "code"),
    [
        ("en", "wrjt", "NA"),
        ("en", "3", "OFF"),
        ("zh", "无人", "NA"),
        ("zh", "gj", "OFF"),
        ("zh", "busy", "BSY"),
        ("en", "line", "NET"),
        ("en", "hupu", "HUP-U"),
    ],
)
def test_whatever_one_calls_it(desk: Callable[..., Desk], lang: str, typed: str, code: str) -> None:
    one = desk(lang, reached=False)
    one.press("O")
    one.page.keyboard.type(typed)
    one.press("Enter")
    assert one.saved()["code"] == code


def test_a_wrong_number_in_three_keys_and_what_it_does_is_said_before(
    desk: Callable[..., Desk],
) -> None:
    one = desk()
    one.press("O", "WN")
    assert "Closes this number" in one.text(".code-follows")
    one.press("Enter")
    assert one.saved()["code"] == "WN"
    (point,) = rows(contact_point, contact_point.c.id == one.case.point)
    assert point["valid_until"] is not None
    assert one.keys == 3


def test_a_promise_by_keyboard_alone(desk: Callable[..., Desk]) -> None:
    one = desk()
    began = seconds.monotonic()
    one.page.uncheck("#script-all")
    one.page.evaluate("document.activeElement.blur()")
    one.press("Y", "P", "120.50", "Tab", "12012026", "Control+Enter")
    record = one.saved()
    assert seconds.monotonic() - began < 20
    assert record["code"] == "PTP"
    item = rows(said)[0]
    told = json.loads(reopen(item["document"]))
    assert (item["kind"], told["amount"], told["due_on"]) == ("promise", 12050, "2026-12-01")
    assert one.keys == 6


def test_control_enter_saves_wherever_one_is(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("P", "120.50", "Tab", "12012026", "Escape")
    assert one.page.evaluate("document.activeElement === document.body")
    one.press("Control+Enter")
    assert one.saved()["code"] == "PTP"


def test_a_comparison_loses_nothing_that_was_typed(desk: Callable[..., Desk]) -> None:
    one = desk(reached=False)
    one.press("B", "tomorrow 10", "Tab")
    one.page.select_option("#item", "birthday")
    one.page.fill("#answer", "03-07")
    one.page.click("text=Compare")
    one.page.wait_for_selector(".told:has-text('Matches')")
    assert one.page.input_value("[name=callback_at]") == "2026-11-26 10:00"


def test_half_past_nine_tonight_counts_once_it_is_proven_who_asks(
    desk: Callable[..., Desk],
) -> None:
    one = desk(reached=False)
    one.press("B", "half past ten tonight", "Tab")
    one.page.wait_for_selector(".will-be:has-text('It is not proven who asked for it')")
    other = desk()
    other.press("B", "half past ten tonight", "Tab")
    other.page.wait_for_selector(".will-be:has-text('Lawful, because they ask for it')")
    other.page.fill("[name=callback_at]", "31 February")
    other.page.keyboard.press("Tab")
    other.page.wait_for_selector(".will-be:empty", state="attached")


def test_an_opt_out_and_a_call_back(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("X", "Control+Enter")
    assert one.saved()["code"] == "OPT"
    assert [row["kind"] for row in rows(circumstance)] == ["medium_refused"]
    other = desk()
    other.press("B", "tomorrow 10", "Tab")
    other.page.wait_for_selector(".meant:has-text('26 November 2026 at 10:00')")
    assert other.page.input_value("[name=callback_at]") == "2026-11-26 10:00"
    other.press("Control+Enter")
    assert other.saved()["code"] == "CBK"


def test_an_opt_out_takes_one_more_key(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("X", "5")
    assert one.page.is_checked("#opt-out-everything")
    assert rows(contact) == [], "a digit chooses here, and saves no outcome"
    one.press("4", "Control+Enter")
    assert one.saved()["code"] == "OPT"
    (fact,) = rows(circumstance)
    assert (fact["kind"], fact["scope"]) == ("medium_refused", {"channel": "call"})
    other = desk()
    other.press("X", "3")
    other.page.fill("[name=opt_out_from]", "18:00")
    other.page.fill("[name=opt_out_to]", "20:00")
    other.press("Control+Enter")
    assert other.saved()["code"] == "OPT"
    (hours,) = [row for row in rows(circumstance) if row["kind"] == "inconvenient_time"]
    assert hours["scope"] == {"from": "18:00", "to": "20:00"}


def test_a_call_back_in_the_night_says_so_and_offers_the_morning(
    desk: Callable[..., Desk],
) -> None:
    one = desk()
    one.press("B", "today 23:30", "Tab")
    one.page.wait_for_selector(".will-be:has-text('Lawful, because they ask for it')")
    one.press("T")
    one.page.wait_for_selector(".will-be:has-text('Lawful at that time')")
    assert one.page.input_value("[name=callback_at]") == "2026-11-26 08:00"
    one.press("Control+Enter")
    assert one.saved()["code"] == "CBK"
    assert "26 Nov 2026" in one.text(".call-backs")


def test_a_time_that_cannot_be_meant_is_named(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("B", "tomorrow 3", "Tab")
    one.page.wait_for_selector(".meant:has-text('Morning or afternoon?')")
    one.press("Control+Enter")
    one.page.wait_for_selector("#callback_at-fault:has-text('Morning or afternoon?')")
    assert one.page.input_value("[name=callback_at]") == "tomorrow 3"
    assert one.page.input_value("[role=combobox]").endswith("CBK")
    assert one.page.url.endswith(one.path), "loading it again is safe"
    one.page.fill("[name=callback_at]", "tomorrow 3pm")
    one.press("Control+Enter")
    assert one.saved()["code"] == "CBK"


def test_a_section_that_was_closed_again_was_not_said(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("P", "10")
    one.page.click("summary:has-text('Promised')")
    one.page.wait_for_function("document.querySelector('[name=outcome]').value === ''")
    one.press("O")
    one.press("RPC", "Enter", "Control+Enter")
    assert one.saved()["code"] == "RPC-N"
    assert rows(said) == []


def test_keys_are_letters_while_an_input_method_composes(desk: Callable[..., Desk]) -> None:
    one = desk("zh", reached=False)
    one.press("O")
    composing = one.page.context.new_cdp_session(one.page)
    composing.send(
        "Input.imeSetComposition", {"text": "wu", "selectionStart": 2, "selectionEnd": 2}
    )
    one.page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
        { key: "Enter", code: "Enter", keyCode: 229, isComposing: true, bubbles: true }))"""
    )
    assert rows(contact) == []
    composing.send("Input.insertText", {"text": "无人"})
    one.press("Enter")
    assert one.saved()["code"] == "NA"


def test_a_draft_outlives_the_page(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("P", "99")
    one.page.fill("[name=note]", "He will ask his sister.")
    one.page.wait_for_selector("[data-kept]:visible")
    assert one.page.evaluate("JSON.stringify([localStorage, sessionStorage])") == "[{},{}]"
    one.page.on("dialog", lambda dialog: dialog.accept())
    one.page.reload()
    assert "restored" in one.text(".draft")
    assert one.page.input_value("[name=note]") == "He will ask his sister."
    assert one.page.input_value("[name=promise_amount]") == "99"
    assert one.page.input_value("[role=combobox]").endswith("PTP")
    one.page.click(".form-foot button:has-text('Save')")
    one.saved()
    assert rows(draft) == []


def test_a_draft_is_thrown_away(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.page.fill("[name=note]", "Nothing of it.")
    one.page.wait_for_selector("[data-kept]:visible")
    one.page.on("dialog", lambda dialog: dialog.accept())
    one.page.reload()
    one.page.click(".draft button")
    one.page.wait_for_load_state()
    assert one.page.input_value("[name=note]") == ""
    assert rows(draft) == []


def test_a_lost_network_says_so_and_saves_once_it_is_back(desk: Callable[..., Desk]) -> None:
    one = desk(reached=False)
    one.close_house()
    one.press("O", "NA", "Enter")
    one.page.wait_for_selector(".unsaved:has-text('Not saved yet')")
    assert rows(contact) == []
    one.open_house()
    one.page.click(".unsaved button")
    assert one.saved()["code"] == "NA"
    assert len(rows(contact)) == 1


def test_an_answer_that_was_lost_is_not_saved_twice(desk: Callable[..., Desk]) -> None:
    one = desk()
    sent = []

    def lose_the_first(route: Any) -> None:
        sent.append(route.request.post_data)
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    one.page.route("**/contact", lose_the_first)
    one.press("B", "+2h", "Control+Enter")
    one.page.wait_for_selector(".unsaved:has-text('Not saved yet')")
    one.saved()
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert len(rows(contact)) == 1


def test_without_scripts_the_list_and_the_words_do(desk: Callable[..., Desk]) -> None:
    one = desk(java_script_enabled=False)
    one.page.select_option("[name=outcome]", "CBK")
    one.page.click("summary:has-text('Asked to be called back')")
    one.page.fill("[name=callback_at]", "明天10点")
    one.page.click(".form-foot button:has-text('Save')")
    assert one.saved()["code"] == "CBK"


def test_enter_in_a_field_never_presses_no_answer(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("P", "20", "Enter")
    assert one.saved()["code"] == "PTP"


def test_single_keys_can_be_switched_off_by_whoever_does_not_want_them(
    desk: Callable[..., Desk],
) -> None:
    one = desk(reached=False)
    perform(SetPreferences(single_keys=False), one.case.collector)
    one.page.reload()
    one.press("O")
    one.page.keyboard.press("Digit1")
    assert one.page.evaluate("document.activeElement === document.body")
    one.page.focus("[role=combobox]")
    one.press("NA", "Enter")
    assert one.saved()["code"] == "NA"


def test_the_list_of_keys_and_the_way_to_the_queue(desk: Callable[..., Desk]) -> None:
    one = desk()
    one.press("N", "One thing.", "Escape")
    one.page.keyboard.press("Shift+Slash")
    assert "Outcome" in one.text("dialog.keys")
    listed = " ".join(one.page.locator("dialog.keys kbd").all_inner_texts())
    assert "O P B X 1 2 3 4 5 D H N" in listed  # the digits after X: how far the opt-out goes
    one.page.keyboard.press("Escape")
    one.page.on("dialog", lambda dialog: dialog.accept())
    one.press("G", "Q")
    one.page.wait_for_url("**/work")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everyone_can_read_it_with_everything_open(desk: Callable[..., Desk], lang: str) -> None:
    one = desk(lang)
    one.page.evaluate(
        "document.querySelectorAll('details:not([data-closes])').forEach(d => d.open = true)"
    )
    one.page.fill("[name=callback_at]", "tomorrow 10")
    one.press("Tab")
    one.page.wait_for_selector(".meant:not(:empty)")
    one.page.focus("[role=combobox]")
    one.page.keyboard.type("c")
    found = Axe().run(one.page).response["violations"]
    assert [(case["id"], case["nodes"][0]["html"]) for case in found] == []
