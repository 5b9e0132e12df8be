"""A program reads why something is refused in the language that it asked for."""

import re
from typing import Any

import pytest

from tests.contacts.conftest import Clock
from tests.contacts.scene import in_china

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_reason_is_said_in_the_language_asked_for(
    house: Any, time: Clock, program: Any, language: str
) -> None:
    time.set("2026-11-25T23:00:00+08:00")
    case = in_china()
    desk = program("collector", actor=case.collector)
    desk.headers["Accept-Language"] = language
    call = {"person_id": str(case.person), "contact_point_id": str(case.point), "channel": "call"}
    refused = desk.post("/contact-permits", call)
    listed = desk.post("/contact-decisions/list", {"people": [str(case.person)]})
    week = desk.get(f"/people/{case.person}/week")
    said = [one["why"] for one in refused.json["decision"]["reasons"] if one["effect"] == "refuse"]
    said += [one["reason"]["why"] for one in listed.json["items"] if one["reason"]]
    said += [
        why["why"]
        for way in week.json["ways"]
        for one in way["days"]
        for part in one["parts"]
        for why in part["reasons"]
    ]
    assert len(said) > 3
    assert {bool(HAN.search(why)) for why in said} == {language == "zh"}
