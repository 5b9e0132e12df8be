"""The auditor's commands: is the record what it was?"""

import json
import sys

import click

from crm.settings import Settings


@click.group()
def audit() -> None:
    """Verify the ledger and its checkpoints."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(as_json: bool) -> None:
    """Check every entry and every recorded row. Exit 0: unaltered; 1: altered, and where."""
    from crm import open_house
    from crm.audit import verify as verification
    from crm.audit.sequencer import BadSeal, sequence_once
    from crm.audit.signer import open_signer
    from crm.storage.database import database

    settings = Settings.from_environment()
    house = open_house(settings)
    early = []
    try:
        while sequence_once(database()):
            pass
    except BadSeal as alarm:
        early.append(str(alarm))
    report = verification.verify(database(), open_signer(settings))
    house.close()
    report.faults[:0] = early
    if as_json:
        click.echo(json.dumps({"ok": report.ok, "entries": report.size, "rows": report.rows,
                               "faults": report.faults, "warnings": report.warnings}))
    else:
        _say(report)
    sys.exit(0 if report.ok else 1)


def _say(report: object) -> None:
    from crm.audit.verify import Report

    assert isinstance(report, Report)
    for warning in report.warnings:
        click.echo(f"note: {warning}")
    for fault in report.faults:
        click.echo(f"ALTERED: {fault}")
    if report.more:
        click.echo(f"... and {report.more} more")
    if report.ok:
        click.echo(
            f"Verified: {report.size} entries, {report.rows} rows, root {report.root.hex()[:16]}."
        )


@audit.command()
def checkpoint() -> None:
    """Sign the ledger as it is, and print the signed note and the key that verifies it."""
    from crm import open_house
    from crm.audit.checkpoint import checkpoint_now
    from crm.audit.queries import newest_note
    from crm.audit.sequencer import sequence_once
    from crm.audit.signer import open_signer
    from crm.storage.database import database

    settings = Settings.from_environment()
    house = open_house(settings)
    while sequence_once(database()):
        pass
    signer = open_signer(settings)
    checkpoint_now(database(), signer)
    with database().glance() as connection:
        click.echo(newest_note(connection) or "The ledger is empty.")
    click.echo(signer.verifier_key)
    house.close()
