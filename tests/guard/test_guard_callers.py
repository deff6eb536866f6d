"""What a change does to the steps, hooks and scripts that run this gate."""

from pathlib import Path

import pytest

from readiness.guard.changes import Kind
from tests.support.guarded import LOOSE, compared

CI = ".github/workflows/ci.yml"
WORKFLOW = """\
name: CI
on:
  pull_request:
  push:
    branches: [main]
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Gate
        run: readiness check --base origin/main
"""
CALL = "readiness check --base origin/main"
HOOK = (
    "repos:\n- repo: local\n  hooks:\n  - id: readiness\n    entry: readiness guard --base HEAD\n"
)
SCRIPT = "set -e\nreadiness check\n"

ACTION = WORKFLOW.replace(
    f"run: {CALL}", "uses: us/readiness@v1\n        with:\n          base: main"
)
NEVER = "  never: {if: false, runs-on: ubuntu-latest, steps: [{run: 'true'}]}\n"
LINT = "  lint: {runs-on: ubuntu-latest, steps: [{run: make lint}]}\n"
TYPES = "opened, synchronize, reopened"
STEP = "      - name: Gate"
EVENT = "  pull_request:\n"
INSTALL = "      - run: pip install readiness\n"


def edited(old: str, new: str) -> str:
    """The workflow, edited."""
    assert old in WORKFLOW
    return WORKFLOW.replace(old, new)


IN_SPITE = edited("  gate:", "  gate:\n    if: always()")
LOOSENED = [
    (CI, WORKFLOW, edited(f"run: {CALL}", "run: echo checked"), "taken away"),
    (CI, WORKFLOW, edited(CALL, f"{CALL} --exit-zero"), "--exit-zero"),
    (CI, WORKFLOW, edited(CALL, f"{CALL} T1"), "only a part"),
    (CI, WORKFLOW, edited(CALL, f"{CALL} || true"), "masked"),
    (CI, WORKFLOW, edited(CALL, f"{CALL}; true"), "something behind it"),
    (CI, WORKFLOW, edited(CALL, f"{CALL} --report tap | tee log"), "a pipe"),
    (CI, WORKFLOW, edited(CALL, f"{CALL} &"), "in the background"),
    (CI, WORKFLOW, edited(CALL, f"# {CALL}"), "a comment"),
    (CI, WORKFLOW, edited(STEP, f"{STEP}\n        if: github.actor != 'me'"), "if on the step"),
    (CI, WORKFLOW, edited("  gate:", "  gate:\n    continue-on-error: true"), "continue"),
    (CI, WORKFLOW, edited(EVENT, ""), "an event less"),
    (CI, WORKFLOW, edited(EVENT, f"{EVENT}    paths-ignore: ['src/**']\n"), "a filter"),
    (CI, WORKFLOW, edited(CALL, f"{CALL} --hold-line"), "only what gets worse"),
    (CI, WORKFLOW, edited(EVENT, f"{EVENT}    types: [labeled]\n"), "another moment"),
    (CI, WORKFLOW, edited(EVENT, f"{EVENT}    branches: [release]\n"), "few branches"),
    (CI, WORKFLOW, edited("  gate:", "  gate:\n    strategy: {matrix: {x: []}}"), "no job at all"),
    (CI, WORKFLOW, edited("ubuntu-latest", "[self-hosted, moon]"), "a machine that nobody has"),
    (CI, WORKFLOW, edited("  gate:", f"{NEVER}  gate:\n    needs: never"), "behind nothing"),
    (CI, WORKFLOW, edited(STEP, f"{STEP}\n        if: github.event_name == 'push'"), "on pushes"),
    (CI, "uses: us/readiness@v1\n", "uses: them/readiness@v1\n", "another action"),
    (CI, ACTION, ACTION.replace("base: main", "board: easy.yaml"), "the action, another board"),
    (CI, ACTION, ACTION.replace("base: main", ""), "the action, no base"),
    (CI, ACTION, ACTION.replace("base: main", "base: main\n          arguments: T1"), "a part"),
    (CI, WORKFLOW, "", "the workflow is emptied"),
    (CI, WORKFLOW, edited("jobs:", "jobs: ["), "no workflow any more"),
    (CI, WORKFLOW, edited("[main]", "[main, '!topic']"), "but for a branch"),
    (CI, IN_SPITE, WORKFLOW, "no longer in spite of others"),
    (".pre-commit-config.yaml", HOOK, "repos: []\n", "the hook is dropped"),
    ("ci/gate.sh", SCRIPT, "set -e\ntrue\n", "a script"),
    (".husky/pre-push", SCRIPT, "true\n", "a hook of git"),
]  # fmt: skip

INNOCENT = [
    (CI, edited(CALL, f"{CALL} --report junit=out.xml -q"), "a report"),
    (CI, edited("    branches: [main]\n", ""), "more branches"),
    (CI, edited(EVENT, f"{EVENT}  merge_group:\n"), "one event more"),
    (CI, edited(EVENT, f"{EVENT}    types: [labeled, {TYPES}]\n"), "more moments"),
    (CI, edited("[main]", "[main, 1.x]"), "one branch more"),
    (CI, edited(STEP, f"{STEP}\n        if: github.event_name == 'pull_request'"), "for changes"),
    (CI, edited(STEP, f"{STEP}\n        if: ${{{{ !cancelled() }}}}"), "in spite of others"),
    (CI, edited("ubuntu-latest", "ubuntu-24.04"), "a newer machine"),
    (CI, edited("@v4", f"@{'a' * 40}  # v5"), "a newer action, by its hash"),
    (CI, edited(CALL, f"{CALL}\n      - run: rm -rf src"), "a step behind it"),
    (CI, edited("      - uses: actions/checkout@v4\n", ""), "a step less"),
    (CI, edited("jobs:", f"jobs:\n{LINT}".rstrip()), "another job"),
    (CI, edited(f"run: {CALL}", f"run: |\n          # Now.\n          uvx {CALL}"), "by uvx"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "before", "after"), [row[:3] for row in LOOSENED], ids=[row[3] for row in LOOSENED]
)
def test_a_gate_that_is_no_longer_called_is_told(
    path: str, before: str, after: str, tmp_path: Path
) -> None:
    """Removed, masked, made conditional, or asked less."""
    found = compared(tmp_path, {path: after}, {path: before})
    kinds = {each.kind for each in found if each.direction is LOOSE}
    assert Kind.CALLER in kinds, found


@pytest.mark.parametrize(
    "after",
    [
        ACTION.replace("@v1", "@v2"),
        ACTION.replace("base: main", "base: main\n          sarif: 'true'"),
    ],
    ids=["a newer action", "more reports"],
)
def test_an_action_that_asks_as_much_is_none(after: str, tmp_path: Path) -> None:
    """What it is given besides decides nothing."""
    found = compared(tmp_path, {CI: after}, {CI: ACTION})
    assert [each for each in found if each.direction is LOOSE] == []


def test_a_script_above_the_gate_counts(tmp_path: Path) -> None:
    """What it sets, the gate obeys, though the workflow says what it said."""
    calling = step("sh ci/prepare.sh")
    before = {CI: calling, "ci/prepare.sh": "make deps\n"}
    set_now = {"ci/prepare.sh": "echo READINESS_EXIT_ZERO=1 >> $GITHUB_ENV\n"}
    loose = [each for each in compared(tmp_path / "a", set_now, before) if each.direction is LOOSE]
    assert [each.path for each in loose] == [CI]
    beside = {CI: WORKFLOW, "ci/prepare.sh": "make deps\n"}
    innocent = compared(tmp_path / "b", set_now, beside)
    assert [each for each in innocent if each.direction is LOOSE] == []


@pytest.mark.parametrize(
    ("path", "after"), [row[:2] for row in INNOCENT], ids=[row[2] for row in INNOCENT]
)
def test_a_gate_that_is_called_as_before_is_none(path: str, after: str, tmp_path: Path) -> None:
    """Whatever else stands around it."""
    found = compared(tmp_path, {path: after}, {path: WORKFLOW})
    assert [each for each in found if each.direction is LOOSE] == []


def test_a_call_that_moves_to_another_file_is_none(tmp_path: Path) -> None:
    """From one workflow to another."""
    other = ".github/workflows/gate.yml"
    found = compared(tmp_path, {other: WORKFLOW}, {CI: WORKFLOW})
    assert [each for each in found if each.direction is LOOSE] == []


BASE_SHA = "${{ github.event.pull_request.base.sha }}"
OTHERS = {"easy.yaml": "{}\n", "src/a.py": "A = 1\n", "board.yaml": "{}\n"}
RUN = f"run: {CALL}"
CHECKOUT = "actions/checkout@v4\n"
JOB = "    runs-on: ubuntu-latest\n"


def step(run: str) -> str:
    """The workflow with a step above the gate."""
    return edited(STEP, f"      - run: {run}\n{STEP}")


AROUND = [
    (edited("jobs:", 'env: {READINESS_EXIT_ZERO: "1"}\njobs:'), "a variable for all"),
    (edited(JOB, f"{JOB}    env: {{READINESS_BOARD: easy.yaml}}\n"), "a variable of the job"),
    (edited(RUN, f"env: {{PATH: /tmp/fakes}}\n        {RUN}"), "another PATH"),
    (edited(RUN, f"working-directory: docs\n        {RUN}"), "another folder"),
    (edited(JOB, f"{JOB}    defaults: {{run: {{working-directory: docs}}}}\n"), "by default"),
    (edited(RUN, f"shell: bash {{0}} || true\n        {RUN}"), "another shell"),
    (edited(CHECKOUT, f"{CHECKOUT}        with: {{ref: main}}\n"), "another ref"),
    (edited(CHECKOUT, f"{CHECKOUT}        with: {{repository: a/b}}\n"), "another repository"),
    (edited(CHECKOUT, f"{CHECKOUT}        with: {{ref: '{BASE_SHA}'}}\n"), "the base alone"),
    (
        edited(CHECKOUT, f"{CHECKOUT}        with: {{ref: '${{{{ github.base_ref }}}}'}}\n"),
        "its branch",
    ),
    (step("pip install --index-url x readiness"), "another index"),
    (
        edited(
            STEP, f"      - run: pip install readiness\n        env: {{PIP_INDEX_URL: x}}\n{STEP}"
        ),
        "by name",
    ),
    (edited(CHECKOUT, f"{CHECKOUT}        with: {{sparse-checkout: docs}}\n"), "a part"),
    (step("cp easy.yaml board.yaml"), "another board"),
    (step("sed -i s/80/10/ board.yaml"), "an edited board"),
    (step('echo "{}" > board.yaml'), "a written board"),
    (step("rm -rf src"), "no source"),
    (step("git checkout main"), "another tree"),
    (step("git reset --hard origin/main"), "another commit"),
    (step('echo "$PWD/ci/bin" >> "$GITHUB_PATH"'), "other programs"),
    (step('echo "READINESS_PROFILE=easy" >> "$GITHUB_ENV"'), "a variable from a step"),
    (step("pip install ./ci/fake-readiness"), "another gate"),
    (edited(RUN, f"run: |\n          readiness() {{ true; }}\n          {CALL}"), "a function"),
    (edited(RUN, f"run: READINESS_BOARD=easy.yaml {CALL}"), "a variable before it"),
    (edited(RUN, f"run: PATH=ci/bin:$PATH {CALL}"), "other programs before it"),
    (edited(RUN, f"run: echo {CALL}"), "only printed"),
    (edited(RUN, f'run: "# {CALL}"'), "only a comment"),
    (step("docker compose up -d"), "who knows what"),
    (edited(RUN, f"run: |\n          set +e\n          {CALL}\n          echo $?"), "printed"),
    (edited(RUN, f"run: |\n          cd docs\n          {CALL}"), "in another folder of a step"),
    (edited(JOB, f"{JOB}    container: python:3.12\n"), "a container"),
    (edited("  gate:", f"{LINT}  gate:\n    needs: lint"), "behind another job"),
]


@pytest.mark.parametrize("after", [row[0] for row in AROUND], ids=[row[1] for row in AROUND])
def test_a_job_that_has_the_gate_look_elsewhere_is_told(after: str, tmp_path: Path) -> None:
    """By its environment, folder, ref or earlier steps."""
    found = compared(tmp_path, {CI: after, **OTHERS}, {CI: WORKFLOW, **OTHERS})
    assert Kind.CALLER in {each.kind for each in found if each.direction is LOOSE}, found
