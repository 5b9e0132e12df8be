"""The kinds of rule, as data: the name a book uses, what reads its parameters, what it judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from crm.rulebook.kinds import channel, content, hours, place, wait
from crm.rulebook.kinds.cap import Cap
from crm.rulebook.kinds.disclosure import Disclosure
from crm.rulebook.kinds.informing import Informing, Limitation, Recording, Retention
from crm.rulebook.kinds.party import Party
from crm.rulebook.kinds.stop import Stop
from crm.rulebook.rule import Judgement

# Judgements that have nothing to say of a borrower of whom no circumstance is known.
OF_CIRCUMSTANCES = (
    Stop,
    hours.DesignatedTimes,
    place.InconvenientPlace,
    channel.RefusedMedium,
    wait.AfterFact,
)
# Judgements that never say anything of a contact.
INFORMING = Informing


class Kind(NamedTuple):
    """How to read a kind's parameters, and whether it judges inbound contacts too."""

    read: Callable[[Mapping[str, Any]], Judgement]
    inbound: bool


KINDS: dict[str, Kind] = {
    "hours": Kind(hours.read, inbound=False),
    "cap": Kind(Cap.read, inbound=False),
    "wait": Kind(wait.read, inbound=False),
    "stop": Kind(Stop.read, inbound=False),
    "party": Kind(Party.read, inbound=True),
    "channel": Kind(channel.read, inbound=False),
    "place": Kind(place.read, inbound=False),
    "content": Kind(content.read, inbound=True),
    "disclosure": Kind(Disclosure.read, inbound=True),
    "recording": Kind(Recording.read, inbound=True),
    "retention": Kind(Retention.read, inbound=True),
    "limitation": Kind(Limitation.read, inbound=True),
}
