"""Starts the process of a probe: its program, environment, folders, pipes and session."""

import errno
import os
import signal
import stat
import sys
import time
from contextlib import suppress
from typing import Final

from readiness.model.capture import Capture
from readiness.model.plan import READERS, Plan, Probe
from readiness.model.words import ReasonCode
from readiness.run.attempt import Attempt
from readiness.run.stream import Sink
from readiness.text.worded import worded

_DEFAULT_PATH: Final = "/usr/local/bin:/usr/bin:/bin"
_AS_MADE: Final = stat.S_IFDIR | 0o700
_EXHAUSTED: Final = frozenset({errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM})


class CannotStart(Exception):  # noqa: N818 - an answer, not a mistake
    """Why a probe cannot be started. `busy`: it may work once fewer others run."""

    def __init__(self, code: ReasonCode, text: str, *, busy: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.busy = busy


class Starter:
    """Starts the probes of one plan."""

    def __init__(self, plan: Plan, scratch: str) -> None:
        self._probes = plan.probes
        self._environment = plan.environment
        self.shared, self._own, self._spool = (
            os.path.join(scratch, name) for name in ("shared", "own", "spool")
        )
        for folder in (self.shared, self._own, self._spool):
            os.mkdir(folder, 0o700)
        self._folders = 0
        self._programs: dict[tuple[str, str, str], str] = {}
        self._home = os.getcwd()
        self._home_fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # What the user or Python ignores here must not be ignored by a probe: without SIGPIPE
        # `yes | head` never ends. What is caught here is not ignored there anyway.
        self._ignored = tuple(
            number
            for number in signal.valid_signals()
            if signal.getsignal(number) in (signal.SIG_IGN, None)
        )
        _keep_descriptors()
        self._null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._base = {os.fsencode(k): os.fsencode(v) for k, v in plan.environment.items()}
        self._base[b"READINESS_SCRATCH"] = os.fsencode(self.shared)
        self._base[b"READINESS_PYTHON"] = os.fsencode(sys.executable)
        self._tmp_of: dict[int, str] = {}
        self._readers: dict[int, set[str]] = {}
        for probe in plan.probes:
            for producer in probe.after:
                self._readers.setdefault(producer, set()).add(probe.check.name)
        self._spare: list[str] = []

    def close(self) -> None:
        """Close the descriptors that were kept open."""
        os.close(self._home_fd)
        os.close(self._null)

    def start(self, index: int, number: int) -> Attempt:
        """Start this attempt of the probe, or raise CannotStart."""
        probe = self._probes[index]
        program, argv = self._program(probe)
        try:
            attempt = Attempt(index, number, probe, self._folder(index))
            if probe.confined is not None:
                from readiness.walls import enclosed

                own = (self.shared, attempt.tmp)
                argv = enclosed(probe.confined, program, argv, self._spool, own)
                program = argv[0]
            self._spawn(attempt, program, argv)
        except ValueError as error:  # a NUL in a command, or what no encoding knows
            raise CannotStart(ReasonCode.COULD_NOT_START, str(error)) from error
        except OSError as error:
            raise self._refusal(error, argv[0], program) from error
        return attempt

    def release(self, capture: Capture) -> None:
        """Leave the folder of an attempt that has been read to a later one, if it is as when made.

        To make and remove one is half of what a trivial probe costs beyond its process.
        """
        with suppress(OSError):  # it is gone
            is_empty = os.lstat(capture.tmp).st_mode == _AS_MADE and not os.listdir(capture.tmp)
            if is_empty and not capture.leaked and capture.probe not in self._readers:
                self._spare.append(capture.tmp)

    # --- what to start --------------------------------------------------------------------------

    def _program(self, probe: Probe) -> tuple[str, tuple[str, ...]]:
        path = probe.env.get("PATH") or probe.path or self._environment.get("PATH") or _DEFAULT_PATH
        for tool in probe.check.tools:
            if not self._find(tool, path, probe.workdir):
                raise CannotStart(ReasonCode.TOOL_MISSING, worded("reason.not_on_path", name=tool))
        if probe.argv is not None:
            argv = probe.argv
            program = self._find(argv[0], path, probe.workdir)
            if not program:
                raise CannotStart(ReasonCode.TOOL_MISSING, worded("reason.not_found", name=argv[0]))
            return program, argv
        bash = self._find("bash", path, probe.workdir)
        if bash:
            return bash, ("bash", "-euo", "pipefail", "-c", probe.command)
        sh = self._find("sh", path, probe.workdir) or "/bin/sh"
        return sh, ("sh", "-eu", "-c", probe.command)

    def _find(self, name: str, path: str, workdir: str) -> str:
        """Return the file that `name` stands for, or "". Only found files are cached."""
        key = (name, path, workdir)
        if key not in self._programs:
            folders = [""] if "/" in name else path.split(":")
            files = (os.path.join(workdir, folder, name) for folder in folders)
            program = next((file for file in files if _is_program(file)), "")
            if not program:
                return ""
            self._programs[key] = program
        return self._programs[key]

    def _variables(self, attempt: Attempt) -> dict[bytes, bytes]:
        probe, variables = attempt.probe, self._base.copy()
        if probe.path:
            variables[b"PATH"] = os.fsencode(probe.path)
        for name, value in probe.env.items():
            variables[os.fsencode(name)] = os.fsencode(value)
        for producer in probe.after:
            if producer in self._tmp_of:
                variable = tmp_variable(self._probes[producer].check.name)
                variables[variable] = os.fsencode(self._tmp_of[producer])
        if probe.check.folder:
            variables[b"READINESS_CHECK_DIR"] = os.fsencode(probe.check.folder)
        if readers := self._readers.get(attempt.index):
            variables.setdefault(READERS.encode(), os.fsencode(" ".join(sorted(readers))))
        variables[b"READINESS_TMP"] = os.fsencode(attempt.tmp)
        return variables

    def _folder(self, index: int) -> str:
        if self._spare:
            tmp = self._spare.pop()
        else:
            self._folders += 1
            tmp = f"{self._own}/{self._folders}"
            os.mkdir(tmp, 0o700)
        self._tmp_of[index] = tmp
        return tmp

    # --- how it is started ----------------------------------------------------------------------

    def _spawn(self, attempt: Attempt, program: str, argv: tuple[str, ...]) -> None:
        probe = attempt.probe
        variables = self._variables(attempt)
        fds: list[int] = []
        away = probe.workdir != self._home
        try:
            for _ in range(2):
                fds += os.pipe()
            if away:
                os.chdir(probe.workdir)
            attempt.started_at = time.time()
            attempt.started = time.monotonic()
            pid = self._posix_spawn(program, argv, variables, fds[1], fds[3])
        except BaseException:
            for fd in fds:
                os.close(fd)
            raise
        finally:
            if away:
                os.fchdir(self._home_fd)
        attempt.pid = pid
        os.close(fds[1])
        os.close(fds[3])
        spool = f"{self._spool}/{attempt.index}.{attempt.number}"
        for fd in (fds[0], fds[2]):
            os.set_blocking(fd, False)
        attempt.stdout = Sink(fds[0], spool + ".stdout")
        attempt.stderr = Sink(fds[2], spool + ".stderr")

    def _posix_spawn(
        self, program: str, argv: tuple[str, ...], env: dict[bytes, bytes], out: int, err: int
    ) -> int:
        actions = [
            (os.POSIX_SPAWN_DUP2, self._null, 0),
            (os.POSIX_SPAWN_DUP2, out, 1),
            (os.POSIX_SPAWN_DUP2, err, 2),
        ]
        try:
            return os.posix_spawn(
                program,
                argv,
                env,
                file_actions=actions,
                setsid=True,
                setsigmask=(),
                setsigdef=self._ignored,
            )
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # A script without `#!`: what every shell does with it.
            return self._posix_spawn("/bin/sh", ("sh", program, *argv[1:]), env, out, err)

    def _refusal(self, error: OSError, name: str, program: str) -> CannotStart:
        if error.errno in _EXHAUSTED:
            return CannotStart(ReasonCode.COULD_NOT_START, error.strerror or "", busy=True)
        if isinstance(error, FileNotFoundError) and not os.path.exists(program):
            return CannotStart(ReasonCode.TOOL_MISSING, worded("reason.not_found", name=name))
        where = f"{error.filename}: " if error.filename else ""
        return CannotStart(ReasonCode.COULD_NOT_START, f"{where}{error.strerror}")


def _is_program(file: str) -> bool:
    return os.path.isfile(file) and os.access(file, os.X_OK)


def _keep_descriptors() -> None:
    """Keep probes from inheriting descriptors beyond the standard streams."""
    with suppress(OSError):
        for name in os.listdir("/dev/fd"):
            with suppress(OSError):
                os.set_inheritable(int(name), int(name) <= 2)


def tmp_variable(check: str) -> bytes:
    """Return the name of the variable that holds READINESS_TMP of the producer `check`."""
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in check.upper())
    return b"READINESS_TMP_" + name.encode()
