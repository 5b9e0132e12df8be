"""The command that opens a continuity sheet: it needs the key on paper, and no instance."""

import getpass
import sys
from pathlib import Path
from typing import TextIO

import click

from crm import clock
from crm.contacts.continuity.files import note_opening
from crm.contacts.continuity.printing import as_html, as_text
from crm.contacts.continuity.sealing import LARGEST, CannotOpenSheet, head_of, key_in, opened


@click.group()
def continuity() -> None:
    """Go on calling lawfully while nothing answers."""


@continuity.command("open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key-file", type=click.File("r"), help="The key; otherwise it is asked for.")
@click.option("--html", is_flag=True, help="A page to be printed, instead of lines of text.")
@click.option("--language", type=click.Choice(("en", "zh")), default="en", show_default=True)
def open_sheet(file: Path, key_file: TextIO | None, html: bool, language: str) -> None:
    """Open a sheet and write it to standard output: pipe it to the printer.

    That it was opened is noted beside FILE first, and recorded when the house is up again.
    """
    key = key_file.read() if key_file is not None else getpass.getpass("Key of the team: ")
    if file.stat().st_size > LARGEST:
        raise click.ClickException("this is no continuity sheet")
    sheet, now = file.read_bytes(), clock.now()
    try:
        key_in(key)
        head = head_of(sheet)
        content = opened(sheet, key, now)
        note_opening(file, sheet, now)
    except CannotOpenSheet as fault:
        raise click.ClickException(str(fault)) from None
    except OSError as fault:
        told = f"the opening cannot be noted beside the sheet ({fault.strerror}): put it where "
        raise click.ClickException(told + "you can write") from None
    sys.stdout.write((as_html if html else as_text)(head, content, language))
