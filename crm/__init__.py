"""Probity: a collections CRM that refuses unlawful contacts and proves its own record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `crm decide` judges a contact without web framework and database
    from flask import Flask

    from crm.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """One opened instance: its settings, and what must be closed again."""

    settings: Settings

    def close(self) -> None:
        """Close the database and the keystore."""
        from crm.privacy.keyring import keyring
        from crm.storage.database import database

        keyring().close()
        database().close()


def open_house(settings: Settings) -> House:
    """Open the instance that `settings` describe; refuse to where its promises could not hold.

    Raises BadSettings, or the named refusal of a foundation: a missing or wrong KEK, missing
    triggers, a broken book, a database that is not migrated.
    """
    from crm.opening import open_foundations

    open_foundations(settings)
    return House(settings)


def create_app(settings: Settings | None = None) -> Flask:
    """Join the parts into the web application.

    A production server calls it without `settings`. It does not tell where it listens, so a sample
    house is refused then: only `crm serve` serves one, on this machine's own address.
    """
    from crm.demo.marks import refuse_demo
    from crm.rooms import addresses
    from crm.settings import Settings
    from crm.web.application import build

    chosen = settings or Settings.from_environment()
    if settings is None:
        refuse_demo(chosen)
    open_house(chosen)
    return build(chosen, addresses())
