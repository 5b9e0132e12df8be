"""The commands of whoever keeps the keys: how they stand, what is wrong, a new KEK."""

import sys
import time

import click
from sqlalchemy import make_url, select

from crm import clock
from crm.audit.models import audit_head
from crm.audit.signer import SignerRefuses, open_signer
from crm.cli.house import opened
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.privacy.actions import RotateKek, SweepKeys
from crm.privacy.doctor import Findings, examine, sweep
from crm.privacy.kek import Kek, read_kek
from crm.privacy.rotation import adopt, old_files
from crm.privacy.rotation import rotate as rotate_kek
from crm.settings import Settings
from crm.storage.database import database

IN_FLIGHT_SECONDS = 5  # how long a request may still hold the KEK it began with


@click.group()
def keys() -> None:
    """Look after the keys that seal personal data."""


@keys.command()
def status() -> None:
    """Say where the keys are, how many there are, and what was signed last."""
    with opened() as settings:
        found, signer = _examined(settings), open_signer(settings)
        lines = {
            "KEK": f"{settings.kek} ({Kek(read_kek(settings)).ref})",
            "earlier KEKs": ", ".join(path.name for path in old_files(settings)) or "none",
            "keystore": make_url(settings.keystore_url).render_as_string(hide_password=True),
            "keys": f"{found.keys}, destroyed: {found.destroyed}, unused: {len(found.orphans)}",
            "signed last": f"{signer.last()[0]} entries",
            "verifier key": signer.verifier_key,
        }
    for name, value in lines.items():
        click.echo(f"{name:<14}{value}")


@keys.command()
def doctor() -> None:
    """Open every key, name what is wrong, sweep what was never used. Exit 1: something is wrong."""
    with opened() as settings:
        found = _examined(settings)
        faults = [*found.faults, *_signer_faults(settings)]
        if found.orphans:
            perform(SweepKeys(len(found.orphans)), system("crm keys doctor"))
            click.echo(f"Swept the keys of {sweep(settings, found.orphans)} that were never used.")
    for fault in faults:
        click.echo(f"WRONG: {fault}.")
    if not faults:
        click.echo(f"All {found.keys} keys open, and none is missing.")
    sys.exit(1 if faults else 0)


@keys.command()
def rotate() -> None:
    """Wrap every key under a new KEK; run it again if it was interrupted.

    The earlier KEK stays beside the new one: backups of the keystore need it.
    """
    done = rotate_kek(Settings.from_environment())
    with opened() as settings:
        perform(RotateKek(done.old, done.new, done.keys), system("crm keys rotate"))
        time.sleep(IN_FLIGHT_SECONDS)
        late = adopt(settings)
    click.echo(f"{done.keys + late} keys are wrapped by KEK {done.new} now.")
    click.echo(f"Back up the new KEK. The earlier one, {done.old}, lies beside it.")


def _examined(settings: Settings) -> Findings:
    with database().read() as connection:
        return examine(settings, connection, clock.now())


def _signer_faults(settings: Settings) -> list[str]:
    """Return what is wrong with the signer, seen from here."""
    try:
        size, _ = open_signer(settings).last()
    except SignerRefuses as fault:
        return [str(fault)]
    with database().glance() as connection:
        there = connection.execute(select(audit_head.c.size)).scalar_one()
    if size > there:
        return [f"{size} entries were signed, the tree has {there}: run crm audit verify"]
    return []
