"""Importing libraries without what a run never uses of them."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from readiness.startup.patterns import later


@contextmanager
def compiled_later() -> Iterator[None]:
    """Within it, modules that are imported get `later` for `re.compile`.

    For libraries that compile, when imported, patterns which a run never uses.
    """
    original = re.compile
    re.compile = later  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = original


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
