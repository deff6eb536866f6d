"""How each project becomes known: its board is run by `readiness` itself, or a run was recorded."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import msgspec

from readiness.fleet.checkouts import cache_folder, checkout, project_folder
from readiness.fleet.project import ProjectState
from readiness.fleet.sources import Source, SourceKind, file_name
from readiness.fleet.states import state_of, unknown
from readiness.history.store import History, board_key
from readiness.model.errors import NoBoardError, NotWrittenError, UsageError
from readiness.model.settings import (
    BoardSettings,
    RunSettings,
    find_board,
    history_path,
    named_board,
)
from readiness.project.git import GitError
from readiness.record.document import RunDocument, from_json
from readiness.run.processes.kill import send
from readiness.run.processes.procfs import by_parent
from readiness.text.clean import clean, cut, decode
from readiness.text.worded import worded, words_of

LONGEST_REASON = 300
OWN = "READINESS_"
KEPT = ("READINESS_LANG", "READINESS_TMP", "READINESS_SCRATCH")
"""Of our variables these are no options of the run of one project."""

STEP_FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
"""Files that are the fleet's own to write."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of each project: options of its run, and where its own page is written.

    With `recorded` no board is run, and the newest whole run of each history stands for its
    project.
    """

    options: Sequence[str] = ()
    profile: str | None = None
    recorded: bool = False
    pages: str | None = None
    today: str
    at_once: int = 1


Observer = Callable[[ProjectState, str], None]
"""Is told of each project that is known, and what its run had to say beside."""


class FleetRun:
    """Makes all projects of a fleet known, several at a time. `stop` ends what still runs."""

    def __init__(self, wanted: Wanted, environ: Mapping[str, str]) -> None:
        self._wanted = wanted
        self._environ = environ
        self._stopped = False

    def measure(self, found: Sequence[Source], observe: Observer) -> list[ProjectState]:
        """The state of each project, in their order; never raises for what one of them is."""
        states: dict[int, ProjectState] = {}
        with ThreadPoolExecutor(max_workers=self._wanted.at_once) as pool:
            waiting = {pool.submit(self._known, one, n): n for n, one in enumerate(found)}
            for future in as_completed(waiting):
                state, said = future.result()
                states[waiting[future]] = state
                if not self._stopped:
                    observe(state, said)
        return [states[place] for place in range(len(found))]

    def stop(self) -> None:
        """End what was started for projects as a signal would, and begin nothing more."""
        self._stopped = True
        for child in by_parent().get(os.getpid(), ()):
            send(child, signal.SIGTERM)

    def _known(self, source: Source, place: int) -> tuple[ProjectState, str]:
        if self._stopped:
            return unknown(source, worded("fleet.stopped")), ""
        try:
            run, said, page = self._run_of(source, place)
        except UsageError as error:
            return unknown(source, words_of(error)), ""
        except GitError as error:
            return unknown(source, worded("fleet.not_fetched", why=_brief(str(error)))), ""
        except (OSError, NotWrittenError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or words_of(error)
            return unknown(source, worded("fleet.not_read", why=_brief(why))), ""
        return state_of(run, _named(source, run), self._wanted.today, page), said

    def _run_of(self, source: Source, place: int) -> tuple[RunDocument, str, str]:
        if source.kind is SourceKind.RECORDED:
            with open(source.place, "rb") as file:
                return from_json(file.read(), source.path), "", ""
        folder, options = source.place, list(self._wanted.options)
        if source.kind is SourceKind.ADDRESS:
            cache = cache_folder(self._environ)
            folder = checkout(source, cache)
            kept = os.path.join(project_folder(source, cache), "history.db")
            options += ["--history", kept]
        if source.kind is SourceKind.BOARD:
            folder = os.path.dirname(folder)
        board = source.place if source.kind is SourceKind.BOARD else self._board(folder)
        if self._wanted.recorded:
            history = options[-1] if source.kind is SourceKind.ADDRESS else None
            return _newest(board, history, self._wanted.profile), "", ""
        page = ""
        if self._wanted.pages is not None:
            page = os.path.join(self._wanted.pages, f"{place + 1:03}-{file_name(source.name)}.html")
            options += ["--report", f"html={page}"]
        run, said = self._measured(source, folder, board, options)
        return run, said, page if os.path.exists(page) else ""

    def _board(self, folder: str) -> str:
        """The board of a folder, which is the project's own: none of a folder above counts."""
        if not os.path.isdir(folder):
            raise UsageError(worded("fleet.no_folder"))
        try:
            found = find_board(BoardSettings(), {}, folder)
        except NoBoardError:
            found = os.sep
        if os.path.isabs(found) and not named_board(folder):  # a folder above has it, or none
            raise UsageError(worded("fleet.no_board"))
        return os.path.join(folder, found)

    def _measured(
        self, source: Source, folder: str, board: str, options: Sequence[str]
    ) -> tuple[RunDocument, str]:
        """Run a board in its folder; what it prints on stderr is returned beside its run."""
        command = (sys.executable, "-P", "-m", "readiness.fleet", "check", "--board", board)
        process = subprocess.Popen(
            [*command, "--quiet", "--output-format", "json", *options],
            cwd=folder,
            env=_environment(self._environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if self._stopped:  # perhaps only after all children were told
            process.terminate()
        out, err = process.communicate()
        said = clean(decode(err), newlines=True).strip()
        if not out.strip():
            lines = said.splitlines() or [worded("fleet.ended_with", status=process.returncode)]
            raise UsageError(_brief(lines[0]))
        return from_json(out, source.path), said


def _newest(board: str, history: str | None, profile: str | None) -> RunDocument:
    """The newest whole run that a history has of a board."""
    path = history_path(RunSettings(history=history), board)
    opened = History(path)
    try:
        run = opened.newest_whole(board_key(board), profile)
    finally:
        opened.close()
    if run is None:
        raise UsageError(worded("fleet.no_run"))
    return run


def _named(source: Source, run: RunDocument) -> Source:
    """A recorded run is called as its board; a project as its folder, whatever its board says."""
    if source.kind is not SourceKind.RECORDED or not run.board.title:
        return source
    return msgspec.structs.replace(source, name=run.board.title)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a project's run is given: the options that the fleet was asked for are the fleet's."""
    return {
        name: value
        for name, value in environ.items()
        if (not name.startswith(OWN) or name in KEPT) and name not in STEP_FILES
    }


def _brief(text: str) -> str:
    return cut(clean(text, newlines=False), LONGEST_REASON)


def names_apart(states: Sequence[ProjectState]) -> Iterator[ProjectState]:
    """The projects, told apart where several are called alike or have one key."""
    names, keys = ([getattr(one, field) for one in states] for field in ("name", "key"))
    for one in states:
        name = one.name if names.count(one.name) == 1 else f"{one.name} ({one.path})"
        key = one.key if keys.count(one.key) == 1 else f"{one.key} {one.path}"
        yield msgspec.structs.replace(one, name=name, key=key)
