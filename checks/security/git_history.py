"""Give what any commit of a project has: the paths that it changed, and its message."""

import os
import subprocess
from collections.abc import Iterable, Iterator

from checks.git import git
from checks.project_copy import Copy
from readiness.project.shield import environment

EVERY = "refs/every"


def fetch_every_reference(copy: Copy) -> None:
    """Bring what the project's references name into its copy, as a clone does of branches alone.

    What is only put aside here (`git stash`) is nobody else's yet. What `.gitattributes` keeps out
    of a diff is shown.
    """
    _git(copy, "fetch", "--quiet", "origin", f"+refs/*:{EVERY}/*")
    _git(copy, "update-ref", "-d", f"{EVERY}/stash")
    top = _git(copy, "rev-parse", "--absolute-git-dir").decode().strip()
    os.makedirs(os.path.join(top, "info"), exist_ok=True)
    with open(os.path.join(top, "info", "attributes"), "w", encoding="utf-8") as file:
        file.write("* !diff\n")


def every_change(copy: Copy) -> str:
    """Return the options of `git log` for each commit, also of branches that changed nothing.

    Of a merge what it itself did, or, with a Git that cannot tell that (before 2.35), all of it.
    """
    knows = git("log", "--max-count=0", "--remerge-diff", folder=copy.folder).returncode == 0
    return f"--all --full-history {'--remerge-diff' if knows else '-m'}"


def paths_ever(copy: Copy, paths: list[str]) -> dict[str, bytes]:
    """Return the paths that any commit changed; with a NUL byte where Git showed no lines."""
    options = [*every_change(copy).split(), "--numstat", "--no-renames", "--format=", "-z"]
    changed: dict[str, bytes] = {}
    for line in _git(copy, "log", *options, "--", *paths).split(b"\0"):
        added, _, rest = line.strip(b"\n").partition(b"\t")
        if path := os.fsdecode(rest.partition(b"\t")[2]):
            changed[path] = b"\0" if added == b"-" else changed.get(path, b"")
    return changed


def messages(copy: Copy) -> Iterator[tuple[str, bytes]]:
    """Give what is said of each commit and each tag, by its id."""
    commits = _git(copy, "rev-list", "--all").split()
    tags = _git(copy, "for-each-ref", "--format=%(objectname)").split()
    for kind, name, data in _objects(copy, dict.fromkeys([*commits, *tags])):
        if kind in (b"commit", b"tag"):
            yield name.decode(), data.partition(b"\n\n")[2]


def _objects(copy: Copy, names: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Give kind, id and content of objects that are there."""
    asked = os.path.join(copy.params.tmp, "objects")
    with open(asked, "wb") as file:
        file.writelines(name + b"\n" for name in names)
    command = ["git", "-C", copy.folder, "cat-file", "--batch"]
    with (
        open(asked, "rb") as names_of,
        subprocess.Popen(
            command, stdin=names_of, stdout=subprocess.PIPE, env=environment(copy.folder)
        ) as reader,
    ):
        while reader.stdout and (line := reader.stdout.readline()):
            name, kind, *size = line.split()
            if size:  # else it is missing
                yield kind, name, reader.stdout.read(int(size[0]))
                reader.stdout.read(1)


def _git(copy: Copy, *words: str) -> bytes:
    return git(*words, folder=copy.folder).stdout
