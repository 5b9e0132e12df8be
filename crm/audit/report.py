"""What a verification found."""

from dataclasses import dataclass, field

MOST_NAMED = 100


@dataclass
class Report:
    """What verification found."""

    size: int = 0
    rows: int = 0
    pending: int = 0
    root: bytes = b""
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def ok(self) -> bool:
        """Tell whether nothing was altered."""
        return not self.faults

    def fault(self, sentence: str) -> None:
        """Add a fault, the first hundred in words, the rest as a number."""
        if len(self.faults) < MOST_NAMED:
            self.faults.append(sentence)
        else:
            self.more += 1
