"""Section J: a step of the CI that cannot fail, or never runs, does not pass.

Reading decides what is plain, and says of anything else that it does not know.
"""

from pathlib import Path

import pytest

from readiness.model.judgement import Unmeasured
from tests.support.checking import build, run_check
from tests.support.repositories import commit, git, init

STEP = "      - run: make lint\n"
PASSES, FAILS, UNKNOWN = "passes", "fails", "unknown"


def script(*lines: str) -> str:
    """A step with a script of several lines."""
    return "      - run: |\n" + "".join(f"          {line}\n" for line in lines)


def workflow(step: str = STEP, *, on: str = "[push]", job: str = "", top: str = "") -> str:
    """A workflow with one step."""
    return f"on: {on}\n{top}jobs:\n  lint:\n    runs-on: x\n{job}    steps:\n{step}"


def with_if(condition: str) -> str:
    """A step that runs on a condition."""
    return workflow(f'{STEP}        if: "{condition}"\n')


def with_key(key: str) -> str:
    """A step with one more key."""
    return workflow(f"{STEP}        {key}\n")


def of_job(key: str) -> str:
    """A job with one more key."""
    return workflow(job=f"    {key}\n")


def needing(other: str, *, job: str = "") -> str:
    """A job that needs another."""
    return workflow(f"{STEP}  first:\n    runs-on: x\n{other}", job=f"    needs: [first]\n{job}")


def triggered(on: str) -> str:
    """A workflow that something else starts."""
    return workflow(on=on)


def after(step: str) -> str:
    """A step behind another one."""
    return workflow(f"      - {step}\n{STEP}")


TRIED = "  next:\n    runs-on: x\n    continue-on-error: true\n    steps:\n      - run: {}\n"
STEPS = "    steps:\n      - run: {}\n"

SCRIPTS = {
    "1501": (script("# make lint", "true"), FAILS),
    "1501 alone": (script("# make lint"), FAILS),
    "1501 twin": (script("# first", "make lint"), PASSES),
    "1503": ("      - run: echo make lint\n", UNKNOWN),
    "1503 twin": (script("echo start", "make lint"), PASSES),
    "1503 a here-document": (script("cat <<E", "make lint", "E"), UNKNOWN),
    "1503 a variable": (script("x='make lint'"), UNKNOWN),
    "1503 a variable, twin": ("      - run: CI=1 make lint\n", PASSES),
    "1503 by a runner": ("      - run: uv run echo make lint\n", UNKNOWN),
    "1503 by a runner, twin": ("      - run: uv run --group test make lint\n", PASSES),
    "1503 a module": ("      - run: python -m make lint\n", PASSES),
    "1503 a message": ("      - run: git commit -m run make lint\n", UNKNOWN),
    "1513": (script("exit 0", "make lint"), UNKNOWN),
    "1513 twin": (script("make lint", "exit 0"), PASSES),
    "1513 an or": ("      - run: true || make lint\n", UNKNOWN),
    "1513 an if": (script("if false; then", "  make lint", "fi"), UNKNOWN),
    "1513 nobody calls it": (script("f() {", "  make lint", "}"), UNKNOWN),
    "1513 no shell reads it": (script("make lint", "if true"), UNKNOWN),
    "1513 an or before the line": (script("true ||", "make lint"), UNKNOWN),
    "masked": ("      - run: make lint || true\n", FAILS),
    "masked, twin": (script("pip cache dir || true", "make lint"), PASSES),
    "a pipe": ("      - run: make lint | tee log\n", UNKNOWN),
    "a pipe, twin": (script("pip list | cat", "make lint"), PASSES),
    "in the background": (script("make lint &", "true"), UNKNOWN),
    "in a chain": (script("make lint && pip list", "true"), UNKNOWN),
    "in a chain, at the end": (script("make lint && make types"), PASSES),
    "in a chain, twin": (script("pip list && make lint"), PASSES),
    "another target": ("      - run: make linting\n", FAILS),
    "two targets": ("      - run: make lint types\n", PASSES),
    "a dry run": ("      - run: make lint -kn\n", UNKNOWN),
    "a dry run, twin": ("      - run: make lint -j2\n", PASSES),
    "another shell": ("      - run: make lint SHELL=true\n", UNKNOWN),
    "flags before it": ("      - run: MAKEFLAGS=-n make lint\n", UNKNOWN),
    "flags exported": (script("export MAKEFLAGS=n", "make lint"), UNKNOWN),
    "a loop over a variable": (script("for PATH in fakes; do :; done", "make lint"), UNKNOWN),
    "a loop, twin": (script("for x in a b; do pip list; done", "make lint"), PASSES),
    "a longer path": (script("PATH+=:fakes", "make lint"), UNKNOWN),
    "an alias": (script("shopt -s expand_aliases", "alias make=true", "make lint"), UNKNOWN),
    "a function": (script("make() { true; }", "make lint"), UNKNOWN),
    "through a wrapper": (script("command exec true", "make lint"), UNKNOWN),
    "a folder": ("      - run: cd docs && make lint\n", UNKNOWN),
    "reads only": (script("set -n", "make lint"), UNKNOWN),
    "reads only, twin": (script("set -euxo pipefail", "make lint"), PASSES),
    "after another program": (script("exec true", "make lint"), UNKNOWN),
    "an expression": (script("echo ${{ github.head_ref }}", "make lint"), UNKNOWN),
    "an expression, twin": (script("echo ${{ github.sha }}", "make lint"), PASSES),
    "by conditions": (script('if [ -n "$X" ]; then pip list; fi', "make lint"), PASSES),
    "in another script": ("      - run: sh ci/lint.sh\n", UNKNOWN),
    "in a tool": ("      - run: tox\n", FAILS),
}
KEYS = {
    "1505": (with_key("shell: bash {0} || true"), UNKNOWN),
    "1505 twin": (with_key("shell: bash"), PASSES),
    "1505 of another language": (with_key("shell: python3"), UNKNOWN),
    "1507": (with_if("${{ 1 == 2 }}"), UNKNOWN),
    "1507 plainly": (with_if("${{ false }}"), FAILS),
    "1507 after a failure": (with_if("failure()"), FAILS),
    "1507 twin": (with_if("success()"), PASSES),
    "1507 always": (with_if("${{ always() }}"), PASSES),
    "1507 a job": (of_job("if: github.repository == 'someone/else'"), UNKNOWN),
    "1507 one of a matrix": (with_if("matrix.x == 'b'"), UNKNOWN),
    "1507 a branch": (with_if("github.ref == 'refs/heads/main'"), UNKNOWN),
    "1511": (with_if("${{ false && success() }}"), UNKNOWN),
    "1515": (workflow(top="defaults: {run: {shell: 'bash -n {0}'}}\n"), UNKNOWN),
    "1515 a job": (of_job("defaults: {run: {shell: 'bash -n {0}'}}"), UNKNOWN),
    "1515 twin": (workflow(top="defaults: {run: {shell: bash}}\n"), PASSES),
    "goes on": (with_key("continue-on-error: ${{ true }}"), FAILS),
    "goes on sometimes": (of_job("continue-on-error: ${{ matrix.new }}"), UNKNOWN),
    "goes on, twin": (with_key("continue-on-error: false"), PASSES),
    "flags of the step": (with_key("env: {MAKEFLAGS: -n}"), UNKNOWN),
    "flags of the job": (of_job("env: {GNUMAKEFLAGS: --touch}"), UNKNOWN),
    "a function of all": (workflow(top="env: {'BASH_FUNC_make%%': '() { true; }'}\n"), UNKNOWN),
    "flags, twin": (workflow(top="env: {FORCE_COLOR: 1, X: '${{ secrets.X }}'}\n"), PASSES),
    "a folder": (with_key("working-directory: docs"), UNKNOWN),
    "a folder, twin": (with_key("working-directory: ."), PASSES),
    "no time": (of_job("timeout-minutes: 0"), UNKNOWN),
    "no time, twin": (of_job("timeout-minutes: 9"), PASSES),
    "a runner with another shell": (
        workflow().replace("runs-on: x", "runs-on: windows-2022"), UNKNOWN),
    "no matrix": (of_job("strategy: {matrix: {x: []}}"), UNKNOWN),
    "no matrix, twin": (
        of_job("strategy: {fail-fast: false, matrix: {x: [1, 2], include: [{x: 3}]}}"), PASSES),
    "all of it excluded": (of_job("strategy: {matrix: {x: [1], exclude: [{x: 1}]}}"), UNKNOWN),
    "a matrix from a job": (of_job("strategy: {matrix: {x: '${{ fromJSON(1) }}'}}"), UNKNOWN),
    "a matrix with shell": (
        workflow(script("echo ${{ matrix.x }}", "make lint"),
                 job="    strategy: {matrix: {x: ['; exit']}}\n"), UNKNOWN),
    "a matrix with words": (
        workflow(script("echo ${{ matrix.x }}", "make lint"),
                 job="    strategy: {matrix: {x: [py311]}}\n"), PASSES),
    "an unknown key": (of_job("background: true"), UNKNOWN),
    "harmless keys": (of_job("permissions: {contents: read}\n    concurrency: {group: x}"), PASSES),
    "1507 waits": (needing(STEPS.format("true"), job="").replace("x\n    steps:\n      - run: true",
                   "x\n    if: false\n    steps: []"), UNKNOWN),
    "1507 waits, twin": (needing(STEPS.format("pip list")), PASSES),
    "1507 waits for none": (of_job("needs: gone"), UNKNOWN),
    "1507 waits for itself": (of_job("needs: lint"), UNKNOWN),
    "waits for what fails": (needing(STEPS.format("python -c 'raise SystemExit(1)'")), UNKNOWN),
    "waits, and runs anyway": (needing(STEPS.format("exit 1"), job="    if: always()\n"), PASSES),
    "one is only tried": (workflow(STEP + TRIED.format("make lint")), PASSES),
    "another hides its failure": (workflow(STEP + STEP.replace("lint", "lint || true")), PASSES),
}  # fmt: skip
BEFORE = {
    "a folder of fakes": (after('run: echo "$PWD/fakes" >> "$GITHUB_PATH"'), UNKNOWN),
    "a variable for all": (after("run: echo MAKEFLAGS=-n >> $GITHUB_ENV"), UNKNOWN),
    "an output, twin": (after("run: echo a=b >> $GITHUB_OUTPUT"), PASSES),
    "src is emptied": (after("run: rm -rf src"), UNKNOWN),
    "src is emptied by a runner": (after("run: uv run --with x rm -rf src"), UNKNOWN),
    "a file is emptied": (after("run: true > src/a.py"), UNKNOWN),
    "another commit": (after("{uses: actions/checkout@v4, with: {ref: main}}"), UNKNOWN),
    "another commit, twin": (after("{uses: actions/checkout@v4, with: {fetch-depth: 0}}"), PASSES),
    "a script of an action": (
        after("{uses: actions/github-script@v7, with: {script: x}}"), UNKNOWN),
    "an action, twin": (
        after("{uses: actions/setup-python@v5, with: {python-version: '3.12'}}"), PASSES),
    "an action of its own": (after("uses: ./.github/actions/setup"), UNKNOWN),
    "another language": (after("{run: x, shell: python}"), UNKNOWN),
    "installing": (after('run: python -m pip install -e ".[test]" "x>=1"'), PASSES),
}  # fmt: skip
TRIGGERS = {
    "by hand alone": (triggered("workflow_dispatch"), FAILS),
    "1509": (triggered("{push: {paths-ignore: ['**']}}"), UNKNOWN),
    "1509 paths": (triggered("{push: {paths: ['docs/**']}}"), UNKNOWN),
    "1509 another event": (triggered("{push: {paths: [docs]}, pull_request: }"), PASSES),
    "1509 no branch": (triggered("{push: {branches: [gone]}}"), UNKNOWN),
    "1509 taken back": (triggered("{push: {branches: ['**', '!**']}}"), UNKNOWN),
    "1509 a branch": (triggered("{push: {branches: [main]}}"), PASSES),
    "1509 all branches": (triggered("{push: {branches: ['**'], tags: ['v*']}}"), PASSES),
    "1509 tags alone": (triggered("{push: {tags: ['v*']}}"), UNKNOWN),
    "1509 after all": (triggered("{pull_request: {types: [closed]}}"), UNKNOWN),
    "1509 types": (triggered("{pull_request: {types: [opened, synchronize]}}"), PASSES),
}
CASES = {
    **{f"script: {name}": (workflow(step), verdict) for name, (step, verdict) in SCRIPTS.items()},
    **{f"key: {name}": case for name, case in KEYS.items()},
    **{f"before: {name}": case for name, case in BEFORE.items()},
    **{f"trigger: {name}": case for name, case in TRIGGERS.items()},
}


def verdict(folder: Path, text: str) -> str:
    """What is said of the step, in a repository that holds the workflow and a script."""
    build(str(folder), {".github/workflows/ci.yml": text, "ci/lint.sh": "make lint\n"})
    if not (folder / ".git").exists():
        init(folder)
    git(folder, "add", "-A")
    outcome = run_check("ci-workflow", str(folder), {"command": "make lint"})
    if isinstance(outcome.read(), Unmeasured):
        assert outcome.stderr.startswith("not measured: .github/workflows/ci.yml, line "), outcome
        return UNKNOWN
    return FAILS if outcome.value() else PASSES


@pytest.mark.parametrize("case", CASES)
def test_1501_to_1515_only_a_plain_step_passes(tmp_path: Path, case: str) -> None:
    """What is plainly moot is a finding, and what is not plain unknown. Twin: the nearest step."""
    text, expected = CASES[case]
    assert verdict(tmp_path, text) == expected


def test_the_default_branch_is_what_the_remote_says(tmp_path: Path) -> None:
    """A filter that leaves it out lets no change through. Twin: the branch itself."""
    commit(tmp_path, {"a": ""})
    git(tmp_path, "update-ref", "refs/remotes/origin/next", "HEAD")
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/next")
    filters = [triggered(f"{{push: {{branches: [{name}]}}}}") for name in ("main", "next")]
    assert [verdict(tmp_path, text) for text in filters] == [UNKNOWN, PASSES]
