"""Of all that was seen of a command, what counts, and when that cannot be relied on."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from readiness.reuse.files import Files
from readiness.reuse.seen import Dependence, Setting, dependence
from readiness.reuse.trace import Trace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that has been as it is for a while, beside folders of other kinds."""
    made = tmp_path / "project"
    for name in ("project/a", "project/list/x", "scratch/1/t", "while/w", "elsewhere/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (made / "to_kernel").symlink_to("/proc/self/status")
    time.sleep(0.05)
    return made


def depends(folder: Path, began: float | None = None, **seen: Any) -> Dependence:
    """What a command depends on that saw this, by paths from the project's folder."""

    def absolute(value: Any) -> Any:
        if isinstance(value, str):
            return os.path.normpath(folder / value)
        if isinstance(value, dict):
            return {absolute(name): names for name, names in value.items()}
        return frozenset(map(absolute, value))

    fields = {
        name: value if name in ("spoke", "gap") else absolute(value) for name, value in seen.items()
    }
    setting = Setting(
        workdir=str(folder),
        root=str(folder),
        scratch=str(folder.parent / "scratch"),
        temporary=(str(folder.parent / "while"), "/dev/shm"),
    )
    files = Files({})
    return dependence(Trace(**fields), files, setting, time.time() if began is None else began)


@pytest.mark.parametrize(
    ("seen", "paths"),
    [
        ({"opened": ["a"], "looked_at": ["list/x"]}, ["a", "list/x"]),
        ({"absent": ["none", "list/none"]}, ["list/none", "none"]),
        ({"folders": ["list"], "listed": {"list": {"x": "REG"}}}, ["list", "list/"]),
        ({"listed": {"list": {"x": "UNKNOWN"}}}, ["list/"]),
        ({"listed": {"list": {}}, "partial": ["list"]}, ["list/"]),
        ({"opened": [".git/objects/pack/x"], "absent": [".git/objects/1f/x"]}, []),
        ({"opened": ["../elsewhere/e"]}, ["../elsewhere/e"]),
        ({"opened": ["/proc/self/maps", "/dev/null", "to_kernel"]}, []),
        ({"folders": ["/proc", "/dev"]}, []),
        ({"opened": ["/proc/sys/x", "/proc/version"]}, ["/proc/sys/x", "/proc/version"]),
        ({"opened": ["/proc/1/environ", "/proc/cmdline"]}, ["/proc/1/environ", "/proc/cmdline"]),
        ({"opened": ["a"], "timed": ["a"]}, ["a//"]),
        ({"absent": ["__pycache__/x", "list/.mypy_cache/x", ".hypothesis/y", ".coverage.1"]}, []),
        ({"absent": [".git/x", ".venv/x"]}, [".git/x", ".venv/x"]),
        ({"opened": ["../scratch/1/t"], "absent": ["../scratch/2"]}, []),
        ({"looked_at": ["../scratch"]}, []),
        ({"opened": ["../while/w"]}, ["../while/w"]),
        ({"opened": ["../while/w"], "written": ["../while/w"]}, []),
        ({"opened": ["../while/d/w"], "written": ["../while/d"]}, []),
        ({"looked_at": ["../while/w"], "listed": {"../while": {}}}, ["../while/w"]),
        ({"absent": ["../while/n/x"]}, ["../while/n/x"]),
        ({"absent": ["../while/n/x"], "written": ["../while/n/y"]}, []),
    ],
)
def test_what_counts(folder: Path, seen: dict[str, Any], paths: list[str]) -> None:
    """Files, there or not, and the names in folders; not what is of the moment."""
    ends = [path[len(path.rstrip("/")) :] for path in paths]
    wanted = [os.path.normpath(folder / path) + end for path, end in zip(paths, ends, strict=True)]
    assert depends(folder, **seen) == Dependence(paths=tuple(wanted))


@pytest.mark.parametrize(
    ("text", "more", "is_input"),
    [
        ("", {"opened": ["mark"]}, True),
        ("x", {"opened": ["mark"]}, False),
        ("", {"opened": ["mark"], "timed": ["mark"]}, False),
        ("", {"opened": ["mark"], "written": ["mark"]}, False),
        ("", {"absent": ["mark"], "written": ["mark"]}, False),
        ("", {"absent": ["mark"]}, False),
    ],
    ids=["empty", "with text", "times asked", "emptied", "made", "made by others"],
)
def test_a_mark_that_is_left_again_counts_by_being_there(
    folder: Path, text: str, more: dict[str, Any], is_input: bool
) -> None:
    """`systemd-analyze verify` gives a file in /run other times, and reads nothing of it."""
    mark = folder / "mark"
    mark.write_text(text)
    began = time.time() - 60
    seen = depends(folder, began, touched=["mark"], **more)
    assert (seen.paths == (str(mark),), seen.refusal == "") == (is_input, is_input)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ({"opened": ["gone"]}, "gone changed while it ran"),
        ({"opened": ["gone"], "written": ["gone"]}, "it changes its own input gone"),
        ({"absent": ["a"]}, "a changed while it ran"),
        ({"absent": ["a"], "written": ["a"]}, "it changes its own input a"),
        ({"listed": {"list": {}}}, "list changed while it ran"),
        ({"listed": {"list": {}}, "written": ["list/x"]}, "it changes its own input list"),
        ({"listed": {"list": {"x": "DIR"}}}, "list changed while it ran"),
        ({"listed": {"list": {"x": "REG", "y": "REG"}}}, "list changed while it ran"),
        ({"listed": {"gone": {}}}, "gone changed while it ran"),
        (
            {"listed": {"list": {"x": "REG"}}, "moving": ["list"], "written": ["list/y"]},
            "it changes its own input list",
        ),
        ({"opened": ["../while/gone"]}, "while/gone changed while it ran"),
        ({"opened": ["/proc/loadavg"]}, "/proc/loadavg"),
        ({"opened": ["/proc/1/stat"]}, "/proc/1/stat"),
        ({"listed": {"/proc": {}}}, "/proc"),
        ({"spoke": "connect AF_INET"}, "connect AF_INET"),
        ({"gap": "it uses io_uring_setup"}, "it uses io_uring_setup"),
    ],
)
def test_what_cannot_be_relied_on(folder: Path, seen: dict[str, Any], why: str) -> None:
    """What is not as it was seen, by whoever it was changed, and what no file tells."""
    dependence_ = depends(folder, **seen)
    assert why in dependence_.refusal
    assert dependence_.paths == ()


def test_what_changed_since_it_began_cannot_be_relied_on(folder: Path) -> None:
    """A moment before counts too: file systems are slower than that."""
    assert depends(folder, began=time.time() - 3600, opened=["a"]).refusal
    assert depends(folder, began=time.time() - 3600, folders=["list"]).refusal == ""
    (folder / "a").write_text("y")
    assert depends(folder, opened=["a"]).refusal
    time.sleep(0.05)
    assert depends(folder, opened=["a"]).refusal == ""


def test_a_name_that_is_no_text_cannot_be_kept(folder: Path) -> None:
    """The history is JSON."""
    name = os.fsdecode(b"\xff")
    (folder / name).write_text("x")
    time.sleep(0.05)
    assert "not text" in depends(folder, opened=[name]).refusal
