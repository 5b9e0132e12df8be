"""Bringing in files: `crm import KIND FILE [--mapping NAME] [--dry-run]`."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress

from crm import open_house
from crm.cli.staff import staff
from crm.contacts.imports import files
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.loans.imports.actions.runs import RegisterImport
from crm.loans.imports.kinds import KINDS, Preview
from crm.loans.imports.queries import NamedMapping, RunToContinue, UnfinishedRun
from crm.loans.imports.runner import bring_in_from
from crm.loans.imports.saved import AnyMapping, parse_any
from crm.loans.imports.surveying import Tell
from crm.loans.rules import decimal_text
from crm.privacy.spool import keyed_digest
from crm.settings import Settings

CHUNK = 256 * 1024
LISTED = 20
OPERATOR = system("crm import")
assert files, "every kind of file is known from here on"


ENDS = """

    Exit 0: every line is in; 1: some lines were rejected; 2: the file or mapping cannot be used.
    """


@click.group()
def imports() -> None:
    """Bring in files of others; a second run of the same file changes nothing."""


def _command(kind: str, does: str, mapping: str | None) -> None:
    """Add the command of one kind of file, with the mapping it uses unless told otherwise."""

    @imports.command(kind, help=does + ENDS)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--mapping",
        "name",
        required=mapping is None,
        default=mapping,
        show_default=True,
        help="Name of a mapping, or a YAML file.",
    )
    @click.option("--dry-run", is_flag=True, help="Read and compare only; change nothing.")
    def run(file: Path, name: str, dry_run: bool) -> None:
        settings = Settings.from_environment()
        _refuse_size(file, settings.upload_bytes)
        house = open_house(settings)
        try:
            rejected = _bring_in(kind, file, name, dry_run)
        except Invalid as fault:
            for field, texts in fault.fields.items():
                click.echo(f"{field}: {_sentences(texts)}", err=True)
            sys.exit(2)
        finally:
            house.close()
        sys.exit(1 if rejected else 0)


imports.add_command(staff)
_command("portfolio", "Bring in the accounts of FILE.", None)
_command("contacts", "Bring in contacts that others made, judged by their own day.", "contacts")
_command("stops", "Bring in stops and circumstances that others were told of.", "stops")
_command("consents", "Bring in consents that others were given.", "consents")


def _bring_in(kind: str, file: Path, name: str, dry_run: bool) -> int:
    """Preview, tell, and bring in; return how many lines were rejected."""
    mapping, digest = _mapping(name), _digest(file)
    if mapping.kind != kind:
        raise click.UsageError(f"{name} is a mapping of {mapping.kind}, not of {kind}.")
    with _bar("Reading") as tell:
        found = KINDS[kind].survey(lambda: _chunks(file), mapping, OPERATOR, tell)
    _say_preview(found.totals)
    _say_rejects(found)
    if dry_run:
        click.echo("Nothing was changed.")
        return int(found.totals["rejected"])
    run_id = _run(mapping, digest, found)
    with _bar("Importing") as tell:
        bring_in_from(run_id, lambda: _chunks(file), OPERATOR, tell)
    return _say_run(run_id)


def _run(mapping: AnyMapping, digest: bytes, found: Preview) -> UUID:
    """Return the run to work on: one that was broken off with this file, or a new one."""
    earlier: UUID | None = answer(UnfinishedRun(mapping.name, digest), OPERATOR)
    if earlier is not None:
        click.echo("An earlier import of this file was broken off; it goes on where it was.")
        return earlier
    action = RegisterImport(mapping, digest, found.totals, tuple(found.rejects))
    run_id: UUID = perform(action, OPERATOR).result["id"]
    return run_id


def _mapping(name: str) -> AnyMapping:
    if name.endswith((".yaml", ".yml")):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise click.UsageError(f"{name} cannot be read as text.") from None
        return parse_any(Path(name).stem, text)
    found: AnyMapping = answer(NamedMapping(name), OPERATOR)
    return found


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _digest(file: Path) -> bytes:
    digest = keyed_digest()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.digest()


def _refuse_size(file: Path, most: int) -> None:
    if file.stat().st_size > most:
        raise click.UsageError(
            f"{file.name} is larger than {most // 1024**2} MB: raise CRM_UPLOAD_MEGABYTES."
        )


@contextmanager
def _bar(title: str) -> Iterator[Tell]:
    """Show a bar on standard error where a person is watching it."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, of: shown.update(task, completed=min(done, of), total=of or None)


def _say_preview(totals: Mapping[str, Any]) -> None:
    click.echo(f"{totals['rows']} rows: {_counted(totals)} ({totals['encoding']}).")
    if totals.get("moved_from"):
        click.echo(
            f"The last month of the file, {totals['moved_from']}, is moved to "
            f"{totals['last_month'][:7]}; the months before it move along."
        )
    if totals.get("estimated"):
        click.echo("The file names no overdue amounts: they are estimated from bills and payments.")
    if "sums" in totals:
        click.echo(f"Balances are of {totals['as_of']}. Sums:")
    for column, total in totals.get("sums", ()):
        amount = decimal_text(int(total), totals["currency"])
        click.echo(f"  {column:<20} {totals['currency']} {amount:>24}")
    for word, count in totals.get("words", ()):
        click.echo(f"  {word:<24} {count:>9}")
    if totals.get("oldest"):
        click.echo(f"From {totals['oldest']} to {totals['newest']}.")


def _counted(figures: Mapping[str, Any]) -> str:
    """Return the figures that count something, in words; those of the kind of file."""
    words = {
        "new": "new",
        "changed": "changed",
        "same": "the same",
        "unlawful": "unlawful as the books judge",
        "conflicts": "against what stands here",
        "rejected": "rejected",
    }
    always = {"new", "changed", "same", "rejected"}
    return ", ".join(
        f"{figures[name]} {word}"
        for name, word in words.items()
        if figures.get(name) or (name in figures and name in always)
    )


def _say_rejects(found: Preview) -> None:
    for one in found.rejects[:LISTED]:
        place = f"line {one.line}" + (f", {one.column}" if one.column else "")
        value = f" [{one.value}]" if one.value else ""
        click.echo(f"  {place}{value}: {one.reason} {one.hint}")
    more = found.totals["rejected"] - LISTED
    if more > 0:
        click.echo(f"  ... and {more} more lines; the page of the import has them.")


def _say_run(run_id: UUID) -> int:
    row = answer(RunToContinue(run_id), OPERATOR)
    run = row.totals["run"]
    click.echo(f"Done: {_counted(run)}.")
    return int(run["rejected"])


def _sentences(texts: Any) -> str:
    if isinstance(texts, Mapping):
        return "; ".join(f"{name}: {_sentences(value)}" for name, value in texts.items())
    return texts if isinstance(texts, str) else " ".join(str(text) for text in texts)
