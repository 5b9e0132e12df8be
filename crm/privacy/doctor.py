"""Are the keys in order? What is wrong is named; what nobody needs is swept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, or_, select

from crm.privacy.fields import sealed_columns
from crm.privacy.kek import Kek, KekUnavailable, read_kek
from crm.privacy.keystore import SYSTEM_KEYS, meta_of, open_keystore, place, subject_key, system_key
from crm.settings import Settings
from crm.storage.tables import metadata

ORPHANED_AFTER = timedelta(days=1)
NAMED = 20
AT_ONCE = 500


@dataclass
class Findings:
    """What an examination found."""

    keys: int = 0
    destroyed: int = 0
    orphans: list[UUID] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def fault(self, sentence: str, about: Iterable[object] = ()) -> None:
        """Add a fault, with the first of those it is about."""
        listed = sorted(str(one) for one in about)
        more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
        self.faults.append(f"{sentence}: {', '.join(listed[:NAMED])}{more}" if listed else sentence)


def examine(settings: Settings, connection: Connection, now: datetime) -> Findings:
    """Open every key once, and compare the keystore with the database; change nothing.

    Raises KekUnavailable where the KEK itself is missing or cannot be read.
    """
    findings = Findings()
    kek = Kek(read_kek(settings))
    engine = open_keystore(settings.keystore_url)
    try:
        with engine.connect() as keystore:
            _check_instance(keystore, settings, kek, findings)
            made = _check_keys(keystore, kek, findings)
    finally:
        engine.dispose()
    sealed, named = set(_subjects(connection, sealed=True)), set(_subjects(connection))
    if lost := sealed - made.keys():
        findings.fault("values are sealed under keys that are gone, for", lost)
    unused = made.keys() - named
    findings.orphans = sorted(one for one in unused if made[one] < now - ORPHANED_AFTER)
    return findings


def sweep(settings: Settings, orphans: Iterable[UUID]) -> int:
    """Remove keys that were made and never used; return how many subjects they were of."""
    listed = list(orphans)
    engine = open_keystore(settings.keystore_url)
    try:
        with engine.begin() as keystore:
            for start in range(0, len(listed), AT_ONCE):
                some = listed[start : start + AT_ONCE]
                keystore.execute(delete(subject_key).where(subject_key.c.subject.in_(some)))
    finally:
        engine.dispose()
    return len(listed)


def _check_instance(keystore: Connection, settings: Settings, kek: Kek, findings: Findings) -> None:
    known = meta_of(keystore)
    if known is None:
        findings.fault("the keystore is missing")
        return
    if known.check_value != kek.check_value:
        findings.fault("the KEK is not the one the keystore was made with")
    if known.instance != settings.instance_id:
        findings.fault("the keystore belongs to another instance")
    there = {row.name: row.wrapped for row in keystore.execute(select(system_key))}
    if gone := set(SYSTEM_KEYS) - there.keys():
        findings.fault("system keys are gone", gone)
    bad = [name for name, key in there.items() if not _opens(kek, key, place("system", name))]
    if bad:
        findings.fault("system keys do not open under this KEK", bad)


def _check_keys(keystore: Connection, kek: Kek, findings: Findings) -> dict[UUID, datetime]:
    """Open every subject's keys; return when each subject's first one was made."""
    made: dict[UUID, datetime] = {}
    bad: set[UUID] = set()
    if meta_of(keystore) is None:
        return made
    for row in keystore.execution_options(yield_per=2000).execute(select(subject_key)):
        made[row.subject] = min(row.created_at, made.get(row.subject, row.created_at))
        if row.wrapped is None:
            findings.destroyed += 1
            continue
        findings.keys += 1
        where = place("subject", row.subject.bytes, row.kind, row.generation)
        if row.kek_ref != kek.ref or not _opens(kek, row.wrapped, where):
            bad.add(row.subject)
    if bad:
        findings.fault("keys do not open under this KEK (try crm keys rotate), of", bad)
    return made


def _opens(kek: Kek, wrapped: bytes, where: bytes) -> bool:
    try:
        kek.unwrap(wrapped, where)
    except KekUnavailable:
        return False
    return True


def _subjects(connection: Connection, *, sealed: bool = False) -> Iterator[UUID]:
    """Yield whose keys the tables name; `sealed`: only where a value needs them now."""
    for table in metadata.sorted_tables:
        person = table.info.get("person")
        columns = [table.c[column] for column, _, _ in sealed_columns(table)]
        if person is None or (sealed and not columns):
            continue
        query = select(table.c[person]).distinct().where(table.c[person].is_not(None))
        if sealed:
            query = query.where(or_(*(column.is_not(None) for column in columns)))
        yield from connection.execute(query).scalars()
