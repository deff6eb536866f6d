"""All that reading tells of a change to what is measured."""

from collections.abc import Collection

from readiness.guard.changes import Change
from readiness.guard.project.callers import callers
from readiness.guard.project.commands import commands, reached_scripts
from readiness.guard.project.comments import suppressions
from readiness.guard.project.files import differing
from readiness.guard.project.settings import settings
from readiness.guard.project.tests import tests
from readiness.guard.states import States


def compare_projects(
    states: States, *, workdir: str = "", used: Collection[str] = ()
) -> list[Change]:
    """Compare what both states of a project say to its tools.

    `workdir` is where probes run, relative to the root; `used` are the commands and parameters of
    the board.
    """
    files = differing(states, workdir, reached_scripts(states, workdir, used))
    return [
        *suppressions(files),
        *tests(files),
        *settings(files),
        *commands(files, used),
        *callers(files),
    ]
