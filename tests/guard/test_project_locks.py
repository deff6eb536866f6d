"""What a change does to lock files."""

from pathlib import Path

import pytest

from readiness.guard.changes import Kind
from tests.support.guarded import LOCK, LOOSE, SAME, compared, edited


def test_a_dropped_lock_entry_is_told(tmp_path: Path) -> None:
    """By name; a new version is none."""
    entry = LOCK[LOCK.index("urllib3") :]
    (found,) = compared(tmp_path, edited("requirements.lock", entry, ""))
    assert (found.kind, found.direction, found.before) == (Kind.LOCK, LOOSE, "urllib3")
    assert compared(tmp_path, edited("requirements.lock", "2.32.0", "2.33.0")) == []


def test_a_dropped_hash_is_told(tmp_path: Path) -> None:
    """Anything could be installed in its place; one of two hashes is enough."""
    hashed = edited(
        "requirements.lock", "urllib3==2.4.0 \\\n    --hash=sha256:dd\n", "urllib3==2.4.0\n"
    )
    (found,) = compared(tmp_path, hashed)
    assert (found.kind, found.direction, found.note) == (Kind.LOCK, LOOSE, "hashes")
    half = edited(
        "requirements.lock", "--hash=sha256:bb \\\n    --hash=sha256:cc", "--hash=sha256:bb"
    )
    assert compared(tmp_path, half) == []


def test_what_nobody_asks_for_any_more_may_go(tmp_path: Path) -> None:
    """Dropped from what is asked for in the same change."""
    after = edited("requirements.lock", "rich==14.0  # via shop\n", "")
    after |= edited("pyproject.toml", '"requests", "rich"', '"requests"')
    assert [each.direction for each in compared(tmp_path, after)] == [SAME]


def test_what_no_other_package_needs_any_more_may_go(tmp_path: Path) -> None:
    """As where an old Python is given up, and what served it alone."""
    other = '[[package]]\nname = "zipp"\nversion = "1"\n'
    entry = '[[package]]\nname = "sphinx"\nversion = "{}"\n'
    needs = f'{entry.format(1)}dependencies = [{{ name = "zipp" }}]\n'
    before = {"uv.lock": needs + other}
    (found,) = compared(tmp_path, {"uv.lock": entry.format(2)}, before)
    assert (found.direction, found.before) == (SAME, "zipp")
    (still,) = compared(tmp_path, {"uv.lock": needs}, before)
    assert (still.direction, still.before) == (LOOSE, "zipp")


LOCKS = [
    ("poetry.lock", '[[package]]\nname = "{}"\nversion = "1"\n'),
    ("uv.lock", '[[package]]\nname = "{}"\nversion = "1"\n'),
    ("pylock.toml", '[[packages]]\nname = "{}"\nversion = "1"\n'),
]


@pytest.mark.parametrize(("path", "entry"), LOCKS)
def test_lock_files_of_other_tools(path: str, entry: str, tmp_path: Path) -> None:
    """Tables of packages, by name."""
    before = {path: entry.format("requests") + entry.format("urllib3")}
    (found,) = compared(tmp_path, {path: entry.format("requests")}, before)
    assert (found.kind, found.direction, found.before) == (Kind.LOCK, LOOSE, "urllib3")


def test_a_pipfile_lock(tmp_path: Path) -> None:
    """JSON, by group."""
    before = {"Pipfile.lock": '{"default": {"a": {"hashes": ["x"]}, "b": {}}}'}
    (found,) = compared(tmp_path, {"Pipfile.lock": '{"default": {"a": {"hashes": ["x"]}}}'}, before)
    assert (found.direction, found.before) == (LOOSE, "b")
