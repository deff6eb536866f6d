"""What a row of the table of local breaks is; modules beside this one hold them as `ROWS`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.support.football import Football
from tests.support.osv_server import Record

Change = Callable[[Football], None]


@dataclass(frozen=True)
class Row:
    """One way to break what a criterion is about, and a change like it that breaks nothing.

    The first row of a family is tried with the other tests, all rows by `make test-breaks`.
    """

    family: str
    criterion: str
    name: str
    broken: Change
    neighbour: Change
    profile: str = "local"
    advisories: tuple[Record, ...] = ()


def append(path: str, text: str) -> Change:
    """Add text at the end of a file."""
    return lambda football: football.append(path, text)


def edit(path: str, pattern: str, replacement: str) -> Change:
    """Replace the first match of a pattern in a file."""
    return lambda football: football.edit(path, pattern, replacement)


def all_of(*changes: Change) -> Change:
    """Make several changes, one after the other."""

    def do(football: Football) -> None:
        for change in changes:
            change(football)

    return do


def rows() -> list[Row]:
    """Collect the rows of all modules of the table."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("breaks_*.py"))
    return [row for name in modules for row in import_module(f"tests.breaks.{name}").ROWS]
