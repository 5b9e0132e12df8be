"""What tells a sample house from a real one, and keeps it off the network."""

import ipaddress
from pathlib import Path

from crm.opening import CannotOpen
from crm.settings import Settings

UNFINISHED, FINISHED = "being made\n", "made up for demonstration\n"


def marker(settings: Settings) -> Path:
    """Return the file whose presence marks every page as a demonstration."""
    return settings.home / "demo"


def is_demo(settings: Settings) -> bool:
    """Tell whether the instance is a sample house."""
    return marker(settings).exists()


def is_whole(settings: Settings) -> bool:
    """Tell whether the sample house was made to the end."""
    return is_demo(settings) and marker(settings).read_text(encoding="utf-8") == FINISHED


def refuse_open_demo(settings: Settings, host: str) -> None:
    """Raise CannotOpen where a sample house would listen to anyone but this machine.

    Its accounts share a password, which everyone who starts it is told.
    """
    if is_demo(settings) and not _is_loopback(host):
        raise CannotOpen("the demo listens on 127.0.0.1 only: its password is no secret")


def refuse_demo(settings: Settings) -> None:
    """Raise CannotOpen for a sample house under a server that does not tell where it listens."""
    if is_demo(settings):
        raise CannotOpen("this is the demo: only 'crm serve' serves it, on 127.0.0.1")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
