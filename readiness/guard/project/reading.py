"""All that reading tells of a change to what is measured."""

import os
from collections.abc import Collection, Iterator

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.callers import callers
from readiness.guard.project.comments import suppressions
from readiness.guard.project.files import Differing, differing
from readiness.guard.project.makefiles import recipes
from readiness.guard.project.rules import TABLE
from readiness.guard.project.settings import settings
from readiness.guard.project.tests import tests
from readiness.guard.reaching import reached
from readiness.guard.states import States


def compare_projects(
    states: States, *, workdir: str = "", used: Collection[str] = ()
) -> list[Change]:
    """Compare what both states of a project say to its tools.

    `workdir` is where probes run, relative to the root; `used` are the commands and parameters of
    the board.
    """
    scripts = set(filter(_is_script, reached(used, states, workdir).files)) if used else set()
    files = differing(states, workdir, scripts)
    return [
        *suppressions(files),
        *tests(files),
        *settings(files),
        *recipes(files, used),
        *_scripts(files, scripts),
        *callers(files),
    ]


def _scripts(files: Differing, scripts: Collection[str]) -> Iterator[Change]:
    for path in filter(scripts.__contains__, files.paths()):
        before, after = files.both(path)
        yield Teller(path, path)(
            Kind.SCRIPT,
            Direction.LOOSENED,
            "as in the base" if before else "",
            "other text" if after else "",
            "run by the board",
            unsure=True,
        )


def _is_script(path: str) -> bool:
    is_named = TABLE.sources.search(path) or TABLE.scripts.search(path)
    has_no_ending = "." not in os.path.basename(path)
    return bool(is_named or has_no_ending) and not TABLE.makefiles.search(path)
