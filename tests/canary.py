"""Canaries: personal values made of stems that occur nowhere else, and where to look for them."""

import base64
import secrets
import string
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from tests.cluster import OWNER, Cluster
from tests.houses import Instance

RARE = "龘爨麤鱻靐齉虪厵灪飝钃爩麷鸝"


class Canaries:
    """Values of one test; each holds a stem: letters, eight digits, or four rare characters."""

    def __init__(self) -> None:
        letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))
        self.word = "q" + letters
        self.digits = str(secrets.randbelow(9 * 10**7) + 10**7)
        self.rare = "".join(secrets.SystemRandom().sample(RARE, 4))

    @property
    def stems(self) -> tuple[str, ...]:
        """Return what to look for."""
        return self.word, self.digits, self.rare

    @property
    def name(self) -> str:
        """Return a person's name, in both scripts."""
        return f"Zeb {self.word.title()} {self.rare}"

    @property
    def national_id(self) -> str:
        """Return an identity number."""
        return f"5108{self.digits}285729"

    @property
    def phone(self) -> str:
        """Return a mobile number."""
        return f"+86159{self.digits}"

    @property
    def no_phone(self) -> str:
        """Return what is too long for a telephone number."""
        return f"+86159{self.digits}{self.digits}"

    @property
    def email(self) -> str:
        """Return an e-mail address."""
        return f"zeb@{self.word}.example"

    @property
    def street(self) -> str:
        """Return a postal address."""
        return f"77 {self.word.title()} Lu\nShanghai 200000"

    def words(self, about: str) -> str:
        """Return free text."""
        return f"{about}: {self.word} {self.rare} {self.digits}"


def spellings(stem: str) -> set[bytes]:
    """Return every way in which the middle of a text can lie on a disk."""
    found: set[bytes] = set()
    for form in {stem, stem.upper(), stem.title()}:
        plain = [form.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
        found.update(plain)
        found.add(form.encode("unicode_escape"))
        found.add(form.encode("ascii", "xmlcharrefreplace"))
        found.add(quote(form).encode())
        for raw in plain:
            found.update((raw.hex().encode(), raw.hex().upper().encode()))
            found.update(in_base64(raw))
    return {one for one in found if len(one) >= 6}


def in_base64(raw: bytes) -> Iterator[bytes]:
    """Yield what of its base64 does not depend on what stands around it, at each offset."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        whole = (before + len(raw)) // 3 * 4
        inner = coded[(0, 2, 3)[before] : whole]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def seen_in(content: bytes, stems: Iterable[str]) -> list[str]:
    """Return the stems that this content holds, however spelt."""
    return [stem for stem in stems if any(one in content for one in spellings(stem))]


def files_of(house: Instance, cluster: Cluster | None, *folders: Path) -> Iterator[Path]:
    """Yield every file in which something of this house could rest."""
    for folder in (house.settings.home, house.settings.keys_dir, *folders):
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
    if house.database is not None:
        assert cluster is not None
        yield from _of_server(house.database, cluster)


def _of_server(name: str, cluster: Cluster) -> Iterator[Path]:
    """Yield the server's files once all is written out, save those of other databases."""
    import psycopg

    cluster.run("CHECKPOINT")
    with psycopg.connect(dbname=name, user=OWNER, host=str(cluster.folder)) as connection:
        row = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    base = cluster.folder / "data" / "base"
    for path in sorted(cluster.folder.rglob("*")):
        others = base in path.parents and base / str(row[0]) not in path.parents
        if path.is_file() and not others:
            yield path


def found_at_rest(
    house: Instance, cluster: Cluster | None, canaries: Canaries, *folders: Path
) -> list[tuple[str, str]]:
    """Return (file, stem) for each stem that lies in clear somewhere."""
    wanted = {stem: spellings(stem) for stem in canaries.stems}
    found, looked_at = [], 0
    for path in files_of(house, cluster, *folders):
        content = path.read_bytes()
        looked_at += len(content)
        for stem, forms in wanted.items():
            if any(form in content for form in forms):
                found.append((str(path), stem))
    assert looked_at > 100_000, "there was something to look at"
    return found
