"""The base of a change: its commit, its board and its catalogue, read from the object store."""

import os
import re
import shutil
from collections.abc import Mapping

import msgspec

from readiness.guard.submodules import with_submodules
from readiness.guard.tree import LINK, Commit, Wanted
from readiness.load import board_folders, load_board
from readiness.model.board import Board
from readiness.model.errors import BaseError, BoardError, UsageError
from readiness.model.settings import BoardSettings, find_board, is_board_name
from readiness.project.change import meant_by
from readiness.project.git import GitError, ask, head_of, is_shallow
from readiness.prove.copying import is_below
from readiness.text.worded import worded

_TASKS = re.compile(rb"^[\"']?tasks[\"']?:", re.MULTILINE)
_PYPROJECT = "pyproject.toml"


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """A resolved revision, and where the parts of it that a board needs were written.

    `board` is the path that its board has in the repository, "" where it has none; `folder` holds
    the copies, below the same paths. It lies in a folder of its own as the repository lies in the
    root of the file system, so that what a path such as `../other` means there is known.
    """

    ref: str
    root: str
    commit: Commit
    folder: str
    board: str

    def load(self, environ: Mapping[str, str], profile: str | None) -> Board:
        """Load the copy's board. Raises `BaseError` with all that is wrong with it."""
        if not self.board:
            raise BaseError(worded("usage.base_no_board", ref=self.ref))
        try:
            return load_board(
                os.path.join(self.folder, self.board), profile=profile, environ=environ
            )
        except BoardError as error:
            faults = "\n".join(str(fault).replace(f"{self.folder}/", "") for fault in error.faults)
            raise BaseError(worded("usage.base_not_loaded", ref=self.ref, why=faults)) from None
        except UsageError as error:
            said = str(error).replace(f"{self.folder}/", "")
            raise BaseError(worded("usage.base_unread", ref=self.ref, why=said)) from None

    def workdir_of(self, board: Board) -> str:
        """Return the board's workdir relative to the repository's root, or absolute outside."""
        return _place_in(self.root, self._original(board.workdir))

    def _original(self, path: str) -> str:
        """Return the original of a path in the copy; a path beside the copy was not copied."""
        top = _top(self.folder, self.root)
        return path.removeprefix(top) if path.startswith(f"{top}/") else path


def open_base(ref: str, board: str, *, searched_from: str | None, scratch: str) -> Base:
    """Resolve `ref` in the repository of the head's `board`, and copy what its board needs.

    Where nobody named the board, `searched_from` is the folder from which it was looked for, and
    the base's own is looked for from there too. The copies are below `scratch`, an empty folder.
    Raises `BaseError`, and `UsageError` where there is no such revision.
    """
    if not ref:
        raise UsageError(worded("usage.base_name"))
    if ref.startswith("-"):
        raise UsageError(worded("usage.base_dash", ref=ref))
    try:
        root, commit = _resolve(ref, os.path.dirname(os.path.realpath(_beside(board))))
        listing = with_submodules(Commit(root, commit))
    except GitError as error:
        raise BaseError(worded("usage.base_unread", ref=ref, why=error)) from None
    own = relative_to(root, board)
    if own.startswith(".."):
        raise BaseError(worded("usage.base_not_in", ref=ref, board=board, folder=root))
    start = None if searched_from is None else relative_to(root, os.path.join(searched_from, ""))
    folder = os.path.realpath(scratch) + root
    os.makedirs(folder)
    try:
        found_board = _board_of(listing, own, folder, start)
        if found_board:
            _copy(listing, found_board, folder)
    except GitError as error:
        raise BaseError(worded("usage.base_unread", ref=ref, why=error)) from None
    return Base(ref=ref, root=root, commit=listing, folder=folder, board=found_board)


def relative_to(root: str, path: str) -> str:
    """Return a path relative to the repository at `root`; the file itself may be a link."""
    return _plain(os.path.relpath(_beside(path), os.path.realpath(root)))


def _place_in(root: str, folder: str) -> str:
    """Return a folder relative to the repository's root ("" for the root), or absolute outside."""
    relative = os.path.relpath(folder, root)
    return os.path.realpath(folder) if relative.startswith("..") else _plain(relative)


def _beside(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path) or "."), os.path.basename(path))


def _plain(relative: str) -> str:
    return "" if relative == "." else relative


# --- the revision ---------------------------------------------------------------------------------


def _resolve(ref: str, folder: str) -> tuple[str, str]:
    try:
        root = os.fsdecode(ask(folder, "rev-parse", "--show-toplevel")).rstrip("\n")
    except GitError as error:
        raise UsageError(worded("usage.base_unread", ref=ref, why=error)) from None
    commit = meant_by(root, ref)
    if not commit and head_of(root, ref):
        raise UsageError(worded("usage.base_apart", ref=ref, advice=_hint(ref, root)))
    if not commit:
        raise UsageError(worded("usage.base_no_commit", ref=ref, advice=_hint(ref, root)))
    return root, commit


def _hint(ref: str, root: str) -> str:
    """Return how to get the revision, as far as its name says where it comes from."""
    remotes = ask(root, "remote").decode("utf-8", "replace").split()
    remote, _, branch = ref.partition("/")
    cut = is_shallow(root)
    command = "git fetch --unshallow" if cut else "git fetch"
    if remote in remotes and branch:
        command += f" {remote} {branch}:refs/remotes/{ref}"
    return worded("usage.shallow", command=command) if cut else command


# --- its board ------------------------------------------------------------------------------------


def _board_of(commit: Commit, own: str, folder: str, start: str | None) -> str:
    """Return the base's board: of the same path, as its own search finds it, or renamed."""
    if start is None and own in commit.blobs:
        return own
    if start is None or start.startswith(".."):
        start = os.path.dirname(own)
    if found := _searched(commit, start, folder):
        return found
    if own in commit.blobs:
        return own
    return _renamed(commit, own)


def _searched(commit: Commit, start: str, folder: str) -> str:
    """Return the board that a search from the folder `start` of the base would find, or ""."""
    folders = set(_upwards(start))

    def is_looked_at(path: str) -> bool:
        folder, name = os.path.split(path)
        return folder in folders and (name == _PYPROJECT or is_board_name(name))

    area = os.path.join(folder, ".search")
    try:
        os.makedirs(os.path.join(area, start))
        os.makedirs(os.path.join(area, ".git"))  # where the search ends
        commit.export(area, is_looked_at)
        found = find_board(BoardSettings(), {}, os.path.join(area, start))
        path = os.path.relpath(os.path.join(area, start, found), area)
        return path if path in commit.blobs else ""
    except UsageError:
        return ""
    finally:
        shutil.rmtree(area, ignore_errors=True)


def _upwards(folder: str) -> list[str]:
    folders = [folder]
    while folder:
        folder = os.path.dirname(folder)
        folders.append(folder)
    return folders


def _renamed(commit: Commit, own: str) -> str:
    """Return the likeliest board of the base that the head no longer has, or ""."""
    gone = [
        path
        for path in commit.blobs
        if path.endswith((".yaml", ".yml")) and not os.path.lexists(os.path.join(commit.root, path))
    ]
    boards = [
        path
        for path, content in commit.read(gone).items()
        if _TASKS.search(content) and b"criteria" in content
    ]
    folder = os.path.dirname(own)
    return min(boards, key=lambda path: (os.path.dirname(path) != folder, path), default="")


# --- what it needs --------------------------------------------------------------------------------


def _copy(commit: Commit, board: str, folder: str) -> None:
    """Write the board and its catalogue, or all files if links or the board need them."""
    commit.export(folder, lambda path: path == board)
    place = os.path.join(folder, board)
    try:
        named = board_folders(place)
    except UsageError:
        named = []
    folders = [_plain(os.path.relpath(path, folder)) for path in named]
    for path in named:
        _link_outside(os.path.normpath(path), commit.root, folder)
    content = commit.read([board]).get(board, b"")
    if b"READINESS_CHECK_DIR" in content:  # of a command in the board: the board's own folder
        folders.append(os.path.dirname(board))
    linked = any(_is_linked(commit, path) for path in [board, *folders])
    commit.export(folder, _below([""] if linked else folders))


def _link_outside(place: str, root: str, folder: str) -> None:
    """Link a catalogue beside the repository, which no change can alter, into the copy."""
    top = _top(folder, root)
    if is_below(place, folder) or not is_below(place, top) or os.path.lexists(place):
        return
    there = os.path.realpath(place.removeprefix(top))
    if os.path.isdir(there) and not is_below(there, os.path.realpath(root)):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.symlink(there, place)


def _is_linked(commit: Commit, path: str) -> bool:
    return any(
        above in commit.blobs and commit.blobs[above].mode == LINK for above in _upwards(path)
    )


def _below(folders: list[str]) -> Wanted:
    return lambda path: any(not each or path.startswith(f"{each}/") for each in folders)


def _top(folder: str, root: str) -> str:
    """Return the folder that holds the copy of the repository as `/` holds the original."""
    return folder.removesuffix(root)
