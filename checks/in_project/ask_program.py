"""List the programs of an environment, or run one of them that may only print.

Run by the project's Python; standard library only. A program that starts another one, connects, or
writes a file is ended at once, before it does, with a status of its own.
"""

import json
import os
import runpy
import sys
import sysconfig
from importlib import metadata

REFUSED = 97
"""The status of a program that was ended for what it was about to do."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ON_FILES = (
    *("os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
    *("os.symlink", "os.truncate", "sqlite3.connect"),
)
BEYOND = (
    *("os.exec", "os.fork", "os.kill", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"),
    *("socket.bind", "socket.connect", "socket.sendmsg", "socket.sendto", "subprocess."),
)


def programs() -> dict[str, tuple[str, str, str]]:
    """Return where each program is, the module in which it begins, and where its package is.

    A program that is none of Python's has no module and no package: "".
    """
    folder = sysconfig.get_path("scripts")
    found: dict[str, tuple[str, str, str]] = {}
    for each in metadata.distributions():
        for file in each.files or ():
            path = os.path.abspath(os.path.join(folder, file.name))
            if os.path.abspath(str(each.locate_file(file))) == path:
                found.setdefault(file.name, (path, "", ""))
        for point in each.entry_points:
            if point.group == "console_scripts":
                module = point.value.partition(":")[0].strip()
                package = os.path.abspath(str(each.locate_file(module.partition(".")[0])))
                found[point.name] = (os.path.join(folder, point.name), module, package)
    return {name: known for name, known in found.items() if os.access(known[0], os.X_OK)}


def refuse(event: str, given: tuple[object, ...]) -> None:
    """End the process if what it is about to do is more than to print.

    It may do as it likes with files of TMPDIR, and try whether it could have a port of its own.
    """
    touched: tuple[object, ...] = ()
    if event == "open":
        path, _, flags = given
        touched = (path,) if isinstance(flags, int) and flags & WRITING else ()
    elif event.startswith(ON_FILES):
        touched = given
    tries_a_port = event == "socket.bind" and _is_any_port(given[1])
    if (event.startswith(BEYOND) and not tries_a_port) or not all(map(_is_ours, touched)):
        os._exit(REFUSED)


def _is_any_port(address: object) -> bool:
    return isinstance(address, tuple) and address[1:2] == (0,)


def _is_ours(path: object) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return True  # a file that is open already
    return f"{os.path.abspath(os.fsdecode(path))}/".startswith(
        (f"{os.environ['TMPDIR']}/", "/dev/")
    )


def main() -> None:
    """Do what the first word says: `list`, or run a `script` or a `module` with further words."""
    what, *rest = sys.argv[1:]
    if what == "list":
        json.dump(programs(), sys.stdout)
        return
    sys.argv = rest
    sys.addaudithook(refuse)
    if what == "script":
        sys.path[0] = os.path.dirname(rest[0])
        runpy.run_path(rest[0], run_name="__main__")
    else:
        sys.path[0] = os.getcwd()
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
