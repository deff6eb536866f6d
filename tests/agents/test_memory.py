"""What is remembered of a session outlives the process, and is nobody else's."""

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from readiness.agents.memory import KEPT, folder_of, remembered


def test_a_session_is_remembered(tmp_path: Path) -> None:
    """Of one project; another's, or another session, begins anew."""
    folder = str(tmp_path / "cache")
    with remembered(folder, "/p", "s") as kept:
        kept.memory.blocks = 2
        assert kept.save()
    with remembered(folder, "/p", "s") as kept:
        assert kept.memory.blocks == 2
    for project, session in (("/p", "t"), ("/q", "s")):
        with remembered(folder, project, session) as kept:
            assert kept.memory.blocks == 0


def test_what_is_not_saved_is_not_remembered(tmp_path: Path) -> None:
    """So that a call that is killed counts nothing."""
    with remembered(str(tmp_path), "/p", "s") as kept:
        kept.memory.blocks = 2
    with remembered(str(tmp_path), "/p", "s") as kept:
        assert kept.memory.blocks == 0


def _count(folder: str, times: int) -> None:
    for _ in range(times):
        with remembered(folder, "/p", "s") as kept:
            before = kept.memory.blocks
            time.sleep(0.001)
            kept.memory.blocks = before + 1
            kept.save()


def test_calls_at_the_same_time_count_each_other(tmp_path: Path) -> None:
    """One has the memory of a session at a time."""
    context = multiprocessing.get_context("fork")
    started = [context.Process(target=_count, args=(str(tmp_path), 20)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    with remembered(str(tmp_path), "/p", "s") as kept:
        assert kept.memory.blocks == 60


@pytest.mark.parametrize("folder", ["", "file/cache"])
def test_where_nothing_can_be_kept_it_says_so(tmp_path: Path, folder: str) -> None:
    """Nothing is raised."""
    (tmp_path / "file").write_text("", "utf-8")
    with remembered(folder and str(tmp_path / folder), "/p", "s") as kept:
        assert not kept.save()


def test_a_broken_memory_is_an_empty_one(tmp_path: Path) -> None:
    """It is written anew."""
    with remembered(str(tmp_path), "/p", "s") as kept:
        kept.memory.blocks = 1
        kept.save()
    (file,) = tmp_path.glob("*.json")
    file.write_text("{", "utf-8")
    with remembered(str(tmp_path), "/p", "s") as kept:
        assert kept.memory.blocks == 0
        kept.memory.blocks = 3
        assert kept.save()


def test_old_sessions_are_forgotten(tmp_path: Path) -> None:
    """The oldest first, once a new one begins."""
    for number in range(KEPT + 5):
        path = tmp_path / f"{number:032}.json"
        path.write_text("{}", "utf-8")
        os.utime(path, (number, number))
    with remembered(str(tmp_path), "/p", "s") as kept:
        kept.save()
    left = sorted(path.name for path in tmp_path.glob("0*.json"))
    assert left == [f"{number:032}.json" for number in range(5, KEPT + 5)]


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"HOME": "/h"}, "/h/.cache/readiness/hooks"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/c/readiness/hooks"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "c"}, "/h/.cache/readiness/hooks"),
        ({}, ""),
    ],
)
def test_it_lies_in_the_users_cache(environ: dict[str, str], wanted: str) -> None:
    """By the rules of the desktop; a relative path counts for none."""
    assert folder_of(environ) == wanted
