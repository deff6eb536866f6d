"""Reports: the run document in one format a file.

Every module here without a leading underscore is a format, named after its file (`in_toto.py` is
`in-toto`). Its function `render(run, context) -> str` knows nothing but its arguments. A format
that shows earlier runs says in `PAST` how many of them the document must bring, and one that is
`FOR_PEOPLE` is given the document in their language; all others are given what is recorded.
"""

import os
from importlib import import_module
from typing import Protocol

from readiness.model.errors import UsageError
from readiness.record.document import RunDocument
from readiness.record.localised import localised
from readiness.report._write import append_report, invalidate, write_over, write_report
from readiness.terminal.blocks import Context
from readiness.text.sentences import spoken

__all__ = [
    "FORMATS",
    "Context",
    "Renderer",
    "append_report",
    "invalidate",
    "past_wanted",
    "render",
    "write_over",
    "write_report",
]


class Renderer(Protocol):
    """What a format's module offers."""

    def render(self, run: RunDocument, context: Context, /) -> str:
        """Return the whole report, ending with a line end."""


def _formats() -> dict[str, str]:
    stems = sorted(
        name.removesuffix(".py")
        for name in os.listdir(os.path.dirname(__file__))
        if name.endswith(".py") and not name.startswith("_")
    )
    return {stem.replace("_", "-"): f"{__name__}.{stem}" for stem in stems}


FORMATS = _formats()
"""Each format's name and its module, which is imported when it is first asked for."""


def past_wanted(name: str) -> int:
    """Return how many earlier runs the format shows: its module's `PAST`, else none."""
    found: int = getattr(import_module(FORMATS[name]), "PAST", 0)
    return found


def render(name: str, run: RunDocument, context: Context) -> str:
    """Return `run` in the format `name`. Raises `UsageError` where there is no such format."""
    if name not in FORMATS:
        raise UsageError(f"no report format is called {name!r}; there are {', '.join(FORMATS)}")
    module: Renderer = import_module(FORMATS[name])
    if getattr(module, "FOR_PEOPLE", False):
        run = localised(run, spoken(run.board.language))
    return module.render(run, context)
