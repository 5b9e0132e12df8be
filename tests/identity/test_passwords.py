"""Passwords: hashed slowly, judged, made up."""

import unicodedata

import pytest

from crm.identity.passwords import LONGEST, hashed, is_right, is_strong, made_up


def test_passwords_are_hashed_by_argon2id_with_its_own_salt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CRM_CHEAP_HASHES")
    one, other = hashed("x"), hashed("x")
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert is_right(one, "x")


def test_a_password_is_right_or_not() -> None:
    known = hashed("éa b")
    assert is_right(known, "éa b")
    assert is_right(known, unicodedata.normalize("NFD", "éa b"))
    assert not is_right(known, "éa b ")
    assert not is_right(known, "")
    assert not is_right(None, "éa b")
    assert not is_right("no hash", "éa b")


def test_a_password_too_long_is_never_right() -> None:
    assert is_right(hashed("x" * LONGEST), "x" * LONGEST)
    assert not is_right(hashed("x" * (LONGEST + 1)), "x" * (LONGEST + 1))


@pytest.mark.parametrize(
    ("password", "strong"),
    [
        ("password", False),
        ("collector2026", False),
        ("probity probity", False),
        ("zhaoli-19901231", False),
        ("Zhao&Li&Bank&Example", False),
        ("x8#kQ!9v", False),
        ("four unrelated words otter gravel", True),
        ("x8#kQ!9v~Lz2", True),
        ("q7" * LONGEST, False),
    ],
)
def test_a_password_must_resist_guessing(password: str, strong: bool) -> None:
    assert is_strong(password, "zhaoli@bank.example", "Zhao Li") is strong


def test_a_made_up_password_can_be_read_out_and_is_strong() -> None:
    one = made_up()
    assert [len(part) for part in one.split("-")] == [5, 5, 5, 5]
    assert not set(one) & set("il1o0")
    assert is_strong(one)
    assert one != made_up()
