"""The short name by which a number stands on a sheet of paper, and is typed in from there.

It is made of the random end of its id, so that nothing needs to be kept, and says nothing of
the person. Forty bits: among a team's numbers no two are alike but once in many thousand years.
"""

from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O or U: they are misread
_READ_AS = str.maketrans("OIL", "011", "- ")
LENGTH = 8


def reference_of(point_id: UUID) -> str:
    """Return the reference of a contact point, in two groups of four: `7K2M-0QXZ`."""
    rest = point_id.int & ((1 << 5 * LENGTH) - 1)
    letters = "".join(ALPHABET[(rest >> 5 * place) & 31] for place in reversed(range(LENGTH)))
    return f"{letters[:4]}-{letters[4:]}"


def reference_in(text: str) -> str | None:
    """Return the reference that was typed, however it was spelt; None where it is none."""
    letters = text.strip().upper().translate(_READ_AS)
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return None
    return f"{letters[:4]}-{letters[4:]}"
