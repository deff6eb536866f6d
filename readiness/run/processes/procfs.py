"""What /proc tells about processes. Where it tells nothing, nothing is what you get."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TICKS = os.sysconf("SC_CLK_TCK")
MANY = 1000


class Process:
    """A process as it was a moment ago. `born` is in clock ticks since the machine started."""

    __slots__ = ("born", "group", "parent", "pid", "session", "state")

    def __init__(
        self, pid: int, state: str, parent: int, group: int, session: int, born: int
    ) -> None:
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.session = session
        self.born = born

    @property
    def dead(self) -> bool:
        """Whether it has ended, and only its status is still there."""
        return self.state in "ZX"


def look_up(pid: int) -> Process | None:
    """Return the process with this id; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except OSError:
        return None
    # The name, in parentheses, may hold anything, parentheses too.
    fields = text[text.rindex(b")") + 2 :].split()
    return Process(
        pid=pid,
        state=fields[0].decode(),
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        born=int(fields[19]),
    )


def descendants(
    roots: Iterable[int], visit: Callable[[int], object] | None = None, most: int = MANY
) -> list[Process]:
    """Return the live processes among `roots` and all that descend from them.

    `visit` is called with each before its children are listed: one that is stopped there has no
    more of them. As some may multiply faster than they are listed, not many more than `most` are
    visited.
    """
    family: dict[int, Process] = {}
    table: dict[int, list[int]] | None = None
    todo = list(roots)
    while todo and len(family) < most:
        pid = todo.pop()
        if visit is not None and pid not in family:
            visit(pid)
        process = None if pid in family else look_up(pid)
        if process is None:
            continue
        family[pid] = process
        children = children_of(pid)
        if children is None:
            table = by_parent() if table is None else table
            children = table.get(pid, [])
        todo += children
    return [process for process in family.values() if not process.dead]


def children_of(pid: int) -> list[int] | None:
    """Return the children of the process; None if this kernel does not list them."""
    children: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                children += map(int, file.read().split())
    except FileNotFoundError:
        # Either the process has just ended or the kernel was built without these files.
        return [] if os.path.exists(f"/proc/self/task/{os.getpid()}/children") else None
    except OSError:
        return []
    return children


def open_own_children() -> int:
    """Return a descriptor that reads as the children of this process; -1 if there is none."""
    try:
        return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def by_parent() -> dict[int, list[int]]:
    """Return the children of every process. Slow, as it reads every process."""
    table: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        process = look_up(int(name)) if name.isdigit() else None
        if process is not None:
            table.setdefault(process.parent, []).append(process.pid)
    return table


def environment_has(pid: int, entry: bytes) -> bool:
    """Return whether the process was started with `entry` (NAME=value) in its environment."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return entry in file.read().split(b"\0")
    except OSError:
        return False


def holds_pipe(pid: int, inodes: set[int]) -> bool:
    """Return whether the process has one of these pipes open."""
    wanted = {f"pipe:[{inode}]" for inode in inodes}
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            if os.readlink(f"/proc/{pid}/fd/{fd}") in wanted:
                return True
    except OSError:
        pass
    return False
