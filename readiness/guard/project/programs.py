"""Programs that a change brings along: what is tracked in `.venv` leads the PATH of every probe."""

import os

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.project.git import ask

_SHOWN = 3


def programs(root: str, commit: str, workdir: str) -> list[Change]:
    """Return the files that git tracks in the `.venv` of `workdir` and that differ from `commit`.

    What git does not track was installed, not brought by the change. Raises `GitError`.
    """
    place = os.path.join(workdir, ".venv")
    listed = ask(
        root,
        *("diff", "--name-only", "-z", "--no-renames", "--diff-filter=d"),
        *(commit, "--", f":(top,literal){place}"),
    )
    paths = sorted(os.fsdecode(path) for path in listed.split(b"\0") if path)
    if not paths:
        return []
    # What is in `bin` is run by its name: that is told first.
    paths.sort(key=lambda path: not path.startswith(f"{place}/bin/"))
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    after = ", ".join(paths[:_SHOWN]) + more
    return [Teller(place, paths[0])(Kind.PROGRAM, Direction.LOOSENED, "", after)]
