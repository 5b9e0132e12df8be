"""A file's way through the pages: uploaded, previewed, agreed to, brought in; or refused."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from werkzeug import formparser

from crm import clock
from crm.gate.jobs import job
from crm.gate.worker import run_next
from crm.identity.roles import Role
from crm.loans.imports import runner, surveying
from crm.loans.models import import_mapping, import_run, loan, portfolio
from crm.privacy import spool
from crm.storage.bookkeeping import bookkeep
from crm.storage.ids import new_id
from tests.loans.conftest import count, every
from tests.loans.files import DOCUMENT, line, lines, text_of

assert runner  # its jobs are known
CANARY = "Kanariya Wellington-Qux"


@pytest.fixture
def steward(browser):
    visitor = browser(Role.DATA_STEWARD)
    answer = visitor.post("/imports/mappings", name="small", document=yaml.safe_dump(DOCUMENT))
    assert answer.status_code == 303, answer.text
    return visitor


def work_off() -> None:
    while run_next(new_id()):
        pass


def state() -> str:
    return str(every(import_run)[-1].state)


def upload(visitor: Any, content: str | bytes, **form: Any) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    values = {"mapping": "small", "file": (io.BytesIO(raw), "small.csv")} | form
    return visitor.post("/imports", **values)


def spooled(house: Any) -> list[Path]:
    return list((house.settings.home / "spool").glob("*"))


def test_who_began_an_import_is_named_to_stewards(house, steward, browser) -> None:
    colleague = browser(Role.DATA_STEWARD, name="Zhao Lingyun")
    page = upload(colleague, text_of(lines(1))).location
    for visitor in (steward, colleague):
        for at in ("/imports", page):
            assert "Zhao Lingyun" in visitor.get(at).text


@pytest.mark.both
def test_a_file_goes_all_the_way(house, steward) -> None:
    answer = upload(steward, text_of([*lines(3), line(account="A-9", limit="=1+1")]))
    assert answer.status_code == 303
    page = answer.location
    assert state() == "reading"
    assert "Waiting for the worker" in steward.get(page).text
    work_off()
    shown = steward.get(page).text
    assert state() == "previewed"
    assert "This is not an amount of this currency." in shown
    assert count(loan) == 0
    assert steward.post(page + "/confirm").status_code == 303
    work_off()
    assert state() == "done"
    assert count(loan) == 3
    assert "Download" in steward.get(page).text
    rejects = steward.get(page + "/rejects.csv")
    assert rejects.mimetype == "text/csv"
    assert rejects.text.startswith("\ufeffLine,")
    assert "5,limit,'=1+1," in rejects.text, "no cell of the download is a formula"
    assert spooled(house) == []
    assert "small" in steward.get("/imports").text


def test_a_file_sent_twice_by_one_form_begins_one_import(house, steward) -> None:
    content = text_of(lines(1))
    one = upload(steward, content, idempotency_key="k1")
    two = upload(steward, content, idempotency_key="k1")
    assert one.location == two.location
    assert count(import_run) == 1
    assert len(spooled(house)) == 1


def test_a_file_that_is_under_way_is_not_begun_again(house, steward) -> None:
    upload(steward, text_of(lines(1)))
    again = upload(steward, text_of(lines(1)))
    assert again.status_code == 409
    assert count(import_run) == 1
    assert len(spooled(house)) == 1, "the refused upload is gone"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "The file is empty."),
        ("account,name\nA,B\n", "Columns that the mapping needs are missing from the file."),
        (text_of(lines(1)).encode("utf-16"), "Save the file as UTF-8 or GB18030"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(
    house, steward, content, says
) -> None:
    page = upload(steward, content).location
    work_off()
    assert state() == "failed"
    shown = steward.get(page).text
    assert says in shown
    assert count(loan) == 0
    assert spooled(house) == []
    if "missing" in says:
        assert "phone" in shown


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_files_come_in_whatever_their_encoding(house, steward, encoding) -> None:
    page = upload(steward, text_of([line(name="陈静")]).encode(encoding)).location
    work_off()
    steward.post(page + "/confirm")
    work_off()
    assert state() == "done"
    assert count(loan) == 1


def test_the_form_comes_back_where_something_is_missing(house, steward) -> None:
    without = steward.post("/imports", mapping="small", page="/imports")
    assert without.status_code == 422
    assert "Choose a file." in without.text
    unknown = upload(steward, text_of(lines(1)), mapping="nowhere", page="/imports")
    assert unknown.status_code == 422
    assert "There is no mapping of this name." in unknown.text
    text = steward.post("/imports", mapping="small", file="not a file", page="/imports")
    assert text.status_code == 422
    assert spooled(house) == []


def test_a_file_beyond_the_limit_is_refused_early(app, house, steward) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    assert upload(steward, "x" * 2000).status_code == 413
    assert spooled(house) == []


def test_a_file_that_grows_beyond_the_limit_is_cut_off(house, monkeypatch) -> None:
    file = spool.SpoolFile(100)
    file.write(b"x" * 100)
    with pytest.raises(spool.UploadTooLarge):
        file.write(b"x")
    file.close()
    assert spooled(house) == []


def test_what_is_uploaded_lies_nowhere_in_clear(house, steward, monkeypatch) -> None:
    def no_file(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("a form's parser asked for a temporary file")

    monkeypatch.setattr(formparser, "SpooledTemporaryFile", no_file)
    steward.get("/imports")
    content = text_of([line(name=CANARY), *lines(9000)])  # more than a parser keeps in memory
    answer = steward.client.post(
        "/imports",
        input_stream=io.BytesIO(multipart(content, csrf_token=steward._token, mapping="small")),
        content_type="multipart/form-data; boundary=edge",
    )
    assert answer.status_code == 303
    files = [path for path in house.settings.home.rglob("*") if path.is_file()]
    assert any(path.parent.name == "spool" and path.stat().st_size > 500_000 for path in files)
    for path in files:
        assert CANARY.encode() not in path.read_bytes(), path
        if path.parent.name == "spool":
            assert path.stat().st_mode & 0o777 == 0o600
    assert steward.post(answer.location + "/cancel").status_code == 303


def multipart(content: str, **values: str) -> bytes:
    fields = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    )
    file = 'Content-Disposition: form-data; name="file"; filename="small.csv"'
    return f"{fields}--edge\r\n{file}\r\n\r\n{content}\r\n--edge--\r\n".encode()


def test_an_upload_that_was_altered_is_not_believed(house, steward) -> None:
    upload(steward, text_of(lines(3)))
    (file,) = spooled(house)
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)
    work_off()
    assert state() == "failed"


@pytest.mark.both
def test_cancelled_between_batches_whole_batches_stay(house, steward, monkeypatch) -> None:
    monkeypatch.setattr(surveying, "AT_ONCE", 2)
    page = upload(steward, text_of(lines(7))).location
    work_off()
    steward.post(page + "/confirm")
    real = runner.perform

    def cancel_after_the_first(action: Any, *given: Any) -> Any:
        done = real(action, *given)
        if isinstance(action, runner.ImportBatch) and count(loan) == 2:
            assert steward.post(page + "/cancel").status_code == 303
        return done

    monkeypatch.setattr(runner, "perform", cancel_after_the_first)
    work_off()
    assert state() == "cancelled"
    assert count(loan) == 2
    assert "Cancelled" in steward.get(page).text
    assert steward.post(page + "/cancel").status_code == 409
    assert steward.post(page + "/confirm").status_code == 409
    assert spooled(house) == []


def test_what_waits_is_cancelled_at_once(house, steward) -> None:
    page = upload(steward, text_of(lines(1))).location
    steward.post(page + "/cancel")
    assert state() == "cancelled"
    work_off()
    assert state() == "cancelled"
    page = upload(steward, text_of(lines(1))).location
    work_off()
    steward.post(page + "/cancel")
    assert state() == "cancelled"
    assert spooled(house) == []


def test_an_import_that_a_fault_stopped_goes_on(house, steward, monkeypatch) -> None:
    monkeypatch.setattr(surveying, "AT_ONCE", 2)
    page = upload(steward, text_of(lines(5))).location
    work_off()
    steward.post(page + "/confirm")
    real = runner.perform

    def break_after_the_first(action: Any, *given: Any) -> Any:
        if isinstance(action, runner.ImportBatch) and count(loan) == 2:
            raise OSError("the disk is full")
        return real(action, *given)

    with monkeypatch.context() as broken:
        broken.setattr(runner, "perform", break_after_the_first)
        work_off()
    assert (state(), count(loan)) == ("running", 2)
    assert {row.state for row in every(job) if row.fault == "OSError"} == {"failed"}
    assert "can go on where it was" in steward.get(page).text
    assert steward.post(page + "/confirm").status_code == 303
    work_off()
    assert (state(), count(loan)) == ("done", 5)
    totals = every(import_run)[-1].totals
    assert totals["run"]["new"] == 5


def test_a_job_whose_worker_died_is_taken_over(house, steward, monkeypatch) -> None:
    page = upload(steward, text_of(lines(2))).location
    work_off()
    steward.post(page + "/confirm")
    lost = {"state": "running", "worker": new_id(), "lease_until": clock.now(), "tries": 1}
    bookkeep(job.update().where(job.c.ended_at.is_(None)).values(lost))
    work_off()
    assert (state(), count(loan)) == ("done", 2)


def test_mappings_are_checked_before_they_are_kept(house, steward) -> None:
    def send(**form: str) -> Any:
        return steward.post("/imports/mappings", page="/imports/mappings", **form)

    assert send(name="broken", document="a: [").status_code == 422
    shown = send(name="broken", document=yaml.safe_dump({"title": "x"}))
    assert shown.status_code == 422
    assert "portfolio" in shown.text
    assert send(name="uci-credit-card", document=yaml.safe_dump(DOCUMENT)).status_code == 422
    assert send(name="Bad Name", document=yaml.safe_dump(DOCUMENT)).status_code == 422
    assert send(name="deep", document="[" * 5000).status_code == 422
    assert send(name="dates", document="last_month: 2001-99-99").status_code == 422
    assert count(import_mapping) == 1


def test_a_mapping_changed_by_somebody_else_is_not_overwritten(house, steward) -> None:
    changed = yaml.safe_dump(DOCUMENT | {"title": "Mine"})
    page = steward.get("/imports/mappings/small").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    first = steward.post("/imports/mappings", name="small", document=changed, version=version)
    assert first.status_code == 303
    late = steward.post("/imports/mappings", name="small", document=changed, version=version)
    assert late.status_code == 409
    blind = steward.post("/imports/mappings", name="small", document=changed)
    assert blind.status_code == 409
    assert "uci-credit-card" in steward.get("/imports/mappings").text
    assert steward.get("/imports/mappings/uci-credit-card").status_code == 200
    assert steward.get("/imports/mappings/nowhere").status_code == 404


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.ADMIN, Role.AUDITOR])
def test_only_data_stewards_import(house, browser, role: Role) -> None:
    visitor = browser(role)
    for path in ("/imports", "/imports/mappings", f"/imports/{new_id()}"):
        assert visitor.get(path).status_code == 403
    assert upload(visitor, text_of(lines(1))).status_code == 403
    assert count(import_run) == count(portfolio) == 0
    assert spooled(house) == []


def test_an_import_that_is_not_there_is_not_found(house, steward) -> None:
    for path in (f"/imports/{new_id()}", f"/imports/{new_id()}/rejects.csv"):
        assert steward.get(path).status_code == 404
    assert steward.post(f"/imports/{new_id()}/confirm").status_code == 404


def test_programs_follow_and_stop_imports(house, steward, program) -> None:
    client = program(Role.DATA_STEWARD)
    page = upload(steward, text_of([*lines(2), line(account="A-9", limit="x")])).location
    work_off()
    (found,) = client.get("/imports").json["items"]
    one = client.get(f"/imports/{found['id']}").json
    assert (one["state"], one["preview"]["new"], one["rejects"][0]["line"]) == ("previewed", 2, 4)
    assert page.endswith(found["id"])
    assert client.post(f"/imports/{found['id']}/confirm").status_code == 201
    work_off()
    assert client.get(f"/imports/{found['id']}").json["run"]["new"] == 2
    assert client.post(f"/imports/{found['id']}/cancel").status_code == 409


def test_uploads_that_nobody_waits_for_are_swept(house) -> None:
    file = spool.SpoolFile(100)
    file.write(b"x")
    file.finish()
    assert spool.sweep((), before=0) == 0
    assert spool.sweep((), before=clock.now().timestamp() + 60) == 1
    assert spooled(house) == []
