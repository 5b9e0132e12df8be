"""Look at the shipped books of law, and check books before they are used."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from crm.rulebook.books import Books
from crm.rulebook.shelf import BrokenBook, read_book, read_shelf, shipped_books
from crm.rulebook.table import table

BROKEN = 2
# What needs an instance, and where it stands.
IN_A_HOUSE = {"backtest": "crm.cli.backtesting", "replay": "crm.cli.replaying"}


class Commands(click.Group):
    """Commands on books; those that need an instance are imported only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*super().list_commands(ctx), *IN_A_HOUSE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command."""
        if cmd_name not in IN_A_HOUSE:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(IN_A_HOUSE[cmd_name]), cmd_name)
        return command


@click.group(cls=Commands)
def rulebook() -> None:
    """The books of law by which contacts are judged."""


@rulebook.command("list")
def list_books() -> None:
    """List every version of every shipped book: id, version, in force from, digest."""
    books = shipped_books()
    for name in books.ids:
        for book in books.versions(name):
            click.echo(f"{book.id}\t{book.version}\t{book.begins}\t{book.sha256}\t{book.title}")


@rulebook.command("show")
@click.argument("book")
def show_book(book: str) -> None:
    """Show the rules of a BOOK in its newest version: id, effect, strength, source, citation."""
    books = shipped_books()
    if book not in books.ids:
        raise click.BadParameter(f"no such book; there are {', '.join(books.ids)}")
    for rule in books.versions(book)[-1].rules:
        effect = str(rule.effect) if rule.enabled else "off"
        click.echo("\t".join((rule.id, effect, rule.basis, rule.source, rule.citation, rule.title)))


@rulebook.command("table")
def show_table() -> None:
    """Print every book as a table in Markdown: hours, numbers, strength, how each was checked."""
    click.echo(table(shipped_books()), nl=False)


@rulebook.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check_books(paths: tuple[Path, ...]) -> None:
    """Check books: YAML files, or folders of <ID>/<version>.yaml; without PATHS those shipped."""
    try:
        if not paths:
            shipped_books()
        for path in paths:
            Books(read_shelf(path) if path.is_dir() else [read_book(path)])
    except (BrokenBook, ValueError) as fault:
        click.echo(str(fault), err=True)
        sys.exit(BROKEN)
    click.echo("Every book is sound.")
