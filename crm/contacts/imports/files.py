"""Files of contacts, stops and consents as the runner of imports knows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crm import clock
from crm.contacts.imports.actions import BATCHES
from crm.contacts.imports.comparing import CompareLines, Item
from crm.contacts.imports.lines import Line, LineReader
from crm.gate.answer import answer
from crm.identity.actor import Actor
from crm.loans.imports.kinds import KINDS, Preview, Step
from crm.loans.imports.reading import Reject, encoding_of, rows
from crm.loans.imports.row_mapping import RowMapping, row_mapping_from
from crm.loans.imports.saved import AnyMapping
from crm.loans.imports.surveying import MOST_LISTED, NAMES_OF_ENCODINGS, Source, Tell

AT_ONCE = 250  # lines in one transaction


@dataclass(slots=True)
class Stretch:
    """Some lines of the file: understood, refused, and the line after them."""

    lines: list[Line] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    next_line: int = 0


class LinesReading:
    """One file read under one mapping; raises Invalid where it cannot be used."""

    def __init__(self, source: Source, mapping: RowMapping) -> None:
        self._source, self._mapping = source, mapping
        self._reader = LineReader(mapping, clock.now())
        self.lines = 0
        self.encoding = encoding_of(self._counted(source()))

    def stretches(self, from_line: int = 0) -> Iterator[Stretch]:
        """Yield the file from `from_line` on, about AT_ONCE lines at a time."""
        stretch, mapping = Stretch(), self._mapping
        for row in rows(self._source(), self.encoding, mapping.delimiter, mapping.needed):
            if row.line < from_line:
                continue
            if len(stretch.lines) == AT_ONCE:
                stretch.next_line = row.line
                yield stretch
                stretch = Stretch()
            found = [row] if isinstance(row, Reject) else self._reader.read(row)
            if isinstance(found, Line):
                stretch.lines.append(found)
            else:
                stretch.rejects.extend(found)
        stretch.next_line = max(self.lines + 2, from_line)
        yield stretch

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.lines += chunk.count(b"\n")
            yield chunk


@dataclass(slots=True)
class _Survey:
    """Control totals on their way: how many of each kind or outcome, and from when to when."""

    mapping: RowMapping
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("rows", "new", "same", "conflicts", "rejected"), 0)
    )
    words: dict[str, int] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)  # the first and the last so far
    rejects: list[Reject] = field(default_factory=list)

    def add(self, stretch: Stretch, actor: Actor) -> None:
        """Compare one stretch, and count it."""
        found = answer(CompareLines(self.mapping, tuple(stretch.lines)), actor)
        rejects = [*stretch.rejects, *found.rejects]
        refused = len({one.line for one in rejects})
        self.counts["rejected"] += refused
        self.counts["rows"] += len(stretch.lines) + len({one.line for one in stretch.rejects})
        self.counts["new"] += len(found.new)
        self.counts["same"] += found.same
        self.counts["conflicts"] += len(found.conflicts)
        for item in found.new:
            self._count(item)
        self.rejects.extend(rejects[: MOST_LISTED - len(self.rejects)])

    def _count(self, item: Item) -> None:
        values = item.line.values
        word = values["outcome"][0] if self.mapping.kind == "contacts" else values["kind"]
        self.words[word] = self.words.get(word, 0) + 1
        begun = values.get("at") or values["since"]
        day = begun.astimezone(UTC).date().isoformat() if isinstance(begun, datetime) else begun
        known = sorted([*self.days, day[:10]])
        self.days = [known[0], known[-1]]

    def totals(self, encoding: str) -> dict[str, Any]:
        """Return what is kept with the run."""
        first, last = (self.days[0], self.days[-1]) if self.days else (None, None)
        return {
            **self.counts,
            "words": sorted(self.words.items()),
            "oldest": first,
            "newest": last,
            "listed": len(self.rejects),
            "encoding": NAMES_OF_ENCODINGS[encoding],
        }


class _OfLines:
    """A kind of file that brings one record a line."""

    def survey(self, source: Source, mapping: AnyMapping, actor: Actor, tell: Tell) -> Preview:
        """Read and compare the whole file."""
        assert isinstance(mapping, RowMapping)
        reading, found = LinesReading(source, mapping), _Survey(mapping)
        for stretch in reading.stretches():
            found.add(stretch, actor)
            tell(stretch.next_line, reading.lines)
        return Preview(found.totals(reading.encoding), found.rejects)

    def steps(self, run: Any, source: Source) -> Iterator[Step]:
        """Yield the batches from the run's mark on."""
        reading = LinesReading(source, row_mapping_from(run.mapping, run.document))
        mark = run.totals["run"]["next_line"]
        for stretch in reading.stretches(mark):
            rejected = len({one.line for one in stretch.rejects})
            kind = BATCHES[run.kind]
            batch = kind(run.id, mark, stretch.next_line, tuple(stretch.lines), rejected)
            yield Step(mark, reading.lines, batch)
            mark = stretch.next_line


for _kind in BATCHES:
    KINDS[_kind] = _OfLines()
