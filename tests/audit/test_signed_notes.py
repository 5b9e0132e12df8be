"""Checkpoints are C2SP signed notes, as anybody's verifier reads them."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crm.audit.note import BadNote, Checkpoint, dated, moment_of, opened, signed, verifier_key

NAME = "example.com/audit"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
ROOT = hashlib.sha256(b"tree").digest()
NOTE = signed(Checkpoint(NAME, 20852163, ROOT).text(), NAME, KEY)


def test_a_note_reads_as_c2sp_specifies_it() -> None:
    text, _, signature = NOTE.partition("\n\n")
    assert text == f"{NAME}\n20852163\n{base64.b64encode(ROOT).decode()}"
    dash, name, coded = signature.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", NAME)
    raw = base64.b64decode(coded)
    digest = hashlib.sha256(NAME.encode() + b"\n\x01" + PUBLIC.public_bytes_raw()).digest()
    assert raw[:4] == digest[:4]
    PUBLIC.verify(raw[4:], (text + "\n").encode())
    assert len(raw) == 68


def test_the_verifier_key_has_name_hash_and_key() -> None:
    name, short, coded = verifier_key(NAME, PUBLIC).split("+", 2)
    assert (name, base64.b64decode(coded)) == (NAME, b"\x01" + PUBLIC.public_bytes_raw())
    assert len(short) == 8


def test_a_note_opens_to_the_checkpoint_it_signs() -> None:
    assert Checkpoint.parse(opened(NOTE, NAME, PUBLIC)) == Checkpoint(NAME, 20852163, ROOT)


def test_signatures_of_others_are_passed_over() -> None:
    witness = f"\u2014 witness {base64.b64encode(b'1234' + bytes(64)).decode()}\n"
    assert opened(NOTE + witness, NAME, PUBLIC) == opened(NOTE, NAME, PUBLIC)


def _resigned(change) -> str:
    text, _, line = NOTE.partition("\n\n")
    return text + "\n\n" + change(line)


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("no signature at all\n", "no signatures"),
        (NOTE.removesuffix("\n"), "no signatures"),
        (NOTE.replace("20852163", "20852164"), "wrong"),
        (_resigned(lambda line: line.replace("\u2014", "-")), "malformed"),
        (_resigned(lambda line: line.replace("\u2014 ", "\u2014")), "malformed"),
        (_resigned(lambda _: f"\u2014 {NAME} !!!!\n"), "not base64"),
        (_resigned(lambda line: line.replace(NAME, "another")), "not signed by"),
        (
            signed(Checkpoint(NAME, 1, ROOT).text(), NAME, Ed25519PrivateKey.generate()),
            "not signed by",
        ),
    ],
)
def test_any_other_note_is_refused(note: str, why: str) -> None:
    with pytest.raises(BadNote, match=why):
        opened(note, NAME, PUBLIC)


CODED = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{NAME}\n1\n{CODED}",
        f"\n1\n{CODED}\n",
        f"{NAME}\n01\n{CODED}\n",
        f"{NAME}\n-1\n{CODED}\n",
        f"{NAME}\n\u0661\n{CODED}\n",
        f"{NAME}\n1\n{CODED[:-4]}\n",
        f"{NAME}\n1\n*{CODED[1:]}\n",
        f"{NAME}\nx\n{CODED}\n",
    ],
)
def test_any_other_text_is_no_checkpoint(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_an_empty_tree_can_be_signed() -> None:
    assert Checkpoint.parse(Checkpoint(NAME, 0, ROOT).text()).size == 0


AT = datetime(2026, 4, 3, 10, 15, 7, tzinfo=UTC)
DATED = dated(NOTE, NAME, KEY, AT)


def test_a_dated_note_opens_as_before_and_tells_its_second() -> None:
    assert opened(DATED, NAME, PUBLIC) == opened(NOTE, NAME, PUBLIC)
    assert moment_of(DATED, NAME, PUBLIC) == AT


def test_the_moment_reads_as_c2sp_specifies_a_cosignature() -> None:
    raw = base64.b64decode(DATED.removesuffix("\n").rpartition(" ")[2])
    digest = hashlib.sha256(NAME.encode() + b"\n\x04" + PUBLIC.public_bytes_raw()).digest()
    seconds = int(AT.timestamp())
    assert (raw[:4], raw[4:12]) == (digest[:4], seconds.to_bytes(8))
    text = f"cosignature/v1\ntime {seconds}\n{opened(NOTE, NAME, PUBLIC)}"
    PUBLIC.verify(raw[12:], text.encode())


def test_no_other_moment_can_be_told() -> None:
    later = dated(NOTE, NAME, KEY, AT.replace(second=8))
    line, other = (note.removesuffix("\n").rpartition(" ")[2] for note in (DATED, later))
    first, second = base64.b64decode(line), base64.b64decode(other)
    forged = base64.b64encode(second[:12] + first[12:]).decode()
    for note in (NOTE, DATED.replace(line, forged)):
        with pytest.raises(BadNote, match="moment"):
            moment_of(note, NAME, PUBLIC)
