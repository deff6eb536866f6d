"""Give what any commit of a project has: the paths that it changed, and its message."""

import os
from collections.abc import Iterator

from checks.git import git
from checks.project_copy import Copy

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
    commits = _git(copy, "log", "--all", "--no-show-signature", "-z", "--format=%H%n%B")
    tags = _git(copy, "for-each-ref", "--format=%(objectname)%0a%(contents)%00")
    for entry in (commits + b"\0" + tags).split(b"\0"):
        name, _, text = entry.strip(b"\n").partition(b"\n")
        if name:
            yield name.decode(), text


def _git(copy: Copy, *words: str) -> bytes:
    return git(*words, folder=copy.folder).stdout
