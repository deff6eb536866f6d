"""Signals that end a run, while none of its probes runs."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from readiness.model.errors import ExitStatus
from readiness.model.status import ENDING_SIGNALS


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(ExitStatus.SIGNAL + number)


@contextmanager
def interruptible(end: Callable[[int, FrameType | None], None] = _end) -> Iterator[None]:
    """Within it, a signal that ends the run calls `end`; what was ignored stays so.

    By default this process ends at once, with 128 + the signal's number: so in the gate alone,
    whose watcher ends what is left. Nothing is raised: not every library survives an exception in
    the midst of its work.
    """
    former = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    for number, action in former.items():
        if action is not signal.SIG_IGN:
            signal.signal(number, end)
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
