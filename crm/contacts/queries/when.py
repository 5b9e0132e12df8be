"""When a call back is meant, before it is saved: shown to whoever typed it."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from crm.contacts.rules.when import Unclear, instant_meant
from crm.gate.action import Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader


@dataclass(frozen=True)
class CallBackTime(Question, needs=Permission.LOG_CONTACT):
    """Which instant some words name on the clock of a zone."""

    words: str
    zone: str

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it, and as that clock shows it; raise Invalid where the words name none."""
        zone = ZoneInfo(self.zone)
        try:
            at = instant_meant(self.words, reader.now, zone)
        except Unclear as fault:
            raise Invalid({"words": [str(fault)]}) from None
        return {"at": at, "local": f"{at.astimezone(zone):%Y-%m-%d %H:%M}", "zone": self.zone}
