"""The settings of a Linux process that Python has no call for."""

from __future__ import annotations

import ctypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SET_DEATH_SIGNAL: Final = 1
_SET_NAME: Final = 15
_SET_SUBREAPER: Final = 36
_GET_SUBREAPER: Final = 37


def _prctl(option: int, argument: object) -> bool:
    return bool(ctypes.CDLL(None).prctl(option, argument, 0, 0, 0) == 0)


def become_subreaper(wanted: bool = True) -> bool:
    """Set whether orphaned descendants come back to this process; return whether that worked."""
    return _prctl(_SET_SUBREAPER, ctypes.c_ulong(wanted))


def is_subreaper() -> bool:
    """Return whether orphaned descendants come back to this process."""
    answer = ctypes.c_int()
    return _prctl(_GET_SUBREAPER, ctypes.byref(answer)) and bool(answer.value)


def die_with_parent(signal: int) -> bool:
    """Ask for this signal when the thread that forked this process ends."""
    return _prctl(_SET_DEATH_SIGNAL, ctypes.c_ulong(signal))


def rename(name: str) -> None:
    """Rename this process in lists of processes, to 15 bytes at most, without arguments."""
    encoded = name.encode()
    if not _prctl(_SET_NAME, ctypes.c_char_p(encoded)):
        return
    with open("/proc/self/stat", "rb") as file:
        text = file.read()
    start, end = map(int, text[text.rindex(b")") + 2 :].split()[45:47])  # arg_start, arg_end
    if start > 0 and start + len(encoded) < end:
        ctypes.memset(start, 0, end - start)
        ctypes.memmove(start, encoded, len(encoded))
