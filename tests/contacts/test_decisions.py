"""Decisions as they are kept: small, whole, and readable for ever."""

import hashlib

from crm.contacts.decisions import _dictionary, first_refusal, packed, unpacked
from crm.contacts.models import decision
from crm.privacy.sealed import Sealed
from crm.rulebook.canonical import canonical
from crm.rulebook.engine import decide
from crm.rulebook.shelf import shipped_books
from tests.contacts.scene import in_china, rows

# Change it only together with the form: decisions of form 1 are read with this dictionary.
FORM_1 = "01cb91c1feace4e6edbaadabb65d372459bdd91e0a964b51d5130d593586d1bc"


def test_the_dictionary_of_a_form_never_changes() -> None:
    assert hashlib.sha256(_dictionary()).hexdigest() == FORM_1


def test_a_decision_is_packed_small_and_comes_back_whole(house, time) -> None:
    case = in_china()
    case.call()
    for row in rows(decision):
        facts, answer = unpacked(row["document"])
        assert len(packed(facts, answer)) * 3 < len(canonical([facts, answer]))
        assert unpacked(Sealed.fresh(packed(facts, answer))) == (facts, answer)


def test_a_kept_decision_is_found_again_by_its_facts(house, time) -> None:
    case = in_china()
    time.set("2026-11-25T23:00:00+08:00")
    case.refused()
    (row,) = rows(decision)
    facts, answer = unpacked(row["document"])
    assert decide(facts, shipped_books()) == answer
    assert hashlib.sha256(canonical(facts)).digest() == row["facts_digest"]
    refusal = first_refusal(answer)
    assert refusal is not None
    assert refusal["rule"] == row["rule"]
    assert row["next_allowed_at"].isoformat() == "2026-11-26T00:00:00+00:00"
