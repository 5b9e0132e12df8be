"""The operator's command for accounts."""

from uuid import UUID

import click
from marshmallow import ValidationError
from sqlalchemy import select

from crm.cli.house import opened
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from crm.identity.actions.accounts import CreateAccount
from crm.identity.actions.places import CreateTeam
from crm.identity.actor import system
from crm.identity.models import team as teams
from crm.identity.schemas import AccountIn
from crm.storage.database import database

OPERATOR = system("crm users add")


@click.group()
def users() -> None:
    """Make accounts, as the operator."""


@users.command()
@click.option("--email", required=True, help="E-mail to sign in with.")
@click.option("--name", required=True, help="Name, as colleagues know it.")
@click.option("--role", required=True, help="What the account is for, such as collector.")
@click.option("--team", help="Team by name; it is made if there is none of this name.")
@click.option("--language", default="en", show_default=True, help="en or zh.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone, such as Asia/Shanghai.")
@click.option("--until", "valid_until", help="When the account ends, with offset.")
def add(team: str | None, **given: str | None) -> None:
    """Make an account and print its one-time password."""
    with opened():
        try:
            values = AccountIn().load({name: value for name, value in given.items() if value})
        except ValidationError as fault:
            raise Invalid(fault.messages_dict) from None
        action = CreateAccount(**values, team_id=_team(team) if team else None)
        done = perform(action, OPERATOR)
    click.echo(f"{given['email']}, one-time password: {done.result['one_time_password']}")


def _team(name: str) -> UUID:
    """Return the id of the team of this name; make it if there is none."""
    with database().glance() as connection:
        known = connection.execute(select(teams.c.id).where(teams.c.name == name)).scalar()
    found: UUID = known or perform(CreateTeam(name), OPERATOR).result["id"]
    return found
