"""What can be asked here: each read is a question, declared with its permission."""

from datetime import timedelta
from typing import Any, ClassVar

from crm.gate.action import NAME, Subject
from crm.gate.permissions import Permission
from crm.gate.reader import Reader

ONE_LOOK = timedelta(minutes=15)  # how long one entry covers views of the same file


class Question:
    """A read; a frozen dataclass holds what it needs.

    One that shows personal data or the ledger says `recorded_as`; `once_in` is how long one
    entry covers repeated views of the same subject by the same actor (None: always recorded).
    """

    needs: ClassVar[Permission]
    recorded_as: ClassVar[str | None]
    once_in: ClassVar[timedelta | None]
    catalogue: ClassVar[list[type["Question"]]] = []

    def __init_subclass__(
        cls,
        *,
        needs: Permission,
        recorded_as: str | None = None,
        once_in: timedelta | None = None,
    ) -> None:
        """Enter the question into the catalogue."""
        super().__init_subclass__()
        if recorded_as is not None and not NAME.fullmatch(recorded_as):
            raise TypeError(f"{recorded_as} is not room.thing.past_participle")
        cls.needs, cls.recorded_as, cls.once_in = needs, recorded_as, once_in
        Question.catalogue.append(cls)

    def subject(self, reader: Reader) -> Subject | None:
        """Find what the question is about, or raise Missing."""
        return None

    def read(self, reader: Reader, subject: Subject | None) -> Any:
        """Return the answer."""
        raise TypeError(f"{type(self).__name__} answers nothing")

    def details(self, result: Any) -> dict[str, Any]:
        """Return what the entry says beyond who asked what: impersonal facts only."""
        return {}
