"""What a command does with files and the network, as strace tells it."""

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from readiness.model.plan import Probe
from readiness.startup.patterns import later

TRACER: Final = "strace"

LINGER_NS: Final = 150_000_000
"""What a command leaves running for longer than this outlives it."""

_CALLS: Final = (
    *("%file", "getdents", "getdents64", "fchdir", "clone", "clone3", "fork", "vfork"),
    *("connect", "bind", "sendto", "sendmsg", "sendmmsg"),
    *("io_uring_setup", "ptrace", "open_by_handle_at"),
)
_OPENS: Final = frozenset(("open", "openat", "openat2", "creat", "execve", "execveat"))
_LOOKS: Final = frozenset(
    (
        *("stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2"),
        *("readlink", "readlinkat", "statfs", "getxattr", "lgetxattr"),
    )
)
_CHANGING: Final = ("O_CREAT", "O_WRONLY", "O_TRUNC")
_LISTS: Final = frozenset(("getdents", "getdents64"))
_FORKS: Final = frozenset(("clone", "clone3", "fork", "vfork"))
_TALKS: Final = frozenset(("connect", "bind", "sendto", "sendmsg", "sendmmsg"))
_UNSEEN: Final = frozenset(("io_uring_setup", "ptrace", "open_by_handle_at"))
"""What does with files what no trace of calls shows."""

_CALL = later(r"(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+|\?)(?:<(?:[^>\\]|\\.)*>)?(?: (E\w+))?")
_PATH = later(r'(?:(?:AT_FDCWD|-?\d+)(?:<((?:[^>\\]|\\.)*)>)?, )?"((?:[^"\\]|\\.)*)"')
_CWD = later(r"AT_FDCWD<((?:[^>\\]|\\.)*)>")
_FD = later(r"\d+<((?:[^>\\]|\\.)*)>")
_FAMILY = later(r"sa_family=(AF_\w+)")
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-f]{2}|.)")
_SHORT: Final = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f", "a": "\a", "b": "\b"}
_ENDS: Final = ("+++ exited with", "+++ killed by", "+++ superseded by execve")


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a command and all that it started. Paths are absolute.

    `opened` are files that were read or run, `looked_at` regular files that were only looked at,
    `listed` folders, `absent` what was looked for in vain, `written` what was made, changed or
    removed. `spoke` is what was spoken to beside Unix sockets, `gap` why the trace may not be
    whole; both are empty where all is well. `left` counts processes that outlived the command.
    """

    opened: frozenset[str] = frozenset()
    looked_at: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    spoke: str = ""
    gap: str = ""
    left: int = 0


def find_tracer(search: str) -> str:
    """The file of strace on a PATH; empty where there is none."""
    files = (os.path.join(folder, TRACER) for folder in search.split(os.pathsep) if folder)
    return next((file for file in files if os.access(file, os.X_OK)), "")


def traced(probe: Probe, tracer: str, prefix: str) -> Probe:
    """The probe, run under strace, which writes files that begin with `prefix`."""
    command = probe.argv or ("bash", "-euo", "pipefail", "-c", probe.command)
    options = ("-ff", "-q", "-y", "--seccomp-bpf", "-e", f"trace={','.join(_CALLS)}")
    argv = (tracer, *options, "-e", "signal=none", "-o", prefix, "--", *command)
    return msgspec.structs.replace(probe, argv=argv)


def read_trace(prefix: str, workdir: str) -> Trace:
    """Read what strace wrote of a command that began in `workdir`."""
    folder, name = os.path.split(prefix)
    try:
        found = [each for each in os.listdir(folder) if each.startswith(f"{name}.")]
    except OSError:
        found = []
    files = {int(each[len(name) + 1 :]): os.path.join(folder, each) for each in found}
    if not files:
        return Trace(gap="nothing was traced")
    return _Reading({pid: _read(path) for pid, path in files.items()}, workdir).trace(
        {pid: os.stat(path).st_mtime_ns for pid, path in files.items()}
    )


def _read(path: str) -> list[str]:
    with open(path, encoding="ascii", errors="backslashreplace") as file:
        return file.read().splitlines()


class _Reading:
    """The traces of all processes of a command, each read from the folder in which it began."""

    def __init__(self, lines: dict[int, list[str]], workdir: str) -> None:
        self._lines = lines
        self._workdir = workdir
        self._opened: set[str] = set()
        self._looked_at: set[str] = set()
        self._listed: set[str] = set()
        self._absent: set[str] = set()
        self._written: set[str] = set()
        self._spoke = self._gap = ""

    def trace(self, ended: dict[int, int]) -> Trace:
        """Read all; `ended` has when each process did."""
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
                self._gap = self._gap or f"process {pid} was not traced"
            else:
                waiting.extend(self._process(self._lines[pid], folder))
        if len(roots) != 1:
            self._gap = self._gap or "it cannot be told which process came first"
        root = min(roots, default=0)
        last = ended.get(root, 0) + LINGER_NS
        return Trace(
            opened=frozenset(self._opened),
            looked_at=frozenset(self._looked_at - self._opened),
            listed=frozenset(self._listed),
            absent=frozenset(self._absent - self._opened),
            written=frozenset(self._written),
            spoke=self._spoke,
            gap=self._gap,
            left=sum(end > last for end in ended.values()),
        )

    def _process(self, lines: list[str], folder: str) -> Iterator[tuple[int, str]]:
        """Take what one process did; yield those that it started, each with its folder."""
        if not lines or not lines[-1].startswith(_ENDS):
            self._gap = self._gap or "the trace of a process has no end"
        for line in lines:
            found = _CALL.match(line)
            if found is None:
                continue
            call = _Call(*found.groups())
            if at := _CWD.search(call.given):
                folder = _plain(at[1])
            if call.name in _FORKS:
                if call.result[0] not in "-?":
                    yield int(call.result, 0), folder
            elif call.name == "fchdir":
                folder = next((_plain(each) for each in _FD.findall(call.given)), folder)
            elif not self._beside_paths(call):
                paths = call.paths(folder)
                self._take(call, paths)
                if call.name == "chdir" and not call.error and paths:
                    folder = paths[0]

    def _beside_paths(self, call: "_Call") -> bool:
        """Take what a call does to anything but a file that it names; False: it names one."""
        if call.name in _LISTS:
            self._listed.update(_plain(each) for each in _FD.findall(call.given)[:1])
        elif call.name in _TALKS:
            family = _FAMILY.search(call.given)
            if family and family[1] not in ("AF_UNIX", "AF_LOCAL"):
                self._spoke = self._spoke or f"{call.name} {family[1]}"
        elif call.name in _UNSEEN:
            self._gap = self._gap or f"it uses {call.name}"
        else:
            return False
        return True

    def _take(self, call: "_Call", paths: list[str]) -> None:
        if not paths:
            return
        if call.error in ("ENOENT", "ENOTDIR"):
            self._absent.add(paths[0])
        elif call.name in _OPENS:
            changes = call.name == "creat" or any(flag in call.given for flag in _CHANGING)
            if changes:
                self._written.add(paths[0])
            if call.name != "creat" and not any(flag in call.given for flag in _CHANGING[1:]):
                self._opened.add(paths[0])
        elif call.name in _LOOKS:
            if "S_IFDIR" not in call.given:
                self._looked_at.add(paths[0])
        elif call.name != "chdir" and not call.error:
            self._written.update(paths)


class _Call(msgspec.Struct, frozen=True):
    """One system call, as strace writes it; `error` is empty where it succeeded."""

    name: str
    given: str
    result: str
    error: str | None

    def paths(self, folder: str) -> list[str]:
        """The files that it names; of a program that is started, that alone."""
        found = _PATH.finditer(self.given)
        pairs = [(_plain(each[1] or "") or folder, _plain(each[2])) for each in found]
        if self.name in ("execve", "execveat"):
            pairs = pairs[:1]
        return [os.path.normpath(os.path.join(start, text)) for start, text in pairs if text]


def _children(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        call = _CALL.match(line)
        if call is not None and call[1] in _FORKS and call[3].isdigit():
            yield call[3]


def _plain(text: str) -> str:
    """A name without the escapes in which strace writes it."""
    if "\\" not in text:
        return text
    pieces = _ESCAPE.sub(_unescaped, text)
    return pieces.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    return _SHORT.get(code, code)
