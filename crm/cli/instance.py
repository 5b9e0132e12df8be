"""Making an instance, and bringing a demonstration one up with a single command."""

import os
import signal
import subprocess  # nosec B404  starts this very program again, with fixed words
import sys
from pathlib import Path

import click

from crm.settings import Settings


@click.command()
@click.option("--migrate", "only_migrate", is_flag=True, help="Only bring the tables up to date.")
@click.option("--email", help="E-mail of the first administrator.")
@click.option("--name", default="Administrator", help="Name of the first administrator.")
def init(only_migrate: bool, email: str | None, name: str) -> None:
    """Make a new instance with its keys, tables and first administrator."""
    from crm import open_house
    from crm.identity.first import make_first_admin
    from crm.migration import migrate
    from crm.opening import make_instance

    settings = Settings.from_environment()
    if only_migrate:
        migrate(settings)
        click.echo("The tables are up to date.")
        return
    if not email:
        raise click.UsageError("Give --email of the first administrator.")
    settings = make_instance(settings)
    house = open_house(settings)
    password = make_first_admin(email, name)
    house.close()
    click.echo(f"Instance {settings.instance_id} in {settings.home}, keys in {settings.keys_dir}.")
    click.echo("Back up the keys folder apart from the data: without it nothing can be read.")
    click.echo(f"First administrator: {email}, one-time password: {password}")


@click.command()
@click.option("--borrowers", default=2000, show_default=True, help="People in the sample data.")
def up(borrowers: int) -> None:
    """Migrate, load sample data if there is nothing yet, and serve with a worker."""
    from crm.cli.demo import accounts_of_demo, ensure_demo
    from crm.migration import migrate
    from crm.opening import make_instance

    settings = Settings.from_environment()
    if settings.instance_id is None:
        settings = make_instance(settings)
    else:
        migrate(settings)
    is_demo = ensure_demo(settings, borrowers, click.echo)
    _serve_both(settings, accounts_of_demo(settings) if is_demo else [])


def _serve_both(settings: Settings, accounts: list[str]) -> None:
    """Run server and worker as two processes that end together."""
    click.echo(f"\nProbity is at http://127.0.0.1:{settings.port}  (Ctrl+C ends it)\n")
    for line in accounts:
        click.echo(f"  {line}")
    click.echo("", err=False)
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2]))
    command = [sys.executable, "-m", "crm.cli.main"]
    parts = [
        subprocess.Popen([*command, word], env=environment)  # nosec B603  fixed words
        for word in ("serve", "worker")
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(part.poll() is None for part in parts):
            try:
                parts[0].wait(0.5)
            except subprocess.TimeoutExpired:
                continue
    except KeyboardInterrupt:
        pass
    finally:
        for part in parts:
            part.terminate()
        for part in parts:
            part.wait(10)
