"""Where an import stands."""

from enum import StrEnum


class RunState(StrEnum):
    """The states of an import, in their order."""

    READING = "reading"  # the file is being read and compared; nothing is changed yet
    PREVIEWED = "previewed"  # waits for someone to say yes
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


OPEN = (RunState.READING, RunState.PREVIEWED, RunState.RUNNING)
