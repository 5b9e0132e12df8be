"""What is wrong with a field, in the reader's language and in our own words."""

import re

from flask_babel import gettext

from crm.words import N_

_OURS = {  # the library's words: ours
    "Missing data for required field.": N_("This is needed."),
    "Field may not be null.": N_("This is needed."),
    "Unknown field.": N_("This field is not known here."),
    "Not a valid string.": N_("Give text."),
    "Not a valid integer.": N_("Give a whole number."),
    "Not a valid number.": N_("Give a number."),
    "Not a valid boolean.": N_("Give true or false."),
    "Not a valid date.": N_("Give a day, such as 2026-04-03."),
    "Not a valid time.": N_("Give a time of day, such as 10:15."),
    "Not a valid UUID.": N_("This is not an id."),
    "Not a valid list.": N_("Give a list."),
    "Not a valid mapping type.": N_("Give an object with named values."),
    "Invalid input type.": N_("Give an object with named values."),
    "Invalid value.": N_("This value cannot be used."),
}

_FIGURES = (  # sentences with figures in them
    (
        re.compile(r"In line (\d+) stands no day, such as 2027-02-15\."),
        N_("In line %(a)s stands no day, such as 2027-02-15."),
    ),
    (re.compile(r"Use at most (\d+) characters\."), N_("Use at most %(a)s characters.")),
    (
        re.compile(r"Use a whole number from (-?\d+) to (-?\d+)\."),
        N_("Use a whole number from %(a)s to %(b)s."),
    ),
    (
        re.compile(r"Must be greater than or equal to (-?\d+) and less than or equal to (-?\d+)\."),
        N_("Use a number from %(a)s to %(b)s."),
    ),
    (
        re.compile(r"Must be greater than or equal to (-?\d+)\."),
        N_("Use a number of %(a)s or more."),
    ),
    (re.compile(r"Shorter than minimum length (\d+)\."), N_("Give at least %(a)s.")),
    (re.compile(r"Longer than maximum length (\d+)\."), N_("Give at most %(a)s.")),
    (re.compile(r"Choose one of: (.+)\.", re.DOTALL), N_("Choose one of: %(a)s.")),
)


def said(fault: str) -> str:
    """Return a fault's sentence as the reader says it; an unknown one as gettext knows it."""
    if fault in _OURS:
        return str(gettext(_OURS[fault]))
    for pattern, sentence in _FIGURES:
        found = pattern.fullmatch(fault)
        if found:
            return str(gettext(sentence)) % dict(zip("ab", found.groups(), strict=False))
    return str(gettext(fault)) if fault else ""
