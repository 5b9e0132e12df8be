"""One transaction in the making: what an action reads, writes and leaves for its entry."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, delete, select, update

from crm import clock
from crm.audit import ledger
from crm.audit.entry import Entry, Outcome
from crm.audit.notes import batch_notes, insert_note, update_note
from crm.gate.action import Action, Subject
from crm.gate.errors import Missing, Stale
from crm.gate.locks import Wanted, take
from crm.gate.reader import Query, Reader
from crm.gate.statement import Row as Written
from crm.gate.statement import write_rows
from crm.identity.actor import Actor
from crm.privacy.fields import keys_of
from crm.privacy.keyring import keyring
from crm.privacy.rows import seal_row, stored
from crm.storage.ids import new_id
from crm.storage.tables import is_recorded

if TYPE_CHECKING:
    from crm.gate.approvals import Agreement


@dataclass
class Page:
    """What one action of the transaction leaves for its own entry."""

    entry_id: UUID
    rows: list[Any] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


class Work(Reader):
    """Reads and writes for one `perform`; nothing is kept before `finish`."""

    def __init__(self, connection: Connection, actor: Actor) -> None:
        super().__init__(connection, actor)
        self._waiting: list[Written] = []
        self._entries: list[Entry] = []
        self._batches: list[Any] = []
        self.page = Page(new_id())
        self.about: Subject | None = None  # the subject of the action that began it
        self.agreed: Agreement | None = None  # what a second person has just agreed to
        self.held: Any = None  # what an action's locking statement read on its way

    @property
    def agreed_to(self) -> bool:
        """Tell whether a second person has agreed to what is being done now."""
        return self.agreed is not None and self.actor is self.agreed.requester

    @contextmanager
    def for_whoever_asked(self) -> Iterator[None]:
        """Act as whoever asked, for what a second person agreed to; Stale where that is gone."""
        before = self.actor
        if self.agreed is not None:
            self.actor = self.agreed.requester
        try:
            yield
        except Missing as gone:
            raise (gone if self.agreed is None else Stale("approval")) from None
        finally:
            self.actor = before

    def lock(self, wanted: Wanted) -> None:
        """Hold every id of `wanted` until the end, in id order; then look at the clock."""
        take(self.connection, wanted)
        self.now = clock.now()

    def all(self, statement: Query, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Return every row, what this action has written included."""
        self.flush()
        return super().all(statement, values)

    def one(self, statement: Query, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """Return the only row, or None."""
        self.flush()
        return super().one(statement, values)

    def scalar(self, statement: Query, values: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        self.flush()
        return super().scalar(statement, values)

    def add(self, table: Table, *, person: UUID | None = None, **values: Any) -> UUID:
        """Insert a row and note it for the entry; return its id.

        Fresh sealed values are sealed for `person`, or for whom the table's own person column
        names.
        """
        row_id: UUID = values.setdefault("id", new_id())
        row = self._sealed(table, values, person)
        if is_recorded(table):
            self.page.rows.append(insert_note(table, row, self.page.entry_id))
        self._waiting.append((table, row))
        return row_id

    def add_many(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert many rows at once; the entry (or several) holds a digest of each."""
        if not rows:
            return
        self._prepare_keys(table, rows)
        ready = [self._sealed(table, {"id": new_id()} | row, None) for row in rows]
        self.flush()
        write_rows(self.connection, [(table, row) for row in ready])
        self._batches.append((table, ready))

    def change(
        self, table: Table, row_id: UUID, *, version: int | None = None, **values: Any
    ) -> None:
        """Update a row and note what changed; raise Stale where `version` is no longer its."""
        self.flush()
        given = {"id": row_id} | values
        person = self._person_of(table, row_id, given)
        row = self._sealed(table, given, person)
        changed = {name: value for name, value in row.items() if name != "id"}
        if version is not None:
            changed["version"] = row["version"] = version + 1
        statement = update(table).where(table.c.id == row_id).values(changed)
        if version is not None:
            statement = statement.where(table.c.version == version)
        now = self.connection.execute(statement.returning(*table.c)).one_or_none()
        if now is None:
            raise Stale(table.name) if version is not None else Missing(table.name)
        if is_recorded(table):
            self.page.rows.append(
                update_note(table, dict(now._mapping), changed, self.page.entry_id)
            )

    def change_many(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Update many rows by their ids, all in the same columns; the entry digests each.

        Raises Missing where one of them is not there. Sealed columns need the row's person
        column among the values.
        """
        if not rows:
            return
        self._prepare_keys(table, rows)
        self.flush()
        given = [self._sealed(table, row, None) for row in rows]
        changed = [name for name in given[0] if name != "id"]
        columns: dict[str, Any] = {name: bindparam("to_" + name) for name in changed}
        statement = update(table).where(table.c.id == bindparam("to_id")).values(columns)
        renamed = [{"to_" + name: value for name, value in row.items()} for row in given]
        self.connection.execute(statement, renamed)
        ids = [row["id"] for row in rows]
        query = select(table).where(table.c.id.in_(ids))
        now = [dict(row) for row in self.connection.execute(query).mappings()]
        if len(now) != len(set(ids)):
            raise Missing(table.name)
        self._batches.append((table, now))

    def note(self, **details: Any) -> None:
        """Put impersonal facts into the entry."""
        self.page.details.update(details)

    def stored(self, table: Table, row: Row[Any] | Mapping[str, Any]) -> dict[str, Any]:
        """Return the row with its ciphertexts as sealed values."""
        return stored(table, row if isinstance(row, Mapping) else dict(row._mapping))

    def keep(self, table: Table, **values: Any) -> None:
        """Insert a bookkeeping row together with the rest."""
        if is_recorded(table):
            raise TypeError(f"{table.name} is recorded: add() it")
        self._waiting.append((table, values))

    def forget(self, table: Table, where: ColumnElement[bool]) -> int:
        """Delete rows of bookkeeping together with the rest; return how many."""
        if is_recorded(table):
            raise TypeError(f"{table.name} is recorded: nothing of it is deleted")
        self.flush()
        return self.connection.execute(delete(table).where(where)).rowcount

    def flush(self) -> None:
        """Send what waits, so that a read sees it."""
        if self._waiting:
            rows, self._waiting = self._waiting, []
            write_rows(self.connection, rows)

    def close_page(
        self, action: Action, outcome: Outcome, subject: Subject | None, rule: str
    ) -> None:
        """Turn the open page into an entry (a batch into several), and open the next."""
        page, self.page = self.page, Page(new_id())
        if self.agreed is not None and self.agreed_to:
            who, asked = self.agreed.approver.id, self.agreed.request.id
            page.details |= {"agreed_by": str(who), "asked_in": str(asked)}
        self._entries.append(self._entry(page, action.recorded_as, outcome, subject, rule))
        batches, self._batches = self._batches, []
        for table, rows in batches:
            for entry_id, note in batch_notes(table, rows):
                part = Page(entry_id, rows=[note], details={"part_of": str(page.entry_id)})
                self._entries.append(self._entry(part, action.recorded_as, outcome, subject, rule))

    def record_read(
        self, name: str, subject: Subject | None, details: dict[str, Any], rule: str
    ) -> None:
        """Write the entry of a recorded question; `rule` names why it was refused, if it was."""
        self.page.details.update(details)
        page, self.page = self.page, Page(new_id())
        outcome = Outcome.REFUSED if rule else Outcome.READ
        self._entries.append(self._entry(page, name, outcome, subject, rule))

    def finish(self) -> None:
        """Write all that waits, the entries last, and commit: all of it, or none."""
        entries = ledger.inserts(self._entries)
        self._waiting.extend(entries)
        self.flush()
        ledger.integrate(self.connection, entries)
        self.connection.commit()

    def _entry(
        self, page: Page, name: str, outcome: Outcome, subject: Subject | None, rule: str
    ) -> Entry:
        return Entry(
            id=page.entry_id,
            at=self.now,
            actor_id=self.actor.id,
            actor_role=self.actor.role,
            action=name,
            outcome=outcome,
            subject_type=subject.type if subject else None,
            subject_id=subject.id if subject else None,
            rule=rule or None,
            rows=tuple(page.rows),
            details=page.details,
            request=self.actor.request_id,
        )

    def _sealed(self, table: Table, values: dict[str, Any], person: UUID | None) -> dict[str, Any]:
        column = table.info.get("person")
        if column is None:
            return values
        owner = person or values.get(column)
        return seal_row(table, values, owner) if owner else values

    def _prepare_keys(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Make all keys that many rows need in one transaction of the keystore."""
        column = table.info.get("person")
        if column is not None:
            owners = {row[column] for row in rows if row.get(column) is not None}
            keyring().prepare(owners, keys_of(table))

    def _person_of(self, table: Table, row_id: UUID, values: dict[str, Any]) -> UUID | None:
        """Return whose keys seal a changed row; look it up only where something is sealed."""
        column = table.info.get("person")
        if column is None or column in values:
            return None
        sealed = any(name in table.c and table.c[name].info["field"].sealed for name in values)
        personal = any(table.c[name].info["field"].personal for name in values if name in table.c)
        if not (sealed or personal):
            return None
        owner: UUID | None = self.scalar(select(table.c[column]).where(table.c.id == row_id))
        return owner
