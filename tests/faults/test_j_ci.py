"""Section J: a step of the CI that cannot fail, or never runs, does not pass."""

from pathlib import Path

import pytest

from tests.support.checking import build, run_check
from tests.support.repositories import commit, git, init

STEP = "      - run: make lint\n"


def script(*lines: str) -> str:
    """A step with a script of several lines."""
    return "      - run: |\n" + "".join(f"          {line}\n" for line in lines)


def workflow(step: str = STEP, *, on: str = "[push]", job: str = "", top: str = "") -> str:
    """A workflow with one step."""
    return f"on: {on}\n{top}jobs:\n  lint:\n    runs-on: x\n{job}    steps:\n{step}"


def with_if(condition: str) -> str:
    """A step that runs on a condition."""
    return workflow(f'{STEP}        if: "{condition}"\n')


def with_shell(shell: str) -> str:
    """A step in a shell of its own."""
    return workflow(f"{STEP}        shell: {shell}\n")


def matrix(axes: str, step: str) -> str:
    """A step of a job with a matrix."""
    return workflow(f"{STEP}{step}", job=f"    strategy: {{matrix: {{{axes}}}}}\n")


TRIED = """\
  next:
    runs-on: x
    continue-on-error: true
    steps:
      - run: {}
"""
OFF = "  off:\n    if: {}\n    runs-on: x\n    steps: []\n"

MOOT = {
    "1501": workflow(script("# make lint", "true")),
    "1503": workflow("      - run: echo make lint\n"),
    "1503 a here-document": workflow(script("cat <<E", "make lint", "E")),
    "1503 a variable": workflow(script("x='make lint'")),
    "1505": with_shell("bash {0} || true"),
    "1505 reads only": with_shell("bash -n {0}"),
    "1505 of another language": with_shell("python3"),
    "1507 another event": with_if("github.event_name == 'schedule'"),
    "1507 in brackets": with_if("github['event_name'] == 'workflow_dispatch'"),
    "1507 after a failure": with_if("failure()"),
    "1507 when it was ended": with_if("${{ cancelled() }}"),
    "1509 no such path": workflow(on="{push: {paths: ['nosuch/**']}}"),
    "no matrix": workflow(job="    strategy: {matrix: {x: []}}\n"),
    "all of it excluded": workflow(
        job="    strategy: {matrix: {x: [1], y: [2], exclude: [{x: 1}]}}\n"
    ),
    "another is a part of it": workflow(
        "      - run: make lint SRC=a\n" + TRIED.format("make lint SRC='a b'")
    ),
    "another is elsewhere": workflow(
        f"{STEP}        working-directory: .github\n" + TRIED.format("make lint")
    ),
    "1505 no shell": with_shell("'true {0}'"),
    "1507": with_if("${{ 1 == 2 }}"),
    "1507 texts": with_if("'a' == 'b'"),
    "1507 a job": workflow(job="    if: ${{ !always() }}\n"),
    "1507 waits": workflow(STEP + OFF.format("false"), job="    needs: [off]\n"),
    "1507 waits for none": workflow(job="    needs: gone\n"),
    "1503 unquoted": workflow("      - run: echo will run make lint\n"),
    "1503 by a runner": workflow("      - run: uv run echo make lint\n"),
    "1503 timed": workflow("      - run: timeout 9 echo make lint\n"),
    "1503 a message": workflow("      - run: git commit -m run make lint\n"),
    "1507 of no combination": matrix("x: [a, b]", "        if: matrix.x == 'c'\n"),
    "goes on in all": matrix("x: [true]", "        continue-on-error: ${{ matrix.x }}\n"),
    "1509": workflow(on="{push: {paths-ignore: ['**']}}"),
    "1509 no branch": workflow(on="{push: {branches: []}}"),
    "1509 taken back": workflow(on="{push: {branches: ['**', '!**']}}"),
    "1509 tags alone": workflow(on="{push: {tags: ['v*']}}"),
    "1509 no tags, and no branches": workflow(on="{push: {tags-ignore: ['v*']}}"),
    "1509 tags, and paths": workflow(on="{push: {tags: ['v*'], paths: ['**']}}"),
    "1509 after all": workflow(on="{pull_request: {types: [closed]}}"),
    "1507 a tag": with_if("startsWith(github.ref_type, 'tag')"),
    "1511": with_if("${{ false && success() }}"),
    "1511 a function": with_if("contains('abc', 'x')"),
    "1513": workflow(script("exit 0", "make lint")),
    "1513 an or": workflow("      - run: true || make lint\n"),
    "1513 an if": workflow(script("if false; then", "  make lint", "fi")),
    "1513 nobody calls it": workflow(script("f() {", "  make lint", "}")),
    "1513 no shell reads it": workflow(script("make lint", "if true")),
    "by hand alone": workflow(on="workflow_dispatch"),
    "a pipe": workflow("      - run: make lint | tee log\n"),
    "another target": workflow("      - run: make linting\n"),
    "1515": workflow(top="defaults: {run: {shell: 'bash -n {0}'}}\n"),
    "1515 a job": workflow(job="    defaults: {run: {shell: 'bash -n {0}'}}\n"),
    "a dry run": workflow("      - run: make lint --dry-run\n"),
    "a dry run in a letter": workflow("      - run: make lint -kn\n"),
    "errors ignored": workflow("      - run: make lint -i\n"),
    "flags before it": workflow("      - run: MAKEFLAGS=-n make lint\n"),
    "flags exported": workflow(script("export MAKEFLAGS=n", "make lint")),
    "flags of the step": workflow(f"{STEP}        env: {{MAKEFLAGS: -n}}\n"),
    "flags of the job": workflow(job="    env: {GNUMAKEFLAGS: --touch}\n"),
    "flags of all": workflow(top="env: {MAKEFLAGS: ki}\n"),
    "goes on": workflow(f"{STEP}        continue-on-error: ${{{{ true }}}}\n"),
    "nowhere": workflow(f"{STEP}        working-directory: gone\n"),
}
REAL = {
    "1501": workflow(script("# first", "make lint")),
    "1503": workflow(script("echo start", "make lint")),
    "1503 wrapped": workflow("      - run: uv run make lint\n"),
    "1503 a variable": workflow("      - run: CI=1 make lint\n"),
    "1503 a module": workflow("      - run: python -m make lint\n"),
    "1503 with options": workflow("      - run: uv run --group test make lint\n"),
    "1507 of one combination": matrix("x: [a, b]", "        if: matrix.x == 'b'\n"),
    "goes on in one": matrix(
        "x: [false], include: [{x: true}]", "        continue-on-error: ${{ matrix.x }}\n"
    ),
    "goes on where it is added": matrix(
        "x: [1, 2], include: [{x: 2, new: true}]", "        continue-on-error: ${{ matrix.new }}\n"
    ),
    "1513 a test": workflow(script('if [ -n "$CI" ]; then', "  make lint", "fi")),
    "one is only tried": workflow(STEP + TRIED.format("make lint")),
    "1513 called": workflow(script("f() {", "  make lint", "}", "f")),
    "1505": with_shell("bash"),
    "1505 strict": with_shell("bash -e {0}"),
    "1507": with_if("github.ref == 'refs/heads/main'"),
    "1507 always": with_if("${{ always() }}"),
    "1507 waits": workflow(STEP + OFF.format("true"), job="    needs: [off]\n"),
    "1509": workflow(on="{push: {paths-ignore: ['docs/**']}}"),
    "1509 a branch": workflow(on="{push: {branches: [main]}}"),
    "1509 another event": workflow(on="{push: {branches: []}, pull_request: }"),
    "1509 tags too": workflow(on="{push: {branches: ['**'], tags: ['v*']}}"),
    "1509 tags, and other branches": workflow(on="{push: {branches-ignore: [x], tags: ['v*']}}"),
    "1509 tags, and changes": workflow(on="{push: {tags: ['v*']}, pull_request: }"),
    "1509 types": workflow(on="{pull_request: {types: [opened, synchronize, closed]}}"),
    "1507 a branch": with_if("github.ref_type == 'branch' || github.event_name != 'push'"),
    "1509 but for some": workflow(on="{push: {paths: ['**', '!docs/**']}}"),
    "1511": with_if("${{ success() || false }}"),
    "1507 an event": with_if("github.event_name != 'schedule'"),
    "1507 one of two events": workflow(
        STEP + OFF.format("github.event_name == 'push'"), on="[push, pull_request]"
    ),
    "1507 whatever went before": with_if("${{ !cancelled() }}"),
    "1507 a failure too": with_if("failure() || success()"),
    "1509 paths": workflow(on="{push: {paths: ['.github/**', '**.py']}}"),
    "1513 tests what is filled in": workflow(
        script('if [ "${{ github.ref }}" = refs/heads/main ]; then', "  make lint", "fi")
    ),
    "1513 tests a file": workflow(script("if [ -f Makefile ]; then", "  make lint", "fi")),
    "1513 in the second round": workflow(
        script("on=0", "for i in a b; do", "  if [ $on = 1 ]; then make lint; fi", "  on=1", "done")
    ),
    "a matrix": workflow(job="    strategy: {matrix: {x: [1, 2], exclude: [{x: 1}]}}\n"),
    "a matrix of others": workflow(job="    strategy: {matrix: {x: [], include: [{x: 1}]}}\n"),
    "a matrix from a job": workflow(job="    strategy: {matrix: {x: '${{ fromJSON(1) }}'}}\n"),
    "a shell that is not here": with_shell("pwsh"),
    "a wrapped shell": with_shell("env CI=1 bash -e {0}"),
    "1513": workflow(script("make lint", "exit 0")),
    "1515": workflow(top="defaults: {run: {shell: bash}}\n"),
    "at once": workflow("      - run: make lint -j2\n"),
    "a variable of make": workflow("      - run: make lint V=1\n"),
    "flags before it": workflow("      - run: MAKEFLAGS=-j2 make lint\n"),
    "flags of all": workflow(top="env: {MAKEFLAGS: -j2 --no-print-directory, X: -n}\n"),
    "goes on": workflow(f"{STEP}        continue-on-error: ${{{{ false }}}}\n"),
    "somewhere": workflow(f"{STEP}        working-directory: .github\n"),
    "another's mask": workflow(script("pip cache dir || true", "make lint")),
    "an expression": workflow(script("echo ${{ matrix.x || 'b' }}", "make lint")),
}


def problems(folder: Path, text: str) -> int:
    """How many problems the step has, in a repository that holds the workflow alone."""
    build(str(folder), {".github/workflows/ci.yml": text})
    if not (folder / ".git").exists():
        init(folder)
    git(folder, "add", "-A")
    outcome = run_check("ci-workflow", str(folder), {"command": "make lint"})
    return int(outcome.value())


@pytest.mark.parametrize("case", MOOT)
def test_1501_to_1515_a_step_that_is_moot_does_not_pass(tmp_path: Path, case: str) -> None:
    """Whatever makes it moot is told. Twin: the nearest step that runs and can fail."""
    assert problems(tmp_path, MOOT[case]) >= 1


@pytest.mark.parametrize("case", REAL)
def test_1501_to_1515_twin_a_step_that_runs_passes(tmp_path: Path, case: str) -> None:
    """A step as careful projects have it is no problem."""
    assert problems(tmp_path, REAL[case]) == 0


@pytest.mark.parametrize(
    ("branches", "moot"),
    [
        ("[gone]", 1),
        ("['release/**']", 1),
        ("['!main', gone]", 1),
        ("[gone], tags: [v1]", 1),
        ("[main]", 0),
        ("['m*']", 0),
        ("[main], tags: [v1]", 0),
    ],
)
def test_a_branch_that_is_not_there_starts_nothing(
    tmp_path: Path, branches: str, moot: int
) -> None:
    """Twin: the repository's own branch, by name or by pattern."""
    commit(tmp_path, {"a": ""})
    assert problems(tmp_path, workflow(on=f"{{push: {{branches: {branches}}}}}")) == moot


@pytest.mark.parametrize(
    ("asked", "moot"),
    [
        ("startsWith(github.ref, 'refs/tags/')", 1),
        ("github.ref == 'refs/heads/gone'", 1),
        ("github.ref_name == 'gone'", 1),
        ("startsWith(github.ref, 'refs/heads/')", 0),
        ("github.ref == 'refs/heads/main'", 0),
        ("github.ref_name != 'gone'", 0),
        ("github.ref == 'refs/heads/gone' || github.actor == 'me'", 0),
    ],
)
def test_a_step_for_no_branch_that_is_there_is_moot(tmp_path: Path, asked: str, moot: int) -> None:
    """Nor is one for tags that a change does not bring. Twin: the repository's own branch."""
    commit(tmp_path, {"a": ""})
    assert problems(tmp_path, with_if(asked)) == moot


def test_paths_are_those_of_the_repository(tmp_path: Path) -> None:
    """Also where the board stands in a folder of it."""
    started = workflow(on="{push: {paths: ['shared/**']}}")
    build(str(tmp_path), {"shared/a.py": "", "service/.github/workflows/ci.yml": started})
    assert problems(tmp_path, started) == 0
    assert (
        run_check("ci-workflow", str(tmp_path / "service"), {"command": "make lint"}).value() == 0
    )


ACTION = ".github/actions/lint/action.yml"
AN_ACTION = "runs:\n  using: composite\n  steps:\n    - {run: make lint, shell: bash}\n"
USES_IT = "      - uses: ./.github/actions/lint\n"
CALLED = ".github/workflows/lint.yml"
CALLS = "on: [push]\njobs:\n  all:\n    uses: ./.github/workflows/lint.yml\n"
FOLLOWED = {
    "an action": (workflow(USES_IT), {ACTION: AN_ACTION}, 0),
    "an action that is masked": (
        workflow(USES_IT), {ACTION: AN_ACTION.replace("lint,", "lint || true,")}, 1),
    "an action that may fail": (
        workflow(f"{USES_IT}        continue-on-error: true\n"), {ACTION: AN_ACTION}, 1),
    "an action that is not there": (workflow(USES_IT), {}, 1),
    "a workflow": (CALLS, {CALLED: workflow(on="workflow_call")}, 0),
    "a workflow whose job is off": (
        CALLS, {CALLED: workflow(on="workflow_call", job="    if: false\n")}, 1),
    "a workflow that is off": (f"{CALLS}    if: false\n", {CALLED: workflow(on="x")}, 1),
    "a script": (workflow("      - run: sh ci/a.sh\n"), {"ci/a.sh": "set -e\nmake lint\n"}, 0),
    "a strict shell": (workflow("      - run: sh -e ci/a.sh\n"),
                       {"ci/a.sh": "make lint\necho done\n"}, 0),
    "a script that goes on": (workflow("      - run: sh ci/a.sh\n"),
                              {"ci/a.sh": "make lint\necho done\n"}, 1),
    "a script of a script": (
        workflow("      - run: ./a.sh\n        working-directory: ci\n"),
        {"ci/a.sh": "#!/bin/sh -e\n. ./b.sh\n", "ci/b.sh": "make lint\n"}, 0),
    "a script that another masks": (
        workflow("      - run: bash ci/a.sh\n"),
        {"ci/a.sh": "set -e\nsh ci/b.sh || true\n", "ci/b.sh": "make lint\n"}, 1),
    "a script that calls itself": (workflow("      - run: sh a.sh\n"), {"a.sh": "sh a.sh\n"}, 1),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLLOWED)
def test_what_leads_to_the_command_is_followed(tmp_path: Path, case: str) -> None:
    """Actions, workflows and scripts of the repository, and what makes them moot."""
    text, files, told = FOLLOWED[case]
    build(str(tmp_path), files)
    assert problems(tmp_path, text) == told
