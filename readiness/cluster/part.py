"""What a worker of a cluster does: a board or a part of one, in a checkout, by readiness itself."""

import fcntl
import os
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

import msgspec

from readiness.fleet.checkouts import cache_folder, checkout
from readiness.fleet.measuring import board_of, environment, start
from readiness.fleet.sources import Source, SourceKind, without_credentials
from readiness.load.board import load_board
from readiness.model.errors import BoardError, UsageError
from readiness.model.settings import RunSettings
from readiness.plan import make_plan
from readiness.plan.shards import needs_of
from readiness.project.git import GitError, ask
from readiness.text.clean import clean, decode
from readiness.text.worded import words_of

WANTED_INTERVAL_S = 0.5
"""Interval at which to check whether a part is still wanted, in seconds."""

MOST_BYTES_RETURNED = 64 * 1024 * 1024
"""Size of the files that are given back with one part at most, in bytes."""

_LOADING = threading.Lock()
"""Guards loading: a worker has several threads, and boards are loaded by one at a time."""

_CLOCK_TICKS = 20_000_000
"""The resolution of file time stamps, in ns: a file is stamped with the last tick's time."""


class WorkerPart(msgspec.Struct, frozen=True, kw_only=True):
    """The board at `board` in a revision of the repository `address`, or a shard of it.

    Without `board` it is the one that the repository is found to have; without `revision` the
    newest commit. `settings` are what the run is asked, which shard among them, `needs` the labels
    of the worker. `files` are those which are given back, where the run wrote them: paths in the
    repository.
    """

    number: int
    address: str
    revision: str = ""
    board: str = ""
    settings: RunSettings = RunSettings()
    needs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The run document of a part, or why there is none; `worker` is who says so.

    `said` is what the run told beside, `files` what it wrote of those that were asked for, and
    `left` those for which there was no room. With `needs` nothing was run: the board needs a worker
    with these labels. `lost` is how many workers were lost with it, where it was not begun any
    more.
    """

    worker: str
    document: bytes = b""
    said: str = ""
    files: dict[str, bytes] = {}
    left: tuple[str, ...] = ()
    why: str = ""
    needs: tuple[str, ...] = ()
    lost: int = 0


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The worker on which a part is run: its labels, and how many parts it runs at once."""

    worker: str
    labels: frozenset[str] = frozenset()
    at_once: int = 1


def run_part(part: WorkerPart, machine: Machine, wanted: Callable[[], bool]) -> Answer:
    """Run a part on this machine until it is over or no longer `wanted`."""
    try:
        with _checkout(part) as folder:
            board = os.path.join(folder, part.board) if part.board else board_of(folder)
            needs = () if part.settings.shard else _needs(part, board)
            if not machine.labels.issuperset(needs):
                return Answer(worker=machine.worker, needs=needs)
            return _run(part, machine, folder, board, wanted)
    except UsageError as error:
        return Answer(worker=machine.worker, why=words_of(error))
    except (GitError, OSError) as error:
        where = f"{part.revision[:12] or 'HEAD'} of {without_credentials(part.address)}"
        return Answer(worker=machine.worker, why=f"{where}: {error}")


@contextmanager
def _checkout(part: WorkerPart) -> Iterator[str]:
    """Yield a folder with the commit checked out, which no other part uses meanwhile."""
    cache = os.path.join(os.path.dirname(cache_folder(os.environ)), "cluster")
    source = Source(
        kind=SourceKind.ADDRESS, name="", path="", place=part.address, revision=part.revision
    )
    with _slot(cache) as own:
        folder = checkout(source, own)
        ask(folder, "clean", "--quiet", "-ffd")  # what an earlier part left; not what is ignored
        yield folder


@contextmanager
def _slot(cache: str) -> Iterator[str]:
    """Yield the first free folder within the cache, locked for our own use."""
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


def _needs(part: WorkerPart, path: str) -> tuple[str, ...]:
    """Return the labels that a whole board needs; none if it is broken, as its run will tell."""
    given = environment(os.environ)
    try:
        with _LOADING:
            board = load_board(path, profile=part.settings.profile, environ=given)
            plan = make_plan(board, environ=given)
    except (BoardError, UsageError):
        return ()
    return tuple(sorted(needs_of(plan, frozenset(one.id for one in board.criteria()))))


def _run(
    part: WorkerPart, machine: Machine, folder: str, board: str, wanted: Callable[[], bool]
) -> Answer:
    jobs = max(1, len(os.sched_getaffinity(0)) // max(machine.at_once, 1))
    settings = msgspec.structs.replace(part.settings, jobs=jobs, history="")
    began = time.time_ns() - _CLOCK_TICKS
    process = start(board, folder, settings, os.environ)
    while True:
        try:
            out, err = process.communicate(timeout=WANTED_INTERVAL_S)
            break
        except subprocess.TimeoutExpired:
            if not wanted():
                process.terminate()
    said = clean(decode(err), newlines=True).strip()
    if not out.strip():
        why = said.splitlines()[0] if said else f"exit {process.returncode}"
        return Answer(worker=machine.worker, why=why)
    files, left = _written(folder, part.files, began)
    return Answer(worker=machine.worker, document=out, said=said, files=files, left=left)


def _written(
    folder: str, names: Collection[str], since: int
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files written since then, and the names of those for which there is no room."""
    files: dict[str, bytes] = {}
    left, room = [], MOST_BYTES_RETURNED
    for name in names:
        with suppress(OSError):
            path = os.path.join(folder, name)
            found = os.stat(path)
            if not stat.S_ISREG(found.st_mode) or found.st_mtime_ns < since:
                continue
            if found.st_size > room:
                left.append(name)
                continue
            with open(path, "rb") as file:
                files[name] = file.read(room)
            room -= len(files[name])
    return files, tuple(left)
