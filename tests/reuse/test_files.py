"""Files by stat first, then by content."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from readiness.reuse.files import CLOCK_TICKS, Files, KnownFile, Listing
from readiness.reuse.patterns import Pattern

WHOLE = [Pattern("", "**/*.py")]


class Looks:
    """Looks at a folder again and again, each time knowing the look before, as runs do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last: dict[str, Listing] = {}

    def now(self, patterns: Sequence[Pattern] = WHOLE, *, at_once: bool = False) -> Listing:
        """Look, once what was written shows, or at once."""
        if not at_once:
            time.sleep(3 * CLOCK_TICKS / 1e9)
        files = Files(self._known, self._recall)
        found = files.listing(str(self.folder), patterns)
        self.last.update(files.made)
        return found

    def _known(self, key: str) -> tuple[str, str] | None:
        last = self.last.get(key)
        return (last.signature if last.steady else "", last.digest) if last else None

    def _recall(self, key: str) -> Sequence[KnownFile]:
        return self.last[key].files or ()


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    """A folder with two files below it, looked at once."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("one\n")
    (tmp_path / "src" / "b.py").write_text("two\n")
    return Looks(tmp_path)


def test_what_nobody_touched_is_not_read_again(looks: Looks) -> None:
    """The stat of each file tells it."""
    first, second = looks.now(), looks.now()
    assert second.digest == first.digest
    assert (first.files is None, second.files is None) == (False, True)


def test_only_what_moved_is_read_again(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others keep the content that they are known by."""
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
    assert looks.now().digest == first.digest


def test_an_edit_right_after_a_look_shows(looks: Looks) -> None:
    """Also where it leaves size and times as they were: a file that is so young is read again."""
    path = looks.folder / "src" / "a.py"
    path.write_text("one\n")
    first = looks.now(at_once=True)
    path.write_text("eno\n")
    assert not first.steady
    assert looks.now(at_once=True).digest != first.digest


def test_what_a_link_leads_to_counts(
    looks: Looks, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file or a folder elsewhere, followed once; a circle ends."""
    there = tmp_path_factory.mktemp("there")
    (there / "x.py").write_text("one\n")
    (looks.folder / "linked").symlink_to(there)
    (looks.folder / "link.py").symlink_to(there / "x.py")
    (there / "circle").symlink_to(looks.folder)
    first = looks.now()
    (there / "x.py").write_text("two\n")
    assert looks.now().digest != first.digest


def test_caches_and_environments_do_not_count(looks: Looks) -> None:
    """Tools write there what changes with each run."""
    first = looks.now([Pattern("")])
    for name in ("__pycache__", ".mypy_cache", ".git", ".venv", ".readiness"):
        (looks.folder / name).mkdir()
        (looks.folder / name / "x.py").write_text("")
    assert looks.now([Pattern("")]).digest == first.digest


def test_a_visible_folder_is_no_cache(looks: Looks) -> None:
    """Whatever it is called: nobody shall hide sources that way."""
    first = looks.now()
    (looks.folder / "mycache").mkdir()
    (looks.folder / "mycache" / "CACHEDIR.TAG").write_text(
        "Signature: 8a477f597d28d172789f06886806bc55"
    )
    (looks.folder / "mycache" / "x.py").write_text("")
    assert looks.now().digest != first.digest


def test_names_that_are_no_text_are_files_too(looks: Looks) -> None:
    """They are known by their bytes."""
    with open(os.path.join(os.fsencode(looks.folder), b"\xff.py"), "w"):
        pass
    first = looks.now()
    assert looks.now().digest == first.digest
    os.unlink(os.path.join(os.fsencode(looks.folder), b"\xff.py"))
    assert looks.now().digest != first.digest
