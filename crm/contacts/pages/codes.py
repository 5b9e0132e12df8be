"""The codes a log form offers: those that can come of such a contact, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import get_locale, gettext

from crm.contacts.meter.steps import FOLLOWS, NEXT
from crm.contacts.outcomes import Code, codes
from crm.contacts.rules.records import is_possible
from crm.contacts.rules.said import OF_DEBTORS
from crm.words import N_

GROUPS = {  # nobody reached first: it is what comes of most calls
    "N": N_("Nobody reached"),
    "R": N_("The right person"),
    "U": N_("Someone, not verified"),
    "T": N_("Someone else"),
    "S": N_("Stop, or great care"),
}
COMMON = ("WN", "RPC-N")  # beside those of whom nobody was reached
_BEGUN_BY_THEM = N_("It came from the person")
_OF_HIM = ("INC", "MSG-I")
_OF_ANYBODY = ("JAL", "ABU")  # of the right person, but another can tell it, or be it
# What is written before the codes of one channel; others are said of calls.
_OF_CHANNEL = {
    "SMS": ("sms",),
    "EML": ("email",),
    "IM": ("im", "social_private", "social_public"),
    "LTR": ("letter",),
    "VST": ("visit",),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A code as a form offers it: what it says in the reader's language, and what finds it.

    `follows` says what saving it does and what usually comes next; `digit` is its key among the
    commonest, empty for others; `at_once`: choosing it saves.
    """

    code: str
    words: str
    other: str  # its words in the other language
    pinyin: str
    digit: str
    said: str
    follows: str
    at_once: bool
    of: str = ""  # the directions of which it can be said, where the form leaves that open


def codes_for(
    channel: str,
    direction: str = "outbound",
    *,
    owes: bool = True,
    by_other: bool = False,
    proven: bool = False,
) -> dict[str, Any]:
    """Return `quick`, the choices saved by one press, `groups` of all by who was reached, and
    whether somebody can have been `spoken` to.

    `owes`: the person contacted does; of others nothing is offered that only a debtor can say.
    `by_other`: another took the call; then nothing that says it was the right person, or nobody.
    `proven`: the person showed who he is; then nothing that says he did not.
    """
    possible = [
        code
        for code in _possible(channel, inbound=direction == "inbound")
        if (owes or code.said not in OF_DEBTORS)
        and not (proven and code.unverified)
        and not (by_other and code.of_class in "NR" and code.code not in _OF_ANYBODY)
    ]
    if direction == "inbound":
        return {"quick": [], "groups": _came_in(possible), "spoken": True}
    choices = _numbered(possible)
    return {
        "quick": [one for one in choices["N"] if one.at_once],
        "groups": [(gettext(GROUPS[key]), found) for key, found in choices.items() if found],
        "spoken": any(found for key, found in choices.items() if key != "N"),
    }


def all_codes() -> list[tuple[str, list[Choice]]]:
    """Return every code by who was reached, for a contact of whatever kind."""
    of_calls = [code for code in codes().values() if code.code not in _OF_HIM]
    groups = [(gettext(GROUPS[key]), found) for key, found in _numbered(of_calls).items()]
    return [(name, [_open(one) for one in found]) for name, found in (_from_him(), *groups)]


def _open(one: Choice) -> Choice:
    """Return a choice with the directions of which it can be said."""
    of = {"outbound": one.code not in _OF_HIM, "inbound": codes()[one.code].inbound}
    return replace(one, of=" ".join(name for name, fits in of.items() if fits))


def _came_in(possible: Sequence[Code]) -> list[tuple[str, list[Choice]]]:
    """Return what can be said of a contact that came in: his own first, then by who it was."""
    others = [code for code in possible if code.code not in _OF_HIM]
    groups = [
        (gettext(name), [choice(code) for code in others if code.of_class == key])
        for key, name in GROUPS.items()
    ]
    return [_from_him(), *((name, found) for name, found in groups if found)]


def _from_him() -> tuple[str, list[Choice]]:
    return gettext(_BEGUN_BY_THEM), [choice(codes()[code]) for code in _OF_HIM]


def code_word(code: str | None) -> str:
    """Return what a code says, in the reader's language."""
    known = codes().get(code or "")
    return choice(known).words if known else code or ""


def choice(code: Code, digit: str = "") -> Choice:
    """Return a code with its words."""
    language = "zh" if str(get_locale() or "en").startswith("zh") else "en"
    steps = (FOLLOWS.get(code.said or ""), NEXT.get(code.next or ""))
    return Choice(
        code.code,
        code.words[language],
        code.words["en" if language == "zh" else "zh"],
        " ".join(code.pinyin),
        digit,
        code.said or "",
        " ".join(gettext(step) for step in steps if step),
        code.at_once,
    )


def _numbered(possible: Sequence[Code]) -> dict[str, list[Choice]]:
    """Return choices by class, in the order of GROUPS; the ten commonest have a digit, 1 to 0."""
    common = [code.code for code in possible if code.of_class == "N"][: 10 - len(COMMON)]
    common += [code.code for code in possible if code.code in COMMON]
    digits = dict(zip(common, "1234567890", strict=False))
    return {
        key: [choice(code, digits.get(code.code, "")) for code in possible if code.of_class == key]
        for key in GROUPS
    }


def _possible(channel: str, *, inbound: bool) -> Iterator[Code]:
    for code in codes().values():
        own = _OF_CHANNEL.get(code.code.partition("-")[0])
        if own is not None and channel not in own:
            continue
        if own is None and channel == "visit" and code.of_class == "N":
            continue
        if code.inbound if inbound else is_possible(channel, code.outcome, inbound=False):
            yield code
