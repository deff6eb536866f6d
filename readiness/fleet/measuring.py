"""How each project becomes known: its board is run by `readiness` itself, or a run was recorded."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from urllib.parse import quote

import msgspec

from readiness.command_line.writing import command_line
from readiness.fleet.checkouts import cache_folder, checkout, project_folder
from readiness.fleet.project import ProjectState
from readiness.fleet.sources import Source, SourceKind
from readiness.fleet.states import state_of, unknown
from readiness.model.errors import NoBoardError, UsageError
from readiness.model.settings import (
    BoardSettings,
    RunSettings,
    find_board,
    named_board,
)
from readiness.project.git import GitError
from readiness.record.document import RunDocument, from_json, ready_for_threads
from readiness.run.processes.kill import send
from readiness.run.processes.procfs import by_parent
from readiness.text.clean import clean, cut, decode
from readiness.text.worded import worded, words_of

LONGEST_REASON = 300
OWN = "READINESS_"
KEPT = ("READINESS_LANG", "READINESS_TMP", "READINESS_SCRATCH")
"""Variables of ours that are not options of one project's run."""

STEP_FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
"""Files that only the fleet itself writes."""


Observer = Callable[[ProjectState, str], None]
"""Receives each project that is known, and the messages that its run printed."""


class FleetRun:
    """Makes all projects of a fleet known, so many `at_once`. `stop` ends what still runs.

    `settings` are those of each project's run, `today` is the day by which it is judged.
    """

    def __init__(
        self, settings: RunSettings, today: str, at_once: int, environ: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._today = today
        self._at_once = at_once
        self._environ = environ
        self._stopped = False

    def measure(self, projects: Sequence[Source], observe: Observer) -> list[ProjectState]:
        """Return the state of each project, in order; never raises for a fault of theirs."""
        states: dict[int, ProjectState] = {}
        ready_for_threads()
        with ThreadPoolExecutor(max_workers=self._at_once) as pool:
            waiting = {
                pool.submit(self._known, source): place for place, source in enumerate(projects)
            }
            for future in as_completed(waiting):
                state, messages = future.result()
                states[waiting[future]] = state
                if not self._stopped:
                    observe(state, messages)
        return [states[place] for place in range(len(projects))]

    def stop(self) -> None:
        """End the projects' runs as a signal would, and start no more."""
        self._stopped = True
        end_children()

    def _known(self, source: Source) -> tuple[ProjectState, str]:
        """Return the project as its run says, or why it is unknown; and what the run printed.

        Never raises for a fault of the project.
        """
        if self._stopped:
            return unknown(source, worded("fleet.stopped")), ""
        try:
            run, messages = self._run_of(source)
        except UsageError as error:
            return unknown(source, words_of(error)), ""
        except GitError as error:
            return unknown(source, worded("fleet.not_fetched", why=_brief(str(error)))), ""
        except OSError as error:
            why = error.strerror or words_of(error)
            return unknown(source, worded("fleet.not_read", why=_brief(why))), ""
        return state_of(run, _named(source, run), self._today), messages

    def _run_of(self, source: Source) -> tuple[RunDocument, str]:
        if source.kind is SourceKind.RECORDED:
            with open(source.place, "rb") as file:
                return from_json(file.read(), source.path), ""
        folder, settings = source.place, self._settings
        if source.kind is SourceKind.ADDRESS:
            own = project_folder(source, cache_folder(self._environ))
            folder = os.path.join(own, f"checkout-{quote(source.revision, safe='')}")
            checkout(source, folder)
            history = os.path.join(own, "history.db")
            settings = msgspec.structs.replace(settings, history=history)
        if source.kind is SourceKind.BOARD:
            folder = os.path.dirname(folder)
        board = source.place if source.kind is SourceKind.BOARD else _board_of(folder)
        return self._measured(source, folder, board, settings)

    def _measured(
        self, source: Source, folder: str, board: str, settings: RunSettings
    ) -> tuple[RunDocument, str]:
        """Run a board in its folder; return its run and what it printed on stderr."""
        process = start(board, folder, settings, self._environ)
        out, messages = ended(process, stopped=self._stopped)
        if not out.strip():
            raise failure(process, messages)
        return from_json(out, source.path), messages


def _board_of(folder: str) -> str:
    """Return the board of a folder, which is the project's own: none of a folder above counts.

    Raises `UsageError` where there is none.
    """
    if not os.path.isdir(folder):
        raise UsageError(worded("fleet.no_folder"))
    try:
        board = find_board(BoardSettings(), {}, folder)
    except NoBoardError:
        board = os.sep
    if os.path.isabs(board) and not named_board(folder):  # a folder above has it, or none
        raise UsageError(worded("fleet.no_board"))
    return os.path.join(folder, board)


def end_children() -> None:
    """End all processes that this one started, as a signal would."""
    for child in by_parent().get(os.getpid(), ()):
        send(child, signal.SIGTERM)


def start(
    board: str | None,
    folder: str,
    settings: RunSettings,
    environ: Mapping[str, str],
    verb: str = "check",
    **parameters: object,
) -> subprocess.Popen[bytes]:
    """Start a command on a board in its folder, which ends with this process, as JSON on stdout."""
    asked = msgspec.structs.replace(settings, board=board, quiet=True, output_format="json")
    words = command_line(verb, asked, **parameters)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "readiness.fleet", *words],
        cwd=folder,
        env=_environment(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(process: subprocess.Popen[bytes], *, stopped: bool) -> tuple[bytes, str]:
    """Wait for a process, and return what it printed and its messages."""
    if stopped:  # perhaps only after all children were told
        process.terminate()
    out, err = process.communicate()
    return out, clean(decode(err), newlines=True).strip()


def failure(process: subprocess.Popen[bytes], messages: str) -> UsageError:
    """Return the error of a process that gave no result: its first message."""
    lines = messages.splitlines() or [worded("fleet.ended_with", status=process.returncode)]
    return UsageError(_brief(lines[0]))


def _named(source: Source, run: RunDocument) -> Source:
    """Name a recorded run as its board; a project keeps its folder's name, whatever its board."""
    if source.kind is not SourceKind.RECORDED or not run.board.title:
        return source
    return msgspec.structs.replace(source, name=run.board.title)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a project's run, without the options of the fleet itself."""
    return {
        name: value
        for name, value in environ.items()
        if (not name.startswith(OWN) or name in KEPT) and name not in STEP_FILES
    }


def _brief(text: str) -> str:
    return cut(clean(text, newlines=False), LONGEST_REASON)


def names_apart(states: Sequence[ProjectState]) -> Iterator[ProjectState]:
    """Yield the projects, with their paths in the names that several share."""
    counts = Counter(state.name for state in states)
    for state in states:
        shared = counts[state.name] > 1
        name = f"{state.name} ({state.path})" if shared else state.name
        yield msgspec.structs.replace(state, name=name)
