"""Copies in which the base's rules hold: what is laid over them stays in them."""

import os
from pathlib import Path

import pytest

from readiness.guard.overlay import lay_over
from readiness.guard.states import States
from readiness.guard.tree import Commit, work_tree
from tests.support.loosening import board, guarded
from tests.support.program import Project
from tests.support.repositories import commit, write


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A head that made a link of a folder does not lead the base's files out of the copy."""
    project, copy, outside = tmp_path / "p", tmp_path / "copy", tmp_path / "outside"
    for folder in (project, copy, outside):
        folder.mkdir()
    base = commit(project, {"ci/a.sh": "true\n", "b.txt": "b\n"})
    write(outside, {"a.sh": "mine\n"})
    os.symlink(outside, copy / "ci")
    write(copy, {"new.txt": "new\n"})
    lay_over(Commit(str(project), base), str(copy), ["ci/a.sh", "b.txt", "new.txt"])
    assert (outside / "a.sh").read_text() == "mine\n"
    assert not (copy / "ci").is_symlink()
    assert (copy / "ci" / "a.sh").read_text() == "true\n"
    assert (copy / "b.txt").read_text() == "b\n"
    assert not (copy / "new.txt").exists()


@pytest.mark.parametrize("to", ["tool", "../bin/tool", "within/tool", "chain", "/etc/passwd"])
def test_a_link_is_the_same_on_both_sides(tmp_path: Path, to: str) -> None:
    """Through other links, folders that are links, out of the project or in a circle."""
    write(tmp_path, {"bin/tool": "true\n"})
    for name, target in {"link": to, "chain": "link", "within": "../bin", "last": "chain"}.items():
        (tmp_path / "bin" / name).symlink_to(target)
    base = Commit(str(tmp_path), commit(tmp_path, {}))
    assert States(base, work_tree(str(tmp_path), base)).changed == []
    write(tmp_path, {"bin/tool": "false\n"})
    through = {"bin/chain", "bin/last", "bin/link"} if to.endswith("tool") else set()
    assert {*States(base, work_tree(str(tmp_path), base)).changed} == {"bin/tool", *through}


@pytest.mark.parametrize("also", [{}, {"src/a.py": "A = 1\n"}])
def test_what_is_all_of_the_base_is_not_measured_twice(
    project: Project, also: dict[str, str]
) -> None:
    """Of a change of rules alone nothing is left once the base's are laid over it."""
    base = {"board.yaml": board({"run": "sh ci/a.sh"}), "ci/a.sh": "test -f all.txt\n"}
    words = ("guard", "--output-format", "json")
    ended = guarded(project, base, {"ci/a.sh": "true\n", **also}, *words)
    (row,) = ended.json["compared"]
    assert (row["base"], row["by_base"]) == ("fail, exit 1", "fail, exit 1")
    assert ("@base" in ended.err) is bool(also)
