"""What the worker does between two jobs: order in the ledger, and its signature."""

from importlib import import_module

import structlog

from crm import clock
from crm.audit.checkpoint import checkpoint_now
from crm.audit.sequencer import BadSeal, sequence_once
from crm.audit.signer import SignerRefuses, open_signer
from crm.gate import generation
from crm.settings import Settings
from crm.storage.database import database

SECONDS_BETWEEN_CHECKPOINTS = 15.0

WITH_RUNNERS = (
    "crm.audit.actions",
    "crm.borrowers.actions.identifying",
    "crm.loans.imports.runner",
    "crm.contacts.imports.files",
    "crm.contacts.continuity.actions",
    "crm.contacts.actions.exports",
    "crm.contacts.backtest.running",
    "crm.worklists.actions.sharing",
)

log = structlog.get_logger()


def load_runners() -> None:
    """Import every module that names a kind of job or a periodic action."""
    for name in WITH_RUNNERS:
        import_module(name)


class Chores:
    """The ledger's own chores; a fault is told once and does not stop the worker."""

    def __init__(self, settings: Settings) -> None:
        self._signer = open_signer(settings)
        self._next = 0.0
        self._told = ""

    def do(self) -> None:
        """Give places to what waits, and sign the tree now and then."""
        try:
            with database().glance() as connection:
                generation.notice(connection.execute(generation.current).scalar_one())
            while sequence_once(database()):
                pass
            moment = clock.now().timestamp()
            if moment >= self._next:
                checkpoint_now(database(), self._signer)
                self._next = moment + SECONDS_BETWEEN_CHECKPOINTS
            self._told = ""
        except (BadSeal, SignerRefuses) as alarm:
            if str(alarm) != self._told:
                log.critical("ledger.alarm", says=str(alarm))
                self._told = str(alarm)
