"""Keys of subjects: made, wrapped, committed before the data, cached, destroyed."""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import Connection, delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from crm.privacy.fields import Retention
from crm.privacy.kek import KekUnavailable, check_value, read_kek
from crm.privacy.keystore import keystore_meta, open_keystore, subject_key, system_key
from crm.settings import Settings

CACHED = 5000
SECONDS = 300.0
BATCH = 400

Name = tuple[UUID, str]


class SealKeyMissing(RuntimeError):
    """There is no key for this subject and class: destroyed, or never made."""


class Keyring:
    """The keys of one instance; safe for threads and for several processes."""

    def __init__(self, settings: Settings) -> None:
        self._kek = AESGCM(read_kek(settings))
        self._engine = open_keystore(settings.keystore_url)
        self._lock = threading.RLock()
        self._cache: OrderedDict[Name, tuple[float, bytes, AESGCM]] = OrderedDict()
        self._system: dict[str, bytes] = {}
        self._check_instance(settings)

    def prepare(self, subjects: Iterable[UUID], classes: Iterable[Retention]) -> None:
        """Make and commit the keys that are missing, so that data never comes before its key."""
        wanted = {(subject, str(kind)) for subject in subjects for kind in classes}
        missing = [name for name in wanted if self._cached(name) is None]
        for start in range(0, len(missing), BATCH):
            self._make(missing[start : start + BATCH])

    def cipher(self, subject: UUID, kind: Retention) -> AESGCM:
        """Return the cipher of a subject's key; raise SealKeyMissing where there is none."""
        return self._key((subject, str(kind)))[1]

    def sealing_cipher(self, subject: UUID, kind: Retention) -> AESGCM:
        """Return the cipher to seal with; make the key first where there is none."""
        held = self._cached((subject, str(kind)))
        if held is None:
            self.prepare([subject], [kind])
            held = self._key((subject, str(kind)))
        return held[1]

    def commitment_key(self, subject: UUID) -> bytes:
        """Return the key behind a subject's commitments; it is made once and never rotated."""
        name = (subject, str(Retention.COMMITMENT))
        held = self._cached(name)
        if held is None:
            self.prepare([subject], [Retention.COMMITMENT])
            held = self._key(name)
        return held[0]

    def has_commitment_key(self, subject: UUID) -> bool:
        """Tell whether the subject's commitments can still be recomputed."""
        try:
            self._key((subject, str(Retention.COMMITMENT)))
        except SealKeyMissing:
            return False
        return True

    def prefetch(self, subjects: Iterable[UUID], kind: Retention) -> None:
        """Load the keys of many subjects with one look at the keystore."""
        names = [(subject, str(kind)) for subject in set(subjects)]
        missing = [name for name in names if self._cached(name) is None]
        for start in range(0, len(missing), BATCH):
            self._load(missing[start : start + BATCH])

    def index_key(self, name: str) -> bytes:
        """Return the key of one blind index."""
        held = self._system.get("index/" + name)
        if held is None:
            info = ("probity/index/" + name).encode()
            root = self._system_key("index-root")
            held = HKDFExpand(algorithm=hashes.SHA256(), length=32, info=info).derive(root)
            self._system["index/" + name] = held
        return held

    def instance_key(self) -> bytes:
        """Return the key that seals what waits for the ledger's sequencer."""
        return self._system_key("instance")

    def spool_cipher(self) -> AESGCM:
        """Return the cipher for uploads that wait to be read."""
        return AESGCM(self._system_key("spool"))

    def destroy(self, subject: UUID) -> int:
        """Destroy every key of a subject, for good; return how many there were."""
        with self._writing() as connection:
            gone = connection.execute(delete(subject_key).where(subject_key.c.subject == subject))
        self.forget()
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone.rowcount

    def forget(self) -> None:
        """Drop every key from memory; they are read again when needed."""
        with self._lock:
            self._cache.clear()

    def close(self) -> None:
        """Close the keystore."""
        self.forget()
        self._engine.dispose()

    def _cached(self, name: Name) -> tuple[bytes, AESGCM] | None:
        with self._lock:
            held = self._cache.get(name)
            if held is None:
                return None
            if held[0] < time.monotonic():
                del self._cache[name]
                return None
            return held[1], held[2]

    def _key(self, name: Name) -> tuple[bytes, AESGCM]:
        held = self._cached(name)
        if held is None:
            self._load([name])
            held = self._cached(name)
        if held is None:
            raise SealKeyMissing(f"no {name[1]} key for {name[0]}")
        return held

    def _load(self, names: list[Name]) -> None:
        columns = tuple_(subject_key.c.subject, subject_key.c.kind)
        with self._engine.connect() as connection:
            rows = connection.execute(select(subject_key).where(columns.in_(names))).all()
        for row in rows:
            key = self._unwrap(row.wrapped, _context(row.subject, row.kind))
            self._keep((row.subject, row.kind), key)

    def _keep(self, name: Name, key: bytes) -> None:
        with self._lock:
            self._cache[name] = (time.monotonic() + SECONDS, key, AESGCM(key))
            while len(self._cache) > CACHED:
                self._cache.popitem(last=False)

    def _make(self, names: list[Name]) -> None:
        rows = [
            {
                "subject": subject,
                "kind": kind,
                "wrapped": self._wrap(os.urandom(32), _context(subject, kind)),
            }
            for subject, kind in names
        ]
        with self._writing() as connection:
            connection.execute(_once(connection), rows)
        self._load(names)  # what another process made first is the one that counts

    def _system_key(self, name: str) -> bytes:
        held = self._system.get(name)
        if held is None:
            query = select(system_key.c.wrapped).where(system_key.c.name == name)
            with self._engine.connect() as connection:
                wrapped = connection.execute(query).scalar()
            if wrapped is None:
                raise KekUnavailable(f"the keystore has no {name} key: restore it from a backup")
            held = self._system[name] = self._unwrap(wrapped, b"system/" + name.encode())
        return held

    def _wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._kek.encrypt(nonce, key, context)

    def _unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._kek.decrypt(wrapped[:12], wrapped[12:], context)
        except InvalidTag:
            raise KekUnavailable("a key in the keystore was damaged or swapped") from None

    def _check_instance(self, settings: Settings) -> None:
        """Bind a new keystore to this KEK; refuse an old one made with another."""
        check = check_value(read_kek(settings))
        with self._engine.connect() as connection:
            known = connection.execute(select(keystore_meta)).one_or_none()
        if known is None:
            with self._writing() as connection:
                row = {"id": 1, "instance": settings.instance_id, "check_value": check}
                connection.execute(insert(keystore_meta), row)
                for name in ("index-root", "instance", "spool"):
                    wrapped = self._wrap(os.urandom(32), b"system/" + name.encode())
                    connection.execute(insert(system_key), {"name": name, "wrapped": wrapped})
        elif known.check_value != check:
            raise KekUnavailable(
                "this KEK is not the one the keystore was made with: bring back the right key file"
            )
        elif known.instance != settings.instance_id:
            raise KekUnavailable("this keystore belongs to another instance")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._lock, self._engine.begin() as connection:
            yield connection


def _context(subject: UUID, kind: str) -> bytes:
    return b"subject/" + subject.bytes + b"/" + kind.encode()


def _once(connection: Connection) -> Any:
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return kind(subject_key).on_conflict_do_nothing()


_current: Keyring | None = None


def open_keyring(settings: Settings) -> Keyring:
    """Make the instance's keyring this process's own."""
    global _current  # noqa: PLW0603  one process serves one instance
    _current = Keyring(settings)
    return _current


def keyring() -> Keyring:
    """Return this process's keyring; open_keyring() must have come first."""
    if _current is None:
        raise RuntimeError("no keyring is open")
    return _current
