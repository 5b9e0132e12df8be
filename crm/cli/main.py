"""The operators' command: `crm`."""

import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "decide": "crm.cli.decide:decide",
    "rulebook": "crm.cli.rulebook:rulebook",
    "init": "crm.cli.instance:init",
    "up": "crm.cli.instance:up",
    "serve": "crm.cli.serve:serve",
    "worker": "crm.cli.serve:worker",
    "demo": "crm.cli.demo:demo",
    "import": "crm.cli.imports:imports",
    "audit": "crm.cli.audit:audit",
    "users": "crm.cli.users:users",
    "tokens": "crm.cli.tokens:tokens",
    "continuity": "crm.cli.continuity:continuity",
    "keys": "crm.cli.keys:keys",
}


class Lazy(click.Group):
    """Commands that are imported only when they are asked for, so that each starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Lazy)
def crm() -> None:
    """Probity: collections that keep the law and prove it."""


def main() -> None:
    """Run the command; errors a person can mend are one line, not a traceback."""
    try:
        crm(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as fault:
        fault.show()
        sys.exit(2)
    except Exception as fault:
        if type(fault).__name__ not in MENDABLE:
            raise
        click.echo(f"crm: {_sentence(fault)}", err=True)
        sys.exit(2)


MENDABLE = {
    "BadSettings",
    "BrokenBook",
    "CannotOpen",
    "Invalid",
    "KekUnavailable",
    "KeystoreTaken",
    "Missing",
    "MissingTriggers",
    "OperationalError",
    "Refusal",
    "SignerRefuses",
    "Stale",
    "TooBusy",
}


def _sentence(fault: Any) -> str:
    """Return in one line what a person can mend; the domain's own kinds are known by shape."""
    if hasattr(fault, "verdict"):
        return str(fault.verdict.sentence)
    if hasattr(fault, "fields"):
        return "; ".join(f"{name}: {_first(words)}" for name, words in fault.fields.items())
    if hasattr(fault, "orig"):
        return f"the database says: {str(fault.orig).splitlines()[0]}"
    return str(fault)


def _first(words: Any) -> str:
    return str(words[0]) if isinstance(words, list | tuple) and words else str(words)


if __name__ == "__main__":
    main()
