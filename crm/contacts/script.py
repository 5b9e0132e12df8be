"""What is said in a contact, from one data file: each line with its version and its words."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from crm.contacts.rules.script import Line, Moment
from crm.contacts.rules.verifying import SPOKEN
from crm.rulebook.vocabulary import Channel, Outcome, Role, Target


@lru_cache(maxsize=1)
def lines() -> Mapping[str, Line]:
    """Return every line by its id, in the order of the file; a wrong word stops start-up."""
    text = resources.files("crm.contacts").joinpath("script.yaml").read_text("utf-8")
    rows: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return {line_id: _line(line_id, row) for line_id, row in rows.items()}


def _line(line_id: str, row: Mapping[str, Any]) -> Line:
    return Line(
        id=line_id,
        version=int(row["version"]),
        moment=Moment(row["when"]),
        to=frozenset(str(Target(word)) for word in row.get("to", Target)),
        channels=frozenset(str(Channel(word)) for word in row.get("channels", SPOKEN)),
        books=frozenset(row.get("books", ())),
        not_books=frozenset(row.get("not_books", ())),
        roles=frozenset(str(Role(word)) for word in row.get("roles", Role)),
        needed=frozenset(str(Outcome(word)) for word in row["needed"]),
        duty=tuple(row.get("duty", ())),
        words={"en": row["en"], "zh": row["zh"]},
    )
