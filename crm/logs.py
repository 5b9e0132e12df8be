"""What the processes say of themselves: one line of JSON an event, never a personal value."""

import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger


def configure() -> None:
    """Write events to standard error, with the request they belong to and no exception's words.

    An exception's message may quote the very value it choked on, and a traceback with locals
    holds whole people: an event has the kind of the exception and the places it came through.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _places,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=lambda _: "[sealed]"),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _places(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its kind and the lines it passed."""
    fault: Any = event.pop("exc_info", None)
    if isinstance(fault, BaseException):
        event["exception"] = type(fault).__name__
        frames = traceback.extract_tb(fault.__traceback__)
        event["through"] = [f"{at.filename}:{at.lineno} {at.name}" for at in frames]
    return event
