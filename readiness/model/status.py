"""Every status that the program may end with."""

import signal
from enum import IntEnum


class ExitStatus(IntEnum):
    """Every status the process may end with; 128 + n stands for a signal n."""

    READY = 0
    NOT_READY = 1
    USAGE = 2
    UNDECIDED = 3
    LOOSENED = 4
    NOT_WRITTEN = 5
    INTERNAL = 70
    SIGNAL = 128


ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end a run, with the status 128 + n."""
