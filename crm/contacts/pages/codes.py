"""The codes a log form offers: those that can come of such a contact, in the reader's language."""

from collections.abc import Iterator
from typing import Any

from flask_babel import get_locale, gettext

from crm.contacts.outcomes import Code, codes
from crm.contacts.rules.records import is_possible
from crm.words import N_

GROUPS = {
    "R": N_("The right person"),
    "U": N_("Someone, not verified"),
    "T": N_("Someone else"),
    "S": N_("Stop, or great care"),
    "N": N_("Nobody reached"),
}
INBOUND = ("INC", "MSG-I")
_BEGUN_BY_THEM = N_("It came from the person")
# What is written before the codes of one channel; others are said of calls.
_OF_CHANNEL = {
    "SMS": ("sms",),
    "EML": ("email",),
    "IM": ("im", "social_private", "social_public"),
    "LTR": ("letter",),
    "VST": ("visit",),
}


def codes_for(channel: str, direction: str = "outbound") -> dict[str, Any]:
    """Return `quick`, codes saved by one press, and `groups` of all others by who was reached."""
    possible = list(_possible(channel, inbound=direction == "inbound"))
    groups = [
        (gettext(label), [choice(code) for code in possible if code.of_class == key])
        for key, label in GROUPS.items()
        if key != "N"
    ]
    return {
        "quick": [choice(code) for code in possible if code.of_class == "N"],
        "groups": [(label, found) for label, found in groups if found],
    }


def all_codes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every code by who was reached, for a contact of whatever kind."""
    groups = [
        (gettext(label), [choice(code) for code in codes().values() if _is_in(code, key)])
        for key, label in GROUPS.items()
    ]
    return [(gettext(_BEGUN_BY_THEM), [choice(codes()[code]) for code in INBOUND]), *groups]


def code_word(code: str | None) -> str:
    """Return what a code says, in the reader's language."""
    known = codes().get(code or "")
    return choice(known)[1] if known else code or ""


def choice(code: Code) -> tuple[str, str]:
    """Return a code with its words."""
    language = "zh" if str(get_locale() or "en").startswith("zh") else "en"
    return code.code, code.words[language]


def _is_in(code: Code, key: str) -> bool:
    return code.of_class == key and code.code not in INBOUND


def _possible(channel: str, *, inbound: bool) -> Iterator[Code]:
    for code in codes().values():
        own = _OF_CHANNEL.get(code.code.partition("-")[0])
        if own is not None and channel not in own:
            continue
        if own is None and channel == "visit" and code.of_class == "N":
            continue
        if is_possible(channel, code.outcome, inbound=inbound):
            yield code
