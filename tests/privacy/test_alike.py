"""What counts as the right answer to a question about a value."""

import pytest

from crm.privacy.alike import Part, alike, birthday_in

ID = "110101199003074514"
FIELDS = {
    Part.WHOLE: "contact_point.value",
    Part.END: "person.national_id",
    Part.BIRTHDAY: "person.national_id",
    Part.TOWN: "contact_point.value",
    Part.MONTH: "payment.paid_on",
}
HOME = "12 Orchard Street\nSpringfield IL 62704"
HEIM = "上海市浦东新区世纪大道100号"


@pytest.mark.parametrize(
    ("part", "known", "answer", "right"),
    [
        (Part.WHOLE, "+8613800138005", "138 0013 8005", True),
        (Part.WHOLE, "+8613800138005", "8005", False),
        (Part.END, ID, ID, True),
        (Part.END, ID, "45 14", True),
        (Part.END, "110101199003074 51x", "451X", True),
        (Part.END, ID, "514", False),
        (Part.END, ID, "74514", False),
        (Part.END, ID, "4515", False),
        (Part.END, "4514", "4514", True),
        (Part.END, ID, "", False),
        (Part.BIRTHDAY, ID, "03-07", True),
        (Part.BIRTHDAY, ID, "3/7", True),
        (Part.BIRTHDAY, ID, "0307", True),
        (Part.BIRTHDAY, ID, "19900307", True),
        (Part.BIRTHDAY, ID, "1990-03-07", True),
        (Part.BIRTHDAY, ID, "3月7日", True),
        (Part.BIRTHDAY, ID, "３月７日", True),
        (Part.BIRTHDAY, ID, "7 March", True),
        (Part.BIRTHDAY, ID, "Mar 7", True),
        (Part.BIRTHDAY, ID, ID, True),
        (Part.BIRTHDAY, ID, "07-03", False),
        (Part.BIRTHDAY, ID, "March", False),
        (Part.BIRTHDAY, ID, "7", False),
        (Part.BIRTHDAY, ID, "7 March or 8 May", False),
        (Part.BIRTHDAY, ID, "", False),
        (Part.BIRTHDAY, "AB123456C", "AB123456C", False),
        (Part.TOWN, HOME, HOME, True),
        (Part.TOWN, HOME, "springfield", True),
        (Part.TOWN, HOME, "62704", False),
        (Part.TOWN, HOME, "Springfield 62704", True),
        (Part.TOWN, HOME, "Orchard Street, Springfield", True),
        (Part.TOWN, HOME, "Spring", False),
        (Part.TOWN, HOME, "street", False),
        (Part.TOWN, HOME, "12", False),
        (Part.TOWN, HOME, "Chicago Springfield", False),
        (Part.TOWN, HOME, "", False),
        (Part.TOWN, HEIM, "浦东新区", True),
        (Part.TOWN, HEIM, "上海市 浦东新区", True),
        (Part.TOWN, HEIM, "北京市", False),
        (Part.TOWN, HEIM, "上", False),
        (Part.TOWN, HEIM, "大道", False),
        (Part.MONTH, "2026-10", "2026-10", True),
        (Part.MONTH, "2026-10", "10/2026", True),
        (Part.MONTH, "2026-10", "10月", True),
        (Part.MONTH, "2026-10", "October", True),
        (Part.MONTH, "2026-10", "Oct 2026", True),
        (Part.MONTH, "2026-10", "October 2025", False),
        (Part.MONTH, "2026-10", "September", False),
        (Part.MONTH, "2026-10", "October or November", False),
        (Part.MONTH, "2026-10", "9 or 10", False),
        (Part.MONTH, "2026-10", "I do not know", False),
    ],
)
def test_an_answer_is_right_or_not(part: Part, known: str, answer: str, right: bool) -> None:
    assert alike(part, known, answer, FIELDS[part]) is right


@pytest.mark.parametrize(
    ("number", "born"),
    [
        (ID, (3, 7)),
        ("110101 900307 451", (3, 7)),
        ("110101199002304514", None),
        ("11010119900307451", None),
        ("", None),
    ],
)
def test_a_birthday_stands_in_a_chinese_number_alone(number: str, born: object) -> None:
    assert birthday_in(number) == born
