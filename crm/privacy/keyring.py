"""Keys of subjects: made, wrapped, committed before the data, cached, destroyed."""

import os
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.privacy.fields import Retention
from crm.privacy.kek import Kek, KekUnavailable, read_kek
from crm.privacy.keystore import (
    is_there,
    keys_in,
    meta_of,
    open_keystore,
    place,
    subject_key,
    system_key,
)
from crm.privacy.memory import Held, Memory, Name
from crm.settings import Settings

NO_KEYSTORE = "the keystore is missing: restore it from its backup (a new instance: crm init)"
OF_A_PERSON = tuple(kind for kind in Retention if kind is not Retention.STAFF)


class SealKeyMissing(RuntimeError):
    """There is no key for this subject and class: never made, or lost with its keystore."""


class SealDestroyed(SealKeyMissing):
    """The key was destroyed on purpose: the value is erased, for good."""


def _together(names: Iterable[Name]) -> set[Name]:
    """Return `names` with all other classes of each person's keys; staff have only their own."""
    staff = {subject for subject, kind in names if kind == Retention.STAFF}
    people = {subject for subject, _ in names} - staff
    return {*names, *((subject, kind) for subject in people for kind in OF_A_PERSON)}


class Keyring:
    """The keys of one instance; safe for threads and for several processes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kek = Kek(read_kek(settings))
        if not is_there(settings.keystore_url):
            raise KekUnavailable(NO_KEYSTORE)
        self._engine = open_keystore(settings.keystore_url)
        self._memory = Memory()
        self._system: dict[str, bytes] = {}
        try:
            self._check(settings)
        except KekUnavailable:
            self._engine.dispose()
            raise

    def prepare(self, subjects: Iterable[UUID], kinds: Iterable[Retention]) -> None:
        """Make and commit the keys that are missing, so that data never comes before its key.

        One transaction however many subjects; destroyed keys stay destroyed. A person's keys of
        all classes are made together, so that no first permit waits for the keystore's disk.
        """
        chosen = tuple(kinds)
        wanted = {(subject, kind) for subject in subjects for kind in chosen}
        unknown = [name for name in wanted if self._memory.recall(name) is None]
        missing = set(unknown) - self._load(unknown) if unknown else None
        if missing:
            self._make(sorted(_together(missing)))
            self._load(list(missing))  # what another process made first is the one that counts

    def prefetch(
        self, subjects: Iterable[UUID], kinds: Sequence[Retention] = (Retention.PROFILE,)
    ) -> None:
        """Load the keys of many subjects at once, before a list of them is shown."""
        names = [(subject, kind) for subject in subjects for kind in kinds]
        self._load([name for name in names if self._memory.recall(name) is None])

    def newest(self, subject: UUID, kind: Retention) -> tuple[int, AESGCM]:
        """Return generation and cipher to seal with.

        Raises SealDestroyed once the key was destroyed, SealKeyMissing before `prepare`.
        """
        held = self._held((subject, kind))
        return held.newest, held.ciphers[held.newest]

    def cipher(self, subject: UUID, kind: Retention, generation: int) -> AESGCM:
        """Return the cipher of one generation; raise SealDestroyed or SealKeyMissing."""
        name = (subject, kind)
        found = self._held(name).ciphers.get(generation)
        if found is None:
            self._load([name])  # another process may have begun this generation
            found = self._held(name).ciphers.get(generation)
        if found is None:
            raise SealKeyMissing(f"no {kind} key {generation} for {subject}")
        return found

    def commitment_key(self, subject: UUID) -> bytes:
        """Return the key behind a subject's commitments; it is never rotated.

        Raises SealDestroyed or SealKeyMissing.
        """
        return self._held((subject, Retention.COMMITMENT)).key

    def is_destroyed(self, subject: UUID, kind: Retention) -> bool:
        """Tell whether these keys were destroyed on purpose; one that was lost was not.

        So losing a key cannot pass for an erasure.
        """
        try:
            self._held((subject, kind))
        except SealDestroyed:
            return True
        except SealKeyMissing:
            return False
        return False

    def index_key(self, name: str) -> bytes:
        """Return the key of one blind index, 32 bytes."""
        held = self._system.get("index/" + name)
        if held is None:
            info = ("probity/index/" + name).encode()
            root = self._system_key("index-root")
            held = HKDFExpand(algorithm=hashes.SHA256(), length=32, info=info).derive(root)
            self._system["index/" + name] = held
        return held

    def instance_key(self) -> bytes:
        """Return the key that seals what waits for the ledger's sequencer, 32 bytes."""
        return self._system_key("instance")

    def spool_cipher(self) -> AESGCM:
        """Return the cipher for uploads that wait to be read."""
        return AESGCM(self._system_key("spool"))

    def destroy(self, subject: UUID, kinds: Sequence[Retention] = tuple(Retention)) -> int:
        """Destroy a subject's keys for good; return how many there were, 0 the second time.

        A row without a key stays for each class, so that nobody makes a new one. On SQLite the
        bytes are gone from file and WAL when this returns (TimeoutError where a reader kept the
        WAL busy: call again). PostgreSQL frees them at its next VACUUM; in backups of the
        keystore they live as long as these do.
        """
        mark = {"subject": subject, "generation": 1, "wrapped": None, "kek_ref": None}
        marks = [mark | {"kind": kind, "created_at": clock.now()} for kind in kinds]
        where = (subject_key.c.subject == subject) & subject_key.c.kind.in_(kinds)
        living = update(subject_key).where(where, subject_key.c.wrapped.is_not(None))
        with self._engine.begin() as connection:
            connection.execute(_once(connection), marks)  # first: it waits for who is just making
            gone = connection.execute(living.values(wrapped=None, kek_ref=None)).rowcount
        self.forget()
        self._clear_journal()
        return gone

    def forget(self) -> None:
        """Drop every key from memory; they are read again when needed."""
        self._memory.forget()
        self._system.clear()

    def reload(self) -> None:
        """Read the KEK again, which may be another by now, and drop every key from memory."""
        self._kek = Kek(read_kek(self._settings))
        self.forget()

    def close(self) -> None:
        """Close the keystore."""
        self.forget()
        self._engine.dispose()

    def _held(self, name: Name) -> Held:
        held = self._memory.recall(name)
        while held is None:
            if name not in self._load([name]):
                raise SealKeyMissing(f"no {name[1]} key for {name[0]}")
            held = self._memory.recall(name)  # None again where it was forgotten meanwhile
        if not held.ciphers:
            raise SealDestroyed(f"the {name[1]} key for {name[0]} was destroyed")
        return held

    def _load(self, names: Sequence[Name]) -> set[Name]:
        """Read keys into memory; return which of `names` the keystore knows, destroyed or not.

        Of one subject alone all keys are read: what comes next to him needs the others.
        """
        if not names:
            return set()
        epoch = self._memory.epoch
        found: dict[Name, dict[int, bytes]] = {}
        with self._engine.connect() as connection:
            for row in keys_in(connection, names):
                keys = found.setdefault((row.subject, row.kind), {})
                if row.wrapped is not None:
                    where = _place(row.subject, row.kind, row.generation)
                    keys[row.generation] = self._kek.unwrap(row.wrapped, where)
        for name, keys in found.items():
            self._memory.keep(name, keys, epoch)
        return set(found)

    def _make(self, names: Iterable[Name]) -> None:
        """Commit a first key for each name that has none; `names` in order, against deadlock."""
        now = clock.now()
        rows = [
            {
                "subject": subject,
                "kind": kind,
                "generation": 1,
                "wrapped": self._kek.wrap(os.urandom(32), _place(subject, kind, 1)),
                "kek_ref": self._kek.ref,
                "created_at": now,
            }
            for subject, kind in names
        ]
        with self._engine.begin() as connection:
            connection.execute(_once(connection), rows)

    def _system_key(self, name: str) -> bytes:
        held = self._system.get(name)
        if held is None:
            query = select(system_key.c.wrapped).where(system_key.c.name == name)
            with self._engine.connect() as connection:
                wrapped = connection.execute(query).scalar_one_or_none()
            if wrapped is None:
                raise KekUnavailable(f"the keystore has lost its key {name}: restore its backup")
            held = self._system[name] = self._kek.unwrap(wrapped, place("system", name))
        return held

    def _check(self, settings: Settings) -> None:
        """Refuse a keystore that is missing, another KEK's, or another instance's."""
        with self._engine.connect() as connection:
            known = meta_of(connection)
        if known is None:
            raise KekUnavailable(NO_KEYSTORE)
        if known.check_value != self._kek.check_value:
            raise KekUnavailable(
                "this KEK is not the one the keystore was made with: bring back the right key"
            )
        if known.instance != settings.instance_id:
            raise KekUnavailable("this keystore belongs to another instance: set CRM_KEYSTORE_URL")

    def _clear_journal(self) -> None:
        if self._engine.dialect.name != "sqlite":
            return
        raw = self._engine.raw_connection()
        try:
            busy = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            raw.close()
        if busy:
            raise TimeoutError("the keystore is in use: the destroyed keys are still in its WAL")


def _place(subject: UUID, kind: str, generation: int) -> bytes:
    return place("subject", subject.bytes, kind, generation)


def _once(connection: Connection) -> Any:
    """Return an insert of subject keys that gives way to those already there."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return kind(subject_key).on_conflict_do_nothing()


_current: Keyring | None = None


def open_keyring(settings: Settings) -> Keyring:
    """Make the instance's keyring this process's own; an earlier one is closed.

    Raises KekUnavailable where the KEK or the keystore is missing or not the right one.
    """
    global _current  # noqa: PLW0603  one process serves one instance
    opened = Keyring(settings)
    if _current is not None:
        _current.close()
    _current = opened
    return opened


def keyring() -> Keyring:
    """Return this process's keyring; open_keyring() must have come first."""
    if _current is None:
        raise RuntimeError("no keyring is open")
    return _current
