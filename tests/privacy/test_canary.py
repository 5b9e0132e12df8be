"""After a day of work nothing personal lies in clear: at rest, in a log, in a header."""

import io
import json
import logging
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
import yaml
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm import clock
from crm.audit.sequencer import sequence_once
from crm.borrowers.models import contact_point, person
from crm.demo.making import make_demo
from crm.gate.approvals import approval
from crm.gate.worker import run_next
from crm.identity.models import account
from crm.identity.roles import Role
from crm.loans.imports import runner
from crm.logs import configure
from crm.privacy.fields import fields_of
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.storage.database import database
from crm.storage.ids import new_id
from crm.storage.tables import metadata
from tests.canary import Canaries, files_of, found_at_rest, in_base64, seen_in, spellings
from tests.factories import make_account, make_evidence, make_loan, make_person, make_team
from tests.houses import Instance
from tests.loans.files import DOCUMENT, line, text_of
from tests.visitors import Browser, Program

assert runner
NOON = datetime.fromisoformat("2026-11-25T12:00:00+08:00").astimezone(UTC)


class Day:
    """A day's work of several people, and every answer the house gave them."""

    def __init__(self, canaries: Canaries) -> None:
        self.canaries = canaries
        self.answers: list[TestResponse] = []
        self.shown: list[str] = []  # what an answer may rightly hold in clear

    def got(self, answer: TestResponse, *statuses: int) -> TestResponse:
        """Keep an answer, which must have one of these statuses."""
        assert answer.status_code in (statuses or (200, 201)), (answer.status_code, answer.text)
        self.answers.append(answer)
        return answer


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of this test's own, for whoever asks for one."""
    folder = tmp_path / "temp"
    folder.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present moment, in a list so that a test may move it."""
    held = [NOON]
    monkeypatch.setattr(clock, "now", lambda: held[0])
    return held


def make_known(day: Day, ann: Program) -> tuple[UUID, str]:
    """Enter a person with every value there can be; return him and his number."""
    c = day.canaries
    body = {"name": c.name, "national_id": c.national_id, "language": "en"}
    who = day.got(ann.post("/people", body, key="1")).json["id"]
    one, ids = f"/people/{who}", []
    for point in (
        {"kind": "phone", "value": c.phone, "place": "mobile"},
        {"kind": "email", "value": c.email},
        {"kind": "postal", "value": c.street, "country": "CN"},
    ):
        ids.append(day.got(ann.post(one + "/contact-points", point)).json["id"])
    words = {"kind": "extra_calls", "words": c.words("consent")}
    day.got(ann.post(one + "/consents", words))
    make_evidence(UUID(who))
    make_loan(UUID(who), number=c.words("loan"))
    return UUID(who), ids[0]


def search(day: Day, ann: Program) -> None:
    """Search by everything that can be searched for, and for what is not there."""
    c = day.canaries
    for body in (
        {"phone": c.phone},
        {"email": c.email},
        {"national_id": c.national_id},
        {"name": c.name},
        {"loan_number": c.words("loan")},
        {"loan_number": c.words("no such loan")},
    ):
        day.got(ann.post("/people/search", body))


def call(day: Day, ann: Program, who: UUID, number: str, moment: list[datetime]) -> str:
    """Reserve, start, verify, log; return the record."""
    c, body = day.canaries, {"person_id": str(who), "contact_point_id": number, "channel": "call"}
    permit = day.got(ann.post("/contact-permits", body, key="p")).json["id"]
    started = ann.post(f"/contact-permits/{permit}/start", key="s")
    assert started.json["dial"]["number"] == c.phone, "the one who calls is shown the number"
    asked = {"permit_id": permit, "item": "national_id", "answer": c.national_id}
    day.got(ann.post("/verifications", asked), 200, 201)
    moment[0] += timedelta(minutes=3)
    record = {
        "permit_id": permit,
        "outcome": "effective_conversation",
        "note": c.words("note"),
        "said": [{"kind": "opt_out", "channel": "sms", "words": c.words("said")}],
    }
    logged = day.got(ann.post("/contacts", record, key="l")).json["id"]
    day.got(ann.get(f"/people/{who}"))
    return str(logged)


def ask_for_a_second_person(day: Day, ann: Program, record: str, moment: list[datetime]) -> None:
    """Correct a record so that somebody must agree; the request waits, sealed."""
    moment[0] += timedelta(minutes=10)
    body = {"outcome": "answered_hangup", "note": day.canaries.words("correction")}
    day.got(ann.post(f"/contacts/{record}/corrections", body, key="c"), 202)
    with database().read() as connection:
        assert len(connection.execute(select(approval.c.id)).all()) == 1


def type_half_a_record(day: Day, ann: Browser, who: UUID) -> None:
    """Leave a draft of a contact record behind."""
    typed = json.dumps({"note": [day.canaries.words("draft")]})
    day.got(ann.post(f"/people/{who}/contacts/draft", document=typed), 204)


def decline(day: Day, officer: Program) -> None:
    """Say no to what waits for a second person, and why."""
    (one,) = day.got(officer.get("/approvals")).json["items"]
    because = {"reason": day.canaries.words("declined")}
    day.got(officer.post(f"/approvals/{one['id']}/decline", because), 200, 204)


def share_out(day: Day, leader: Program) -> None:
    """Give the people of nobody to those who are there, and say why."""
    make_person(team_id=leader.actor.team_id)
    seen = day.got(leader.get("/team/rebalance", of="nobody")).json["seen"]
    body = {"of": "nobody", "seen": seen, "reason": day.canaries.words("sharing")}
    sharing = day.got(leader.post("/team/rebalance", body)).json["id"]
    work_off()
    day.got(leader.get(f"/team/rebalance/{sharing}"))


def reveal(day: Day, ann: Program, who: UUID, number: str) -> None:
    """Have a value shown, which is the one answer that holds it."""
    body = {
        "person_id": str(who),
        "field": number,
        "purpose": "right_party_check",
        "reason": day.canaries.words("reason"),
    }
    assert ann.post("/reveals", body, key="r").json["value"] == day.canaries.phone


def refused_and_wrong(day: Day, ann: Program, stranger: Browser, who: UUID) -> None:
    """Send what is refused: wrong input, wrong address, a wrong password, too many words."""
    c = day.canaries
    point = {"kind": "phone", "value": c.no_phone}
    day.got(ann.post(f"/people/{who}/contact-points", point), 422)
    day.got(ann.post("/people", {"nam": c.name, "national_id": [c.national_id]}), 422)
    day.got(ann.post("/people/search", {"phone": c.word}), 422)
    body = {"permit_id": str(new_id()), "outcome": "no_answer", "note": c.words("lost")}
    day.got(ann.post("/contacts", body), 404)
    signing_in = {"email": c.email, "password": c.words("password")}
    day.got(stranger.post("/sign-in", **signing_in), 403)


def failing(day: Day, ann: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a fault in the middle of a request that holds personal values."""
    c = day.canaries

    def broken(*_given: Any, **_named: Any) -> Any:
        local = c.words("local")
        raise ValueError(f"cannot read {local}")

    with monkeypatch.context() as patched:
        patched.setattr("crm.gate.work.seal_row", broken)
        day.got(ann.post("/people", {"name": c.name}), 500)


def bring_in(day: Day, steward: Browser) -> None:
    """Import a file with canaries in good lines and in a rejected one."""
    c = day.canaries
    steward.post("/imports/mappings", name="small", document=yaml.safe_dump(DOCUMENT))
    rows = [
        line(account=f"A-{c.digits}", name=c.name, phone=c.phone),
        line(account="A-2", name=c.name, phone=c.no_phone, limit=c.words("no amount")),
    ]
    file = (io.BytesIO(text_of(rows).encode()), f"{c.word}.csv")
    sent = day.got(steward.post("/imports", mapping="small", file=file), 303)
    work_off()
    day.got(steward.get(sent.location))
    day.got(steward.post(sent.location + "/confirm"), 303)
    work_off()


def work_off() -> None:
    """Do what waits for a worker."""
    while run_next(new_id()):
        pass


def look_into(day: Day, ann: Program, officer: Program, who: UUID, number: str) -> None:
    """Write down a contact at night, say what is behind it, and take the list of such out."""
    late = {
        "person_id": str(who),
        "contact_point_id": number,
        "channel": "call",
        "direction": "outbound",
        "outcome": "no_answer",
        "started_at": "2026-11-25T05:00:00+08:00",
        "reason": "not_asked",
    }
    day.got(ann.post("/contacts", late, key="n"))
    (one,) = day.got(officer.get("/findings")).json["items"]
    day.got(officer.post(f"/findings/{one['id']}", {"words": day.canaries.words("finding")}))
    view = {"name": day.canaries.words("view"), "query": "rule=" + day.canaries.words("looked for")}
    day.got(officer.post("/lists/refusals/views", view))
    wish = {"purpose": "audit", "reason": day.canaries.words("export")}
    export = day.got(officer.post("/lists/refusals/exports", wish)).json["id"]
    work_off()
    day.got(officer.get(f"/exports/{export}"))


def staff(day: Day, admin: Browser) -> None:
    """Let somebody in whose name and address are canaries."""
    form = {"email": day.canaries.email, "name": day.canaries.name, "role": "collector"}
    admin.post("/staff", **form)


def a_day(day: Day, app: Any, moment: list[datetime], monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Do all of it; return the person it was about."""
    team = make_team()
    ann = Program(app, actor=make_account(team_id=team))
    who, number = make_known(day, ann)
    search(day, ann)
    record = call(day, ann, who, number, moment)
    ask_for_a_second_person(day, ann, record, moment)
    decline(day, Program(app, Role.COMPLIANCE_OFFICER))
    type_half_a_record(day, Browser(app, actor=ann.actor), who)
    reveal(day, ann, who, number)
    refused_and_wrong(day, ann, Browser(app), who)
    failing(day, ann, monkeypatch)
    bring_in(day, Browser(app, Role.DATA_STEWARD))
    staff(day, Browser(app, Role.ADMIN))
    look_into(day, ann, Program(app, Role.COMPLIANCE_OFFICER), who, number)
    leader = Browser(app, Role.TEAM_LEADER, team_id=team)
    share_out(day, Program(app, actor=leader.actor))
    officer = Browser(app, Role.COMPLIANCE_OFFICER)
    for page in (f"/people/{who}", "/people", "/approvals", "/work"):
        leader.get(page)
    for page in ("/ledger", "/refusals"):
        day.got(officer.get(page))
    return who


@pytest.mark.both
def test_after_a_days_work_nothing_personal_lies_in_clear(
    house: Instance, app, templates, temp, tmp_path, moment, monkeypatch, caplog, capfd
) -> None:
    caplog.set_level(logging.DEBUG)
    structlog.reset_defaults()
    configure()
    day = Day(Canaries())
    who = a_day(day, app, moment, monkeypatch)
    while sequence_once(database()):
        pass
    told = "".join(capfd.readouterr()) + caplog.text
    structlog.reset_defaults()
    assert "unexpected" in told, "the fault was logged"
    assert seen_in(told.encode(), day.canaries.stems) == []
    assert found_at_rest(house, templates.cluster, day.canaries, temp, tmp_path) == []
    digits, national_id = day.canaries.phone, day.canaries.national_id
    for answer in day.answers:
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        assert seen_in(head.encode(), day.canaries.stems) == [], "a header is logged by others"
        assert digits not in answer.text, answer.request.path
        assert national_id not in answer.text, answer.request.path
        if answer.status_code >= 400:
            assert seen_in(answer.data, day.canaries.stems) == [], answer.request.path
    assert sealed_fields_filled() >= EVERY
    with database().read() as connection:
        assert connection.execute(select(person.c.id).where(person.c.id == who)).one()


# Every sealed field of the registry that a day's work fills; a new one belongs into the day.
EVERY = {
    "person.name",
    "person.national_id",
    "contact_point.value",
    "consent.words",
    "loan.number",
    "contact.note",
    "finding.words",
    "export.content",
    "export.reason",
    "approval.decided_because",
    "draft.document",
    "sharing.reason",
    "saved_view.name",
    "saved_view.query",
    "said.document",
    "decision.document",
    "reveal.reason",
    "approval.document",
    "job.arguments",
    "import_reject.value",
    "account.name",
    "account.email",
    "account.password_hash",
}
NOT_OF_A_DAY = {"account.totp_secret"}  # random: no value that a test could choose


def sealed_fields_filled() -> set[str]:
    """Return the sealed fields that hold something."""
    found = set()
    with database().read() as connection:
        for table in metadata.sorted_tables:
            for name, field in fields_of(table).items():
                if field.sealed:
                    query = select(table.c[name]).where(table.c[name].is_not(None)).limit(1)
                    if connection.execute(query).first():
                        found.add(field.id)
    return found


def test_the_day_fills_every_sealed_field() -> None:
    registry = {
        field.id
        for table in metadata.tables.values()
        for field in fields_of(table).values()
        if field.sealed
    }
    assert registry == EVERY | NOT_OF_A_DAY


@pytest.mark.parametrize("stem", ["qabcdefghij", "12345678", "龘爨麤鱻"])
def test_a_canary_is_seen_however_it_is_spelt(stem: str) -> None:
    import base64

    for around in ("", "x", "xy"):
        text = f"{around}{stem} and more"
        for content in (
            text.encode(),
            text.upper().encode(),
            text.encode("utf-16"),
            text.encode("utf-16-be"),
            text.encode().hex().encode(),
            base64.b64encode(text.encode()),
            base64.urlsafe_b64encode(text.encode("utf-16-le")),
            text.encode("unicode_escape"),
        ):
            assert seen_in(b"\0" + content + b"\0", [stem]) == [stem], content
    assert seen_in(stem[:-1].encode(), [stem]) == []
    assert all(len(one) >= 6 for one in spellings(stem))


def test_what_lies_in_clear_is_found(house: Instance, templates) -> None:
    canaries = Canaries()
    assert found_at_rest(house, templates.cluster, canaries) == []
    (house.settings.home / "leak").write_text(canaries.email.upper())
    (path, stem), *rest = found_at_rest(house, templates.cluster, canaries)
    assert (Path(path).name, stem, rest) == ("leak", canaries.word, [])


@pytest.mark.soak
@pytest.mark.both
@pytest.mark.timeout(600)
def test_nothing_of_the_sample_house_lies_in_clear(
    house: Instance, templates, temp, tmp_path, monkeypatch, capfd
) -> None:
    monkeypatch.setattr("crm.demo.making.open_house", lambda _settings: _Open())
    structlog.reset_defaults()
    configure()
    make_demo(house.settings, 20, lambda _line: None)
    while sequence_once(database()):
        pass
    told = "".join(capfd.readouterr()).encode()
    structlog.reset_defaults()
    values = values_of_the_house()
    assert len(values) > 60
    wanted = {value: whole(value) for value in values}
    contents = {p: p.read_bytes() for p in files_of(house, templates.cluster, temp, tmp_path)}
    for path, content in {**contents, Path("log"): told}.items():
        found = [value for value, forms in wanted.items() if any(f in content for f in forms)]
        assert not found, path


class _Open:
    """The house that the test has opened already."""

    def close(self) -> None:
        """Leave it open for the test."""


def whole(value: str) -> set[bytes]:
    """Return the spellings of a whole value."""
    raw = value.encode()
    return {raw, raw.hex().encode(), value.encode("utf-16-le"), *in_base64(raw)}


def values_of_the_house() -> set[str]:
    """Return telephone and identity numbers, addresses, e-mails and long names, opened."""
    found: set[str] = set()
    with database().read() as connection:
        for table, columns in (
            (person, ("name", "national_id")),
            (contact_point, ("value",)),
            (account, ("email", "name")),
        ):
            for row in connection.execute(select(table)):
                values = stored(table, dict(row._mapping))
                found.update(reopen(values[name]) for name in columns if values[name] is not None)
    parts = {part for value in found for part in (value, *value.split("\n")[:1])}
    numbers = {value[3:] for value in found if value.startswith("+86")}
    return {part for part in parts | numbers if len(part.encode()) >= 9}
