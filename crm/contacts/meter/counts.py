"""How far the limits are used up, for contacts that are allowed too; the books do the counting."""

from typing import NamedTuple

from crm.rulebook.books import Books
from crm.rulebook.case import Case
from crm.rulebook.kinds.cap import Cap
from crm.rulebook.lifts import lifted
from crm.rulebook.search import rules_at


class Count(NamedTuple):
    """One limit of one rule: how many of how many are used, within how many days (None: ever)."""

    rule: str
    title: str
    citation: str
    used: int
    limit: int
    days: int | None

    @property
    def left(self) -> int:
        """Return how many more the rule allows."""
        return max(0, self.limit - self.used)


def counts(case: Case, books: Books) -> list[Count]:
    """Return the limits that bind such a contact at its own instant, the tightest first."""
    at = case.proposed.at
    found = [
        Count(
            rule.id, rule.title, rule.citation, cap.used(rule, case, at), cap.limit, cap.period.days
        )
        for rule in rules_at(case, books.timeline(case.facts.jurisdictions), at)
        if isinstance(cap := rule.judgement, Cap) and not lifted(rule, case, at)
    ]
    return sorted(found, key=lambda count: (count.left, -count.limit, count.rule))
