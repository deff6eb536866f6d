"""A sign of life while a command has nothing to show yet: for how long it has been busy.

It is drawn by a timer's signal, so that whatever takes long need not know of it, and stands alone
on its line. Whoever writes to the terminal hides it first.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType
    from typing import Final

_FIRST: Final = 0.7
_EVERY: Final = 0.5

_is_allowed = _is_drawn = False
_since = 0.0


def allow(environ: Mapping[str, str]) -> None:
    """Show for how long nothing was shown, if standard error is a terminal that can erase it."""
    global _is_allowed
    with suppress(OSError):  # it is none
        _is_allowed = min(os.get_terminal_size(2)) > 0 and environ.get("TERM") != "dumb"
    if _is_allowed:
        signal.signal(signal.SIGALRM, _draw)
    show()


def show() -> None:
    """Begin to count, where that is allowed."""
    global _since
    if _is_allowed:
        _since = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, _FIRST, _EVERY)


def hide() -> None:
    """Erase it, and show nothing until `show`."""
    global _is_drawn
    if not _is_allowed:
        return
    signal.setitimer(signal.ITIMER_REAL, 0)
    if _is_drawn:
        _write("\r\x1b[K")
        _is_drawn = False


def _draw(_number: int, _frame: FrameType | None) -> None:
    global _is_drawn
    _is_drawn = True
    _write(f"\r… {time.monotonic() - _since:.0f} s\x1b[K")


def _write(text: str) -> None:
    with suppress(OSError):  # nobody looks any more
        os.write(2, text.encode())
