"""What a worker of a cluster does: a part of a board, in a checkout, by readiness itself."""

import fcntl
import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from readiness.fleet.checkouts import cache_folder, checkout, project_folder
from readiness.fleet.measuring import start
from readiness.fleet.sources import Source, SourceKind, without_credentials
from readiness.model.errors import UsageError
from readiness.model.settings import RunSettings
from readiness.project.git import GitError
from readiness.text.clean import clean, decode
from readiness.text.worded import words_of

WANTED_INTERVAL_S = 0.5
"""Interval at which to check whether a part is still wanted, in seconds."""


class WorkerPart(msgspec.Struct, frozen=True, kw_only=True):
    """A shard of the board at `board` in a revision of the repository `address`.

    `settings` are what the run is asked, which shard among them.
    """

    number: int
    address: str
    revision: str
    board: str
    settings: RunSettings


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The run document of a part, or why there is none, from the `worker` if it was given to one.

    `lost` is how many workers were lost with it, where it was not begun any more.
    """

    worker: str = ""
    document: bytes = b""
    why: str = ""
    lost: int = 0


def run_part(part: WorkerPart, worker: str, at_once: int, wanted: Callable[[], bool]) -> Answer:
    """Run a part on this machine until it is over or no longer `wanted`.

    The machine is known as `worker` and runs so many parts `at_once`.
    """
    try:
        with _checkout(part) as folder:
            return _run(part, worker, at_once, folder, wanted)
    except UsageError as error:
        return Answer(worker=worker, why=words_of(error))
    except (GitError, OSError) as error:
        where = f"{part.revision[:12]} of {without_credentials(part.address)}"
        return Answer(worker=worker, why=f"{where}: {error}")


@contextmanager
def _checkout(part: WorkerPart) -> Iterator[str]:
    """Yield a folder with the commit checked out, locked so that no other part uses it."""
    cache = os.path.join(os.path.dirname(cache_folder(os.environ)), "cluster")
    source = Source(
        kind=SourceKind.ADDRESS, name="", path="", place=part.address, revision=part.revision
    )
    os.makedirs(cache, exist_ok=True)
    for number in itertools.count(1):
        own = os.path.join(cache, str(number))
        with open(f"{own}.lock", "ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            folder = project_folder(source, own)
            checkout(source, folder)
            yield folder
            return


def _run(
    part: WorkerPart, worker: str, at_once: int, folder: str, wanted: Callable[[], bool]
) -> Answer:
    jobs = max(1, len(os.sched_getaffinity(0)) // max(at_once, 1))
    settings = msgspec.structs.replace(part.settings, jobs=jobs, history="")
    process = start(os.path.join(folder, part.board), folder, settings, os.environ)
    while True:
        try:
            out, err = process.communicate(timeout=WANTED_INTERVAL_S)
            break
        except subprocess.TimeoutExpired:
            if not wanted():
                process.terminate()
    if out.strip():
        return Answer(worker=worker, document=out)
    message = clean(decode(err), newlines=True).strip()
    why = message.splitlines()[0] if message else f"exit {process.returncode}"
    return Answer(worker=worker, why=why)
