"""Replay as people, programs and operators meet it."""

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

from click.testing import CliRunner

from crm.borrowers.models import person
from crm.cli.main import crm
from crm.contacts.models import contact, decision
from crm.gate.action import Action, Subject
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.identity.actor import system
from crm.identity.roles import Role
from tests.contacts.scene import in_china, rows


@dataclass(frozen=True)
class EraseInPage(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.person.erased_too"):
    """Begin a person's erasure, as its own action will."""

    person_id: UUID

    def subject(self, work):
        return Subject("person", self.person_id)

    def run(self, work, subject):
        work.change(person, self.person_id, erasure_begun_at=work.now)


def test_the_page_is_reached_from_record_permit_and_refusal(browser, time) -> None:
    case = in_china()
    case.call()
    time.set("2026-11-25T23:00:00+08:00")
    case.refused()
    officer = browser(Role.COMPLIANCE_OFFICER)
    record = rows(contact)[0]
    permit, start, refused = rows(decision)
    for path, one in (
        (f"/contacts/{record['id']}", start),
        (f"/permits/{record['permit_id']}", permit),
        (f"/refusals/{refused['id']}", refused),
    ):
        assert f'href="/decisions/{one["id"]}/replay"' in officer.get(path).text, path
        page = officer.get(f"/decisions/{one['id']}/replay")
        assert page.status_code == 200
        assert "The same bytes" in page.text


def test_the_link_is_not_offered_to_whom_it_is_closed(browser, time) -> None:
    case = in_china()
    case.call()
    desk = browser(actor=case.collector)
    (record,) = rows(contact)
    assert "/replay" not in desk.get(f"/contacts/{record['id']}").text
    assert desk.get(f"/decisions/{record['decision_id']}/replay").status_code == 403


def test_the_page_says_what_came_of_an_erased_person(browser, time) -> None:
    case = in_china()
    case.ask()
    perform(EraseInPage(case.person), system("tests"))
    page = browser(Role.AUDITOR).get(f"/decisions/{rows(decision)[0]['id']}/replay").text
    assert "The facts are erased" in page
    assert 'href="/ledger/' in page
    assert str(case.person) not in page


def test_the_page_speaks_chinese(browser, time) -> None:
    case = in_china()
    case.ask()
    reader = browser(Role.AUDITOR, language="zh")
    assert "字节完全一致" in reader.get(f"/decisions/{rows(decision)[0]['id']}/replay").text


def test_a_program_gets_the_whole_of_it(program, time) -> None:
    case = in_china()
    case.ask()
    (one,) = rows(decision)
    told = program(Role.AUDITOR).get(f"/contact-decisions/{one['id']}/replay").json
    assert told["answer"] == "same"
    assert told["now"] == told["then"]
    assert {book["id"] for book in told["books"]} == {"CN", "HOUSE"}
    assert told["known_now"]["learned"] == []
    assert program(Role.COLLECTOR).get(f"/contact-decisions/{one['id']}/replay").status_code == 403


def test_the_command_says_it_in_one_line_and_by_its_exit_code(instance, time) -> None:
    case = in_china()
    case.ask()
    (one,) = rows(decision)
    run = CliRunner()
    told = run.invoke(crm, ["rulebook", "replay", str(one["id"])])
    assert (told.exit_code, told.output) == (0, "The same bytes.\n")
    whole = run.invoke(crm, ["rulebook", "replay", str(one["id"]), "--json"])
    assert json.loads(whole.output)["answer"] == "same"
    perform(EraseInPage(case.person), system("tests"))
    told = run.invoke(crm, ["rulebook", "replay", str(one["id"])])
    assert told.exit_code == 2
    assert told.output.startswith("The facts were erased by entry ")


def test_the_command_refuses_what_never_was(instance) -> None:
    told = CliRunner().invoke(crm, ["rulebook", "replay", str(uuid4())])
    assert type(told.exception).__name__ == "Missing"
