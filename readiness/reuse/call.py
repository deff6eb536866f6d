"""One system call, as strace writes it."""

import os
import re
from typing import Final

import msgspec

from readiness.startup.patterns import later

ITSELF: Final = (".", "..")
MOVING: Final = ("rename", "renameat", "renameat2")
LINKING: Final = ("link", "linkat")
POINTING: Final = ("symlink", "symlinkat")
_OF_TWO: Final = frozenset((*MOVING, *LINKING, *POINTING))
CALL = later(r"(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+|\?)(<[^>\\]*(?:\\.[^>\\]*)*>)?(?: (E\w+))?")
_PATH = later(r'(?:(?:AT_FDCWD|-?\d+)(?:<([^>\\]*(?:\\.[^>\\]*)*)>)?, )?"([^"\\]*(?:\\.[^"\\]*)*)"')
_FD = later(r"\d+<([^>\\]*(?:\\.[^>\\]*)*)>")
_ESCAPE = later(r"\\([0-7]{1,3}|x[0-9a-f]{2}|.)")
_SHORT: Final = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f", "a": "\a", "b": "\b"}


class SystemCall(msgspec.Struct, frozen=True):
    """One system call, as strace writes it; `error` is empty where it succeeded.

    `place` is what a descriptor that it returned stands for, in angle brackets.
    """

    name: str
    arguments: str
    result: str
    place: str | None
    error: str | None

    def descriptor(self) -> str:
        """Return the path of the descriptor that the call names first."""
        descriptor = _FD.match(self.arguments)
        return plain(descriptor[1]) if descriptor else ""

    def paths(self, folder: str) -> list[str]:
        """Return the files that the call names: of most calls the first alone."""
        two = self.name in _OF_TWO
        paths = _PATH.finditer(self.arguments) if two else [_PATH.match(self.arguments)]
        pairs = [(plain(path[1] or "") or folder, plain(path[2])) for path in paths if path]
        if self.name in POINTING and len(pairs) > 1:  # the text of a link begins where that lies
            pairs[0] = os.path.dirname(os.path.join(*pairs[1])), pairs[0][1]
        return [plain_path(os.path.join(start, text)) for start, text in pairs if text]


def plain_path(path: str) -> str:
    """Normalise a path; what is above a link is above where it leads."""
    if "/../" not in f"{path}/":
        return os.path.normpath(path)
    above, _, name = path.rpartition("/")
    if name in (*ITSELF, ""):
        return os.path.realpath(path)
    return os.path.join(os.path.realpath(above), name)


def plain(text: str) -> str:
    """Decode a name from the escapes in which strace writes it."""
    if "\\" not in text:
        return text
    pieces = _ESCAPE.sub(_unescaped, text)
    return pieces.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    return _SHORT.get(code, code)
