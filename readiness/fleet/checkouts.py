"""Projects behind an address, fetched by commit into a folder of the user's."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping

from readiness.fleet.sources import Source, file_name, repository_name, without_credentials
from readiness.project.git import GitError, ask, head_of

FETCHING = 600.0
"""Time limit for one answer of a server, in seconds."""

KEPT = 3
"""Number of commits of a project to keep."""


def cache_folder(environ: Mapping[str, str]) -> str:
    """Return the folder of all checkouts: below XDG_CACHE_HOME, else ~/.cache."""
    base = environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "readiness", "fleet")


def project_folder(source: Source, cache: str) -> str:
    """Return the folder for the checkouts of one address."""
    digest = hashlib.sha256(without_credentials(source.place).encode()).hexdigest()[:12]
    return os.path.join(cache, f"{file_name(repository_name(source.place))}-{digest}")


def history_of(source: Source, cache: str) -> str:
    """Return the path of the history of all runs of one address."""
    return os.path.join(project_folder(source, cache), "history.db")


def checkout(source: Source, cache: str) -> str:
    """Return the folder of the address's newest commit, or of the named revision, checked out.

    Only that commit is fetched, without its history, and only if it is not there yet.
    Raises `GitError`, and `OSError` where nothing can be kept.
    """
    project = project_folder(source, cache)
    os.makedirs(project, exist_ok=True)
    try:
        commit = _commit(source, project)
        folder = os.path.join(project, commit)
        if head_of(folder) == commit:
            ask(folder, "reset", "--quiet", "--hard")
        else:
            _fetch(source, project, folder, commit)
    except GitError as error:
        raise GitError(without_credentials(str(error))) from None
    os.utime(folder)
    _forget(project)
    return folder


def _commit(source: Source, project: str) -> str:
    """Return the commit that the address has now under this name."""
    wanted = source.revision or "HEAD"
    listed = ask(project, "ls-remote", "--", source.place, seconds=FETCHING, remote=True)
    known = {name: commit for commit, _, name in map(_parted, listed.decode().splitlines())}
    for name in (f"refs/tags/{wanted}^{{}}", f"refs/tags/{wanted}", f"refs/heads/{wanted}", wanted):
        if name in known:
            return known[name]
    if len(wanted) in (40, 64) and all(each in "0123456789abcdef" for each in wanted):
        return wanted
    raise GitError(f"it has no branch and no tag {wanted}")


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition("\t")


def _fetch(source: Source, project: str, folder: str, commit: str) -> None:
    """Fetch one commit into a new folder, which appears whole or not at all."""
    made = tempfile.mkdtemp(dir=project)
    try:
        ask(made, "init", "--quiet", "--template=")
        ask(
            made,
            *("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"),
            *("--", source.place, commit),
            seconds=FETCHING,
            remote=True,
        )
        ask(made, "checkout", "--quiet", "--detach", commit, seconds=FETCHING)
        address = without_credentials(source.place)
        ask(made, "config", "remote.origin.url", address)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _forget(project: str) -> None:
    """Remove the least recently used checkouts."""
    folders = sorted(
        (entry for entry in os.scandir(project) if entry.is_dir() and len(entry.name) >= 40),
        key=lambda entry: entry.stat().st_mtime,
    )
    for entry in folders[:-KEPT]:
        shutil.rmtree(entry.path, ignore_errors=True)
