"""Try a draft of a book on the contacts of the days past, from the command line."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from crm import clock
from crm.cli.house import opened
from crm.contacts.actions.backtests import LONGEST
from crm.contacts.backtest.trying import BackTest, back_test, days_before
from crm.identity.actor import system

OPERATOR = system("crm rulebook backtest")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(1, LONGEST), default=30, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def backtest(file: Path, days: int, as_json: bool) -> None:
    """Try the book in FILE (YAML) on every contact and permit of the last days.

    Says what would have been refused or newly allowed: by rule, team and collector. Nothing
    changes by it.
    """
    since, until = days_before(clock.now(), days)
    with opened():
        found = back_test(BackTest(file.read_text("utf-8"), since, until), OPERATOR, _tell)
    if sys.stderr.isatty():
        click.echo(err=True)
    if as_json:
        click.echo(json.dumps(found.summary, indent=2))
    else:
        _say(found.summary)


def _tell(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {of}", nl=False, err=True)


def _say(summary: Mapping[str, Any]) -> None:
    tried, turned = summary["tried"], summary["turned"]
    counts = ", ".join(f"{tried.get(kind, 0)} {kind}s" for kind in ("contact", "permit"))
    click.echo(f"Tried on {counts}; {tried.get('unjudged', 0)} can no longer be judged.")
    refused, allowed = turned.get("refused", 0), turned.get("allowed", 0)
    click.echo(f"Would have been refused: {refused}; newly allowed: {allowed}.")
    for name, found in summary["by"].items():
        for key, one in found.items():
            told = f"{one.get('refused', 0)} refused, {one.get('allowed', 0)} allowed"
            click.echo(f"  {name}\t{key or '-'}\t{told}")
