"""Throw-away copies of the head in which the base's rules hold."""

import ast
import glob
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property

import msgspec
from msgspec.structs import replace

from readiness.guard.tree import Commit
from readiness.model.board import Board, Criterion
from readiness.project.environments import find_environment
from readiness.prove.copying import Original, ProjectPlace, is_below, place_of
from readiness.prove.standins import StandIns, World
from readiness.prove.trials import TrialPlan, part

_PACKAGES = "lib/python*/site-packages"


class Copied(msgspec.Struct, frozen=True):
    """A copy: the board as it is run there, and the environment of its probes."""

    board: Board
    environ: dict[str, str]

    def part(
        self,
        criteria: Mapping[str, Criterion],
        label: str,
        *,
        timeout: float | None,
        logs: str = "",
    ) -> TrialPlan:
        """Plan some criteria in the copy, by their ids, under names that end with `label`."""
        return part(self.board, criteria, label, self.environ, timeout=timeout, logs=logs)


class Worlds:
    """Makes copies of the head's project, which `board` is about, below `scratch`."""

    def __init__(self, board: Board, environ: Mapping[str, str], scratch: str) -> None:
        self._board = board
        self._scratch = scratch
        self._place = place_of(board.workdir, board.path)
        self._environ = dict(environ)
        own = find_environment(board.workdir, board.path, environ)
        self.environment = own.folder if own else ""
        if own is not None and not is_below(own.folder, self._place.root):
            folders = [own.programs, environ.get("PATH", os.defpath)]
            self._environ["PATH"] = os.pathsep.join(folders)

    @cached_property
    def _original(self) -> Original:
        return Original(self._place)  # asks git, so only where there is something to copy

    def sites(self) -> list[str]:
        """Return the package folders of the project's own environment, and those on PATH."""
        folders = [os.path.dirname(one) for one in self._environ.get("PATH", "").split(os.pathsep)]
        found = [
            site
            for folder in filter(None, [self.environment, *folders])
            for site in glob.glob(os.path.join(glob.escape(folder), _PACKAGES))
        ]
        return list(dict.fromkeys(found))

    def make(
        self,
        name: str,
        base: Commit | None = None,
        paths: Iterable[str] = (),
        *,
        world: World = World.NORMAL,
        taken: Iterable[str] = (),
    ) -> Copied:
        """Copy the head; of `paths`, relative to the repository, the copy has what `base` has.

        `world` decides what replaces the tools that are `taken`.
        """
        folder = os.path.join(self._scratch, name)
        stand_ins = StandIns(f"{folder}-programs", world, list(taken))
        moved = self._original.copy(folder, stand_ins.fill)
        if base is not None:
            lay_over(base, folder, paths)
        environ = stand_ins.environment(self._environ, self._place, moved)
        return Copied(self._moved(moved), environ)

    def _moved(self, moved: ProjectPlace) -> Board:
        """Return the board as it runs in the copy, with editable installs found there."""

        def redirected(one: Criterion) -> Criterion:
            check = one.check
            if check is None or check.name or self._place.root not in check.run:
                return one
            command = self._place.translate(check.run, moved.root)
            return replace(one, check=replace(check, run=command))

        tasks = tuple(
            replace(task, criteria=tuple(map(redirected, task.criteria)))
            for task in self._board.tasks
        )
        env = {
            name: self._place.translate(value, moved.root)
            for name, value in self._board.env.items()
        }
        folders = [self._place.translate(path, moved.root) for path in self._installed_from()]
        if folders:
            python_path = [*folders, *filter(None, [env.get("PYTHONPATH", "")])]
            env["PYTHONPATH"] = os.pathsep.join(python_path)
        return replace(self._board, workdir=moved.workdir, tasks=tasks, env=env)

    def _installed_from(self) -> list[str]:
        """Return the project's folders that its environment imports from: editable installs."""
        found = [
            os.path.normpath(folder)
            for site in self.sites()
            for file in sorted(glob.glob(os.path.join(glob.escape(site), "*editable*")))
            + sorted(glob.glob(os.path.join(glob.escape(site), "*.pth")))
            for folder in _named_in(file)
        ]
        inside = [path for path in found if os.path.isdir(path) and self._is_own(path)]
        return list(dict.fromkeys(inside))

    def _is_own(self, path: str) -> bool:
        own = bool(self.environment) and is_below(path, self.environment)
        return is_below(path, self._place.root) and not own


def _named_in(file: str) -> Iterator[str]:
    """Yield the folders that a `.pth` lists, or that the finder of an editable install maps."""
    try:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        if file.endswith(".pth"):
            yield from (line.strip() for line in text.splitlines() if line.startswith("/"))
        elif file.endswith(".py"):
            for node in ast.parse(text).body:
                if isinstance(node, ast.AnnAssign) and node.value and _is_mapping(node.target):
                    mapping: dict[str, str] = ast.literal_eval(node.value)
                    yield from (os.path.dirname(path) for path in mapping.values())
    except (OSError, ValueError, SyntaxError):
        return


def _is_mapping(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "MAPPING"


def lay_over(base: Commit, folder: str, paths: Iterable[str]) -> None:
    """Restore these files below `folder` as they are in the commit, or remove them.

    Nothing outside of the folder is written, whatever the head made of folders on the way.
    """
    wanted = set(paths)
    for path in wanted:
        whole = os.path.join(folder, path)
        for above in _above(path):
            place = os.path.join(folder, above)
            if os.path.islink(place) or os.path.isfile(place):
                os.unlink(place)
        if os.path.islink(whole) or os.path.isfile(whole):
            os.unlink(whole)
        _clear(folder, path)
    base.export(folder, wanted.__contains__)


def _clear(folder: str, path: str) -> None:
    """Remove the folders that a removed file leaves empty, as no commit has them."""
    with suppress(OSError):
        for above in reversed(_above(path)):
            os.rmdir(os.path.join(folder, above))


def _above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
