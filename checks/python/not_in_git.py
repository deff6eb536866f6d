"""Find the sources that were measured and that a clone of the project would not have."""

import os
import re
from collections.abc import Iterable, Iterator
from filecmp import cmp
from fnmatch import fnmatch
from glob import glob

from checks.in_project.common import NOT_THE_TREE, doubtful, not_measured
from checks.in_project.tracked import git, listed, real_path, repository

GENERATED = re.compile(rb"\bgenerated\b|do not (?:edit|modify|change)", re.IGNORECASE)
"""What a file says of itself that the build makes, and makes again in a clone."""
HEAD = 2000
"""So many bytes of a file are looked at for that."""
NOT_OWN = ("pyvenv.cfg", "conda-meta", ".git", "*.dist-info", "*.egg-info/PKG-INFO")
"""What a folder of an environment, of installed packages or of another repository has."""


def refuse_not_in_git(files: Iterable[str], who: str) -> None:
    """End the script where a source was measured that Git is told not to look at.

    Where a rule names a folder, it is for other folders of this name: one that names the file, or
    the way to its folder, is meant. What Git may still be told to take is a doubt.
    """
    top = repository()
    unknown = sorted(_unknown(files, top)) if top else []
    if not unknown:
        return
    entries = git("check-ignore", "-v", "--", *unknown).splitlines()
    rules = {path: rule for rule, _, path in (entry.partition("\t") for entry in entries)}
    for path in unknown:
        name = os.path.relpath(path)
        if path not in rules:
            doubtful(f"{name}, which {who} read, is not in Git: git add {name}")
            return
        source, line, pattern = rules[path].split(":", 2)
        if _is_for_folders(pattern, os.path.relpath(path, top)) and not _is_generated(path):
            not_measured(
                f"{name}, which {who} read, is not in Git, as {source}:{line} ignores {pattern}:"
                f" git add -f {name}",
                NOT_THE_TREE,
            )


def _unknown(files: Iterable[str], top: str) -> Iterator[str]:
    """Yield the files of the project itself that Git does not have, there or in another folder."""
    paths = {path for path in map(real_path, files) if path.startswith(f"{top}/")}
    known = {real_path(entry.partition("\t")[2]) for entry in listed(sorted(paths))}
    for path in paths - known:
        if os.path.isfile(path) and os.path.getsize(path) and _is_own(path, top):
            names = git("ls-files", "-z", "--", f":(top,glob)**/{os.path.basename(path)}").split(
                "\0"
            )
            if not any(name and os.path.isfile(name) and cmp(name, path, False) for name in names):
                yield path


def _is_own(path: str, top: str) -> bool:
    """Return whether a file lies in no environment, hidden folder or repository below the top."""
    folder = os.path.dirname(path)
    while folder != top:
        if os.path.basename(folder)[0] == "." or any(
            glob(os.path.join(folder, mark)) for mark in NOT_OWN
        ):
            return False
        folder = os.path.dirname(folder)
    return True


def _is_for_folders(pattern: str, path: str) -> bool:
    """Return whether a rule is for all folders of a name, one of which the file lies in."""
    name = pattern.removesuffix("/")
    return "/" not in name and any(
        fnmatch(folder, name) for folder in os.path.dirname(path).split("/")
    )


def _is_generated(path: str) -> bool:
    with open(path, "rb") as file:
        return bool(GENERATED.search(file.read(HEAD)))
