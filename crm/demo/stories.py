"""What is known of some of the made-up people: who stands beside them, what stops a contact."""

from datetime import date, timedelta

from crm import clock
from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent
from crm.borrowers.actions.people import CreatePerson
from crm.borrowers.actions.points import AddContactPoint
from crm.demo.identities import Identities
from crm.demo.portfolios import Owing
from crm.demo.staff import OPERATOR, Told
from crm.gate.action import Action
from crm.gate.perform import perform
from crm.loans.actions import AddParty
from crm.privacy.sealed import Sealed

BESIDE = ("co_borrower", "contact_person", "guarantor", "contact_person", "spouse")
EVERY = 6  # how many late people there are to one who has somebody beside him


def put_people_beside(late: list[Owing], people: Identities, tell: Told) -> None:
    """Give some of the late a co-borrower, a guarantor, a contact person or a spouse."""
    chosen = late[2::EVERY]
    for number, owing in enumerate(chosen):
        _beside(owing, BESIDE[number % len(BESIDE)], people)
    tell(f"  {len(chosen)} people beside them")


def tell_circumstances(late: list[Owing], tell: Told) -> None:
    """Record what stops or shapes contacts with some of the late, and what some allowed."""
    today = clock.now().date()
    count = 0
    for number, owing in enumerate(late):
        for action in _known_of(number, owing, today):
            perform(action, OPERATOR)
            count += 1
    tell(f"  {count} circumstances and consents")


def _beside(owing: Owing, role: str, people: Identities) -> None:
    known = people.chinese(31) if owing.country == "CN" else people.american()
    action = CreatePerson(
        name=Sealed.fresh(known.name),
        national_id=Sealed.fresh(known.national_id) if role != "contact_person" else None,
        language=known.language,
    )
    person_id = perform(action, OPERATOR).result["id"]
    phone = Sealed.fresh(known.phone)
    perform(AddContactPoint(person_id, "phone", phone, place="mobile", source="file"), OPERATOR)
    if known.address and role != "contact_person":
        address = AddContactPoint(
            person_id,
            "postal",
            Sealed.fresh(known.address),
            place="home",
            country=known.country,
            region=known.region,
            source="file",
        )
        perform(address, OPERATOR)
    perform(AddParty(owing.loan_id, person_id, role), OPERATOR)


def _known_of(number: int, owing: Owing, today: date) -> list[Action]:
    """Return what is known of the n-th of the late; most have nothing."""
    since = (today - timedelta(days=5 + number % 9)).isoformat()
    person, debts = owing.person_id, {"debts": [str(owing.loan_id)]}
    known = {
        3: RecordCircumstance(person, "dispute", since, scope=debts, source="file"),
        9: RecordCircumstance(person, "attorney_represented", since, source="file"),
        14: RecordCircumstance(person, "vulnerable", since, source="file"),
        20: RecordCircumstance(
            person,
            "inconvenient_time",
            since,
            scope={"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00"},
            source="file",
        ),
        26: RecordCircumstance(person, "cease_request", since, source="file"),
        31: RecordCircumstance(person, "arrangement_current", since, source="file"),
        34: RecordCircumstance(person, "opt_out", since, scope={"channel": "sms"}, source="file"),
        38: RecordConsent(
            person,
            "channel",
            since,
            scope={"channel": "email"},
            words=Sealed.fresh("You may write to me by e-mail."),
            source="file",
        ),
    }
    found = known.get(number % 40)
    return [found] if found is not None else []
