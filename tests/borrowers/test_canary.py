"""What is personal is nowhere in clear: not in the database, its journal, the keystore or a log."""

import logging
from pathlib import Path

import pytest

from crm.identity.roles import Role
from tests.borrowers.desk import open_desk

# Each occurs nowhere else; each goes in by an address of its own.
NAME = "Zebulon Quackenbush"
NATIONAL_ID = "510821199403285729"
PHONE = "+8615927364518"
EMAIL = "zq.canary@quackenbush.example"
STREET = "77 Quackenbush Hollow Rd"
WORDS = "zebra canary words"
REASON = "quokka canary reason"
TYPED = "Xylophonist Nobodykin"  # searched for, found nowhere
WRONG = "159273"  # no number; refused
SPELLINGS = ("utf-8", "utf-16-le", "gb18030")


def every_file(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_no_canary_is_found_where_data_rest(
    house, program, tmp_path, caplog: pytest.LogCaptureFixture, capfd
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = open_desk()
    ann = program(Role.COLLECTOR, actor=desk.ann)
    made = ann.post("/people", {"name": NAME, "national_id": NATIONAL_ID}, key="1")
    one = f"/people/{made.json['id']}"
    points = [
        ann.post(one + "/contact-points", body, key=body["value"][:9])
        for body in (
            {"kind": "phone", "value": PHONE, "place": "mobile"},
            {"kind": "email", "value": EMAIL},
            {"kind": "postal", "value": STREET + "\nBuffalo, NY 14201", "country": "US"},
        )
    ]
    assert [point.status_code for point in points] == [201, 201, 201]
    assert ann.post(one + "/consents", {"kind": "extra_calls", "words": WORDS}).status_code == 201
    asked = {
        "person_id": made.json["id"],
        "field": points[0].json["id"],
        "purpose": "right_party_check",
        "reason": REASON,
    }
    assert ann.post("/reveals", asked, key="2").json["value"] == PHONE
    assert ann.post("/people/search", {"phone": PHONE}).status_code == 200
    assert ann.post("/people/search", {"name": TYPED}).status_code == 200
    assert ann.post(one + "/contact-points", {"kind": "phone", "value": WRONG}).status_code == 422
    assert ann.get(one).status_code == 200

    told = caplog.text + "".join(capfd.readouterr())
    files = {path: path.read_bytes() for path in every_file(tmp_path)}
    assert any(path.suffix == ".db" for path in files)
    for canary in (NAME, NATIONAL_ID, PHONE, PHONE[3:], EMAIL, STREET, WORDS, REASON, TYPED):
        assert canary not in told, canary
        for spelling in SPELLINGS:
            code = canary.encode(spelling)
            found = [str(path) for path, content in files.items() if code in content]
            assert not found, (canary, spelling)
