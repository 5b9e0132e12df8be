"""One line of a file of contacts, stops or consents, understood or refused cell by cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from crm.borrowers.rules.limits import circumstance_faults, consent_faults
from crm.contacts.imports import cells as c
from crm.contacts.imports.moments import zone_named
from crm.contacts.rules.records import is_possible
from crm.loans.imports.accounts import reject
from crm.loans.imports.cells import BadCell
from crm.loans.imports.faults import EMPTY, Fault
from crm.loans.imports.reading import Reject, Row
from crm.loans.imports.row_mapping import NEEDED, WHO, RowMapping
from crm.privacy.sealed import Sealed
from crm.rulebook.vocabulary import Direction
from crm.words import N_

NOBODY = Fault(
    N_("The line names nobody."), N_("Give a loan number, an identity number or a number.")
)
IMPOSSIBLE = Fault(
    N_("This cannot come of such a contact."), N_("Check channel, direction and outcome.")
)
FUTURE = Fault(N_("It cannot lie in the future."), N_("Check the day, and the zone of the file."))
BEFORE = Fault(N_("It ended before it began."), N_("Check both times of the line."))
CHECK = N_("Correct it at its source, or the mapping of its column.")

_SCOPE = ("channel", "place", "target", "days", "from", "to")
_OF_STOPS = ("released_at", "validation_period_ends", "verified_at")
_OF_CONSENTS = ("given_to", "given_in_breach")
_ANY_DEBT, _ANY_NUMBER = "00000000-0000-0000-0000-000000000001", "0" * 32


@dataclass(frozen=True, slots=True)
class Line:
    """A line, understood; what is personal in `values` is sealed."""

    line: int
    values: Mapping[str, Any]

    def bounds(self) -> dict[str, Any]:
        """Return what the contract calls its bounds, but for loans and number."""
        names = (*_SCOPE, *_OF_STOPS, *_OF_CONSENTS)
        return {name: self.values[name] for name in names if self.values.get(name) is not None}


class LineReader:
    """Reads lines of one file under one mapping; `now` tells what would lie in the future."""

    def __init__(self, mapping: RowMapping, now: datetime) -> None:
        self._mapping, self._now = mapping, now
        self._zone = zone_named(mapping.zone) if mapping.zone else None

    def read(self, row: Row) -> Line | list[Reject]:
        """Return the line's values, or one reject for each cell that cannot be used."""
        rejects: list[Reject] = []
        values: dict[str, Any] = {}
        zone = self._zone_of(row, rejects)
        for part, column in self._mapping.columns.items():
            text = row.cells.get(column, "").strip()
            text = self._mapping.values.get(part, {}).get(text, text)
            if part == "zone":
                continue
            try:
                value = self._value(part, text, zone)
            except BadCell as bad:
                rejects.append(reject(row.line, column, part, text, bad.fault))
            else:
                sealed = part in c.PERSONAL and value is not None
                values[part] = Sealed.fresh(value) if sealed else value
        return rejects or self._whole(row.line, values)

    def _zone_of(self, row: Row, rejects: list[Reject]) -> tzinfo | None:
        """Return the zone of a line's local times: its own, else that of the whole file."""
        column = self._mapping.columns.get("zone")
        text = row.cells.get(column, "").strip() if column else ""
        text = self._mapping.values.get("zone", {}).get(text, text)
        if not text:
            return self._zone
        try:
            return zone_named(text)
        except BadCell as bad:
            rejects.append(reject(row.line, column, "zone", text, bad.fault))
            return self._zone

    def _value(self, part: str, text: str, zone: tzinfo | None) -> Any:
        kind = self._mapping.kind
        if text:
            return c.read_part(kind, part)(c.Cell(text, zone, self._mapping.country))
        if part in NEEDED[kind]:
            raise BadCell(EMPTY)
        return None

    def _whole(self, line: int, values: dict[str, Any]) -> Line | list[Reject]:
        """Return the line, or what of it does not fit together."""
        if not any(values.get(part) for part in WHO):
            return [Reject(line, None, "", NOBODY.reason, NOBODY.hint)]
        found = Line(line, values)
        if self._mapping.kind == "contacts":
            return self._contact(found)
        return self._bounded(found) or found

    def _contact(self, found: Line) -> Line | list[Reject]:
        values = found.values
        inbound = values.get("direction") == Direction.INBOUND
        ended = values.get("ended_at")
        fault = None
        if not is_possible(values["channel"], values["outcome"][0], inbound=inbound):
            fault = "outcome", IMPOSSIBLE
        elif max(values["at"], ended or values["at"]) > self._now:
            fault = "at", FUTURE
        elif ended is not None and ended < values["at"]:
            fault = "ended_at", BEFORE
        if fault is None:
            return found
        return [Reject(found.line, self._mapping.columns[fault[0]], "", *_words(fault[1]))]

    def _bounded(self, found: Line) -> list[Reject]:
        """Return what keeps a stop or consent out of the contract, with stand-ins for its ids."""
        values, scope = found.values, found.bounds()
        if values.get("only_loan"):
            scope["debts"] = [_ANY_DEBT]
        if values.get("only_number"):
            scope["number"] = _ANY_NUMBER
        kind, until = values["kind"], values.get("until")
        if self._mapping.kind == "stops":
            faults = circumstance_faults(kind, values["since"], until, scope)
        else:
            faults = consent_faults(kind, values["at"], until, scope)
        columns = self._mapping.columns
        return [
            Reject(found.line, columns.get(_PARTS.get(name, name)), "", sentences[0], CHECK)
            for name, sentences in faults.items()
        ]


_PARTS = {"debts": "only_loan", "contact_point_id": "only_number"}


def _words(fault: Fault) -> tuple[str, str]:
    return fault.reason, fault.hint
