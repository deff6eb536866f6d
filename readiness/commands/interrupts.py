"""Signals that end a run, while none of its probes runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from readiness.ending import Interrupted
from readiness.run.signals import ENDING


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, a signal that ends the run raises `Interrupted`; what was ignored stays so."""
    former = {number: signal.getsignal(number) for number in ENDING}
    for number, action in former.items():
        if action is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
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
    former = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(number)
