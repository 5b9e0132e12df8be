"""Making an instance, and bringing a demonstration one up with a single command."""

import os
import signal
import socket
import subprocess  # nosec B404  starts this very program again, with fixed words
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from crm.settings import Settings

HERE = "127.0.0.1"


@click.command()
@click.option("--migrate", "only_migrate", is_flag=True, help="Only bring the tables up to date.")
@click.option("--email", help="E-mail of the first administrator.")
@click.option("--name", default="Administrator", help="Name of the first administrator.")
def init(only_migrate: bool, email: str | None, name: str) -> None:
    """Make a new instance with its keys, tables and first administrator."""
    from crm import open_house
    from crm.identity.first import make_first_admin
    from crm.migration import migrate
    from crm.opening import make_instance, refuse_lost_database
    from crm.rulebook.actions.publishing import take_release

    settings = Settings.from_environment()
    if only_migrate:
        if settings.instance_id is not None:
            refuse_lost_database(settings)
        migrate(settings)
        click.echo("The tables are up to date.")
        return
    if not email:
        raise click.UsageError("Give --email of the first administrator.")
    settings = make_instance(settings)
    house = open_house(settings)
    password = make_first_admin(email, name)
    take_release()
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
    from crm.opening import make_instance, refuse_lost_database

    settings = Settings.from_environment()
    _refuse_taken(settings.port)
    if settings.instance_id is None:
        settings = make_instance(settings)
    else:
        refuse_lost_database(settings)
        migrate(settings)
    is_demo = ensure_demo(settings, borrowers, click.echo)
    sys.exit(_serve_both(settings.port, accounts_of_demo(settings) if is_demo else []))


def _refuse_taken(port: int) -> None:
    """Refuse a port on which something listens: what answered there would not be this house."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
        except OSError as fault:
            raise click.ClickException(
                f"Port {port} cannot be used ({fault.strerror}): set PORT to another one."
            ) from None


def _serve_both(port: int, accounts: list[str]) -> int:
    """Run server and worker as two processes that end together; return the exit code.

    0 where someone ended them, 2 where one of them ended by itself.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2]))
    if accounts:  # of a demo
        environment.setdefault("CRM_INSTITUTION", "Sample Bank")
    command = [sys.executable, "-m", "crm.cli.main"]
    parts = {
        word: subprocess.Popen([*command, word], env=environment)  # nosec B603  fixed words
        for word in ("serve", "worker")
    }
    said = False
    try:
        while all(part.poll() is None for part in parts.values()):
            if not said and _answers(port):
                said = True
                _say_where(port, accounts)
            time.sleep(0.5 if said else 0.1)
    except KeyboardInterrupt:
        return 0
    finally:
        ended = [word for word, part in parts.items() if part.poll() is not None]
        for part in parts.values():
            part.terminate()
        for part in parts.values():
            part.wait(10)
    click.echo(f"crm: '{ended[0]}' ended by itself; what it said stands above.", err=True)
    return 2


def _answers(port: int) -> bool:
    """Tell whether the server answers yet."""
    connection = HTTPConnection(HERE, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _say_where(port: int, accounts: list[str]) -> None:
    lines = "".join(f"  {line}\n" for line in accounts)
    click.echo(f"\nProbity is at http://{HERE}:{port}  (Ctrl+C ends it)\n\n{lines}")
