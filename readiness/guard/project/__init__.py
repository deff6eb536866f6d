"""What is measured, before and after: what a change silences, skips, masks or leaves out.

Nothing here knows a tool: what is known of them stands in `rules`.
"""

import os
from collections.abc import Collection

from readiness.guard.changes import Change
from readiness.guard.project.callers import callers
from readiness.guard.project.commands import commands, scripts_in
from readiness.guard.project.comments import suppressions
from readiness.guard.project.files import differing
from readiness.guard.project.hidden import in_a_sentence
from readiness.guard.project.locks import locks
from readiness.guard.project.settings import settings
from readiness.guard.project.tests import tests
from readiness.guard.tree import Folder, Tree


def compare_projects(
    base: Tree | str, head: Tree | str, *, workdir: str = "", used: Collection[str] = ()
) -> tuple[list[Change], list[str]]:
    """Compare two states of a project; a text is the path of a folder.

    `workdir` is where probes run, relative to the root; `used` are the commands and parameters of
    the board. The second result has sentences on what the changes do together.
    """
    also = {
        os.path.normpath(os.path.join(workdir, word)) for each in used for word in scripts_in(each)
    }
    files = differing(_tree(base), _tree(head), workdir, also)
    changes = [
        *suppressions(files),
        *tests(files),
        *settings(files),
        *commands(files, used),
        *locks(files),
        *callers(files),
    ]
    return changes, in_a_sentence(changes, files)


def _tree(tree: Tree | str) -> Tree:
    return Folder(tree) if isinstance(tree, str) else tree
