"""Characters that a file may not hold, each as a fault with its place."""

import re
from typing import Final

from readiness.text.fault import Fault
from readiness.text.worded import worded

# Ends of lines to YAML 1.1, which our parser reads, and to no editor or diff: what follows them in
# a comment would be read, and in quotes they would turn into blanks.
_HIDDEN_BREAKS: Final = ("\x85", "\u2028", "\u2029")
# Compiled when it is needed: that takes longer than a usual board.
_UNPRINTABLE: Final = (
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def not_utf8(content: bytes, error: UnicodeDecodeError, path: str) -> Fault:
    """Return the fault of a byte that is not UTF-8."""
    before = content[: error.start].decode("utf-8-sig")
    message = worded("fault.not_utf8", byte=f"{content[error.start]:02x}")
    return _fault(path, before, message, worded("hint.save_utf8"))


def hidden_break(text: str, path: str) -> Fault | None:
    """Return the fault of a line end that no reader sees; None if there is none."""
    for character in _HIDDEN_BREAKS:
        if character in text:
            code = f"{ord(character):04X}"
            before = text[: text.index(character)]
            message = worded("fault.character_in_file", code=code)
            return _fault(path, before, message, f'write "\\u{code}", in quotes')
    return None


def unprintable(text: str, reason: str, path: str) -> Fault:
    """Return the fault of a character that YAML does not allow, or of the parser's `reason`."""
    match = re.search(_UNPRINTABLE, text)
    if match is None:
        return Fault(path=path, line=1, column=1, message=worded("fault.not_yaml", why=reason))
    code = f"U+{ord(match[0]):04X}"
    return _fault(path, text[: match.start()], worded("fault.character_in_yaml", character=code))


def _fault(path: str, before: str, message: str, hint: str = "") -> Fault:
    """Return a fault at what follows `before`."""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Fault(path=path, line=line, column=column, message=message, hint=hint)
