"""When somebody wants to be called, as it is said: "tomorrow 10", "明天10点", "+2h", "Fri 3pm"."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.rulebook.moments import FIRST_YEAR, LAST_YEAR
from crm.words import N_

LONGEST = 60  # characters

UNCLEAR = N_("Say it as “tomorrow 10:00”, “Friday 3pm”, “+2h” or “2026-11-27 10:00”.")
NO_HOUR = N_("Say the hour too, such as “tomorrow 10:00”.")
WHICH_HALF = N_("Morning or afternoon? Write 3pm or 15:00.")
NO_SUCH_TIME = N_("The clocks go forward then: this time does not exist. Choose another.")


FAR = N_("Give a year from 1900 to 9000.")


class Unclear(ValueError):
    """Words that name no instant; its text is the sentence that says what is missing."""


_NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_SPELT = re.compile(
    r"(?:([二两三四五]?)十([一二三四五六七八九]?)|([一二两三四五六七八九]))(?=点|时|个|天|小时|分)"
)
_SPAN = re.compile(
    r"(?:\+|in )?(\d{1,3}) ?(?:(m|min|mins|minutes?|分钟)|(h|hrs?|hours?|小时|个小时)|(d|days?|天))"
    r" ?(?:之?后)?"
)
_CLOCK = re.compile(
    r"(?:at )?(?:(\d{1,2})(?:[:.点时](\d{2}|半)?分?)?|(noon|中午|正午)) ?(am|pm|a\.m\.|p\.m\.|h)?"
)
_ENGLISH_HOURS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_SAID_HOUR = re.compile(rf"\b({'|'.join(_ENGLISH_HOURS)})\b")
_PAST = re.compile(r"\b(half|a?\s?quarter) (past|to) (\d{1,2})\b")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[t ]?|(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]? ?")
_HALVES = {
    "凌晨": "am",
    "早上": "am",
    "上午": "am",
    "中午": "noon",
    "下午": "pm",
    "傍晚": "pm",
    "晚上": "night",
    "morning": "am",
    "afternoon": "pm",
    "evening": "night",
}
_DAYS = {
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "today": 0,
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明日": 1,
    "今天": 0,
    "今日": 0,
}
_EVENINGS = {
    "今晚": "今天晚上",
    "明晚": "明天晚上",
}
_WEEKDAYS = re.compile(
    r"(?:on |next )?(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs)?\b"
    r"|(下)?(?:周|星期|礼拜)([一二三四五六日天])"
)
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = "一二三四五六日"


def instant_meant(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that `text` names on the clock of `zone`, in UTC; raise Unclear.

    A time of day alone is the next such time; a weekday alone the coming one. Hours from one to
    seven need their half of the day: nobody means three at night by saying three.
    """
    plain = _plain(text)
    span = _SPAN.fullmatch(plain)
    if span is not None:
        return now.astimezone(UTC) + _length(span)
    here = now.astimezone(zone)
    day, rest, is_weekday = _day(plain, here.date())
    clock = _time(rest)
    if day is None:
        day = here.date()
        if _on(day, clock, zone) <= now:
            day += timedelta(days=1)
    elif is_weekday and _on(day, clock, zone) <= now:
        day += timedelta(days=7)
    return _on(day, clock, zone)


def _plain(text: str) -> str:
    """Return the text in one spelling: narrow, small, with single spaces and digits."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    plain = " ".join(narrow.replace(",", " ").split())[: LONGEST + 1]
    plain = plain.replace("半小时", "30分钟").replace("半个小时", "30分钟")
    for words, meant in _EVENINGS.items():
        plain = plain.replace(words, meant)
    return _SPELT.sub(_digits, _english(plain))


def _english(plain: str) -> str:
    """Return English words of a clock as figures: “half past nine tonight” is 9:30 this evening."""
    plain = re.sub(r"\btonight\b", "today evening", plain)
    plain = re.sub(r"\bnight\b", "evening", plain)
    plain = re.sub(r"\b(?:in the|this) (?=morning|afternoon|evening)", "", plain)
    plain = re.sub(r" ?o['’]?clock\b", "", plain)
    plain = _SAID_HOUR.sub(lambda found: str(_ENGLISH_HOURS.index(found[1]) + 1), plain)
    return _PAST.sub(_past, plain)


def _past(found: re.Match[str]) -> str:
    """Return half past and a quarter past or to an hour of twelve; what is not said stays."""
    hour = int(found[3])
    if not 1 <= hour <= 12:
        return found[0]
    if found[1] == "half":
        return f"{hour}:30" if found[2] == "past" else found[0]
    return f"{hour}:15" if found[2] == "past" else f"{(hour - 2) % 12 + 1}:45"


def _digits(found: re.Match[str]) -> str:
    tens, ones, alone = found.groups()
    if alone:
        return str(_NUMERALS[alone])
    return str((_NUMERALS[tens] if tens else 1) * 10 + _NUMERALS.get(ones, 0))


def _length(span: re.Match[str]) -> timedelta:
    count = int(span[1])
    if span[2]:
        return timedelta(minutes=count)
    return timedelta(hours=count) if span[3] else timedelta(days=count)


def _day(plain: str, today: date) -> tuple[date | None, str, bool]:
    """Return the day named at the beginning or the end, what is left, and if it is a weekday."""
    for words, ahead in _DAYS.items():
        if words in plain:
            return today + timedelta(days=ahead), _without(plain, words), False
    named = _WEEKDAYS.search(plain)
    if named is not None:
        wanted = (
            _ENGLISH.index(named[1]) if named[1] else _CHINESE.index(named[3].replace("天", "日"))
        )
        coming = (wanted - today.weekday()) % 7
        # 下周 is the week after this one.
        ahead = 7 - today.weekday() + wanted if named[2] else coming
        return today + timedelta(days=ahead), _without(plain, named[0]), not named[2]
    written = _DATE.match(plain)
    if written is None:
        return None, plain, False
    return _date(written, today), plain[written.end() :].strip(), False


def _date(written: re.Match[str], today: date) -> date:
    year, month, day = (written[1], written[2], written[3]) if written[1] else written.groups()[3:]
    try:
        found = date(int(year or today.year), int(month), int(day))
        if not year and found < today:
            found = found.replace(year=today.year + 1)
    except ValueError:
        raise Unclear(UNCLEAR) from None
    if not FIRST_YEAR < found.year < LAST_YEAR:
        raise Unclear(FAR)
    return found


def _without(plain: str, words: str) -> str:
    return " ".join(plain.replace(words, " ", 1).split())


def _time(rest: str) -> time:
    half = next((half for words, half in _HALVES.items() if words in rest), None)
    for words in _HALVES:
        if rest != words:  # noon stands alone
            rest = _without(rest, words)
    if not rest:
        raise Unclear(NO_HOUR)
    found = _CLOCK.fullmatch(rest)
    if found is None:
        raise Unclear(UNCLEAR)
    if found[3]:
        return time(12)
    marked = (found[4] or half or "").replace(".", "")
    minute = 30 if found[2] == "半" else int(found[2] or 0)
    hour = _hour(int(found[1]), marked, whole=found[1][0] == "0")
    if not (0 <= hour < 24 and minute < 60):
        raise Unclear(UNCLEAR)
    return time(hour, minute)


def _hour(hour: int, half: str, *, whole: bool) -> int:
    """Return the hour of 24; one to seven without their half of the day are not clear, unless
    `whole`: written as 03.
    """
    if half == "night":  # at twelve another day begins: which one is meant?
        half, hour = "pm", -1 if hour == 12 else hour
    if half in {"am", "pm"} and not 1 <= hour <= 12:
        return hour if half == "pm" and hour < 24 else -1
    if half == "am":
        return hour % 12
    if half == "pm":
        return hour % 12 + 12
    if half == "noon":  # 中午1点
        return hour if hour >= 11 else hour + 12
    if not whole and 1 <= hour <= 7:
        raise Unclear(WHICH_HALF)
    return hour


def _on(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant; of a time that comes twice the first, of one left out none."""
    local = datetime.combine(day, clock, zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unclear(NO_SUCH_TIME)
    return at


__all__ = ["LONGEST", "Unclear", "instant_meant"]
