"""Statements that every request runs: compiled once, then only bound, sent and read.

SQLAlchemy finds a statement in its cache and builds a context and a result around it each time,
which costs several times what SQLite needs for the answer itself. Here that is done once.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Connection, Row, Select
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError, MultipleResultsFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

FEW = 4  # values of one IN; a statement with a longer list goes SQLAlchemy's own way

Statement = Select[Any] | CompoundSelect[Any] | UpdateBase
Values = Mapping[str, Any]
NONE: Values = {}


class Prepared:
    """A statement of Core's, compiled once for each kind of database.

    The guard and all who listen to statements see it as they see any other, and faults are
    SQLAlchemy's. An INSERT names the columns that it fills.
    """

    def __init__(self, statement: Statement, columns: Sequence[str] | None = None) -> None:
        self.statement = statement
        self.is_dml = statement.is_dml
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def all(self, connection: Connection, values: Values | None = None) -> Sequence[Row[Any]]:
        """Return every row; `values` fill the statement's parameters."""
        form = self._form(connection, values or NONE)
        if form is None:
            return connection.execute(self.statement, values).all()
        return form.rows(connection, values or NONE)

    def one(self, connection: Connection, values: Values | None = None) -> Row[Any] | None:
        """Return the only row, or None."""
        rows = self.all(connection, values)
        if len(rows) > 1:
            raise MultipleResultsFound("one row was expected")
        return rows[0] if rows else None

    def scalar(self, connection: Connection, values: Values | None = None) -> Any:
        """Return the first column of the first row, or None."""
        rows = self.all(connection, values)
        return rows[0][0] if rows else None

    def run(self, connection: Connection, *values: Values) -> None:
        """Run it once for each of `values`; nothing is returned."""
        form = self._form(connection, values[0])
        assert form is not None, "what writes takes no lists"
        form.run(connection, values)

    def _form(self, connection: Connection, values: Values) -> "_Form | None":
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            made = self.statement.compile(dialect=dialect, column_keys=self._columns)
            compiled = self._compiled[dialect.name] = _Compiled(made)
        return compiled.form(values)


class _Compiled:
    """A statement in one database's words, before its lists are written out."""

    def __init__(self, compiled: SQLCompiler) -> None:
        self._compiled = compiled
        self._lists = [name for bind, name in compiled.bind_names.items() if _is_list(bind)]
        self._forms: dict[tuple[int, ...], _Form] = {}

    def form(self, values: Values) -> "_Form | None":
        """Return the form for lists as long as those of `values`; None where one is too long."""
        lengths = tuple([len(values[name]) for name in self._lists])
        form = self._forms.get(lengths)
        if form is None and max(lengths, default=0) <= FEW:
            lists = {name: values[name] for name in self._lists}
            form = self._forms[lengths] = _Form(self._compiled, lists)
        return form


class _Form:
    """The words that are sent, and how values become the driver's and cells become ours."""

    def __init__(self, compiled: SQLCompiler, lists: Values) -> None:
        self.compiled = compiled  # the guard reads there which tables are written
        self._dialect: Any = compiled.dialect
        self._reads = not compiled.isinsert and not compiled.isupdate and not compiled.isdelete
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        open_ones = {name for name, bind in binds.items() if bind.required}
        state = compiled.construct_expanded_state(dict.fromkeys(open_ones) | dict(lists))
        self._text = state.statement
        self._expansions = [(name, state.parameter_expansion[name]) for name in lists]
        origin = {part: name for name, parts in state.parameter_expansion.items() for part in parts}
        fixed = dict(state.parameters) | _defaults(compiled)
        self._slots: list[tuple[str, Any]] = []
        self._constants: dict[str, Any] = {}
        for name in state.positiontup or state.parameters:
            whole = origin.get(name, name)
            kind = binds[whole].type.dialect_impl(self._dialect)
            to_driver = kind.bind_processor(self._dialect)
            if whole in open_ones:
                self._slots.append((name, to_driver))
            else:
                value = fixed[name]
                self._constants[name] = to_driver(value) if to_driver else value
                self._slots.append((name, None))
        self._row: Any = None

    def rows(self, connection: Connection, values: Values) -> list[Row[Any]]:
        """Send it once and return what comes back."""
        cursor = self._sent(connection, self._bound(values))
        try:
            made = self._row or self._read(cursor.description)
            return [made(cells) for cells in cursor.fetchall()]
        finally:
            cursor.close()

    def run(self, connection: Connection, values: Sequence[Values]) -> None:
        """Send it once for each of `values`."""
        many = len(values) > 1
        bound = [self._bound(one) for one in values]
        self._sent(connection, bound if many else bound[0], many=many).close()

    def _bound(self, values: Values) -> Any:
        given = {**self._constants, **values}
        for name, parts in self._expansions:
            given.update(zip(parts, values[name], strict=True))
        if self.compiled.positional:
            return tuple(
                [given[name] if read is None else read(given[name]) for name, read in self._slots]
            )
        return {
            name: given[name] if read is None else read(given[name]) for name, read in self._slots
        }

    def _sent(self, connection: Connection, bound: Any, *, many: bool = False) -> Any:
        if not self._reads and not connection.in_transaction():
            connection.begin()  # so that the guard sees its commit
        cursor = connection.connection.cursor()
        listeners = connection.engine.dispatch
        for listener in listeners.before_cursor_execute:
            listener(connection, cursor, self._text, bound, self, many)
        try:
            (cursor.executemany if many else cursor.execute)(self._text, bound)
        except self._dialect.dbapi.Error as fault:
            cursor.close()
            raise _as_sqlalchemy(connection, self._text, fault) from fault
        for listener in listeners.after_cursor_execute:
            listener(connection, cursor, self._text, bound, self, many)
        return cursor

    def _read(self, description: Any) -> Any:
        """Return what makes a row of the driver's cells; the driver names their types once."""
        statement: Any = self.compiled.statement
        columns = list(statement.exported_columns)
        names = [cell[0] for cell in description]
        if len(set(names)) != len(names):
            raise TypeError("two columns of a prepared statement have the same name")
        readers = [
            column.type.dialect_impl(self._dialect).result_processor(self._dialect, cell[1])
            for column, cell in zip(columns, description, strict=True)
        ]
        parent = SimpleResultMetaData(names, [(column,) for column in columns])
        self._row = partial(Row, parent, readers, parent._key_to_index)
        return self._row


def tell(connection: Connection, words: str) -> None:
    """Send a bare word such as BEGIN, which neither writes nor answers."""
    dialect: Any = connection.dialect
    try:
        connection.connection.cursor().execute(words)
    except dialect.dbapi.Error as fault:
        raise _as_sqlalchemy(connection, words, fault) from fault


def _as_sqlalchemy(connection: Connection, text: str, fault: Any) -> Any:
    """Return the driver's fault as SQLAlchemy's, without values; drop a connection that is lost."""
    dialect: Any = connection.dialect
    lost = dialect.is_disconnect(fault, connection.connection.dbapi_connection, None)
    if lost:
        connection.invalidate(fault)
    return DBAPIError.instance(
        text,
        None,
        fault,
        dialect.dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )


def _is_list(bind: BindParameter[Any]) -> bool:
    return bind.expanding and bind.required


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """Return the values of columns that an INSERT leaves to their defaults."""
    found = {}
    for column in compiled.insert_prefetch:
        default: Any = column.default
        if not default.is_scalar:
            raise TypeError(f"{column} has a default that is no plain value")
        found[column.key] = default.arg
    return found
