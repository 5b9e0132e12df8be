"""An answer compared with what is known, and forgotten."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from crm.audit.models import audit_entry
from crm.contacts.actions.verifying import MOST_ANSWERS, VerifyAnswer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.contacts.scene import Scene, in_china
from tests.factories import make_evidence, make_loan, make_person, make_point


def known() -> Scene:
    case = in_china()
    person = make_person("Zhao Lei", case.collector, national_id="110101199003074514")
    make_evidence(person)
    return Scene(case.collector, person, make_point(person, "+8613800138005"), make_loan(person))


def answered(case: Scene, item: str, answer: str, **where) -> bool:
    action = VerifyAnswer(item, Sealed.fresh(answer), **where)
    matches: bool = perform(action, case.collector).result["matches"]
    return matches


@pytest.mark.both
def test_an_answer_matches_or_not_and_is_nowhere_kept(house, time) -> None:
    case = known()
    permit = case.ask()["id"]
    assert answered(case, "name", " zhao lei", permit_id=permit)
    assert not answered(case, "name", "Zhao Lee", permit_id=permit)
    assert answered(case, "national_id", "110101 19900307 4514", permit_id=permit)
    assert answered(case, "phone", "138 0013 8005", permit_id=permit)
    assert not answered(case, "email", "zhao@mail.example", permit_id=permit)
    with database().read() as connection:
        entries = connection.execute(select(audit_entry.c.entry)).scalars().all()
    assert not any(b"Zhao" in entry or b"zhao" in entry for entry in entries)


def test_somebody_who_rang_can_be_verified_too(house, time) -> None:
    case = known()
    inbound = case.rang_us(started_at=time.now)["id"]
    assert answered(case, "name", "Zhao Lei", inbound_id=inbound)
    outbound = case.call()["id"]
    with pytest.raises(Missing):
        answered(case, "name", "Zhao Lei", inbound_id=outbound)


def test_guessing_has_an_end(house, time) -> None:
    case = known()
    permit = case.ask()["id"]
    for _ in range(MOST_ANSWERS):
        answered(case, "name", "Somebody Else", permit_id=permit)
    with pytest.raises(Refusal) as no:
        answered(case, "name", "Zhao Lei", permit_id=permit)
    assert no.value.verdict.rule == "verification.limit"


def test_it_needs_one_contact_of_ones_own(house, time) -> None:
    case, other = known(), in_china(number="+8613800138001")
    permit = case.ask()["id"]
    for where in ({}, {"permit_id": permit, "inbound_id": permit}):
        with pytest.raises(Invalid):
            answered(case, "name", "Zhao Lei", **where)
    for scene, asked in ((other, permit), (case, uuid4())):
        with pytest.raises(Missing):
            answered(scene, "name", "Zhao Lei", permit_id=asked)
