"""What the step of a CI job that runs this gate does with it, seen by running its script."""

from pathlib import Path

import pytest

from readiness.guard.changes import Change
from readiness.guard.gate_steps import steps_seen
from tests.support.guarded import LOOSE, in_folders
from tests.support.repositories import write

CI = ".github/workflows/ci.yml"
CALL = "readiness check --base origin/main"
PROJECT = {"docs/board.yaml": "{}\n", "src/a.py": "A = 1\n"}


def workflow(run: str, more: str = "") -> str:
    """A workflow whose gate has this script."""
    lines = "".join(f"          {line}\n" for line in run.splitlines())
    return (
        "on: [pull_request]\njobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:\n"
        f"      - uses: actions/checkout@v4\n      - name: Gate\n{more}        run: |\n{lines}"
    )


BEFORE = workflow(CALL)

HIDDEN = [
    (f"set +e\n{CALL}\ntrue", "another command ends it"),
    (f"set +e\n{CALL}\nexit 0", "it ends well whatever happens"),
    (f"set +e\n{CALL}\necho $?", "the status is printed"),
    (f"trap 'exit 0' EXIT\n{CALL}", "a trap"),
    (f"set +e\n{CALL}\ntest $? -ne 9", "one status that it never has"),
    (f"cd docs\n{CALL}", "in another folder"),
    (f"cd docs && {CALL}", "in another folder, on its line"),
    (f"pushd docs\n{CALL}", "in another folder, by pushd"),
    (f"gate() {{\n  {CALL}\n}}\ngate && echo passed\necho done", "a list, whose status is lost"),
]
PLAIN = [
    (f"set +e\n{CALL}\nstatus=$?\necho done\nexit $status", "the status is kept"),
    (f"echo Now\n{CALL}\necho passed", "a line before and one behind"),
    (f"pip install readiness\n{CALL} --report junit=gate.xml", "its installation"),
    (f"uv run {CALL}", "by a runner"),
    (f".venv/bin/{CALL}", "by its path"),
    (f"cd docs\nmake html\ncd ..\n{CALL}", "there and back"),
    (f"trap 'rm -rf work' EXIT\n{CALL}", "a trap that cleans up"),
    (f"if ! {CALL}; then\n  echo bad\n  exit 1\nfi", "a word about it"),
    (f"for n in 1 2; do\n  sleep $n\ndone\n{CALL}", "a loop before it"),
    (f"export TZ=UTC\n{CALL}", "a variable of others"),
    (f"source .venv/bin/activate\n. ./env\n{CALL}", "an environment"),
    (f"set +e\nexec {CALL}\nexit 0", "in place of the shell"),
    (f"kill -9 $PPID\n{CALL}", "a signal"),
]


def seen(tmp_path: Path, before: str, after: str) -> list[Change]:
    """Run both states' steps; what reading tells is left aside."""
    for side, text in (("base", before), ("head", after)):
        write(tmp_path / side, {**PROJECT, CI: text})
    changes = steps_seen(in_folders(tmp_path), [], str(tmp_path))
    return [change for change in changes if change.direction is LOOSE]


@pytest.mark.parametrize("run", [row[0] for row in HIDDEN], ids=[row[1] for row in HIDDEN])
def test_a_step_that_no_longer_minds_its_gate_is_told(run: str, tmp_path: Path) -> None:
    """Wherever in its script that comes about."""
    assert seen(tmp_path, BEFORE, workflow(run))


@pytest.mark.parametrize("run", [row[0] for row in PLAIN], ids=[row[1] for row in PLAIN])
def test_a_step_that_minds_it_as_before_is_none(run: str, tmp_path: Path) -> None:
    """Whatever else it does."""
    assert seen(tmp_path, BEFORE, workflow(run)) == []


def test_the_shell_that_a_step_names_counts(tmp_path: Path) -> None:
    """By itself a forge starts bash without pipefail; asked for bash, with it."""
    piped = workflow(f"{CALL} | cat")
    assert seen(tmp_path, BEFORE, piped)
    assert seen(tmp_path, BEFORE, workflow(f"{CALL} | cat", "        shell: bash\n")) == []


def test_what_cannot_be_seen_is_not_told(tmp_path: Path) -> None:
    """A shell that is not here, a file outside that is written, a gate behind another script."""
    for unseen in (
        workflow(CALL, "        shell: pwsh\n"),
        workflow(f"echo > /etc/motd\nset +e\n{CALL}\ntrue"),
        workflow(f"cd /tmp\necho > x\nset +e\n{CALL}\ntrue"),
        workflow(f"/bin/true\nset +e\n{CALL}\ntrue"),
        workflow(f"X=1 /bin/true\nset +e\n{CALL}\ntrue"),
        workflow(f"if $CMD; then set +e; fi\n{CALL}\ntrue"),
        workflow(f"./ci/prepare.sh\nset +e\n{CALL}\ntrue"),
        workflow(f'if [ -n "$TOKEN" ]; then {CALL}; fi'),
    ):
        assert seen(tmp_path, BEFORE, unseen) == []


def test_a_script_runs_nothing_and_writes_nothing(tmp_path: Path) -> None:
    """It has none of the project's files, and no program that does anything."""
    mark = tmp_path / "mark"
    run = f"touch {mark}\nsh ci/x.sh || true\nrm -rf src\n{CALL}"
    assert seen(tmp_path, BEFORE, workflow(run)) == []
    assert not mark.exists()
    assert not (tmp_path / "gate-steps").exists()
