"""The operator's command for API tokens."""

import click

from crm.cli.house import opened
from crm.gate.perform import perform
from crm.identity.actions.tokens import CreateToken
from crm.identity.actor import system
from crm.identity.queries import account_to_sign_in
from crm.identity.rules import LONGEST_TOKEN_DAYS


@click.group()
def tokens() -> None:
    """Make API tokens, as the operator."""


@tokens.command()
@click.option("--user", required=True, help="E-mail of the account that the token acts as.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, LONGEST_TOKEN_DAYS))
@click.option("--label", default="made by the operator", show_default=True)
def create(user: str, days: int, label: str) -> None:
    """Make a token and print it, and nothing else, to standard output."""
    with opened():
        found = account_to_sign_in(user)
        if found is None:
            raise click.ClickException("No account that may sign in has this e-mail address.")
        action = CreateToken(label[:80], days, account_id=found[0])
        done = perform(action, system("crm tokens create"))
    click.echo(done.result["token"])
