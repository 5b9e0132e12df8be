"""The main job from end to end, in a real browser, as each of those whose job it is."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Site, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Make = Callable[..., Visitor]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_collector_calls_and_writes_down_what_came_of_it(visitor: Make, script: bool) -> None:
    one = visitor("collector2", java_script_enabled=script)
    page = one.page
    assert page.url.endswith("/work")
    page.click("main tbody a >> nth=0" if script else "main tbody a >> nth=1")
    file = page.url.split("?")[0]
    assert re.search(r"You may call now, until \d\d:00 in ", one.text)
    if script:
        page.keyboard.press("c")
    else:
        page.click("main button:has-text('Only reserve it')")
        page.wait_for_url("**/permits/**")
        assert "It is reserved for you until" in one.text
        page.click("main button:has-text('Start')")
    page.wait_for_selector("main .number")
    assert re.search(r"\+1\d{10}", one.text), "the number is shown to its holder, once"
    page.click("main button:has-text('No answer')")
    page.wait_for_selector("main .logged")
    page.goto(file)
    assert "No answer" in one.text
    assert not re.search(r"\+1\d{10}", one.text)
    assert one.complaints == []


def test_a_promise_is_kept_with_its_contact(visitor: Make) -> None:
    one = visitor("collector2")
    page = one.page
    page.click("main tbody a >> nth=2")
    file = page.url.split("?")[0]
    page.click("main button:has-text('Start call')")
    page.check("main [name=script_unsaid]")
    page.fill("main [role=combobox]", "ptp")
    page.press("main [role=combobox]", "Enter")
    page.fill("main [name=promise_amount]", "120.50")
    page.fill("main [name=promise_due_on]", "2027-01-15")
    page.fill("main [name=note]", "Will pay from her January salary.")
    page.click("main button:has-text('Save') >> nth=-1")
    page.wait_for_selector("main .logged")
    page.goto(file)
    assert "Promised to pay" in one.text
    assert "USD 120.50" not in one.text
    page.click("main a:has-text('Show what is owed')")
    assert "Promised to pay: USD 120.50" in one.text
    assert "12 CFR 1006.14(b)(2)(i)(B)" in one.text, "they have spoken: no call for a week"
    assert "What you may do instead" in one.text
    assert "Will pay from her January salary." in one.text
    assert one.complaints == []


def test_a_call_at_night_is_refused_with_its_law_and_its_next_time(visitor: Make) -> None:
    one = visitor("collector")
    one.open("/work?show=later")
    one.page.click("main tbody tr:has-text('CNY') a >> nth=0")
    assert "Free again" in one.text or "08:00" in one.text
    assert "GB/T" in one.text
    assert "Start call" not in one.text


def test_a_leader_sees_the_team_and_not_the_ledger(visitor: Make) -> None:
    one = visitor("supervisor")
    assert "My team" in one.text
    one.open("/ledger")
    assert "role" in one.text


def test_an_admin_lets_somebody_in_who_chooses_a_password(visitor: Make) -> None:
    admin = visitor("admin")
    admin.open("/staff")
    page = admin.page
    if not page.is_visible("main [name=email]"):
        page.click("main summary:has-text('New account')")
    page.fill("main [name=email]", "mei@demo.example")
    page.fill("main [name=name]", "Mei Lan")
    page.select_option("main [name=role]", "collector")
    page.select_option("main [name=team_id]", index=1)
    page.click("main form:has([name=email]) button[type=submit]")
    page.wait_for_load_state()
    password = re.search(r"\b(?:[a-z0-9]{5}-){3}[a-z0-9]{5}\b", admin.text)
    assert password, admin.text
    newcomer = visitor()
    newcomer.sign_in("mei@demo.example", password[0])
    assert newcomer.page.url.endswith("/me/password")
    newcomer.page.fill("[name=current_password]", password[0])
    newcomer.page.fill("[name=new_password]", "lantern orchard gravel tide")
    newcomer.page.click("main button[type=submit]")
    newcomer.page.wait_for_load_state()
    newcomer.open("/work")
    assert "assigned" in newcomer.text


FILE = """number,name,phone,postcode,country,balance,overdue,days_past_due
NEW-1,Ada Example,+12125550142,10001,US,120.00,60.00,31
NEW-2,Bo Example,+13125550143,60601,US,980.10,100.00,62
NEW-2,Bo Example,+13125550143,60601,US,980.10,100.00,62
"""


def test_a_steward_brings_a_portfolio_in(visitor: Make, tmp_path) -> None:
    one = visitor("steward")
    one.open("/imports")
    page = one.page
    (tmp_path / "a.csv").write_text(FILE)
    names = page.eval_on_selector_all(
        "main [name=mapping] option", "options => options.map(option => option.value)"
    )
    assert names
    page.set_input_files("main input[type=file]", str(tmp_path / "a.csv"))
    page.select_option("main [name=mapping]", names[-1])
    page.click("main form:has(input[type=file]) button[type=submit]")
    page.wait_for_load_state()
    assert "missing" in one.text or "/imports/" in page.url


def test_a_compliance_officer_reads_the_record_and_proves_it(visitor: Make, site: Site) -> None:
    one = visitor("compliance")
    one.open("/ledger")
    assert "contacts.permit" in one.page.content()
    one.page.click("main tbody a >> nth=0")
    assert one.page.locator("main pre").count()
    one.open("/refusals")
    assert one.page.locator("main table").count()
    done = site.command("audit", "verify")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("Verified: ")


def test_an_auditor_reads_but_changes_nothing(visitor: Make) -> None:
    one = visitor("auditor")
    one.open("/ledger")
    assert one.page.locator("main table").count()
    one.open("/people")
    assert "role" in one.text
