"""The kinds of files: each knows how to read one for its preview, and how to bring it in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crm.gate.action import Action
from crm.identity.actor import Actor
from crm.loans.imports.reading import Reject
from crm.loans.imports.saved import AnyMapping
from crm.loans.imports.surveying import Source, Tell


@dataclass(frozen=True, slots=True)
class Preview:
    """What reading a whole file found: control totals without a personal value, and rejects."""

    totals: Mapping[str, Any]
    rejects: Sequence[Reject]


@dataclass(frozen=True, slots=True)
class Step:
    """One batch of a file: how far its first line is, of how many, and what brings it in."""

    line: int
    lines: int
    batch: Action


class FileKind(Protocol):
    """What the runner asks of a kind of file."""

    def survey(self, source: Source, mapping: AnyMapping, actor: Actor, tell: Tell) -> Preview:
        """Read and compare a whole file; change nothing. Raises Invalid where it is unusable."""

    def steps(self, run: Any, source: Source) -> Iterator[Step]:
        """Yield the batches of a run from its mark on; each moves the mark when performed."""


KINDS: dict[str, FileKind] = {}
