"""Files by stat first, then by content."""

import os
import socket
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from readiness.reuse.files import CLOCK_TICKS, CLOSED, LISTENING, Files, KnownFile, content


class Looks:
    """Looks at a folder again and again, each time knowing the look before, as runs do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, KnownFile] = {}

    def now(self, paths: Collection[str] = (), *, at_once: bool = False) -> str:
        """Look, once what was written shows, or at once; by default at all that is there."""
        if not at_once:
            time.sleep(3 * CLOCK_TICKS / 1e9)
        files = Files(self.known)
        names = paths or ["src/", "src/a.py", "src/b.py"]
        found = files.state([f"{self.folder}/{name}" for name in names])
        self.known.update(files.looked_at)
        return found


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    """A folder with two files below it, looked at once."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("one\n")
    (tmp_path / "src" / "b.py").write_text("two\n")
    return Looks(tmp_path)


def test_only_what_moved_is_read_again(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stat of each tells it; the others keep the content that they are known by."""
    looks.now()
    os.utime(looks.folder / "src" / "a.py")
    read: list[str] = []
    monkeypatch.setattr("readiness.reuse.files.content", lambda path: read.append(path) or "x")
    looks.now()
    assert read == [str(looks.folder / "src" / "a.py")]


def test_a_touched_file_with_the_same_content_is_the_same(looks: Looks) -> None:
    """As in a fresh checkout."""
    first = looks.now()
    os.utime(looks.folder / "src" / "a.py")
    assert looks.now() == first


def test_an_edit_right_after_a_look_shows(looks: Looks) -> None:
    """Also where it leaves size and times as they were: a file that is so young is read again."""
    path = looks.folder / "src" / "a.py"
    path.write_text("one\n")
    first = looks.now(at_once=True)
    path.write_text("eno\n")
    assert looks.now(at_once=True) != first


def test_the_times_of_a_file_count_where_they_were_asked(looks: Looks) -> None:
    """And the right to use it; both are nothing to whoever only reads."""
    timed, read = ["src/a.py//"], ["src/a.py"]
    first, second = looks.now(timed), looks.now(read)
    os.utime(looks.folder / "src" / "a.py", (1, 1))
    third = looks.now(timed)
    assert third != first
    (looks.folder / "src" / "a.py").chmod(0o600)
    assert looks.now(timed) != third
    assert looks.now(read) == second


def test_what_a_link_leads_to_counts(looks: Looks) -> None:
    """And where it leads."""
    (looks.folder / "link.py").symlink_to("src/a.py")
    first = looks.now(["link.py"])
    (looks.folder / "src/a.py").write_text("two\n")
    second = looks.now(["link.py"])
    assert second != first
    (looks.folder / "link.py").unlink()
    (looks.folder / "link.py").symlink_to(looks.folder / "src/a.py")
    assert looks.now(["link.py"]) != second


def test_caches_of_known_tools_do_not_count(looks: Looks) -> None:
    """A fixture in a folder that is only called so does."""
    first = looks.now()
    for name in ("__pycache__", ".mypy_cache", ".readiness"):
        (looks.folder / "src" / name).mkdir()
    assert looks.now() == first
    (looks.folder / "src" / ".fixtures-cache").mkdir()
    assert looks.now() != first


def test_what_the_kernel_tells_is_told_by_what_lasts() -> None:
    """Whether something listens at a port, how many cores there are; not what they do."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        closed = content(f"{LISTENING}{port}")
        server.listen()
        assert (closed, content(f"{LISTENING}{port}")) == (CLOSED, "listening")
    assert content("/proc/stat") == content("/proc/stat")
