"""Files that measures read, brought back from the worker that wrote them."""

import os
from pathlib import Path

import pytest

from readiness.cluster import part
from readiness.cluster.part import Answer, Machine, WorkerPart, run_part
from readiness.load.board import load_board
from readiness.model.settings import RunSettings
from readiness.pipeline.files_back import files_of, put_back
from readiness.plan import make_plan
from tests.support.machines import LONGEST, Machines
from tests.support.program import Project, a_board
from tests.support.repositories import commit, git

READ = {"as": "text", "regex": r"\d+"}


def writing(path: str, command: str = "") -> dict[str, object]:
    """A criterion that reads a number from a file that it writes."""
    made = command or f'mkdir -p "$(dirname "{path}")"; echo 3 > "{path}"'
    return {"run": made, "read": {**READ, "from": path}, "expect": "< 5"}


@pytest.mark.slow
def test_they_are_where_a_run_here_leaves_them(project: Project, machines: Machines) -> None:
    """What was read of the repository, and nothing else that was written there."""
    project.longest = int(LONGEST)
    project.write(a_board(writing("out/n.txt"), writing("$READINESS_TMP/n"), {"run": "touch log"}))
    commit(project.folder, {".gitignore": ".readiness\nout\nlog\n"})
    machines.worker("one")
    address = ("--on", machines.address, "--repository", str(project.folder))
    ended = project("check", *address, "--output-format", "json")
    assert ended.status == 0, ended
    assert (project.folder / "out" / "n.txt").read_text() == "3\n"
    assert not (project.folder / "log").exists()


def test_a_worker_gives_what_was_written_and_has_room(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of an earlier run stays where it is; so does one that is too large, and is named."""
    large = writing("large", "{ echo 3; head -c 2000 /dev/zero; } > large")
    project.write(a_board(writing("small"), large, writing("old", "test -e old || echo 3 > old")))
    commit(project.folder, {".gitignore": "small\nlarge\nold\n"})
    monkeypatch.setenv("XDG_CACHE_HOME", str(project.folder.parent / "cache"))
    monkeypatch.setattr(part, "MOST_BYTES_RETURNED", 1000)
    asked = WorkerPart(
        number=1,
        address=str(project.folder),
        settings=RunSettings(shard=(1, 1)),
        board="board.yaml",
        files=("large", "old", "small", "never"),
    )
    for names in (["old", "small"], ["small"]):
        answer = run_part(asked, Machine(worker="here"), lambda: True)
        assert answer.document, answer
        assert sorted(answer.files) == names
        assert answer.left == ("large",)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("out/n.txt", "out/n.txt"),
        ("$where/n.txt", "there/n.txt"),
        ("$READINESS_TMP/n.txt", None),
        ("../n.txt", None),
        ("/etc/passwd", None),
        (".git/HEAD", None),
        ("stdout", None),
    ],
)
def test_only_files_of_the_repository_are_asked_for(
    tmp_path: Path, source: str, name: str | None
) -> None:
    """By their names there, whatever variables are in it."""
    run = {"run": "test -d .", "read": {**READ, "from": source}, "expect": "< 5"}
    board = tmp_path / "board.yaml"
    board.write_text(str(a_board(run, env={"where": "there"})).replace("'", '"'))
    git(tmp_path, "init", "-q")
    plan = make_plan(load_board(str(board), profile=None, environ={}), environ={})
    assert files_of(plan, {"T1.1"}, str(tmp_path)) == ((name,) if name else ())


def test_nothing_is_written_but_what_was_asked_for(tmp_path: Path) -> None:
    """Nor through a link that stands in the way, nor where it cannot be, which is told."""
    root, beside = tmp_path / "root", tmp_path / "beside"
    root.mkdir()
    beside.mkdir()
    os.symlink(beside, root / "link")
    (root / "taken").mkdir()
    names = ("new/a", "link/b", "taken", "other")
    answer = Answer(worker="far", files=dict.fromkeys(names, b"x"), left=("large",))
    told = list(put_back(answer, names[:3], str(root)))
    assert (root / "new" / "a").read_bytes() == b"x"
    assert list(beside.iterdir()) == []
    assert not (root / "other").exists()
    assert [("taken" in one, "large" in one) for one in told] == [(True, False), (False, True)]
