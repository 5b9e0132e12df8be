"""The embedded server and the worker."""

import signal
import sys
import threading
from types import FrameType

import click
import waitress

from crm import create_app
from crm.cli.house import opened
from crm.contacts.continuity.actions import take_openings
from crm.demo.marks import refuse_open_demo
from crm.gate.worker import work_until
from crm.identity.actor import system
from crm.logs import configure
from crm.rulebook.actions.publishing import take_release
from crm.settings import Settings
from crm.storage.ids import new_id
from crm.work import Chores, load_runners

ROOM_FOR_FORM = 1024 * 1024  # bytes of a form around its file


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(host: str) -> None:
    """Serve pages and API with the embedded server."""
    configure()
    settings = Settings.from_environment()
    refuse_open_demo(settings, host)
    app = create_app(settings)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # lets requests under way be answered
    waitress.serve(
        app,
        host=host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        # A browser keeps up to six connections open: the default, a hundred, serves sixteen people.
        connection_limit=1000,
        asyncore_use_poll=True,
        # Whatever it cannot hold in memory the server would put into a temporary file, in clear.
        max_request_body_size=settings.upload_bytes + ROOM_FOR_FORM,
        inbuf_overflow=settings.upload_bytes + ROOM_FOR_FORM,
        outbuf_overflow=settings.upload_bytes + ROOM_FOR_FORM,
    )


@click.command()
def worker() -> None:
    """Do background jobs, put the ledger in order and sign its checkpoints."""
    configure()
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    with opened() as settings:
        load_runners()
        take_release()
        take_openings(system("crm worker"))
        work_until(stop, new_id(), Chores(settings).do)
