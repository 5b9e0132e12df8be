"""What counts as the right answer: a value told whole, or that part of it which people are asked.

Every function takes two texts and returns yes or no; only `crm.privacy.openers.match` calls them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from crm.privacy.index import normal, normal_national_id
from crm.words import Word

END = 4  # characters of a number that people know by heart
_NUMBERS = re.compile(r"[0-9]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CHINESE_ID = re.compile(r"[0-9]{6}(?P<born>[0-9]{8})[0-9]{3}[0-9X]")
_OLD_CHINESE_ID = re.compile(r"[0-9]{6}(?P<born>[0-9]{6})[0-9]{3}")
_WORDS = re.compile(r"[^\W_]+")
# Words of so many addresses that they tell nothing.
_EVERYWHERE = frozenset(
    {
        "street",
        "road",
        "avenue",
        "lane",
        "drive",
        "square",
        "house",
        "flat",
        "apartment",
        "floor",
        "room",
        "building",
        "block",
        "unit",
        "city",
        "north",
        "south",
        "east",
        "west",
        "the",
        "and",
        "united",
        "states",
        "kingdom",
        "china",
        "中国",
        "大街",
        "大道",
        "小区",
        "单元",
        "花园",
    }
)


class Part(Word):
    """How much of a value an answer must tell."""

    WHOLE = "whole"
    END = "end"  # its last four characters, or all of it
    BIRTHDAY = "birthday"  # the month and day that stand in a Chinese identity number
    TOWN = "town"  # whole words of an address: its town, district or street
    MONTH = "month"  # a month, of a value written YYYY-MM


def birthday_in(national_id: str) -> tuple[int, int] | None:
    """Return month and day of birth where an identity number tells them, else None."""
    number = normal_national_id(national_id)
    for form, century in ((_CHINESE_ID, ""), (_OLD_CHINESE_ID, "19")):
        if (found := form.fullmatch(number)) is not None:
            born = century + found["born"]
            try:
                day = date(int(born[:4]), int(born[4:6]), int(born[6:]))
            except ValueError:
                return None
            return day.month, day.day
    return None


def alike(part: Part, known: str, answer: str, field_id: str) -> bool:
    """Tell whether `answer` is the right one to a question about that part of `known`."""
    whole = known == answer or normal(field_id, known) == normal(field_id, answer)
    if part is Part.WHOLE or (whole and part is not Part.BIRTHDAY):
        return whole
    return _OF_PART[part](known, answer)


def _end(known: str, answer: str) -> bool:
    told, whole = normal_national_id(answer), normal_national_id(known)
    return len(told) == END < len(whole) and whole.endswith(told)


def _birthday(known: str, answer: str) -> bool:
    born = birthday_in(known)
    return born is not None and born in (birthday_in(answer), _month_and_day(answer))


def _month_and_day(answer: str) -> tuple[int, int] | None:
    """Read 03-07, 3/7, 0307, 3月7日, 7 March or 1990-03-07."""
    text = unicodedata.normalize("NFKC", answer).casefold()
    numbers = _NUMBERS.findall(text)
    if len(numbers) == 1 and len(numbers[0]) in {4, 8}:
        end = numbers[0][-4:]
        numbers = [end[:2], end[2:]]
    if len(numbers) == 3 and len(numbers[0]) == 4:
        numbers = numbers[1:]
    if len(numbers) == 1 and (month := _named_month(text)) is not None:
        numbers = [str(month), numbers[0]]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else None


def _town(known: str, answer: str) -> bool:
    """Let whole words tell it; Chinese is written without gaps, so two characters in a row do."""
    told, whole = (unicodedata.normalize("NFKC", text).casefold() for text in (answer, known))
    words = [word for word in _WORDS.findall(told) if word not in _EVERYWHERE]
    if not words or len("".join(words)) < 2:
        return False
    if all("\u4e00" <= letter <= "\u9fff" for word in words for letter in word):
        return all(len(word) > 1 and word in whole for word in words)
    # A postcode or the letters of a state alone prove nothing: a masked address shows them.
    named = any(len(word) > 2 and not any(map(str.isdigit, word)) for word in words)
    return named and set(words) <= set(_WORDS.findall(whole))


def _month(known: str, answer: str) -> bool:
    text = unicodedata.normalize("NFKC", answer).casefold()
    year, month = map(int, known.split("-"))
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    named = _named_month(text)
    if named is not None:
        return named == month and numbers in ([], [year])
    return numbers in ([month], [year, month], [month, year])


def _named_month(text: str) -> int | None:
    found = [word[:3] for word in _WORDS.findall(text) if word[:3] in _MONTHS]
    return _MONTHS.index(found[0]) + 1 if len(found) == 1 else None


_OF_PART: Mapping[Part, Callable[[str, str], bool]] = {
    Part.END: _end,
    Part.BIRTHDAY: _birthday,
    Part.TOWN: _town,
    Part.MONTH: _month,
}
