"""What a log form holds before it is sent: the draft of before, and what is usually meant."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from crm import clock
from crm.loans.rules import decimal_text

USUAL = timedelta(days=3)  # from a promise to its payment


def restore(draft: Mapping[str, Any] | None) -> bool:
    """Put a draft into the fields of the page; False where there is none, or where the form has
    just come back with faults and holds what was sent.
    """
    if draft is None or g.get("typed"):
        return False
    g.several = dict(draft["fields"])
    g.typed = {name: values[0] for name, values in g.several.items() if values}
    return True


def chosen(name: str) -> Sequence[str]:
    """Return all that was ticked under a name."""
    found: Sequence[str] = g.get("several", {}).get(name, ())
    return found


def is_filled(kind: str) -> bool:
    """Tell whether the section of something said holds anything."""
    typed = g.get("typed", {})
    return kind in chosen("said") or any(
        name.startswith(f"{kind}_") and value and name not in _ALWAYS_SENT
        for name, value in typed.items()
    )


_ALWAYS_SENT = frozenset({"promise_currency", "callback_zone"})


def promise_usual(loans: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what most promises say: all that is overdue, where it may be seen and is in one
    currency, and a day soon.
    """
    due_on = (clock.now().astimezone(ZoneInfo(g.actor.zone)) + USUAL).date()
    usual = {"due_on": due_on.isoformat()}
    owed: list[Any] = [loan.get("overdue") for loan in loans]
    currencies = {loan.get("currency") for loan in loans}
    if len(currencies) == 1 and None not in owed and any(owed):
        usual["amount"] = decimal_text(sum(owed), str(currencies.pop()))
    return usual
