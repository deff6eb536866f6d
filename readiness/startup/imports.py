"""Importing libraries without what a run never uses of them."""

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType

from readiness.startup.patterns import later


def compiled_later() -> AbstractContextManager[None]:
    """Within it, modules that are imported get `later` for `re.compile`.

    For libraries that compile, when imported, patterns which a run never uses.
    """
    return replaced(re, "compile", later)


@contextmanager
def replaced(module: ModuleType, name: str, substitute: object) -> Iterator[None]:
    """Within it, the module has the substitute under this name."""
    original = getattr(module, name)
    setattr(module, name, substitute)
    try:
        yield
    finally:
        setattr(module, name, original)


@contextmanager
def without(module: str) -> Iterator[None]:
    """Within it, the module cannot be imported, unless it was before.

    For libraries that import it where it is there, and do as well without it.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]
