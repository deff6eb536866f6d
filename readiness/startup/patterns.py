"""Regular expressions that are compiled at their first use.

Compiling takes a hundred times longer than a search, and most runs use a few patterns of many.
"""

import re
from typing import TYPE_CHECKING, TypeAlias, cast


class _Later:
    """Stands for a compiled pattern; what is asked of it is kept as its own attribute."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._arguments = (pattern, flags)
        self._compiled: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # copying and pickling ask for much that a pattern has not
            raise AttributeError(name)
        if self._compiled is None:
            self._compiled = _compile(*self._arguments)
        value: object = getattr(self._compiled, name)
        setattr(self, name, value)
        return value


_compile = re.compile
if TYPE_CHECKING:
    Later: TypeAlias = re.Pattern[str]
else:
    Later = _Later
"""The type of such a pattern, for who reads it from data."""


def later(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what does all that the compiled pattern does, compiled when it is first used.

    It is no `re.Pattern`: use its methods, not the functions of `re`.
    """
    return cast("re.Pattern[str]", _Later(pattern, flags))
