"""Accounts from a file: `crm import staff FILE [--dry-run]`."""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from crm.cli.house import opened
from crm.gate.answer import answer
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.identity.actions.accounts import CreateAccount
from crm.identity.actions.places import CreateAgency, CreateTeam
from crm.identity.actor import system
from crm.identity.one_time import one_time
from crm.loans.imports.reading import Reject
from crm.loans.imports.staff import Colleague, KnownStaff, colleagues
from crm.privacy.openers import reopen

OPERATOR = system("crm import staff")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and compare only; change nothing.")
def staff(file: Path, dry_run: bool) -> None:
    """Make an account for each line of FILE, and print the one-time passwords.

    Columns: email, name, role; perhaps team, agency, language, zone, valid_until. Teams and
    agencies are made where there are none of the name. Whoever has an account already keeps it as
    it is.

    Exit 0: every line has its account; 1: some lines were rejected; 2: the file cannot be used.
    """
    content = file.read_bytes()
    with opened():
        found = list(colleagues([content], [content]))
        good = [one for one in found if isinstance(one, Colleague)]
        rejects = [one for one in found if isinstance(one, Reject)]
        known = answer(KnownStaff(tuple(one.index for one in good)), OPERATOR)
        fresh = [one for one in good if one.index not in known["taken"]]
        lines = len({one.line for one in rejects})
        click.echo(f"{len(fresh)} new, {len(good) - len(fresh)} the same, {lines} rejected.")
        if dry_run:
            click.echo("Nothing was changed.")
        else:
            rejects += [no for one in fresh if (no := _hire(one, known)) is not None]
    for no in rejects:
        place = f"line {no.line}" + (f", {no.column}" if no.column else "")
        click.echo(f"  {place}: {no.reason} {no.hint}".rstrip(), err=True)
    sys.exit(1 if rejects else 0)


def _hire(one: Colleague, known: dict[str, Any]) -> Reject | None:
    """Make one account and print its one-time password, or say why not."""
    try:
        agency_id = _place(known["agencies"], one.agency, CreateAgency)
        team_id = _place(known["teams"], one.team, CreateTeam)
        action = CreateAccount(
            **one.values, password=one_time(), team_id=team_id, agency_id=agency_id
        )
        done = perform(action, OPERATOR)
    except Refusal as no:
        return Reject(one.line, None, "", no.verdict.sentence, "")
    email = reopen(one.values["email"])
    click.echo(f"{email}, one-time password: {done.result['one_time_password']}")
    return None


def _place(known: dict[str, UUID], name: str | None, make: Any) -> UUID | None:
    """Return the id of the team or agency of this name; make it if there is none."""
    if name is None:
        return None
    if name not in known:
        known[name] = perform(make(name), OPERATOR).result["id"]
    return known[name]
