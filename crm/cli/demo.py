"""The sample house: `crm demo [--borrowers N]`."""

import click

from crm.demo.making import ensure_demo, make_demo
from crm.demo.portfolios import MOST
from crm.demo.staff import accounts_of_demo
from crm.opening import make_instance
from crm.settings import Settings

__all__ = ["accounts_of_demo", "demo", "ensure_demo"]


@click.command()
@click.option(
    "--borrowers",
    type=click.IntRange(1, MOST),
    default=MOST,
    show_default=True,
    help="People in the sample data.",
)
def demo(borrowers: int) -> None:
    """Fill an empty instance (made if there is none) with made-up people and a shared password."""
    settings = Settings.from_environment()
    if settings.instance_id is None:
        settings = make_instance(settings)
    make_demo(settings, borrowers, click.echo)
    for line in accounts_of_demo(settings):
        click.echo(f"  {line}".rstrip())
