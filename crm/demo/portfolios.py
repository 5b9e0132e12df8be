"""The sample's accounts with made-up people, brought in like any other file."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from itertools import cycle
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm import clock
from crm.borrowers.models import contact_point, person
from crm.demo.identities import Identities, Identity
from crm.demo.staff import HOST, OPERATOR, Told
from crm.gate.action import Subject
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.loans.imports.accounts import Calendar
from crm.loans.imports.actions.runs import RegisterImport
from crm.loans.imports.mapping import document_in, mapping_from
from crm.loans.imports.runner import bring_in_from
from crm.loans.imports.surveying import survey
from crm.loans.models import loan
from crm.loans.rules import Figures, estimated_overdue
from crm.privacy.spool import keyed_digest

MOST = 2000
OF_FIVE_IN_CHINA = 3  # the rest lives in the United States
NAMELESS = 83  # every so many accounts come without an identity
DESKS = {
    "china": ("collector", "collector3", "collector", "collector4", "collector2"),
    "america": ("collector2", "collector5", "collector2", "collector6", "collector"),
}
COLUMNS = tuple(Identity.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Owing:
    """Somebody of the sample house who is late, as the stories about him need him."""

    person_id: UUID
    loan_id: UUID
    collector_id: UUID
    days: int
    country: str
    phone_id: UUID | None


def bring_in_portfolios(borrowers: int, people: Identities, tell: Told) -> None:
    """Import both portfolios: `borrowers` accounts in all, evenly from the sample."""
    header, rows = sample(borrowers)
    lines: dict[str, list[dict[str, str]]] = {"china": [], "america": []}
    desks = {place: cycle(names) for place, names in DESKS.items()}
    for number, row in enumerate(rows):
        place = "china" if number % 5 < OF_FIVE_IN_CHINA else "america"
        figures = dict(zip(header, row, strict=True))
        lines[place].append(_line(place, number, figures, people, desks[place]))
    for place, found in lines.items():
        _import(place, [*("number", "collector"), *COLUMNS, *header], found)
        tell(f"  {len(found)} accounts in {place.title()}")


def sample(count: int) -> tuple[list[str], list[list[str]]]:
    """Return the header of the sample and `count` of its rows, taken evenly."""
    file = resources.files("crm.demo") / "data" / "sample.csv"
    header, *rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8")))
    return header, [rows[index * len(rows) // count] for index in range(count)]


def late_people() -> list[Owing]:
    """Return everyone who is late, the longest first."""
    found: list[Owing] = answer(LatePeople(), OPERATOR)
    return found


@dataclass(frozen=True)
class LatePeople(Question, needs=Permission.KEEP_HOUSE):
    """Who of the sample house is late, by whom he is worked and how he is reached."""

    def read(self, reader: Reader, subject: Subject | None) -> list[Owing]:
        """Return ids and figures only."""
        phones = select(contact_point.c.person_id, contact_point.c.id).where(
            contact_point.c.kind == "phone", contact_point.c.place == "mobile"
        )
        phone_of = {row.person_id: row.id for row in reader.all(phones)}
        query = (
            select(loan.c.id, loan.c.borrower_id, loan.c.days_past_due, loan.c.currency)
            .add_columns(person.c.collector_id)
            .join(person, person.c.id == loan.c.borrower_id)
            .where(loan.c.days_past_due > 0, person.c.collector_id.is_not(None))
            .order_by(loan.c.days_past_due.desc(), loan.c.id)
        )
        return [
            Owing(
                person_id=row.borrower_id,
                loan_id=row.id,
                collector_id=row.collector_id,
                days=row.days_past_due,
                country="CN" if row.currency == "CNY" else "US",
                phone_id=phone_of.get(row.borrower_id),
            )
            for row in reader.all(query)
        ]


def _line(
    place: str, number: int, figures: dict[str, str], people: Identities, desk: Iterator[str]
) -> dict[str, str]:
    """Return one account as a line of the file: its figures, its person, its collector."""
    age = int(figures["AGE"])
    someone = people.chinese(age) if place == "china" else people.american()
    who: dict[str, Any] = asdict(someone)
    if number % NAMELESS == NAMELESS - 1:
        who = dict.fromkeys(COLUMNS, "")
    prefix = "CN" if place == "china" else "US"
    return {
        "number": f"{prefix}{int(figures['ID']):08d}",
        "collector": f"{next(desk)}@{HOST}" if _is_overdue(figures) else "",
        **who,
        **figures,
    }


def _is_overdue(figures: dict[str, str]) -> bool:
    """Tell whether something is overdue by the figures: who owes nothing is nobody's work."""
    months = [
        Figures(int(figures[f"BILL_AMT{number}"]), int(figures[f"PAY_AMT{number}"]))
        for number in range(1, 7)
    ]
    return estimated_overdue(months, int(figures["PAY_0"])) > 0


def _import(place: str, columns: Sequence[str], lines: Iterable[dict[str, str]]) -> None:
    file = resources.files("crm.demo") / "data" / f"{place}.yaml"
    mapping = mapping_from(f"demo-{place}", document_in(file.read_text(encoding="utf-8")))
    content = _csv(columns, lines)
    calendar = Calendar.of(mapping, clock.now().date())
    found = survey(lambda: [content], mapping, calendar, OPERATOR, _quietly)
    if not found.counts["accounts"]:
        return
    digest = keyed_digest()
    digest.update(content)
    action = RegisterImport(
        mapping=mapping,
        digest=digest.digest(),
        totals=found.totals(mapping),
        rejects=tuple(found.rejects),
    )
    run_id = perform(action, OPERATOR).result["id"]
    bring_in_from(run_id, lambda: [content], OPERATOR, _quietly)


def _csv(columns: Sequence[str], lines: Iterable[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def _quietly(_done: int, _of: int) -> None:
    """Say nothing: it takes seconds."""
