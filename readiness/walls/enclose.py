"""Runs a program in walls: it writes to some folders only, and connects nowhere.

Started as a script of its own, with the program and what it may do; it needs nothing but Python.
Namespaces are the better walls, as programs can be replaced there; Landlock needs no right at all.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import socket
import struct
import sys
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Final, NoReturn

# --- system calls, by the name of the machine: their numbers, of linux/unistd.h -------------------

_MACHINES: Final = {
    "x86_64": (0xC000003E, 41, (35, 230), (90, 91, 92, 93, 94, 132, 188, 189, 190, 197, 198, 199,
                                           235, 260, 261, 268, 280, 452)),
    "aarch64": (0xC00000B7, 198, (101, 115), (5, 6, 7, 14, 15, 16, 52, 53, 54, 55, 88, 452)),
}  # fmt: skip
"""What seccomp calls it, `socket`, what sleeps, and what changes modes, owners and times."""
_IO_URING_SETUP: Final = 425
_MOUNT_SETATTR: Final = 442
_LANDLOCK: Final = (444, 445, 446)  # create_ruleset, add_rule, restrict_self

_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_EACCES: Final = 13
_ENOSYS: Final = 38
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32: Final = 0x40000000

LOCAL: Final = (int(socket.AF_INET), int(socket.AF_INET6), 16)
"""Families of sockets that lead nowhere where there is but a loopback; 16 is netlink's."""


def can_filter() -> bool:
    """Return whether the system calls of this machine are known."""
    return os.uname().machine in _MACHINES


def socket_filter(families: Iterable[int], *, keeps_modes: bool = False) -> bytes:
    """Return a seccomp program that denies sockets of other families, of services above all.

    Who sleeps is woken at once, by whatever program: nobody in a trial has anything to wait for.
    With `keeps_modes`, what changes the mode, owner or times of a file does nothing, and says that
    it did: Landlock does not hold that.
    """
    architecture, make_socket, sleeping, changing = _MACHINES[os.uname().machine]
    rows = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
        (_EQUAL, 0, 1, _IO_URING_SETUP),  # a second way to sockets
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
    ]
    for number in (*sleeping, *(changing if keeps_modes else ())):
        rows += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO)]
    rows += [(_EQUAL, 1, 0, make_socket), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    for family in families:
        rows += [(_EQUAL, 0, 1, family), (_RETURN, 0, 0, _ALLOW)]
    rows.append((_RETURN, 0, 0, _ERRNO | _EACCES))
    return b"".join(struct.pack("HBBI", *row) for row in rows)


# --- the process ----------------------------------------------------------------------------------

_libc = ctypes.CDLL(None, use_errno=True)
_SET_DEATH_SIGNAL, _SET_SECCOMP, _DROP_BOUNDING, _NO_NEW_PRIVILEGES = 1, 22, 24, 38
_LAST_OF_FILES: Final = 7
"""Rights of root up to this number are about files, and who one is; those beyond change walls."""


class Walls(NamedTuple):
    """What `readiness.walls` makes of a `Confinement`."""

    wall: str
    writable: list[str]
    hidden: list[str]
    shown: list[str]
    layers: list[str]
    replaced: dict[str, str]
    network: bool
    layered: bool
    mark: str


def _mark(path: str) -> None:
    if path:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


def _done(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def _prctl(option: int, argument: int, more: object = 0) -> int:
    return int(_libc.prctl(option, ctypes.c_ulong(argument), more, 0, 0))


def _drop_rights() -> None:
    """Leave root what it may do to files, and nothing that takes the walls down."""
    for right in range(_LAST_OF_FILES + 1, 64):
        if _prctl(_DROP_BOUNDING, right) < 0:
            break
    _done(_prctl(_NO_NEW_PRIVILEGES, 1), "no new privileges")


def _apply(program: bytes) -> None:
    buffer = ctypes.create_string_buffer(program)
    pointer = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    _done(_prctl(_SET_SECCOMP, 2, ctypes.c_char_p(pointer)), "seccomp")


# --- namespaces -----------------------------------------------------------------------------------

_NEW_MOUNTS, _NEW_IPC, _NEW_USERS, _NEW_PIDS, _NEW_NETWORK = (
    0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_READ_ONLY, _NO_SUID, _NO_EXEC, _BIND, _RECURSIVE, _PRIVATE = 1, 2, 8, 4096, 16384, 1 << 18
_AT_RECURSIVE: Final = 0x8000
_DEVICES: Final = ("null", "zero", "full", "random", "urandom", "tty")
_SET_FLAGS: Final = 0x8914
_UP: Final = 1


def _mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    words = (os.fsencode(word) or None for word in (source, target, kind))
    data = options.encode() or None
    _done(_libc.mount(*words, ctypes.c_ulong(flags), data), target)


def _set_mount(path: str, *, on: int = 0, off: int = 0, recursive: bool = False) -> None:
    attributes = struct.pack("QQQQ", on, off, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    number, size = ctypes.c_long(_MOUNT_SETATTR), ctypes.c_size_t(len(attributes))
    _done(_libc.syscall(number, -100, os.fsencode(path), flags, attributes, size), path)


def _leave(walls: Walls) -> None:
    """Enter new namespaces, of users too unless it is root who asks."""
    user, group = os.geteuid(), os.getegid()
    wanted = _NEW_MOUNTS | (0 if walls.layered else _NEW_IPC | _NEW_PIDS)
    wanted |= 0 if walls.network else _NEW_NETWORK
    _done(_libc.unshare(wanted | (_NEW_USERS if user else 0)), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        if user:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh22x", b"lo", _UP)
        buffer = ctypes.create_string_buffer(request)
        _done(_libc.ioctl(any_socket.fileno(), ctypes.c_ulong(_SET_FLAGS), buffer), "loopback")


def _build(walls: Walls) -> None:
    """Build what is seen within: all read-only, few devices, and what the walls say."""
    folder = os.getcwd()
    _mount("", "/", "", _PRIVATE | _RECURSIVE)
    places = {path: path for path in (*walls.layers, *walls.shown, *walls.writable)}
    places |= walls.replaced
    held = {path: os.open(path, os.O_PATH) for path in places.values()}
    devices = {name: os.open(f"/dev/{name}", os.O_PATH) for name in _DEVICES}
    _mount("tmpfs", "/dev", "tmpfs", _NO_SUID, "mode=755")
    for name, descriptor in devices.items():
        os.close(os.open(f"/dev/{name}", os.O_CREAT | os.O_WRONLY))
        _mount(f"/proc/self/fd/{descriptor}", f"/dev/{name}", "", _BIND)
    for name, end in {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}.items():
        os.symlink(f"/proc/self/fd{end}", f"/dev/{name}")
    for name in ("shm", "layers"):
        os.mkdir(f"/dev/{name}")
    _set_mount("/", on=_READ_ONLY | _NO_SUID, recursive=True)
    _mount("tmpfs", "/dev/layers", "tmpfs", _NO_SUID, "mode=755")
    for path in walls.hidden:
        _mount("tmpfs", path, "tmpfs", _NO_SUID, "mode=1777")
    for path, other in places.items():
        if not os.path.exists(path):
            os.makedirs(path)
        if path in walls.layers and _overlay(held[other], path):
            continue
        _mount(f"/proc/self/fd/{held[other]}", path, "", _BIND | _RECURSIVE)
        if path in walls.writable:
            _set_mount(path, off=_READ_ONLY)
    os.chdir(folder)
    for descriptor in (*held.values(), *devices.values()):
        os.close(descriptor)


def _overlay(original: int, path: str) -> bool:
    """Have what is written to a folder thrown away; return whether this kernel does that."""
    place = f"/dev/layers/{original}"
    for name in ("", "upper", "work"):
        os.mkdir(f"{place}/{name}")
    layers = f"lowerdir=/proc/self/fd/{original},upperdir={place}/upper,workdir={place}/work"
    try:
        _mount(
            "overlay", path, "overlay", _NO_SUID, f"{layers},userxattr" if os.geteuid() else layers
        )
    except OSError:
        return False
    return True


def _within_namespaces(walls: Walls, command: Sequence[str]) -> NoReturn:
    _leave(walls)
    first = os.fork()
    if first:
        os._exit(_status_of(first))
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    _build(walls)
    if not walls.network:
        _bring_up_loopback()
    if not walls.layered:
        _mount("proc", "/proc", "proc", _READ_ONLY | _NO_SUID | _NO_EXEC)
        _drop_rights()
    if not walls.network:
        _apply(socket_filter(LOCAL))
    _mark(walls.mark)
    # The first process of a namespace is not ended by what ends others.
    child = os.fork()
    if not child:
        _become(command)
    os._exit(_status_of(child))


def _become(command: Sequence[str]) -> NoReturn:
    """Become a program; what has no `#!` is a script, as for every shell."""
    try:
        os.execv(command[0], list(command[1:]))  # noqa: S606
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
    os.execv("/bin/sh", ["sh", command[0], *command[2:]])  # noqa: S606


def _status_of(child: int) -> int:
    """Wait for this child, and for all that is left to this process meanwhile."""
    while True:
        pid, status = os.wait()
        if pid == child:
            ended = os.waitstatus_to_exitcode(status)
            return ended if ended >= 0 else 128 - ended


# --- Landlock -------------------------------------------------------------------------------------

LEAST_LANDLOCK: Final = 6
"""The version that holds signals too: of Linux 6.12."""
_WRITES: Final = 0b1111_1111_1111_0010
"""All rights to change files and folders, and what devices are told."""
_ON_FILES: Final = 0b1100_0000_0000_0010
_SCOPES: Final = 0b11  # abstract sockets, signals


def _within_landlock(walls: Walls, command: Sequence[str]) -> NoReturn:
    create, add, restrict = map(ctypes.c_long, _LANDLOCK)
    if _libc.syscall(create, None, ctypes.c_size_t(0), 1) < LEAST_LANDLOCK:
        raise OSError("Landlock is not there, or too old")
    ruleset = struct.pack("QQQ", _WRITES, 0, _SCOPES)
    rules = _done(_libc.syscall(create, ruleset, ctypes.c_size_t(len(ruleset)), 0), "Landlock")
    allowed = dict.fromkeys(walls.writable, _WRITES)
    allowed |= dict.fromkeys((f"/dev/{name}" for name in _DEVICES), _ON_FILES)
    for path, rights in allowed.items():
        place = os.open(path, os.O_PATH)
        rule = struct.pack("=Qi", rights, place)
        _done(_libc.syscall(add, rules, 1, rule, 0), path)
        os.close(place)
    _drop_rights()
    _done(_libc.syscall(restrict, rules, 0), "Landlock")
    os.close(rules)
    if not walls.network:
        _apply(socket_filter((), keeps_modes=True))
    _mark(walls.mark)
    _become(command)


def main(settings: str, *command: str) -> NoReturn:
    """Run a command in walls, by the words of `readiness.walls`."""
    walls = Walls(*json.loads(settings))
    if walls.wall == "namespaces":
        _within_namespaces(walls, command)
    _within_landlock(walls, command)


if __name__ == "__main__":
    main(*sys.argv[1:])
