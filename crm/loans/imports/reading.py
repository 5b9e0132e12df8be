"""Reading somebody's file: bytes in, numbered rows out, nothing believed."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crm.gate.errors import Invalid
from crm.gate.words import N_
from crm.loans.imports.faults import Fault

ENCODINGS = ("utf-8-sig", "gb18030")
LONGEST_CELL = 4000
MOST_COLUMNS = 400

QUOTES = Fault(
    N_("The quotes of this line do not match."),
    N_("Double each quote inside a value, and close every quoted value."),
)
UNCLOSED = Fault(
    N_("A quote that opens on this line is never closed: lines after it could not be read."),
    N_("Close the quote and send the whole file again."),
)
WIDTH = Fault(
    N_("This line has more or fewer values than the first line has names."),
    N_("Compare it with the first line; quote values that contain the separator."),
)
UNUSABLE = Fault(N_("This value is too long or not text."), N_("Check the quotes before it."))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file, by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reject:
    """One thing in the file that could not be used.

    `reason` and `hint` are msgids; `value` is what may be kept of it, never all of it.
    """

    line: int
    column: str | None
    value: str
    reason: str
    hint: str


def encoding_of(chunks: Iterable[bytes]) -> str:
    """Return the first encoding that reads the whole file; raise Invalid where none does."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
    for chunk in chunks:
        for name in list(decoders):
            try:
                decoders[name].decode(chunk)
            except UnicodeDecodeError:
                del decoders[name]
    for name in list(decoders):
        try:
            decoders[name].decode(b"", final=True)
        except UnicodeDecodeError:
            del decoders[name]
    if not decoders:
        raise Invalid({"file": [N_("Save the file as UTF-8 or GB18030 and send it again.")]})
    return next(name for name in ENCODINGS if name in decoders)


def rows(
    chunks: Iterable[bytes], encoding: str, delimiter: str, needed: set[str]
) -> Iterator[Row | Reject]:
    """Yield each line as a row, or as a reject that says what is wrong with it.

    Raises Invalid where the file as a whole cannot be used: empty, or columns missing.
    """
    stream = io.BufferedReader(_Stream(chunks))
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    header = _header(reader, needed)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            more = reader.line_num > line
            yield _whole_line(line, UNCLOSED if more else QUOTES)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            yield _whole_line(line, WIDTH)
            continue
        yield _checked(line, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


def _header(reader: Iterator[list[str]], needed: set[str]) -> list[str]:
    try:
        header = [name.strip().lstrip("\ufeff") for name in next(reader)]
    except StopIteration:
        raise Invalid({"file": [N_("The file is empty.")]}) from None
    except csv.Error:
        fault = N_("The first line of the file must hold the names of the columns.")
        raise Invalid({"file": [fault]}) from None
    if len(header) > MOST_COLUMNS:
        raise Invalid({"file": [N_("The file has too many columns.")]})
    missing = sorted(needed - set(header))
    if missing:
        fault = N_("Columns that the mapping needs are missing from the file.")
        raise Invalid({"file": [fault], "missing_columns": missing})
    doubled = sorted({name for name in header if name in needed and header.count(name) > 1})
    if doubled:
        fault = N_("Columns that the mapping needs come twice in the file.")
        raise Invalid({"file": [fault], "doubled_columns": doubled})
    return header


def _checked(line: int, cells: dict[str, str]) -> Row | Reject:
    for column, cell in cells.items():
        if len(cell) > LONGEST_CELL or "\x00" in cell:
            return Reject(line, column, "", UNUSABLE.reason, UNUSABLE.hint)
    return Row(line, cells)


def _whole_line(line: int, fault: Fault) -> Reject:
    return Reject(line, None, "", fault.reason, fault.hint)


class _Stream(io.RawIOBase):
    """Chunks of bytes as a file that can be read once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # the base takes any buffer
        while not self._rest:
            try:
                self._rest = next(self._chunks)
            except StopIteration:
                return 0
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
