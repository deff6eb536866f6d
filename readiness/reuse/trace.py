"""What a command does with files and the network, as strace tells it."""

import itertools
import os
import stat
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from readiness.model.plan import Probe
from readiness.reuse.aliases import Aliases
from readiness.reuse.call import CALL, LINKING, POINTING, SystemCall, plain
from readiness.reuse.listings import Listings
from readiness.reuse.sockets import TALKS, Sockets
from readiness.startup.patterns import later
from readiness.text.worded import worded

TRACER: Final = "strace"

_CALLS: Final = (
    *("%file", "getdents", "getdents64", "fchdir", "clone", "clone3", "fork", "vfork"),
    *("socket", "getsockname", "getsockopt", "connect", "bind", "sendto", "sendmsg", "sendmmsg"),
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
_MOVES: Final = (*_STARTS, "chdir", "fchdir", "getdents")
"""Beginnings of lines whose meaning depends on the lines before."""
_CHANGING: Final = ("O_CREAT", "O_WRONLY", "O_TRUNC")
_RUNS: Final = ("execve", "execveat")
_LISTS: Final = frozenset(("getdents", "getdents64"))
_UNSEEN: Final = frozenset(
    (
        *("ptrace", "open_by_handle_at", "setns", "chroot", "pivot_root"),
        *("mount", "move_mount", "umount2"),
    )
)
"""Calls that access files without a trace, or change what their names mean."""
_APART: Final = "CLONE_NEW"
"""Flag that asks for a namespace, and so does the same, with a new process."""
_DENIED: Final = "io_uring_setup"
"""A way to files without a trace, for which programs have others, as not every kernel has it."""
_IN_VAIN: Final = ("ENOENT", "ENOTDIR", "EACCES", "EPERM")
_CLOCKS: Final = frozenset(("date", "cal", "timedatectl", "df"))
"""Programs that tell the time, or how much room there is."""
_HINDERED: Final = "ptrace"
"""The call that one tracer keeps others from."""
_RIGHTS: Final = stat.S_ISUID | stat.S_ISGID

_TIMES: Final = frozenset(("stat", "lstat", "newfstatat", "statx"))
"""Calls that tell the times of a file."""

_CWD = later(r"AT_FDCWD<([^>\\]*(?:\\.[^>\\]*)*)>")
_ENDS: Final = ("+++ exited with", "+++ killed by", "+++ superseded by execve")


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a command and all that it started. Paths are absolute.

    `opened` are files that were read or run, `looked_at` files that were only looked at, `folders`
    those that were; of `timed` files the times were asked. `listed` has the kind of each name of
    interest in a folder; those are `moving` where that was not the same at each look, `partial`
    where no look went on to the end. `absent` was looked for in vain, `refused` for want of a
    right, `written` made, changed or removed by the `processes`, `touched` given other times by an
    open descriptor. `spoke` is what was asked that may answer otherwise, `gap` why the trace may
    not be whole; both are empty where all is well. What is `hindered` may go otherwise where no
    tracer is; so may what was `denied` a call that few kernels have.
    """

    opened: frozenset[str] = frozenset()
    looked_at: frozenset[str] = frozenset()
    timed: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    listed: dict[str, dict[str, str]] = {}
    moving: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    processes: frozenset[str] = frozenset()
    spoke: str = ""
    gap: str = ""
    hindered: bool = False
    denied: bool = False


def find_tracer(search: str) -> str:
    """Return the file of strace on a PATH; empty where there is none."""
    files = (os.path.join(folder, TRACER) for folder in search.split(os.pathsep) if folder)
    return next((file for file in files if os.access(file, os.X_OK)), "")


def traced(probe: Probe, tracer: str, prefix: str) -> Probe:
    """Return the probe, first run under strace, which writes files that begin with `prefix`.

    The command stays a child of its starter and the leader of its session; strace is neither.
    """
    options = ("-D", "-ff", "-A", "-q", "-y", "--seccomp-bpf", "-e", f"trace={','.join(_CALLS)}")
    abbreviated = ("-e", "signal=!SIGCHLD", "-e", f"abbrev=!{','.join(sorted(_LISTS))}")
    denied = ("-e", f"inject={_DENIED}:error=ENOSYS")
    under = (tracer, *options, *abbreviated, *denied, "-o", prefix, "--")
    return msgspec.structs.replace(probe, first_under=under)


def read_trace(prefix: str, workdir: str, *, copies: bool = False) -> Trace:
    """Read strace's output for a command that began in `workdir`.

    One that `copies` is believed where its first process says that it does nothing else meanwhile.
    """
    folder, name = os.path.split(prefix)
    try:
        outputs = [output for output in os.listdir(folder) if output.startswith(f"{name}.")]
    except OSError:
        outputs = []
    files = {int(output[len(name) + 1 :]): os.path.join(folder, output) for output in outputs}
    if not files:
        return Trace(gap=worded("traced.nothing"), hindered=True)
    lines = {pid: _trace_lines(path) for pid, path in files.items()}
    return _Reading(lines, workdir, copies=copies).trace()


def _trace_lines(path: str) -> list[str]:
    with open(path, "rb") as file:
        return file.read().decode("latin-1").splitlines()  # which needs no codec to be imported


class _Reading:
    """The traces of all processes of a command, each read from the folder in which it began."""

    def __init__(self, lines: dict[int, list[str]], workdir: str, *, copies: bool) -> None:
        self._lines = lines
        self._workdir = workdir
        self._may_copy = copies
        self._opened: set[str] = set()
        self._looked_at: set[str] = set()
        self._timed: set[str] = set()
        self._folders: set[str] = set()
        self._listed: dict[str, dict[str, str]] = {}
        self._moving: set[str] = set()
        self._partial: set[str] = set()
        self._entries: dict[str, dict[str, str]] = {}
        self._listings = Listings(self._entries)
        self._done: dict[str, set[str]] = defaultdict(set)
        self._absent: set[str] = set()
        self._refused: set[str] = set()
        self._written: set[str] = set()
        self._touched: set[str] = set()
        self._ran: set[str] = set()
        self._gap = ""
        self._aliases = Aliases()
        self._sockets = Sockets()
        self._hindered = self._is_denied = False

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
                copies = self._may_copy and pid in roots
                waiting.extend(self._process(self._lines[pid], folder, copies=copies))
        if len(roots) != 1:
            self._hinder(worded("traced.roots"))
        if not self._ran:
            self._hinder(worded("traced.nothing"))
        for path in filter(_gives_rights, self._ran):
            self._hinder(worded("traced.rights", path=path))
        spoke, looked_up = self._sockets.outside()
        self._absent |= looked_up
        if self._aliases.settle():
            self._read_through_links()
        self._run_what_is_gone()
        return Trace(
            opened=frozenset(self._opened),
            looked_at=frozenset(self._looked_at - self._opened),
            timed=frozenset(self._timed),
            folders=frozenset(self._folders),
            listed=self._listed,
            moving=frozenset(self._moving),
            partial=frozenset(self._partial),
            absent=frozenset(self._absent - self._opened),
            refused=frozenset(self._refused - self._opened),
            written=frozenset(self._written),
            touched=frozenset(self._touched),
            processes=frozenset(map(str, self._lines)),
            spoke=spoke or next(filter(_tells_time, self._ran), ""),
            gap=self._gap,
            hindered=self._hindered,
            denied=self._is_denied,
        )

    def _read_through_links(self) -> None:
        """Add by their lasting names what was read through links and in copies of its own.

        What has been put in place of a link is not told from what lay behind that: it counts as it
        is now. Folders are listed by their lasting names.
        """
        vain = [
            other for path in self._absent | self._refused for other in self._aliases.within(path)
        ]
        self._looked_at.update(filter(os.path.lexists, vain))
        for paths in (self._opened, self._looked_at, self._timed, self._folders):
            others = {other for path in paths for other in self._aliases.of(path)}
            vain += itertools.filterfalse(os.path.lexists, others)
            paths.update(filter(os.path.lexists, others))
        self._absent.update(itertools.filterfalse(os.path.lexists, vain))
        for folder in self._aliases.folders - self._listed.keys():
            self._listed[folder] = {}
            self._partial.add(folder)

    def _run_what_is_gone(self) -> None:
        """Add what runs scripts of a copy that is gone, by the first lines of their originals."""
        gone = {os.path.basename(path) for path in self._ran if not os.path.exists(path)}
        for path in [*self._opened] if gone else ():
            if os.path.basename(path) in gone and (interpreter := _interpreter(path)):
                self._opened.add(os.path.join(self._workdir, interpreter))

    def _hinder(self, why: str) -> None:
        self._gap = self._gap or why
        self._hindered = True

    def _process(self, lines: list[str], folder: str, *, copies: bool) -> Iterator[tuple[int, str]]:
        """Process the lines of one process; yield those it started, each with its folder."""
        if not lines or not lines[-1].startswith(_ENDS):
            self._hinder(worded("traced.no_end"))
        self._listings = Listings(self._entries)
        for line in lines:
            copying = copies and self._aliases.is_copying(line)
            is_done = line in self._done[folder] and not copying
            if is_done or (words := CALL.match(line)) is None:
                continue
            call = SystemCall(*words.groups())
            if at := _CWD.match(call.arguments):
                folder = plain(at[1])
            if copying and self._aliases.copies(call, call.paths(folder)):
                continue
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
            known = self._listed.setdefault(folder, names)
            if folder in self._partial and known.items() <= names.items():
                self._listed[folder] = known = names
                self._partial.discard(folder)
            if known != names:
                self._moving.add(folder)
        for folder, names in self._listings.begun.items():
            if folder not in self._listed:
                self._listed[folder] = names
                self._partial.add(folder)
            elif not names.items() <= self._listed[folder].items():
                self._moving.add(folder)

    def _beside_paths(self, call: SystemCall) -> bool:
        """Process a call that names no file; return False if it names one."""
        if call.name in _LISTS:
            self._listings.take(call)
        elif call.name in TALKS:
            self._sockets.take(call)
        elif call.name == _HINDERED:
            self._hinder(worded("traced.uses", call=call.name))
        elif call.name == _DENIED:
            self._is_denied = True
        elif call.name in _UNSEEN:
            if not call.error:
                self._gap = self._gap or worded("traced.uses", call=call.name)
        elif call.name == "utimensat" and not call.paths("/"):
            self._touched.add(call.descriptor())
        else:
            return call.name in _UNTOLD
        return True

    def _take(self, call: SystemCall, folder: str) -> str:
        """Process a call made in a folder; return the folder that its process is in then."""
        if self._beside_paths(call):
            return folder
        if call.name == "fchdir":
            return call.descriptor() or folder
        paths = call.paths(folder)
        if not paths:
            return folder
        if call.error in _IN_VAIN:
            (self._absent if call.error in _IN_VAIN[:2] else self._refused).add(paths[0])
        elif call.name in _OPENS:
            self._open(call, paths[0])
        elif call.name in _LOOKS:
            (self._folders if "S_IFDIR" in call.arguments else self._looked_at).add(paths[0])
            if call.name in _TIMES and "S_IFREG" in call.arguments:
                self._timed.add(paths[0])
        elif call.name == "chdir":
            self._folders.add(paths[0])
            return folder if call.error else paths[0]
        elif not call.error:
            self._aliases.take(call, paths)
            self._written.update(paths[1:] if call.name in (*LINKING, *POINTING) else paths)
        return folder

    def _open(self, call: SystemCall, path: str) -> None:
        if call.name == "creat" or any(flag in call.arguments for flag in _CHANGING):
            self._written.add(path)
        if "O_EXCL" in call.arguments and "O_CREAT" in call.arguments and not call.error:
            self._absent.add(path)
            return
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


def _interpreter(path: str) -> str:
    """Return the program in a script's first line, which the system opens unseen."""
    try:
        with open(path, "rb") as file:
            line = file.readline(256)
    except OSError:
        return ""
    words = line[2:].split() if line.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else ""


def _tells_time(path: str) -> bool:
    """Return whether a program answers something else at each moment."""
    return os.path.basename(path) in _CLOCKS


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
            call = CALL.match(line)
            if call is not None and call[3].isdigit():
                yield call[3]
