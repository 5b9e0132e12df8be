"""The auditor's commands: is the record what it was?"""

import json
import sys

import click
from sqlalchemy.exc import IntegrityError

from crm.audit.actions import NAMED, RecordVerification
from crm.audit.checkpoint import checkpoint_now
from crm.audit.queries import BY_COMMAND, newest_note
from crm.audit.report import Report
from crm.audit.seals import check_queue
from crm.audit.sequencer import BadSeal, sequence_once
from crm.audit.signer import open_signer
from crm.audit.verify import verify as verified
from crm.cli.house import opened
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.storage.database import database

NO_PLACE = "what waits cannot be given its place"


@click.group()
def audit() -> None:
    """Verify the ledger and its checkpoints."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(as_json: bool) -> None:
    """Check every entry and every recorded row. Exit 0: unaltered; 1: altered, and where."""
    with opened() as settings:
        early = _in_order()
        report = verified(database(), open_signer(settings))
        report.faults[:] = dict.fromkeys(early + report.faults)
        _record(report)
    if as_json:
        words = ("ok", "size", "rows", "faults", "warnings")
        told = {name: getattr(report, name) for name in words}
        click.echo(json.dumps({"entries": told.pop("size"), **told}))
    else:
        _say(report)
    sys.exit(0 if report.ok else 1)


@audit.command()
def checkpoint() -> None:
    """Sign the ledger as it is, and print the signed note and the key that verifies it."""
    with opened() as settings:
        if early := _in_order():
            raise click.ClickException(early[0])
        signer = open_signer(settings)
        checkpoint_now(database(), signer)
        with database().glance() as connection:
            click.echo(newest_note(connection) or "The ledger is empty.")
        click.echo(signer.verifier_key)


def _in_order() -> list[str]:
    """Give every entry that waits its place; return what stands against it."""
    waiting = Report()
    with database().read() as connection:
        check_queue(connection, waiting, lambda *_: None)
    try:
        while sequence_once(database()):
            pass
    except (BadSeal, IntegrityError) as alarm:
        return [*waiting.faults, str(alarm) if isinstance(alarm, BadSeal) else NO_PLACE]
    return waiting.faults


def _record(report: Report) -> None:
    """Keep the result in the ledger itself, unless the ledger can no longer be written."""
    faults = tuple(report.faults[:NAMED])
    try:
        perform(
            RecordVerification(report.ok, report.size, report.rows, faults),
            system(BY_COMMAND),
        )
    except Exception as fault:
        click.echo(f"note: the result could not be recorded ({type(fault).__name__})", err=True)


def _say(report: Report) -> None:
    for warning in report.warnings:
        click.echo(f"note: {warning}")
    for fault in report.faults:
        click.echo(f"ALTERED: {fault}")
    if report.more:
        click.echo(f"... and {report.more} more")
    if report.ok:
        root = report.root.hex()[:16]
        click.echo(f"Verified: {report.size} entries, {report.rows} rows, root {root}.")
