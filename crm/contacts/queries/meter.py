"""The meter of any number of people at once, in a constant number of statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.contacts.facts.approach import Approach
from crm.contacts.facts.document import document_of
from crm.contacts.facts.glimpse import each_relation, glimpse
from crm.contacts.meter.channels import OF_KIND
from crm.contacts.meter.hours import Hours
from crm.contacts.meter.lines import Line, line_of, with_instead
from crm.gate.reader import Reader
from crm.rulebook.facts import Facts
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reading import read_facts

Points = Mapping[UUID, Sequence[Mapping[str, Any]]]


def meters(
    reader: Reader, points: Points, channels: Mapping[str, Iterable[str]] = OF_KIND
) -> dict[UUID, list[Line]]:
    """Return the lines of each person's contact points (`id`, `label`, `kind`, `place`) now.

    `channels` says by which channels a kind of contact point is judged. Without contact points,
    or without any loan to speak about, there are no lines.
    """
    lines: dict[UUID, list[Line]] = {person_id: [] for person_id in points}
    books, known = books_in_force(), dict[Any, Hours]()
    for one, point, facts in approached(reader, points, channels):
        line = line_of(facts, books, point, known)
        line["loan_ids"] = list(one.loan_ids or ())
        lines[one.person_id].append(line)
    return {person_id: with_instead(theirs) for person_id, theirs in lines.items()}


def approached(
    reader: Reader, points: Points, channels: Mapping[str, Iterable[str]] = OF_KIND
) -> Iterator[tuple[Approach, Mapping[str, Any], Facts]]:
    """Yield the facts of a contact made now by each contact point and channel."""
    wanted = [
        (Approach(person_id, point["id"], channel, None, reader.now), point)
        for person_id, theirs in points.items()
        for point in theirs
        for channel in channels.get(point["kind"], ())
    ]
    if not wanted:
        return
    found = glimpse(reader, [approach for approach, _ in wanted])
    for approach, point in wanted:
        for one in each_relation(found, approach):
            yield one, point, read_facts(document_of(found, one), digest="")
