"""The oldest libraries that readiness may be installed with do what the newest do."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from readiness.report import FORMATS
from tests.support.program import ROOT, Project

TASKS = ROOT / "tests" / "importing" / "boards" / "football.md"
OLDEST = ROOT / ".venv" / "oldest" / "bin" / "python"
READ = {
    "json": ({"query": "[0].a"}, '[{"a": 1}]'),
    "jsonl": ({"query": "[0].a"}, '{"a": 1}'),
    "xml": ({"query": 'a."@b"'}, '<a b="1"/>'),
    "yaml": ({"query": "a"}, "a: 1"),
    "toml": ({"query": "a"}, "a = 1"),
    "csv": ({"query": "[0].a"}, "a\n1"),
    "text": ({"regex": r"\d"}, "a 1"),
}
CRITERIA = [
    {"title": form, "run": f"echo '{output}'", "read": {"as": form, **reader}, "expect": "== 1"}
    for form, (reader, output) in READ.items()
]
BOARD = {
    "version": 1,
    "title": "Old *libraries*",
    "tasks": [
        {"id": "T1", "title": "Reading", "problem": "It is **slow**.", "criteria": CRITERIA},
        {"id": "T2", "title": "Failing", "criteria": [{"title": "Fails", "run": "echo no; false"}]},
    ],
}
LINES = {
    "import": (0, "import tasks.md --board new/board.yaml"),
    "validate": (2, "validate --board wrong.yaml"),
    "help": (0, "check --help"),
    "unknown option": (2, "check --nonsense"),
    **{name: (0, f"report last --output-format {name}") for name in FORMATS},
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a run in its history, made with the oldest libraries."""
    if not OLDEST.exists():
        pytest.skip("the oldest libraries are not installed: `make test` does it")
    project = Project(tmp_path_factory.mktemp("oldest"))
    project.write(BOARD)
    project.write("version: 1\ntasks: [{id: T1, titel: Typo}]\n", "wrong.yaml")
    (project.folder / "new").mkdir()
    shutil.copy(TASKS, project.folder / "tasks.md")
    status, output = ended(project, OLDEST, "check")
    verdicts = [record.verdict.value for record in project.last_run().criteria()]
    assert (status, verdicts) == (1, ["pass"] * len(READ) + ["fail"]), output
    return project


def ended(project: Project, python: Path | str, line: str) -> tuple[int, bytes]:
    """Run a command with a Python; the result is its status, and what it printed and wrote."""
    written = project.folder / "new" / "board.yaml"
    written.unlink(missing_ok=True)
    done = subprocess.run(
        [python, "-m", "readiness", *line.split()],
        cwd=project.folder,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout + (written.read_bytes() if written.exists() else b"")


@pytest.mark.parametrize("case", LINES)
def test_the_oldest_libraries_are_enough(recorded: Project, case: str) -> None:
    """What a command prints, and its status, are those of the libraries that tests run with."""
    status, line = LINES[case]
    with_oldest = ended(recorded, OLDEST, line)
    with_newest = ended(recorded, sys.executable, line)
    if case == "help":  # its panels are drawn by the libraries themselves
        assert flags(with_oldest) == flags(with_newest)
    else:
        assert with_oldest == with_newest
    assert with_oldest[0] == status, with_oldest


def flags(ended: tuple[int, bytes]) -> set[bytes]:
    """The options that a page of help names."""
    return set(re.findall(rb"--[a-z-]+", ended[1]))
