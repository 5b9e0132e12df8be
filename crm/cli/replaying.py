"""Judge a stored decision again from the command line."""

import json
import sys
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import click

from crm.cli.house import opened
from crm.contacts.queries.replays import ReplayDecision
from crm.contacts.schemas.replays import ReplayOut
from crm.gate.answer import answer
from crm.identity.actor import system
from crm.rulebook.replay import Answer, Change

OPERATOR = system("crm rulebook replay")
ALIKE, OTHERWISE, CANNOT = 0, 1, 2

_SAID = {
    Answer.SAME: "The same bytes.",
    Answer.ALTERED: "ALTERED: the same engine, books and facts give other bytes.",
}


@click.command()
@click.argument("decision", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def replay(decision: UUID, as_json: bool) -> None:
    """Judge a stored DECISION (its id) again, by the books of then, and compare.

    Exit 0: the same decision (the same bytes, or by a newer judge); 1: another one; 2: it cannot be
    judged again: there is no such decision, or its facts were erased.
    """
    with opened():
        found = answer(ReplayDecision(decision), OPERATOR)
    if as_json:
        click.echo(json.dumps(ReplayOut().dump(found), ensure_ascii=False, indent=2))
    else:
        _say(found)
    if found["answer"] is Answer.ERASED or found["fault"]:
        sys.exit(CANNOT)
    sys.exit(ALIKE if found["decides_alike"] else OTHERWISE)


def _say(found: dict[str, Any]) -> None:
    click.echo(_sentence(found))
    for book in found["books"]:
        if not book["kept"]:
            click.echo(f"not kept: {book['id']} {book['version']} {book['sha256']}")
    _say_changes(found["changes"])
    known = found["known_now"]
    if known and known["learned"]:
        alike = "the same decision" if known["decides_alike"] else "another decision"
        click.echo(f"Learned since: {len(known['learned'])} facts. With them: {alike}.")
        _say_changes(known["changes"])


def _sentence(found: dict[str, Any]) -> str:
    kind: Answer = found["answer"]
    if kind is Answer.ERASED:
        by = found["erased_by"]
        where = f" by entry {by['number'] if by['number'] is not None else by['id']}" if by else ""
        return f"The facts were erased{where}."
    if kind in _SAID:
        return _SAID[kind]
    if found["fault"]:
        return f"Today's engine cannot judge it: {found['fault']}"
    alike = "The same decision" if found["decides_alike"] else "Another decision"
    return f"{alike}, by engine {found['engine_now']} (then {found['engine']})."


def _say_changes(changes: Iterable[Change]) -> None:
    for change in changes:
        click.echo(f"  {change.what}")
        click.echo(f"    then: {_told(change.then)}")
        click.echo(f"    now:  {_told(change.now)}")


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["why"])
    return "-" if value is None else json.dumps(value, ensure_ascii=False)
