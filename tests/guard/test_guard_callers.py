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

STEP = "      - name: Gate"
EVENT = "  pull_request:\n"
INSTALL = "      - run: pip install readiness\n"


def edited(old: str, new: str) -> str:
    """The workflow, edited."""
    assert old in WORKFLOW
    return WORKFLOW.replace(old, new)


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
    (CI, WORKFLOW, "", "the workflow is emptied"),
    (".pre-commit-config.yaml", HOOK, "repos: []\n", "the hook is dropped"),
    ("ci/gate.sh", SCRIPT, "set -e\ntrue\n", "a script"),
    (".husky/pre-push", SCRIPT, "true\n", "a hook of git"),
]  # fmt: skip

INNOCENT = [
    (CI, edited(CALL, f"{CALL} --report junit=out.xml -q"), "a report"),
    (CI, edited(CALL, f"{CALL} || exit 1"), "a failure all the same"),
    (CI, edited(CALL, f"{CALL} && pip list"), "more if it passes"),
    (CI, edited(STEP, f"{INSTALL}{STEP}"), "a step before"),
    (CI, edited("    branches: [main]\n", ""), "more branches"),
    (CI, edited(EVENT, f"{EVENT}  merge_group:\n"), "one event more"),
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
