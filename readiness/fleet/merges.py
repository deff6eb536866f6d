"""What the gate says of the last commits of a project, each in a throw-away clone."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import cached_property

import msgspec

from readiness import __version__
from readiness.fleet.checkouts import cache_folder
from readiness.fleet.measuring import end_children, ended, failure, start
from readiness.guard.changes import Change
from readiness.model.board import Board
from readiness.model.digests import digest
from readiness.model.errors import ExitStatus, NotWrittenError, ReadinessError
from readiness.model.settings import RunSettings
from readiness.project.change import had_board
from readiness.project.environments import find_environment
from readiness.project.git import AUTHOR, GitError, ask, head_of
from readiness.record.document import from_json
from readiness.report import write_report
from readiness.text.clean import clean, cut, decode
from readiness.text.worded import words_of

CLONING = 600.0
"""Time limit for making the clone, in seconds."""
LONGEST = 300
_SOURCES = ("src", "")
"""Folders from which an installed project's own packages are imported, the first that is there."""


class GuardDecision(StrEnum):
    """What guard says of a commit."""

    LOOSENED = "loosened"
    NOT_LOOSENED = "not_loosened"
    UNKNOWN = "unknown"


class Merge(msgspec.Struct, frozen=True):
    """A commit of the first-parent history, and its first parent, the base."""

    commit: str
    base: str
    at: str
    subject: str


class MergeResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the gate says of one commit.

    `check` is the decision of the board's own run, where it was asked for, `reason` why something
    is unknown. `todays_board` says that the commit and its base have no board of their own.
    """

    commit: str
    at: str
    subject: str
    decision: GuardDecision
    loosened: list[Change]
    duration_s: float
    check: str = ""
    reason: str = ""
    todays_board: bool = False


class _Guarded(msgspec.Struct, frozen=True):
    """The part of what `guard` prints that is kept."""

    loosened: list[Change]


def merges(root: str, last: int | None, since: str) -> list[Merge]:
    """List the commits of the first-parent history that have a parent here, newest first.

    Raises `GitError`.
    """
    limit = () if last is None else (f"-n{last}",)
    wanted = f"{since}..HEAD" if since else "HEAD"
    listed = ask(
        root, "log", "--first-parent", "-z", "--format=%H%x1f%P%x1f%cI%x1f%s", *limit, wanted
    )
    fields = (entry.split("\x1f", 3) for entry in decode(listed).split("\0") if entry)
    return [
        Merge(commit, parents.split()[0], at, clean(subject, newlines=False))
        for commit, parents, at, subject in fields
        if parents
    ]


class MergeGate:
    """Applies the gate to past commits of the repository at `root`, and keeps what it says.

    `scratch` is an empty folder. Nothing in the repository is written.
    """

    def __init__(
        self,
        root: str,
        board: Board,
        settings: RunSettings,
        scratch: str,
        *,
        environ: Mapping[str, str],
        no_run: bool,
        check: bool,
    ) -> None:
        self._root = root
        self._settings = settings
        self._scratch = scratch
        self._no_run = no_run
        self._check = check
        self._own = os.path.relpath(os.path.realpath(board.path), root)
        self._workdir = os.path.relpath(os.path.realpath(board.workdir), root)
        self._laid = dict(_files(root, board))
        own = find_environment(board.workdir, os.path.dirname(board.path), environ)
        self._environment = own.folder if own else ""
        self._environ = dict(environ)
        self._cache = os.path.join(cache_folder(environ), "backtest")
        self.stopped = False

    def stop(self) -> None:
        """End what runs as a signal would, and start no more."""
        self.stopped = True
        end_children()

    def kept(self, merge: Merge) -> MergeResult | None:
        """Return what an earlier call said of a commit, by the same rules."""
        try:
            with open(self._place(merge), "rb") as file:
                return msgspec.json.decode(file.read(), type=MergeResult)
        except (OSError, msgspec.DecodeError):
            return None

    def measure(self, merge: Merge) -> MergeResult:
        """Apply the gate to a commit; what is known is kept. Never raises for a fault of it."""
        began = time.monotonic()
        loosened: list[Change] = []
        decision, reason, check, laid = GuardDecision.UNKNOWN, "", "", False
        try:
            laid = not (self._has_board(merge.commit) or self._has_board(merge.base))
            base = self._check_out(merge.base, laid)
            self._check_out(merge.commit, laid)
            loosened = msgspec.json.decode(self._run("guard", base), type=_Guarded).loosened
            if self._check:
                check = from_json(self._run("check"), "stdout").gate.decision
            decision = GuardDecision.LOOSENED if loosened else GuardDecision.NOT_LOOSENED
        except (GitError, OSError, ReadinessError) as error:
            reason = cut(clean(words_of(error), newlines=False), LONGEST)
        result = MergeResult(
            commit=merge.commit,
            at=merge.at,
            subject=merge.subject,
            decision=decision,
            loosened=loosened,
            duration_s=round(time.monotonic() - began, 3),
            check=check,
            reason=reason,
            todays_board=laid,
        )
        if decision is not GuardDecision.UNKNOWN and not self.stopped:
            self._keep(merge, result)
        return result

    # --- kept -------------------------------------------------------------------------------------

    def _place(self, merge: Merge) -> str:
        laid = [(path, digest(content)) for path, content in sorted(self._laid.items())]
        asked = (self._settings.profile, self._settings.timeout, self._no_run, self._check)
        rules = repr((__version__, merge.commit, merge.base, self._own, laid, asked))
        return os.path.join(self._cache, f"{digest(rules.encode()).partition(':')[2]}.json")

    def _keep(self, merge: Merge, result: MergeResult) -> None:
        with suppress(OSError, NotWrittenError):  # then it is measured again
            os.makedirs(self._cache, exist_ok=True)
            write_report(self._place(merge), msgspec.json.encode(result))

    # --- measured ---------------------------------------------------------------------------------

    @cached_property
    def _tree(self) -> str:
        """The work tree of a clone, which shares the repository's objects."""
        tree = os.path.join(self._scratch, "tree")
        options = ("--quiet", "--shared", "--no-checkout", "--template=")
        ask(self._root, "clone", *options, "--", self._root, tree, seconds=CLONING)
        os.makedirs(os.path.join(tree, ".git", "info"), exist_ok=True)
        with open(os.path.join(tree, ".git", "info", "exclude"), "w", encoding="utf-8") as file:
            file.write(".venv\n.readiness\n")
        return tree

    def _has_board(self, commit: str) -> bool:
        """Return whether a commit has a board of its own. Raises `GitError`."""
        beside = os.path.dirname(os.path.join(self._root, self._own))
        named = ("ls-tree", "--name-only", "--full-tree", commit, "--", self._own)
        return bool(ask(self._root, *named)) or had_board(self._root, commit, beside)

    def _check_out(self, commit: str, laid: bool) -> str:
        """Check a commit out, with today's board if that is `laid` over it; return its hash."""
        tree = self._tree
        ask(tree, "clean", "--quiet", "-ffdx")
        ask(tree, "checkout", "--quiet", "--force", "--detach", commit, seconds=CLONING)
        if not laid:
            return commit
        for path, content in self._laid.items():
            place = os.path.join(tree, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
        ask(tree, "add", "--force", "--", *self._laid)
        ask(tree, *AUTHOR, "commit", "--quiet", "--no-gpg-sign", "--allow-empty", "-m", "board")
        return head_of(tree)

    def _run(self, verb: str, base: str | None = None) -> bytes:
        """Run a command in the tree and return what it prints. Raises `UsageError`."""
        asked = msgspec.structs.replace(
            self._settings, base=base, history=os.path.join(self._scratch, "history.db")
        )
        board = os.path.join(self._tree, self._own) if self._settings.board else None
        folder = os.path.dirname(os.path.join(self._tree, self._own))
        parameters = {"no_run": self._no_run} if base else {}
        process = start(board, folder, asked, self._with_packages(), verb, **parameters)
        out, messages = ended(process, stopped=self.stopped)
        status = process.returncode
        if status >= ExitStatus.INTERNAL or status < 0 or not out.strip():
            raise failure(process, messages)
        return out

    def _with_packages(self) -> Mapping[str, str]:
        """Link the project's environment; its packages are taken from the tree, not from there."""
        workdir = os.path.join(self._tree, self._workdir)
        if not self._environment or not os.path.isdir(workdir):
            return self._environ
        link = os.path.join(workdir, ".venv")
        if not os.path.lexists(link):
            os.symlink(self._environment, link)
        sources = (os.path.join(workdir, name) for name in _SOURCES)
        return {**self._environ, "PYTHONPATH": next(filter(os.path.isdir, sources))}


def _files(root: str, board: Board) -> Iterator[tuple[str, bytes]]:
    """Yield today's board and the catalogues beside it, by their paths in the repository."""
    paths = [os.path.realpath(board.path)]
    for catalogue in board.catalogues:
        for folder, _, names in os.walk(os.path.realpath(catalogue)):
            paths += [os.path.join(folder, name) for name in names if not name.endswith(".pyc")]
    for path in paths:
        relative = os.path.relpath(path, root)
        if not relative.startswith(os.pardir) and os.path.isfile(path):
            with open(path, "rb") as file:
                yield relative, file.read()
