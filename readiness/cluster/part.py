"""What a worker of a cluster does: a part of a board, in a checkout of one commit, by readiness."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from readiness.fleet.checkouts import cache_folder, checkout
from readiness.fleet.sources import Source, SourceKind
from readiness.project.git import GitError, ask
from readiness.text.clean import clean, decode

LOOK = 0.5
"""How often it is looked whether a part is still wanted, in seconds."""

OWN = "READINESS_"


class WorkerPart(msgspec.Struct, frozen=True, kw_only=True):
    """Part `number` of `count` of the board at `board` in a commit of the repository `address`.

    `words` are what the run is asked beyond that.
    """

    number: int
    count: int
    address: str
    commit: str
    board: str
    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The run document of a part, or why there is none; `worker` is who says so.

    `lost` is how many workers were lost with it, where it was not begun any more.
    """

    worker: str
    document: bytes = b""
    why: str = ""
    lost: int = 0


def run_part(part: WorkerPart, worker: str, at_once: int, wanted: Callable[[], bool]) -> Answer:
    """Run a part on this machine, as one of `at_once`, until it is over or no longer `wanted`."""
    try:
        with _checkout(part) as folder:
            return _run(part, worker, folder, at_once, wanted)
    except (GitError, OSError) as error:
        return Answer(worker=worker, why=f"{part.commit[:12]} of {part.address}: {error}")


@contextmanager
def _checkout(part: WorkerPart) -> Iterator[str]:
    """A folder with the commit as it is, which no other part uses meanwhile."""
    cache = os.path.join(os.path.dirname(cache_folder(os.environ)), "cluster")
    source = Source(
        kind=SourceKind.ADDRESS, name="", path=part.address, place=part.address,
        revision=part.commit,
    )  # fmt: skip
    with _slot(cache) as own:
        folder = checkout(source, own)
        ask(folder, "clean", "--quiet", "-ffd")  # what an earlier part left; not what is ignored
        yield folder


@contextmanager
def _slot(cache: str) -> Iterator[str]:
    """A folder of our own within the cache, the first that is free."""
    os.makedirs(cache, exist_ok=True)
    number = 0
    while True:
        number += 1
        own = os.path.join(cache, str(number))
        with open(f"{own}.lock", "ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield own
            return


def _run(
    part: WorkerPart, worker: str, folder: str, at_once: int, wanted: Callable[[], bool]
) -> Answer:
    board = os.path.join(folder, part.board)
    jobs = max(1, len(os.sched_getaffinity(0)) // max(at_once, 1))
    command = [sys.executable, "-P", "-m", "readiness.fleet", "check", "--board", board]
    command += ["--shard", f"{part.number}/{part.count}", "--jobs", str(jobs), "--history", ""]
    process = subprocess.Popen(
        [*command, "--quiet", "--output-format", "json", *part.words],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(OWN)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while True:
        try:
            out, err = process.communicate(timeout=LOOK)
            break
        except subprocess.TimeoutExpired:
            if not wanted():
                process.terminate()
    if out.strip():
        return Answer(worker=worker, document=out)
    said = clean(decode(err), newlines=True).strip().splitlines()
    return Answer(worker=worker, why=said[0] if said else f"exit {process.returncode}")
