"""Walls around probes: which of them this machine has, and how a command is put into one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from readiness.model.plan import Confinement, Plan, Wall
from readiness.walls import enclose

_BWRAP: Final = "bwrap"
_FILTER: Final = "filter"
_OF_FILES: Final = ("chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill",
                    "setgid", "setuid")  # fmt: skip
_TEMPORARY: Final = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - hidden, not used
_MADE: Final = ("//", "/dev/", "/proc/", "/run/", "/sys/")
"""What the kernel and services make, beside the root itself."""
_TEST: Final = """\
! (: > "$1/out") 2>/dev/null || exit
while read -r name value; do
    [ "$name" != Seccomp: ] || exit $((value != 2))
done < /proc/self/status
exit 1
"""


def find_wall(environ: Mapping[str, str]) -> Wall | None:
    """Return the best wall that holds on this machine, as it shows; None where none does."""
    return _find(shutil.which(_BWRAP, path=environ.get("PATH", os.defpath)) or "")


def wall_of_copies(environ: Mapping[str, str]) -> Wall | None:
    """Return the wall for copies in which commands run as they are; None where none is good enough.

    An old bubblewrap cannot throw away what is written, where namespaces of our own can.
    """
    walls = dict.fromkeys((find_wall(environ), Wall.NAMESPACES))
    return next((one for one in walls if one and _throws_away(one)), None)


def held(plan: Plan, *writable: str) -> Plan:
    """Return a plan whose probes write to these folders alone, and connect as they like."""
    walls = _to_write(writable)
    if walls is None:
        return plan
    probes = tuple(msgspec.structs.replace(probe, confined=walls) for probe in plan.probes)
    return msgspec.structs.replace(plan, probes=probes)


def held_command(command: Sequence[str], *writable: str, scratch: str) -> tuple[str, ...]:
    """Return a command that writes to these folders alone, and connects as it likes.

    Its program is an absolute path, `scratch` is a folder for what this needs.
    """
    walls = _to_write(writable)
    return tuple(command) if walls is None else enclosed(walls, command[0], command, scratch)


def _to_write(writable: Sequence[str]) -> Confinement | None:
    """Return walls for copies in which commands run as they are; None where none is good enough.

    What is written elsewhere has to seem to be, as a command that may not write would fail by that.
    """
    wall = wall_of_copies(os.environ)
    if wall is None:
        return None
    places = tuple(filter(os.path.isdir, writable))
    return Confinement(wall=wall, writable=places, network=True, layered=True)


@cache
def _throws_away(wall: Wall) -> bool:
    """Return whether what is written to home and to temporary folders is thrown away within a wall.

    A user who is not root may be refused that in folders of others, as /tmp is.
    """
    if wall is Wall.LANDLOCK:
        return False
    with tempfile.TemporaryDirectory(prefix="readiness-") as folder:
        places = (folder, *_TEMPORARY, os.path.expanduser("~"))
        name = f"{os.path.basename(folder)}-out"
        paths = [os.path.join(one, name) for one in places if os.access(one, os.W_OK)]
        walls = Confinement(wall=wall, writable=(), network=True, layered=True)
        command = ("sh", "-euc", 'for path; do : > "$path"; done', "sh", *paths)
        words = enclosed(walls, "/bin/sh", command, folder)
        try:
            ended = subprocess.run(words, capture_output=True, check=False)
        except OSError:  # a program that this user may not start
            return False
        return not (ended.returncode or any(map(os.path.exists, paths)))


def _layers() -> tuple[list[str], list[str]]:
    """Return the folders of this machine that hold files, and what is to be seen within as it is.

    Each is one file system: what is mounted below another is one of its own. So is what belongs to
    others and the user writes to, or is the user's below it: only its root can be made anew. A
    socket leads to its service where it was made alone.
    """
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounted = [line.split()[4].replace("\\040", " ") for line in file]
    with os.scandir("/") as entries:
        tops = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    own = {
        os.path.realpath(one)
        for one in (os.path.expanduser("~"), tempfile.gettempdir(), *_TEMPORARY)
    }
    kept = {one for one in (*tops, *mounted) if not f"{one}/".startswith(_MADE)}
    paths = sorted(kept | own - {"/"})
    folders = [one for one in paths if os.path.isdir(one) and os.access(one, os.R_OK | os.X_OK)]
    sockets = [str(one) for one in Path(_TEMPORARY[0]).iterdir() if one.is_socket()]
    return folders, [*filter(os.path.isfile, paths), *sockets]


@cache
def _find(bwrap: str) -> Wall | None:
    if not enclose.can_filter():
        return None
    with tempfile.TemporaryDirectory(prefix="readiness-") as folder:
        place = os.path.join(folder, "in")
        os.mkdir(place)
        command = ("sh", "-euc", _TEST, "sh", folder)
        for wall in Wall if bwrap else (Wall.NAMESPACES, Wall.LANDLOCK):
            mark = os.path.join(place, wall)
            held = Confinement(wall=wall, writable=(place,), readable=(folder,), mark=mark)
            words = enclosed(held, "/bin/sh", command, folder, bwrap=bwrap)
            with suppress(OSError):
                ended = subprocess.run(words, cwd=place, capture_output=True, check=False)
                if not ended.returncode and os.path.exists(mark):
                    return wall
    return None


@cache
def _overlaid(bwrap: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Return those folders to which what is written can be thrown away: from bubblewrap 0.11.

    Not every file system can lie below another, such as that of a boot partition.
    """
    words = [word for one in folders for word in ("--overlay-src", one, "--tmp-overlay", one)]
    command = (bwrap, "--ro-bind", "/", "/", "--dev", "/dev", *words, "true")
    if not subprocess.run(command, capture_output=True, check=False).returncode:
        return folders
    alone = len(folders) == 1
    return () if alone else tuple(one for folder in folders for one in _overlaid(bwrap, (folder,)))


def _read() -> Iterator[str]:
    """Yield the folders that programs are read from, and readiness itself."""
    yield from os.environ.get("PATH", "").split(os.pathsep)
    package = os.path.dirname(os.path.dirname(enclose.__file__))
    yield from (sys.prefix, sys.base_prefix, os.path.dirname(package))


def _shown(read: Sequence[str], hidden: Sequence[str], home: str) -> Iterator[str]:
    """Yield what is to be seen of folders below those that are hidden, or other ones, in order."""
    below = tuple(f"{folder}/" for folder in hidden)
    for path in sorted({*read, *map(os.path.realpath, read)}):
        is_in_home = path == home or path.startswith(f"{home}/")
        is_link = os.path.realpath(path) != path  # in the home, links are there
        if os.path.isdir(path) and (
            path.startswith(below) or (home and is_in_home and not is_link)
        ):
            yield path


def enclosed(
    confined: Confinement,
    program: str,
    argv: Sequence[str],
    scratch: str,
    own: Sequence[str] = (),
    bwrap: str = "",
) -> tuple[str, ...]:
    """Return the command that runs a program, with its words, in its walls.

    `own` are folders that it may write to as well. `scratch` is a folder for what this needs.
    """
    writable = [*dict.fromkeys((*confined.writable, *own))]
    own_temporary = os.environ.get("TMPDIR") or _TEMPORARY[0]
    hidden: list[str] = []
    for path in map(os.path.realpath, (*_TEMPORARY, own_temporary)):
        if os.path.isdir(path) and not f"{path}/".startswith(tuple(f"{one}/" for one in hidden)):
            hidden.append(path)
    home = os.path.realpath(os.path.expanduser("~")).rstrip("/")
    shown = [*_shown([home, *_read(), *confined.readable], hidden, home)]
    layers = [home]
    if confined.layered:
        hidden, (layers, shown) = [], _layers()
    if confined.wall is not Wall.BUBBLEWRAP:
        folders = [writable, hidden, shown, layers, confined.replaced]
        told = (confined.network, confined.layered, confined.mark)
        settings = json.dumps([confined.wall, *folders, *told])
        return (sys.executable, "-I", "-S", enclose.__file__, settings, program, *argv)
    command = [bwrap or shutil.which(_BWRAP) or _BWRAP, "--die-with-parent"]
    command += ["--ro-bind", "/", "/", "--dev", "/dev"]
    if not confined.layered:
        command += ["--unshare-pid", "--unshare-ipc", "--proc", "/proc", "--remount-ro", "/proc"]
        rights = () if os.geteuid() else _OF_FILES
        command += [
            "--cap-drop",
            "ALL",
            *(w for one in rights for w in ("--cap-add", f"cap_{one}")),
        ]
    command += [word for path in hidden for word in ("--tmpfs", path)]
    overlaid = _overlaid(command[0], tuple(layers))
    command += [word for one in overlaid for word in ("--overlay-src", one, "--tmp-overlay", one)]
    kept = [path for path in shown if path not in overlaid]
    command += [word for path in kept for word in ("--ro-bind-try", path, path)]
    command += [
        word for one, other in confined.replaced.items() for word in ("--ro-bind", other, one)
    ]
    command += [word for path in writable for word in ("--bind", path, path)]
    marking = ("/bin/sh", "-c", ': > "$0" && exec "$@"', confined.mark)
    within = marking if confined.mark else ()
    if confined.network:
        return (*command, *within, *argv)
    path = os.path.join(scratch, _FILTER)
    if not os.path.exists(path):
        with open(path, "wb") as file:
            file.write(enclose.socket_filter(enclose.LOCAL))
    opening = ("/bin/sh", "-c", 'exec 9< "$0"; exec "$@"', path)
    return (*opening, *command, "--unshare-net", "--seccomp", "9", *within, *argv)
