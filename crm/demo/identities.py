"""People who do not exist: the same ones every time, in numbers that belong to nobody."""

import random
from collections import Counter
from dataclasses import dataclass

from crm.demo.places import AMERICA, CHINA, City

SEED = 2005
YEAR_OF_FIGURES = 2005

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
_GIVEN = (
    "静 敏 伟 芳 磊 军 洋 勇 艳 杰 娟 涛 超 明 霞 平 刚 桂英 建华 志强 秀兰 晓东 丽娟 海燕 文博 "
    "子涵 雨桐 浩然 思远 梓萱 一诺 欣怡 宇轩 佳琪 嘉豪 "
    "美玲 国栋 春梅 永康 雪梅"
)
_FIRST = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara "
    "Richard Susan Joseph Jessica Thomas Karen Carlos Sofia Luis Elena Ahmed Aisha Wei Mei "
    "Kevin Laura Brian Nancy George Betty Edward Helen Jason Sandra Ryan Donna Jacob Carol"
)
_LAST = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez "
    "Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson "
    "White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott "
    "Torres Nguyen Hill"
)
_STREETS_CN = ("示例路", "样本街", "演示大道", "虚构巷", "范例路")
_STREETS_US = ("Example Street", "Sample Avenue", "Specimen Road", "Placeholder Lane", "Demo Drive")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643, ISO 7064 MOD 11-2
_CHECKS = "10X98765432"
_MOBILES_CN = ("1990000", "1980000", "1660000")


@dataclass(frozen=True, slots=True)
class Identity:
    """One made-up person as the columns of a file have him."""

    name: str
    national_id: str
    phone: str
    phone_work: str
    email: str
    address: str
    city: str
    postcode: str
    country: str
    region: str
    language: str


class Identities:
    """Makes people up, one after the other; the n-th is always the same."""

    def __init__(self) -> None:
        self._dice = random.Random(SEED)  # noqa: S311  the same people every time is the point
        self._used: Counter[str] = Counter()

    def american(self) -> Identity:
        """Return the next person in the United States."""
        number = self._next("american")
        city = AMERICA[(number - 1) % len(AMERICA)]
        moved = number % 17 == 0  # kept the number of another city
        area = AMERICA[(number + 6) % len(AMERICA)] if moved else city
        first, last = self._word(_FIRST), self._word(_LAST)
        street = f"{100 + number} {self._dice.choice(_STREETS_US)}"
        homeless = number % 29 == 0  # no address is known
        return Identity(
            name=f"{first} {self._initial()} {last}",
            national_id=f"666-{10 + number // 9000:02d}-{1000 + number % 9000:04d}",
            phone=self._american_phone(area),
            phone_work=self._american_phone(city) if number % 11 == 0 else "",
            email=f"{first}.{last}.{number}@example.com".lower() if number % 3 else "",
            address="" if homeless else f"{street}, {city.name} {city.postcode}",
            city="",
            postcode="",
            country="" if homeless else "US",
            region="" if homeless else city.region,
            language="zh" if first in {"Wei", "Mei"} else "es" if number % 19 == 0 else "en",
        )

    def chinese(self, age: int) -> Identity:
        """Return the next person in China."""
        number = self._next("chinese")
        city = CHINA[(number - 1) % len(CHINA)]
        name = self._dice.choice(_FAMILY) + self._word(_GIVEN)
        door = f"{number}号{self._dice.randrange(1, 30)}0{self._dice.randrange(1, 5)}室"
        homeless = number % 29 == 0
        whole = f"{city.name}{self._dice.choice(_STREETS_CN)}{door}"
        return Identity(
            name=name,
            national_id=self._chinese_id(number, YEAR_OF_FIGURES - age),
            phone=self._chinese_phone(),
            phone_work=self._chinese_phone() if number % 11 == 0 else "",
            email=f"demo.{number}@example.net" if number % 3 == 0 else "",
            address="" if homeless else whole,
            city="",
            postcode="" if homeless else city.postcode,
            country="" if homeless else "CN",
            region="" if homeless else city.region,
            language="en" if number % 37 == 0 else "zh",
        )

    def _next(self, kind: str) -> int:
        self._used[kind] += 1
        return self._used[kind]

    def _word(self, words: str) -> str:
        return self._dice.choice(words.split())

    def _initial(self) -> str:
        return self._dice.choice("ABCDEFGHJKLMNPRSTW") + "."

    def _american_phone(self, city: City) -> str:
        """Return an unused number of 555-0100 to 555-0199, which are kept for fiction."""
        codes = [city.area_code, *(other.area_code for other in AMERICA)]
        code = next(code for code in codes if self._used["+1" + code] < 100)
        return f"+1{code}55501{self._next('+1' + code) - 1:02d}"

    def _chinese_phone(self) -> str:
        """Return an unused number of blocks that look like nobody's."""
        number = self._next("+86")
        block, last = divmod(number, 10_000)
        return f"+86{_MOBILES_CN[block]}{last:04d}"

    def _chinese_id(self, number: int, year: int) -> str:
        """Return an identity number with a right check digit, of an area that does not exist."""
        day = f"{year:04d}{1 + number % 12:02d}{1 + number % 28:02d}"
        body = f"99{number // 999:04d}{day}{1 + number % 999:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
        return body + _CHECKS[total % 11]
