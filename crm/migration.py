"""Bringing the database to the newest shape, and telling whether it is there."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url

from crm.resources import resource_root
from crm.settings import Settings
from crm.storage.database import normal_url


def configuration(url: str) -> Config:
    """Return Alembic's configuration for the database at `url`."""
    config = _scripts()
    config.attributes["url"] = normal_url(url)
    return config


def migrate(settings: Settings, revision: str = "head") -> None:
    """Bring the database to `revision`, as the role that owns it, and grant the other its rights.

    On PostgreSQL the two roles differ (CRM_OWNER_URL, CRM_DATABASE_URL).
    """
    config = configuration(settings.owner_url or settings.database_url)
    if settings.owner_url:
        config.attributes["role"] = make_url(normal_url(settings.database_url)).username
    command.upgrade(config, revision)


def at_head(settings: Settings) -> bool:
    """Tell whether the database has the newest shape."""
    engine = create_engine(normal_url(settings.database_url), hide_parameters=True)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == _newest()
    finally:
        engine.dispose()


@cache
def _newest() -> str | None:
    """Return the revision that ends the migrations; finding it compiles every one of them."""
    return ScriptDirectory.from_config(_scripts()).get_current_head()


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource_root() / "migrations"))
    return config
