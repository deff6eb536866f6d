"""Reports that a command only reads, and that an earlier run of a tool left in the project."""

import os
from contextlib import suppress

from readiness.model.board import Check
from readiness.startup.patterns import later

_REPORT = later(r"(?<![\w./-])[\w./-]+\.(?:csv|html?|info|jsonl?|log|out|txt|xml|ya?ml)(?![\w./-])")


def left_over(check: Check, workdir: str, since: float) -> str:
    """Return a report older than the run that a command takes its value from; "" if there is none.

    A file that Git has belongs to its commit; without a repository, nothing is known.
    """
    for name in () if check.max_age is not None else _REPORT.findall(check.run):
        with suppress(OSError):
            if os.stat(os.path.join(workdir, name)).st_mtime < since:
                from readiness.project.git import knows

                return "" if knows(workdir, name) else name
    return ""
