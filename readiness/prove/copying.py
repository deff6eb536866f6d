"""Throw-away copies of a project."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

import msgspec

from readiness.project.git import CACHES, GitError, ask, repository

LINKED_FROM = 200 * 2**20
"""The size from which a folder that git ignores is linked instead of copied, in bytes."""

NOT_COPIED = frozenset((".readiness",))
_OBJECTS = "objects"
_NOT_OF_A_COPY = frozenset((_OBJECTS, "worktrees", "modules", "lfs", "gitdir", "commondir"))

Programs = Mapping[str, str]
Fill = Callable[[str, Programs], None]
"""Puts replacements of programs (by name, each with its file) into a folder."""


class ProjectPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a project lies: all below `root` is copied. Paths are absolute."""

    root: str
    workdir: str
    board: str

    def moved(self, target: str) -> "ProjectPlace":
        """Return the place in a copy whose root is `target`; a board outside the root stays."""
        return ProjectPlace(
            root=target,
            workdir=self._moved(self.workdir, target),
            board=self._moved(self.board, target),
        )

    def _moved(self, path: str, target: str) -> str:
        return target + path[len(self.root) :] if is_below(path, self.root) else path

    def translate(self, text: str, target: str) -> str:
        """Return a text in which paths below the root lead to the copy."""
        if self.root not in text:
            return text
        pattern = rf"(?<![\w.-]){re.escape(self.root)}(?![\w.-])"
        return re.sub(pattern, lambda _: target, text)


def place_of(workdir: str, board: str) -> ProjectPlace:
    """Return the place of the project in `workdir`: its repository, or the board's folder."""
    workdir, board = os.path.abspath(workdir), os.path.abspath(board)
    root = repository(workdir)
    beside = os.path.dirname(board)
    if not root:
        root = beside if is_below(workdir, beside) else workdir
    if root in (os.path.sep, os.path.expanduser("~")):
        root = workdir
    return ProjectPlace(root=root, workdir=workdir, board=board)


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.path.sep) + os.path.sep)


def is_installed(folder: str) -> bool:
    """Return whether programs were installed into this folder, as its name or installers say."""
    if os.path.isfile(os.path.join(folder, "pyvenv.cfg")) or os.path.basename(folder) == ".venv":
        return True
    return any(True for _ in _programs_in(os.path.join(folder, ".bin")))


class Original:
    """A project that is copied several times. `linked` names what copies only link to."""

    def __init__(self, place: ProjectPlace) -> None:
        self.place = place
        self.linked: list[str] = []
        self._is_repository = os.path.exists(os.path.join(place.root, ".git"))
        self._ignored = self._list("-o", "-i", "--exclude-standard", "--directory")
        self._caches = self._list("--", f":(glob){CACHES}")
        self._sizes: dict[str, bool] = {}
        self._logs = _appended_to()

    def _list(self, *options: str) -> frozenset[str]:
        if not self._is_repository:
            return frozenset()
        listed = _git(self.place.root, "ls-files", "-z", *options)
        return frozenset(os.fsdecode(path).rstrip("/") for path in listed.split(b"\0") if path)

    def size(self) -> int:
        """Return how many bytes are to be copied, or some number above LINKED_FROM."""
        return _size(self.place.root)

    # --- copies -----------------------------------------------------------------------------------

    def copy(self, target: str, fill: Fill) -> ProjectPlace:
        """Copy the project to `target`, which is not there yet, and return where it lies.

        Of folders with installed programs, such as `.venv`, the programs are given to `fill`, and
        all else is linked. Of the repository, the objects are shared and the rest is copied. What
        Python made of modules stays behind, unless it is tracked: it may be made by other rules.
        """
        self._folder(self.place.root, target, "", target, fill)
        if self._is_repository:
            _copy_repository(self.place.root, target)
        return self.place.moved(target)

    def hollow(self, target: str, fill: Fill) -> ProjectPlace:
        """Copy what is left of the project when all its files are gone: installed programs."""
        moved = self.place.moved(target)
        os.makedirs(moved.workdir)
        for entry in _entries(self.place.workdir):
            if is_installed(entry.path):
                self._installed(entry.path, os.path.join(moved.workdir, entry.name), target, fill)
        return moved

    def _folder(self, source: str, copy: str, relative: str, target: str, fill: Fill) -> None:
        os.mkdir(copy)
        for entry in _entries(source):
            inner = os.path.join(relative, entry.name)
            there = os.path.join(copy, entry.name)
            if entry.name == ".git" or (not relative and entry.name in NOT_COPIED):
                continue
            if is_installed(entry.path):
                self._installed(entry.path, there, target, fill)
            elif entry.is_symlink():
                os.symlink(self._target_of(entry.path, target), there)
            elif entry.is_dir():
                if self._is_large(entry.path, inner):
                    self._link(entry.path, there)
                else:
                    self._folder(entry.path, there, inner, target, fill)
            elif os.path.realpath(entry.path) in self._logs:
                self._link(entry.path, there)
            elif entry.is_file() and not self._is_left(inner):
                # Never a hard link: what a probe writes in place would change the original.
                shutil.copy2(entry.path, there)
        if relative:
            shutil.copystat(source, copy)

    def _is_left(self, path: str) -> bool:
        """Return whether a file is a cache of Python that an earlier run left."""
        is_cache = path.endswith(".pyc") and f"{os.sep}__pycache__{os.sep}" in f"{os.sep}{path}"
        return is_cache and path not in self._caches

    def _target_of(self, link: str, target: str) -> str:
        """Return where a link in the copy leads: into the copy, if it led into the project."""
        to = os.readlink(link)
        if not os.path.isabs(to):
            inside = os.path.normpath(os.path.join(os.path.dirname(link), to))
            return to if is_below(inside, self.place.root) else inside
        return self.place.translate(to, target)

    def _installed(self, source: str, copy: str, target: str, fill: Fill) -> None:
        os.mkdir(copy)
        if source not in self.linked:
            self.linked.append(source)
        for entry in _entries(source):
            there = os.path.join(copy, entry.name)
            if entry.name not in ("bin", ".bin") or not entry.is_dir():
                os.symlink(entry.path, there)
                continue
            os.mkdir(there)
            fill(there, dict(_programs_in(entry.path)))
            for other in _entries(entry.path):
                self._beside_programs(other.path, os.path.join(there, other.name), target)

    def _beside_programs(self, source: str, copy: str, target: str) -> None:
        """Copy files that are not programs: sourced scripts name the folder that they are in."""
        if os.path.lexists(copy) or is_program(source):
            return
        if os.path.isfile(source) and os.path.getsize(source) < 2**20:
            with open(source, encoding="utf-8", errors="surrogateescape") as file:
                text = file.read()
            with open(copy, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(self.place.translate(text, target))
        else:
            os.symlink(source, copy)

    def _is_large(self, folder: str, relative: str) -> bool:
        if relative not in self._ignored:
            return False
        if folder not in self._sizes:
            self._sizes[folder] = _size(folder) > LINKED_FROM
        return self._sizes[folder]

    def _link(self, source: str, copy: str) -> None:
        if source not in self.linked:
            self.linked.append(source)
        os.symlink(source, copy)


def _appended_to() -> frozenset[str]:
    """Return the files that running programs append to: of a log, a copy would not grow."""
    files = set()
    for entry in _entries("/proc"):
        for held in _entries(f"{entry.path}/fd") if entry.name.isdigit() else ():
            with suppress(OSError, StopIteration):
                path = os.readlink(held.path)
                with open(f"{entry.path}/fdinfo/{held.name}", encoding="ascii") as file:
                    flags = next(line for line in file if line.startswith("flags:"))
                if path[:1] == "/" and int(flags.split()[1], 8) & os.O_APPEND:
                    files.add(path)
    return frozenset(files)


def _copy_repository(root: str, target: str) -> None:
    """Create a repository for the copy, which reads the original's objects."""
    places = _git(
        root, "rev-parse", "--absolute-git-dir", "--git-common-dir", "--git-path", _OBJECTS
    )
    if not places:
        return
    lines = (os.path.join(root, os.fsdecode(line)) for line in places.splitlines())
    own, common, objects = (os.path.realpath(line) for line in lines)
    made = os.path.join(target, ".git")
    os.mkdir(made)
    for source in dict.fromkeys((common, own)):
        for entry in _entries(source):
            if entry.name in _NOT_OF_A_COPY or entry.name.endswith(".lock"):
                continue
            there = os.path.join(made, entry.name)
            if entry.is_dir(follow_symlinks=False):
                shutil.copytree(entry.path, there, symlinks=True, dirs_exist_ok=True)
            elif entry.is_file(follow_symlinks=False):
                shutil.copy2(entry.path, there)
    os.makedirs(os.path.join(made, _OBJECTS, "info"), exist_ok=True)
    os.makedirs(os.path.join(made, _OBJECTS, "pack"), exist_ok=True)
    with open(os.path.join(made, _OBJECTS, "info", "alternates"), "wb") as file:
        file.write(os.fsencode(objects) + b"\n")
    _git(target, "config", "--unset", "core.worktree")


def _git(folder: str, *words: str) -> bytes:
    """Run git in a folder and return its output, or b"" where it fails or is not installed."""
    try:
        return ask(folder, *words)
    except GitError:
        return b""


def _entries(folder: str) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _programs_in(folder: str) -> Iterator[tuple[str, str]]:
    for entry in _entries(folder):
        if is_program(entry.path):
            yield entry.name, entry.path


def is_program(path: str) -> bool:
    """Return whether a file can be run."""
    return os.path.isfile(path) and os.access(path, os.X_OK)


def programs_on(folders: Iterable[str]) -> dict[str, str]:
    """Return the programs in some folders, by name; the first folder wins."""
    programs: dict[str, str] = {}
    for folder in folders:
        for name, file in _programs_in(folder):
            programs.setdefault(name, file)
    return programs


def _size(folder: str) -> int:
    total = 0
    for path, folders, names in os.walk(folder):
        folders[:] = [
            each for each in folders if each != ".git" and not is_installed(f"{path}/{each}")
        ]
        for name in names:
            total += os.lstat(os.path.join(path, name)).st_size
        if total > LINKED_FROM:
            break
    return total
