"""When somebody wants to be called: what was said, and what it means on his clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crm.contacts.rules.when import (
    FAR,
    NO_HOUR,
    NO_SUCH_TIME,
    UNCLEAR,
    WHICH_HALF,
    Unclear,
    instant_meant,
)

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime.fromisoformat("2026-11-25T12:00:00-05:00")  # a Wednesday


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("tomorrow 10", "2026-11-26 10:00"),
        ("Tomorrow at 10:30", "2026-11-26 10:30"),
        ("10.30 tomorrow", "2026-11-26 10:30"),
        ("the day after tomorrow, 9am", "2026-11-27 09:00"),
        ("tomorrow in the afternoon 3", "2026-11-26 15:00"),
        ("tomorrow noon", "2026-11-26 12:00"),
        ("tonight 9:30", "2026-11-25 21:30"),
        ("9.30 tonight", "2026-11-25 21:30"),
        ("tonight 21:30", "2026-11-25 21:30"),
        ("tomorrow night at 8", "2026-11-26 20:00"),
        ("half past nine tonight", "2026-11-25 21:30"),
        ("tonight at half past nine", "2026-11-25 21:30"),
        ("quarter past nine in the evening", "2026-11-25 21:15"),
        ("a quarter to ten tonight", "2026-11-25 21:45"),
        ("a quarter to one this afternoon", "2026-11-25 12:45"),
        ("tomorrow morning at nine", "2026-11-26 09:00"),
        ("nine o'clock tomorrow evening", "2026-11-26 21:00"),
        ("Friday at half past 10 in the morning", "2026-11-27 10:30"),
        ("tomorrow at twelve", "2026-11-26 12:00"),
        ("今晚九点半", "2026-11-25 21:30"),
        ("明晚8点", "2026-11-26 20:00"),
        ("中午", "2026-11-26 12:00"),
        ("明天10点", "2026-11-26 10:00"),
        ("明天上午十点半", "2026-11-26 10:30"),
        ("明天 下午3点", "2026-11-26 15:00"),
        ("明天十点三十分", "2026-11-26 10:30"),
        ("后天下午两点", "2026-11-27 14:00"),
        ("大后天晚上8点", "2026-11-28 20:00"),
        ("今天二十点", "2026-11-25 20:00"),
        ("中午1点", "2026-11-25 13:00"),
        ("明天中午12点", "2026-11-26 12:00"),
        ("+2h", "2026-11-25 14:00"),
        ("+30m", "2026-11-25 12:30"),
        ("in 2 days", "2026-11-27 12:00"),
        ("2小时后", "2026-11-25 14:00"),
        ("半小时后", "2026-11-25 12:30"),
        ("两天后", "2026-11-27 12:00"),
        ("15:00", "2026-11-25 15:00"),
        ("10", "2026-11-26 10:00"),  # today it is past
        ("12", "2026-11-26 12:00"),
        ("3pm", "2026-11-25 15:00"),
        ("12 a.m.", "2026-11-26 00:00"),
        ("12pm", "2026-11-26 12:00"),
        ("13pm", "2026-11-25 13:00"),
        ("03:00", "2026-11-26 03:00"),
        ("fri 10", "2026-11-27 10:00"),
        ("on Thursday 9", "2026-11-26 09:00"),
        ("wed 14:00", "2026-11-25 14:00"),
        ("wed 10", "2026-12-02 10:00"),
        ("周五10点", "2026-11-27 10:00"),
        ("星期天上午9点", "2026-11-29 09:00"),
        ("下周一10点", "2026-11-30 10:00"),
        ("2026-11-27T10:00", "2026-11-27 10:00"),
        ("2026-11-27 10:00", "2026-11-27 10:00"),
        ("11月27日10点", "2026-11-27 10:00"),
        ("1月3日 10:00", "2027-01-03 10:00"),
        ("2027年1月3日 10:00", "2027-01-03 10:00"),
        ("９：３０", "2026-11-26 09:30"),
        ("2027-11-07 01:30", "2027-11-07 01:30"),  # comes twice: the first
        ("today 9", "2026-11-25 09:00"),  # past: the rule of what was said refuses it
    ],
)
def test_it_is_understood(said: str, meant: str) -> None:
    found = instant_meant(said, NOON, NEW_YORK)
    assert found.utcoffset() == NOON.astimezone(ZoneInfo("UTC")).utcoffset()
    assert f"{found.astimezone(NEW_YORK):%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("", NO_HOUR),
        ("tomorrow", NO_HOUR),
        ("明天", NO_HOUR),
        ("sat", NO_HOUR),
        ("3", WHICH_HALF),
        ("tomorrow 3:30", WHICH_HALF),
        ("asap", UNCLEAR),
        ("25:00", UNCLEAR),
        ("10:75", UNCLEAR),
        ("今天晚上12点", UNCLEAR),
        ("0am", UNCLEAR),
        ("24pm", UNCLEAR),
        ("1000h", UNCLEAR),
        ("2026-02-30 10:00", UNCLEAR),
        ("13月1日 10:00", UNCLEAR),
        ("x" * 10_000, UNCLEAR),
        ("tomorrow 10 \u202e", UNCLEAR),
        ("9999-12-31 23:59", FAR),
        ("0001-01-01 00:00", FAR),
        ("2027-03-14 02:30", NO_SUCH_TIME),
    ],
)
def test_what_is_missing_is_said(said: str, sentence: str) -> None:
    with pytest.raises(Unclear) as fault:
        instant_meant(said, NOON, NEW_YORK)
    assert str(fault.value) == sentence


def test_it_is_his_day_and_not_ours() -> None:
    late = datetime.fromisoformat("2026-11-25T23:30:00-05:00")  # the 26th in Shanghai
    found = instant_meant("tomorrow 10:00", late, ZoneInfo("Asia/Shanghai"))
    assert found == datetime.fromisoformat("2026-11-27T10:00:00+08:00")
