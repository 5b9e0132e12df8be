"""The masking matrix: role by kind of value by context. What is not in it is hidden."""

import base64
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from uuid import UUID

import phonenumbers

from crm.words import Word


class Mask(Word):
    """Kinds of personal value."""

    NAME = "name"
    ID = "id"
    CONTACT_POINT = "contact_point"
    LOAN_NUMBER = "loan_number"
    NOTE = "note"
    STAFF_NAME = "staff_name"
    STAFF_EMAIL = "staff_email"
    HIDDEN = "hidden"


class Level(Word):
    """How much is shown, most first."""

    CLEAR = "clear"
    PARTIAL = "partial"
    TOKEN = "token"  # noqa: S105  a pseudonym, not a secret
    HIDDEN = "hidden"


class Context(Word):
    """Where it is shown; everywhere but a person's own page is stricter."""

    PAGE = "page"
    LIST = "list"
    EXPORT = "export"
    LOG = "log"


C, P, T, H = Level.CLEAR, Level.PARTIAL, Level.TOKEN, Level.HIDDEN

# role: kind: (level for whom he has in his scope, may he ask for more)
_DESK = {
    Mask.NAME: (C, False),
    Mask.ID: (P, True),
    Mask.CONTACT_POINT: (P, True),
    Mask.LOAN_NUMBER: (C, False),
    Mask.NOTE: (C, False),
    Mask.STAFF_NAME: (C, False),
}
_LEADER = _DESK | {Mask.STAFF_EMAIL: (P, False)}
_OFFICER = {
    Mask.NAME: (C, False),
    Mask.ID: (P, True),
    Mask.CONTACT_POINT: (P, True),
    Mask.LOAN_NUMBER: (C, False),
    Mask.NOTE: (C, False),
    Mask.STAFF_NAME: (C, False),
    Mask.STAFF_EMAIL: (P, False),
}
_REVIEWER = {
    Mask.NAME: (P, False),
    Mask.LOAN_NUMBER: (C, False),
    Mask.NOTE: (P, False),
    Mask.STAFF_NAME: (C, False),
}
_STAFF_ONLY = {Mask.STAFF_NAME: (C, False), Mask.STAFF_EMAIL: (C, False)}

MATRIX: dict[str, dict[Mask, tuple[Level, bool]]] = {
    "collector": _DESK,
    "hardship_specialist": _DESK,
    "field_collector": _DESK,
    "team_leader": _LEADER,
    "supervisor": _LEADER,
    "agency_lead": _LEADER,
    "quality_reviewer": _REVIEWER,
    "complaints_officer": _OFFICER,
    "legal_officer": _OFFICER,
    "compliance_officer": _OFFICER,
    "privacy_officer": _OFFICER | {Mask.NAME: (P, True), Mask.NOTE: (P, False)},
    "data_steward": {
        Mask.LOAN_NUMBER: (P, False),
        Mask.NOTE: (P, False),
        Mask.STAFF_NAME: (C, False),  # who began an import
    },
    "management": {},
    "admin": _STAFF_ONLY | {Mask.NAME: (T, False)},
    "auditor": {
        Mask.NAME: (P, False),
        Mask.CONTACT_POINT: (P, False),
        Mask.LOAN_NUMBER: (C, False),
        Mask.NOTE: (P, False),
        Mask.STAFF_NAME: (C, False),
    },
    "system": {},
}

# Whoever does not have the person in his scope: a name in part, nothing else.
_NOT_HIS = {Mask.NAME: (P, False), Mask.LOAN_NUMBER: (T, False)}

_STRICTER = {
    Context.PAGE: {},
    Context.LIST: {
        Mask.ID: H,  # identity numbers and telephone numbers are never in a list
        Mask.CONTACT_POINT: H,
        Mask.NOTE: H,
    },
    Context.EXPORT: {Mask.NAME: P, Mask.ID: H, Mask.CONTACT_POINT: H, Mask.NOTE: P},
    Context.LOG: dict.fromkeys(Mask, H) | {Mask.NAME: T, Mask.LOAN_NUMBER: T},
}


@cache
def level_of(mask: Mask, role: str, scope: str | None, context: Context) -> tuple[Level, bool]:
    """Return how much this role sees of such a value there, and whether it may ask for more."""
    row = MATRIX.get(role, {})
    if scope is None:
        allowed = row.get(mask, (H, False))[0]
        level, revealable = stricter(allowed, _NOT_HIS.get(mask, (H, False))[0]), False
    else:
        level, revealable = row.get(mask, (H, False))
    bound = _STRICTER[context].get(mask)
    if bound is not None:
        level = stricter(level, bound)
    if scope == "held":  # for one call: nothing is shown in clear by that
        revealable = False
    return level, revealable and context is Context.PAGE


def stricter(one: Level, other: Level) -> Level:
    """Return the level that shows less."""
    order = list(Level)
    return one if order.index(one) >= order.index(other) else other


def pseudonym(subject: UUID) -> str:
    """Return a stable name for a person that says nothing: P-7K2F9A."""
    return "P-" + base64.b32encode(subject.bytes[-4:]).decode().rstrip("=")[:6]


def masked(mask: Mask, text: str) -> str:
    """Return the part of a value that may be shown where only a part may."""
    return _MASKERS[mask](text)


def ending(shown: str) -> str:
    """Return the characters after the last dot of a mask: what a screen reader may say."""
    return shown.rpartition("•")[2].strip()


_DOUBLE = {
    "欧阳",
    "太史",
    "端木",
    "上官",
    "司马",
    "东方",
    "独孤",
    "南宫",
    "万俟",
    "闻人",
    "夏侯",
    "诸葛",
    "尉迟",
    "公羊",
    "赫连",
    "澹台",
    "皇甫",
    "宗政",
    "濮阳",
    "公冶",
    "太叔",
    "申屠",
    "公孙",
    "慕容",
    "仲孙",
    "钟离",
    "长孙",
    "宇文",
    "司徒",
    "鲜于",
    "司空",
    "令狐",
}


def _name(text: str) -> str:
    """Mask a name with a fixed number of dots, whatever its length."""
    if not text:
        return ""
    if ord(text[0]) > 0x2E7F:
        family = text[:2] if text[:2] in _DOUBLE else text[0]
        return family + "••"
    words = text.split()
    return (
        " ".join(word[0] + "•••" for word in (words[0], words[-1]))
        if len(words) > 1
        else (text[0] + "•••")
    )


def _id(text: str) -> str:
    return f"{text[:1]}••••••••{text[-1:]}" if len(text) > 4 else "••••••••"


def _contact_point(text: str) -> str:
    if "@" in text:
        name, _, host = text.partition("@")
        return f"{name[:1]}••••@{host}"
    digits = text.lstrip("+")
    if digits.isdigit() and len(digits) >= 7:
        return _phone(text)
    first = text.strip().split(",")[-1].strip() if "," in text else text[:2]
    return f"••••, {first}" if "," in text else f"{first}••••"


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return f"••••{text[-4:]}"
    national = str(number.national_number)
    if number.country_code == 86:
        return f"{national[:3]}••••{national[-4:]}"
    return f"+{number.country_code} •••• {national[-4:]}"


def _loan_number(text: str) -> str:
    return f"••••{text[-4:]}" if len(text) > 4 else "••••"


def _email(text: str) -> str:
    name, _, host = text.partition("@")
    return f"{name[:1]}••••@{host}"


_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9](?:[ -]?\d){9}(?!\d)")
_LONG = re.compile(r"(?<!\d)(?:\d[ -]?){10,18}[\dXx](?!\w)")
_AMERICAN = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)")
_SOCIAL_SECURITY = re.compile(r"(?<!\d)\d{3}[ -]\d{2}[ -]\d{4}(?!\d)")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def _note(text: str) -> str:
    """Take telephone, identity and card numbers and e-mail addresses out of free text."""
    plain = unicodedata.normalize("NFKC", text)
    for pattern in (_ADDRESS, _MOBILE, _LONG, _AMERICAN, _SOCIAL_SECURITY):
        plain = pattern.sub("••••", plain)
    return plain


_MASKERS: dict[Mask, Callable[[str], str]] = {
    Mask.NAME: _name,
    Mask.ID: _id,
    Mask.CONTACT_POINT: _contact_point,
    Mask.LOAN_NUMBER: _loan_number,
    Mask.NOTE: _note,
    Mask.STAFF_NAME: _name,
    Mask.STAFF_EMAIL: _email,
    Mask.HIDDEN: lambda _text: "",
}
