"""Signals that end a run, while none of its probes runs."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from readiness.model.errors import ExitStatus
from readiness.model.status import ENDING_SIGNALS


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, a signal that ends the run ends this process at once, with 128 + its number.

    Call it in the gate alone, whose watcher ends what is left. What was ignored stays so. Nothing
    is raised: not every library survives an exception in the midst of its work.
    """
    former = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    for number, action in former.items():
        if action is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, action in former.items():
            signal.signal(number, action)


@contextmanager
def held() -> Iterator[None]:
    """Within it, such a signal waits, so that what is being written is written whole.

    `run` lets it through while probes run; otherwise it comes at the end.
    """
    former = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(ExitStatus.SIGNAL + number)
