"""One's people checked as a list: how many may be contacted now, and what is left of the day."""

from dataclasses import dataclass
from typing import Any

from crm.contacts.queries.lists import MOST as MOST_AT_ONCE
from crm.contacts.queries.lists import USUAL_RATE, checked, summary
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.worklists.queries import BUCKETS, MyWork, people_of


@dataclass(frozen=True)
class CheckWork(Question, needs=Permission.READ_WORK, recorded_as="worklists.work.checked"):
    """Check the people of one's list (a team leader's: of the team) by one channel, at once.

    The longest overdue first, each that is lawful counting for those after him; `an_hour` is how
    many contacts are made in an hour.
    """

    channel: str = "call"
    an_hour: int = USUAL_RATE
    bucket: str | None = None
    mine: bool | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return how many may be contacted, why the others not, and what the hours allow."""
        wanted = MyWork(bucket=self.bucket, mine=self.mine)
        people = [one["id"] for one in people_of(reader, wanted, MOST_AT_ONCE)]
        found = checked(reader, people, self.channel, self.needs) if people else []
        return summary(found, reader.now, self.an_hour) | {
            "filters": self,
            "buckets": BUCKETS[1:],
            "team": reader.reach(Permission.READ_WORK) is not Scope.OWN,
            "most": MOST_AT_ONCE,
            "now": reader.now,
        }

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were looked at, and how they stand."""
        return {"asked": result["total"], **result["counts"]}
