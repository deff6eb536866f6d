"""What a command does with files and the network, as strace tells it."""

import os
import re
import stat
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from readiness.model.plan import Probe
from readiness.reuse.files import is_of_interest
from readiness.startup.patterns import later
from readiness.text.worded import worded

TRACER: Final = "strace"

_CALLS: Final = (
    *("%file", "getdents", "getdents64", "fchdir", "clone", "clone3", "fork", "vfork"),
    *("connect", "bind", "sendto", "sendmsg", "sendmmsg"),
    *("io_uring_setup", "ptrace", "open_by_handle_at", "setns", "unshare"),
    "move_mount",
)
_OPENS: Final = frozenset(("open", "openat", "openat2", "creat", "execve", "execveat"))
_LOOKS: Final = frozenset(
    (
        *("stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2"),
        *("readlink", "readlinkat", "statfs", "getxattr", "lgetxattr", "listxattr", "llistxattr"),
        "name_to_handle_at",
    )
)
_STARTS: Final = ("clone", "fork", "vfork")
_FORKS: Final = frozenset((*_STARTS, "clone3"))
_UNTOLD: Final = frozenset(("getcwd", "inotify_add_watch"))
_OF_TWO: Final = frozenset(
    ("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat")
)
_MOVES: Final = (*_STARTS, "chdir", "fchdir", "getdents")
"""Beginnings of lines whose meaning depends on the lines before."""
_CHANGING: Final = ("O_CREAT", "O_WRONLY", "O_TRUNC")
_ITSELF: Final = (".", "..")
_RUNS: Final = ("execve", "execveat")
_LISTS: Final = frozenset(("getdents", "getdents64"))
_TALKS: Final = frozenset(("connect", "bind", "sendto", "sendmsg", "sendmmsg"))
_UNSEEN: Final = frozenset(
    (
        *("io_uring_setup", "ptrace", "open_by_handle_at", "setns", "chroot", "pivot_root"),
        *("mount", "move_mount", "umount2"),
    )
)
"""Calls that access files without a trace, or change what their names mean."""
_APART: Final = "CLONE_NEW"
"""Flag that asks for a namespace, and so does the same, with a new process."""
_HINDERED: Final = "ptrace"
"""The call that one tracer keeps others from."""
_RIGHTS: Final = stat.S_ISUID | stat.S_ISGID

_CALL = later(r"(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+|\?)(?:<[^>\\]*(?:\\.[^>\\]*)*>)?(?: (E\w+))?")
_PATH = later(r'(?:(?:AT_FDCWD|-?\d+)(?:<([^>\\]*(?:\\.[^>\\]*)*)>)?, )?"([^"\\]*(?:\\.[^"\\]*)*)"')
_CWD = later(r"AT_FDCWD<([^>\\]*(?:\\.[^>\\]*)*)>")
_FD = later(r"\d+<([^>\\]*(?:\\.[^>\\]*)*)>")
_FAMILY = later(r"sa_family=(AF_\w+)")
_ENTRY = later(r'd_type=DT_(\w+), d_name="([^"\\]*(?:\\.[^"\\]*)*)"')
_ESCAPE = later(r"\\([0-7]{1,3}|x[0-9a-f]{2}|.)")
_SHORT: Final = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f", "a": "\a", "b": "\b"}
_ENDS: Final = ("+++ exited with", "+++ killed by", "+++ superseded by execve")


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a command and all that it started. Paths are absolute.

    `opened` are files that were read or run, `looked_at` files that were only looked at, `folders`
    those that were. `listed` has the kind of each name of interest in a folder; those are `moving`
    where that was not the same at each look. `absent` was looked for in vain, `written` made,
    changed or removed. `spoke` is what was spoken to beside Unix sockets, `gap` why the trace may
    not be whole; both are empty where all is well. What is `hindered` may go otherwise where no
    tracer is.
    """

    opened: frozenset[str] = frozenset()
    looked_at: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    listed: dict[str, dict[str, str]] = {}
    moving: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    spoke: str = ""
    gap: str = ""
    hindered: bool = False


def find_tracer(search: str) -> str:
    """Return the file of strace on a PATH; empty where there is none."""
    files = (os.path.join(folder, TRACER) for folder in search.split(os.pathsep) if folder)
    return next((file for file in files if os.access(file, os.X_OK)), "")


def traced(probe: Probe, tracer: str, prefix: str) -> Probe:
    """Return the probe, first run under strace, which writes files that begin with `prefix`.

    The command stays a child of its starter and the leader of its session; strace is neither.
    """
    options = ("-D", "-ff", "-A", "-q", "-y", "--seccomp-bpf", "-e", f"trace={','.join(_CALLS)}")
    abbreviated = ("-e", "signal=none", "-e", f"abbrev=!{','.join(sorted(_LISTS))}")
    under = (tracer, *options, *abbreviated, "-o", prefix, "--")
    return msgspec.structs.replace(probe, first_under=under)


def read_trace(prefix: str, workdir: str) -> Trace:
    """Read strace's output for a command that began in `workdir`."""
    folder, name = os.path.split(prefix)
    try:
        outputs = [output for output in os.listdir(folder) if output.startswith(f"{name}.")]
    except OSError:
        outputs = []
    files = {int(output[len(name) + 1 :]): os.path.join(folder, output) for output in outputs}
    if not files:
        return Trace(gap=worded("traced.nothing"), hindered=True)
    return _Reading({pid: _trace_lines(path) for pid, path in files.items()}, workdir).trace()


def _trace_lines(path: str) -> list[str]:
    with open(path, "rb") as file:
        return file.read().decode("latin-1").splitlines()  # which needs no codec to be imported


class _Reading:
    """The traces of all processes of a command, each read from the folder in which it began."""

    def __init__(self, lines: dict[int, list[str]], workdir: str) -> None:
        self._lines = lines
        self._workdir = workdir
        self._opened: set[str] = set()
        self._looked_at: set[str] = set()
        self._folders: set[str] = set()
        self._listed: dict[str, dict[str, str]] = {}
        self._moving: set[str] = set()
        self._entries: dict[str, dict[str, str]] = {}
        self._listings = _Listings(self._entries)
        self._done: dict[str, set[str]] = defaultdict(set)
        self._absent: set[str] = set()
        self._written: set[str] = set()
        self._ran: set[str] = set()
        self._spoke = self._gap = ""
        self._hindered = False

    def trace(self) -> Trace:
        """Read the lines of all processes into one trace."""
        begun: dict[int, str] = {}
        started: set[int] = set()
        for lines in self._lines.values():
            started |= {int(pid) for pid in _children(lines)}
        roots = self._lines.keys() - started
        waiting = deque((pid, self._workdir) for pid in sorted(roots))
        while waiting:
            pid, folder = waiting.popleft()
            if pid in begun:
                continue
            begun[pid] = folder
            if pid not in self._lines:
                self._hinder(worded("traced.untraced", pid=pid))
            else:
                waiting.extend(self._process(self._lines[pid], folder))
        if len(roots) != 1:
            self._hinder(worded("traced.roots"))
        if not self._ran:
            self._hinder(worded("traced.nothing"))
        for path in filter(_gives_rights, self._ran):
            self._hinder(worded("traced.rights", path=path))
        return Trace(
            opened=frozenset(self._opened),
            looked_at=frozenset(self._looked_at - self._opened),
            folders=frozenset(self._folders),
            listed=self._listed,
            moving=frozenset(self._moving),
            absent=frozenset(self._absent - self._opened),
            written=frozenset(self._written),
            spoke=self._spoke,
            gap=self._gap,
            hindered=self._hindered,
        )

    def _hinder(self, why: str) -> None:
        self._gap = self._gap or why
        self._hindered = True

    def _process(self, lines: list[str], folder: str) -> Iterator[tuple[int, str]]:
        """Process the lines of one process; yield those it started, each with its folder."""
        if not lines or not lines[-1].startswith(_ENDS):
            self._hinder(worded("traced.no_end"))
        self._listings = _Listings(self._entries)
        for line in lines:
            if line in self._done[folder] or (words := _CALL.match(line)) is None:
                continue
            call = _Call(*words.groups())
            if at := _CWD.match(call.arguments):
                folder = _plain(at[1])
            if not line.startswith(_MOVES):
                self._done[folder].add(line)
            if _APART in call.arguments and call.name in (*_FORKS, "unshare") and not call.error:
                self._gap = self._gap or worded("traced.uses", call=_APART)
            if call.name in _FORKS and call.result[0] not in "-?":
                yield int(call.result, 0), folder
            else:
                folder = self._take(call, folder)
        self._note_listings()

    def _note_listings(self) -> None:
        for folder, names in self._listings.whole:
            if self._listed.setdefault(folder, names) != names:
                self._moving.add(folder)
        for folder, names in self._listings.begun.items():
            self._listed.setdefault(folder, names)
            self._moving.add(folder)

    def _beside_paths(self, call: "_Call") -> bool:
        """Process a call that names no file; return False if it names one."""
        if call.name in _LISTS:
            self._listings.take(call)
        elif call.name in _TALKS:
            family = _FAMILY.search(call.arguments)
            if family and family[1] not in ("AF_UNIX", "AF_LOCAL"):
                self._spoke = self._spoke or f"{call.name} {family[1]}"
        elif call.name == _HINDERED:
            self._hinder(worded("traced.uses", call=call.name))
        elif call.name in _UNSEEN:
            if not call.error:
                self._gap = self._gap or worded("traced.uses", call=call.name)
        else:
            return call.name in _UNTOLD
        return True

    def _take(self, call: "_Call", folder: str) -> str:
        """Process a call made in a folder; return the folder that its process is in then."""
        if self._beside_paths(call):
            return folder
        if call.name == "fchdir":
            return call.descriptor() or folder
        paths = call.paths(folder)
        if not paths:
            return folder
        if call.error in ("ENOENT", "ENOTDIR"):
            self._absent.add(paths[0])
        elif call.name in _OPENS:
            self._open(call, paths[0])
        elif call.name in _LOOKS:
            (self._folders if "S_IFDIR" in call.arguments else self._looked_at).add(paths[0])
        elif call.name == "chdir":
            self._folders.add(paths[0])
            return folder if call.error else paths[0]
        elif not call.error:
            self._written.update(paths)
        return folder

    def _open(self, call: "_Call", path: str) -> None:
        if call.name == "creat" or any(flag in call.arguments for flag in _CHANGING):
            self._written.add(path)
        if "O_DIRECTORY" in call.arguments:
            self._folders.add(path)
        elif call.name != "creat" and not any(flag in call.arguments for flag in _CHANGING[1:]):
            self._opened.add(path)
        if call.name in _RUNS:
            self._run(path, call.error)

    def _run(self, path: str, error: str | None) -> None:
        interpreter = _interpreter(path)
        if interpreter:
            self._opened.add(os.path.join(self._workdir, interpreter))
        if not error:
            self._ran.add(path)


class _Call(msgspec.Struct, frozen=True):
    """One system call, as strace writes it; `error` is empty where it succeeded."""

    name: str
    arguments: str
    result: str
    error: str | None

    def descriptor(self) -> str:
        """Return the path of the descriptor that the call names first."""
        descriptor = _FD.match(self.arguments)
        return _plain(descriptor[1]) if descriptor else ""

    def paths(self, folder: str) -> list[str]:
        """Return the files that the call names: of most calls the first alone."""
        paths = list(_PATH.finditer(self.arguments))
        if self.name not in _OF_TWO:
            paths = [path for path in paths[:1] if path.start() == 0]
        pairs = [(_plain(path[1] or "") or folder, _plain(path[2])) for path in paths]
        return [_plain_path(os.path.join(start, text)) for start, text in pairs if text]


class _Listings:
    """The folders that a process lists: `whole` those that it reads to their ends.

    `known` are the entries that calls gave which were read already.
    """

    def __init__(self, known: dict[str, dict[str, str]]) -> None:
        self.whole: list[tuple[str, dict[str, str]]] = []
        self.begun: dict[str, dict[str, str]] = {}
        self._known = known

    def take(self, call: _Call) -> None:
        """Process the result of one call; an empty result ends the listing."""
        folder = call.descriptor()
        names = self.begun.setdefault(folder, {})
        if call.result == "0":
            self.whole.append((folder, self.begun.pop(folder)))
        if call.arguments not in self._known:
            entries = {_plain(name): kind for kind, name in _ENTRY.findall(call.arguments)}
            self._known[call.arguments] = {
                name: kind
                for name, kind in entries.items()
                if name not in _ITSELF and is_of_interest(name)
            }
        names.update(self._known[call.arguments])


def _plain_path(path: str) -> str:
    """Normalise a path; what is above a link is above where it leads."""
    if "/../" not in f"{path}/":
        return os.path.normpath(path)
    above, _, name = path.rpartition("/")
    if name in (*_ITSELF, ""):
        return os.path.realpath(path)
    return os.path.join(os.path.realpath(above), name)


def _interpreter(path: str) -> str:
    """Return the program in a script's first line, which the system opens unseen."""
    try:
        with open(path, "rb") as file:
            line = file.readline(256)
    except OSError:
        return ""
    words = line[2:].split() if line.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else ""


def _gives_rights(path: str) -> bool:
    """Return whether a program has rights of its own, which it does not get where it is traced."""
    try:
        if os.stat(path).st_mode & _RIGHTS:
            return True
        os.getxattr(path, "security.capability")
    except OSError:
        return False
    return True


def _children(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith(_STARTS):
            call = _CALL.match(line)
            if call is not None and call[3].isdigit():
                yield call[3]


def _plain(text: str) -> str:
    """Decode a name from the escapes in which strace writes it."""
    if "\\" not in text:
        return text
    pieces = _ESCAPE.sub(_unescaped, text)
    return pieces.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    return _SHORT.get(code, code)
