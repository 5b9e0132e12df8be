"""The embedded server and the worker."""

import signal
import threading
from types import FrameType

import click
import structlog

from crm.settings import Settings

ROOM_FOR_FORM = 1024 * 1024  # bytes of a form around its file

log = structlog.get_logger()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(host: str) -> None:
    """Serve pages and API with the embedded server."""
    from waitress import serve as wait

    from crm import create_app
    from crm.demo.marks import refuse_open_demo

    settings = Settings.from_environment()
    refuse_open_demo(settings, host)
    app = create_app(settings)
    wait(
        app,
        host=host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        # Whatever it cannot hold in memory the server would put into a temporary file, in clear.
        max_request_body_size=settings.upload_bytes + ROOM_FOR_FORM,
        inbuf_overflow=settings.upload_bytes + ROOM_FOR_FORM,
        outbuf_overflow=settings.upload_bytes + ROOM_FOR_FORM,
    )


@click.command()
def worker() -> None:
    """Do background jobs, put the ledger in order and sign its checkpoints."""
    from crm import open_house
    from crm.gate.worker import work_until
    from crm.storage.ids import new_id
    from crm.work import Chores, load_runners

    settings = Settings.from_environment()
    house = open_house(settings)
    load_runners()
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    work_until(stop, new_id(), Chores(settings).do)
    house.close()
