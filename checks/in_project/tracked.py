"""Ask Git which files there are to look at, whatever a tool leaves out. Standard library only."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

ABSENT = ("S", "h", "s")
"""How Git marks files that need not be in the work tree as the index has them."""
AT_ONCE = 500
"""Paths that Git is asked for in one command."""
LINK, SUBMODULE = "120000", "160000"


def git(*words: str) -> str:
    """Return what Git says of the folder that we are in, with no program run; "" if it fails."""
    command = ["git", "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.decode(errors="surrogateescape")


def repository() -> str:
    """Return the top of the repository that we are in; "" where there is none."""
    top = git("rev-parse", "--show-toplevel").removesuffix("\n")
    return top and os.path.realpath(top)


def real_path(path: str) -> str:
    """Return the path of a file without links; where a folder leads is asked once."""
    folder, name = os.path.split(os.path.abspath(path))
    path = os.path.join(_real_folder(folder), name)
    return os.path.realpath(path) if os.path.islink(path) else path


_real_folder = cache(os.path.realpath)


def listed(paths: list[str]) -> Iterator[str]:
    """Yield what the index has below some paths, as `git ls-files -v -s` has it.

    Git is asked for many at once, and for each alone where it knows nothing of them together, as
    of one outside the repository.
    """
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start : start + AT_ONCE]
        entries = git("--literal-pathspecs", "ls-files", "-v", "-s", "-z", "--", *some)
        if entries or len(some) == 1:
            yield from entries.split("\0")
        else:
            for path in some:
                yield from listed([path])


class Tracked:
    """The files that Git has below some paths, those behind links to folders among them.

    Below `.` nothing counts that lies in a hidden folder at the top, or in a submodule: no code of
    the project's own. `absent` lists what Git has and the work tree lacks by a sparse checkout, a
    mark of the index, or as a submodule without files; `links` the folders that links lead to.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.files: list[str] = []
        self.absent: list[str] = []
        self.links: list[str] = []
        self._seen: set[str] = set()
        for everything, tops in groupby(paths, lambda path: os.path.normpath(path) == "."):
            self._add(tops, everything=everything)

    def _add(self, tops: Iterable[str], *, everything: bool = False) -> None:
        reals = []
        for real in map(os.path.realpath, tops):
            if not any(f"{real}/".startswith(f"{seen}/") for seen in self._seen):
                self._seen.add(real)
                reals.append(real)
        for entry in listed(reals):
            facts, _, path = entry.partition("\t")
            if not path or (everything and path[0] == "."):
                continue
            tag, mode = facts.split()[:2]
            if mode == SUBMODULE:
                if not everything and not (os.path.isdir(path) and os.listdir(path)):
                    self.absent.append(f"{path}/")
            elif not os.path.lexists(path):
                self.absent += [path] if tag in ABSENT else []
            elif mode == LINK and os.path.isdir(path):
                self._follow(path)
            elif mode != LINK:
                self.files.append(path)

    def _follow(self, link: str) -> None:
        """Add what a link leads to, unless that holds the link itself."""
        target = os.path.realpath(link)
        if not f"{os.path.abspath(link)}/".startswith(f"{target}/"):
            self.links.append(os.path.relpath(target))
            self._add([os.path.relpath(target)])
