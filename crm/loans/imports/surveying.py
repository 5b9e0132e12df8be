"""Walking through a file: stretch by stretch for whoever brings it in, once for its preview."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.gate.answer import answer
from crm.identity.actor import Actor
from crm.loans.imports import faults as f
from crm.loans.imports.accounts import Account, AccountReader, Calendar, reject
from crm.loans.imports.comparing import index_of
from crm.loans.imports.mapping import FileMapping
from crm.loans.imports.queries import CompareAccounts
from crm.loans.imports.reading import Reject, encoding_of, rows
from crm.privacy.openers import reopen

AT_ONCE = 500  # accounts in one transaction
MOST_LISTED = 5000  # rejects that are kept with a run; all of them are counted

COUNTED = ("accounts", "new", "changed", "same", "conflicts", "rejected")

NAMES_OF_ENCODINGS = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}

Source = Callable[[], Iterable[bytes]]  # opens the file anew each time it is called
Tell = Callable[[int, int], None]  # how far it is: lines done, lines there are


@dataclass(slots=True)
class Stretch:
    """Some lines of the file: accounts, rejects, and the line after them."""

    accounts: list[Account] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    next_line: int = 0


class FileReading:
    """One file read under one mapping and calendar; raises Invalid where it cannot be used."""

    def __init__(self, source: Source, mapping: FileMapping, calendar: Calendar) -> None:
        self._source, self._mapping = source, mapping
        self._reader = AccountReader(mapping, calendar)
        self.lines = 0
        self.encoding = encoding_of(self._counted(source()))

    def stretches(self, from_line: int = 0) -> Iterator[Stretch]:
        """Yield the file from `from_line` on, about AT_ONCE accounts at a time."""
        stretch = Stretch()
        seen: set[bytes] = set()
        mapping = self._mapping
        for row in rows(self._source(), self.encoding, mapping.delimiter, mapping.needed):
            found = [row] if isinstance(row, Reject) else self._reader.read(row)
            if isinstance(found, Account):
                found = self._first_time(found, seen)
            if row.line < from_line:
                continue
            if len(stretch.accounts) == AT_ONCE:
                stretch.next_line = row.line
                yield stretch
                stretch = Stretch()
            if isinstance(found, Account):
                stretch.accounts.append(found)
            else:
                stretch.rejects.extend(found)
        stretch.next_line = max(self.lines + 2, from_line)
        yield stretch

    def _first_time(self, item: Account, seen: set[bytes]) -> Account | list[Reject]:
        index = index_of(item.number)
        if index not in seen:
            seen.add(index)
            return item
        column = self._mapping.columns["number"]
        return [reject(item.line, column, "number", reopen(item.number), f.TWICE)]

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.lines += chunk.count(b"\n")
            yield chunk


@dataclass(slots=True)
class Survey:
    """What reading the whole file found: figures without a personal value, and the rejects."""

    calendar: Calendar
    encoding: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    sums: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def totals(self, mapping: FileMapping) -> dict[str, Any]:
        """Return the control totals; sums are texts, since they may pass what JSON holds."""
        last = self.calendar.last
        moved = last is not None and mapping.move_to_last_month
        return {
            **self.counts,
            "rows": self.counts["accounts"] + self.counts["rejected"],
            "listed": len(self.rejects),
            "currency": mapping.currency,
            "sums": [[column, str(total)] for column, total in self.sums.items()],
            "encoding": NAMES_OF_ENCODINGS[self.encoding],
            "as_of": self.calendar.as_of.isoformat(),
            "last_month": last.isoformat() if last else None,
            "moved_from": mapping.last_month if moved else None,
            "estimated": "overdue" not in mapping.columns,
        }


def calendar_of(totals: Mapping[str, Any]) -> Calendar:
    """Return the calendar a preview was made under, whatever the month is by now."""
    last = totals["last_month"]
    return Calendar(date.fromisoformat(last) if last else None, date.fromisoformat(totals["as_of"]))


def survey(
    source: Source, mapping: FileMapping, calendar: Calendar, actor: Actor, tell: Tell
) -> Survey:
    """Read the whole file and compare it with what is here; change nothing.

    Raises Invalid where the file as a whole cannot be used.
    """
    reading = FileReading(source, mapping, calendar)
    found = Survey(calendar, reading.encoding)
    for stretch in reading.stretches():
        compared = answer(CompareAccounts(mapping, tuple(stretch.accounts)), actor)
        stretch.rejects.extend(compared.rejects)
        refused = {one.line for one in stretch.rejects}
        counts = found.counts
        counts["rejected"] += len(refused)
        counts["new"] += len(compared.new)
        counts["changed"] += len(compared.changed)
        counts["same"] += compared.same
        counts["conflicts"] += len(compared.conflicts)
        for item in stretch.accounts:
            if item.line not in refused:
                counts["accounts"] += 1
                for column, amount in item.amounts:
                    found.sums[column] = found.sums.get(column, 0) + amount
        found.rejects.extend(stretch.rejects[: MOST_LISTED - len(found.rejects)])
        tell(stretch.next_line, reading.lines)
    return found
