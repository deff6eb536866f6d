"""Projects behind an address, fetched into a folder of the user's."""

import hashlib
import os
from collections.abc import Mapping

from readiness.fleet.sources import Source, file_name, repository_name, without_credentials
from readiness.project.git import GitError, ask

FETCHING = 600.0
"""Time limit for one answer of a server, in seconds."""


def cache_folder(environ: Mapping[str, str]) -> str:
    """Return the folder of all checkouts: below XDG_CACHE_HOME, else ~/.cache."""
    base = environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "readiness", "fleet")


def project_folder(source: Source, cache: str) -> str:
    """Return the folder for the checkouts of one address, and the history of their runs."""
    digest = hashlib.sha256(without_credentials(source.place).encode()).hexdigest()[:12]
    return os.path.join(cache, f"{file_name(repository_name(source.place))}-{digest}")


def checkout(source: Source, folder: str) -> None:
    """Check out the address's newest commit, or the named revision, in a folder of its own.

    Only that commit is fetched, without its past. What an earlier run left there is removed, but
    for what the project ignores. Raises `GitError`, and `OSError` where nothing can be kept.
    """
    os.makedirs(folder, exist_ok=True)
    try:
        ask(folder, "init", "--quiet", "--template=")
        ask(
            folder,
            *("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"),
            *("--", source.place, source.revision or "HEAD"),
            seconds=FETCHING,
            remote=True,
        )
        ask(
            folder,
            *("checkout", "--quiet", "--force", "--detach", "FETCH_HEAD"),
            seconds=FETCHING,
        )
        ask(folder, "clean", "--quiet", "-ffd")
        ask(folder, "config", "remote.origin.url", without_credentials(source.place))
    except GitError as error:
        raise GitError(without_credentials(str(error))) from None
