"""Sealed values: personal text that prints as `[sealed]` and opens only through an opener."""

from typing import Any, NoReturn
from uuid import UUID

from crm.privacy.fields import Field
from crm.storage.types import Ciphertext

FACE = "[sealed]"


class Sealed:
    """A personal value, either fresh from a schema or stored as ciphertext.

    Its face is always `[sealed]`: in strings, logs, JSON, templates and tracebacks. It cannot
    be compared, copied or pickled.
    """

    __slots__ = ("_cipher", "_field", "_fresh", "_row", "_subject")

    def __init__(
        self,
        fresh: str | None,
        cipher: Ciphertext | None = None,
        place: tuple[Field, UUID, UUID] | None = None,
    ) -> None:
        self._fresh = fresh
        self._cipher = cipher
        self._field: Field | None = place[0] if place else None
        self._subject: UUID | None = place[1] if place else None
        self._row: UUID | None = place[2] if place else None

    @classmethod
    def fresh(cls, text: str) -> "Sealed":
        """Wrap text that has just come in."""
        return cls(text)

    @classmethod
    def at_rest(cls, cipher: Ciphertext, field: Field, subject: UUID, row: UUID) -> "Sealed":
        """Wrap a ciphertext together with what it is bound to."""
        return cls(None, cipher, (field, subject, row))

    @property
    def field(self) -> Field | None:
        """Return the registry's entry of a stored value; None while it is fresh."""
        return self._field

    @property
    def subject(self) -> UUID | None:
        """Return whose keys seal a stored value."""
        return self._subject

    def __str__(self) -> str:
        return FACE

    __repr__ = __str__

    def __html__(self) -> str:
        return FACE

    def __format__(self, spec: str) -> str:
        return FACE

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a sealed value is neither pickled nor copied")
