"""The file for CI begins as the project's own job begins that runs its tests."""

from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from readiness.propose.ci_lines import ci_file
from readiness.propose.set_up import find_set_up
from readiness.propose.survey import survey
from tests.support.channels import judged
from tests.support.checking import build

WAYS = {
    "an installation, and the tests": (
        "- run: pip install -e .\n- run: pytest",
        "pip install -e .",
    ),
    "both in one step": ("- run: |\n    pip install -e .\n    pytest", "pip install -e ."),
    "other gates in between": (
        "- run: pip install -e .\n- run: ruff check src\n- run: pytest",
        "pip install -e .",
    ),
    "the first row of a matrix": (
        "- run: uv sync -p ${{ matrix.py }}\n- run: pytest",
        "uv sync -p 3.11",
    ),
    "a condition on it": (
        "- {run: apt-get install x, if: matrix.py == '3.12'}\n- run: pytest",
        "apt-get install x if '3.11' == '3.12'",
    ),
    "in a folder": (
        "- {run: npm ci, working-directory: web}\n- run: pytest",
        "npm ci in web",
    ),
    "an action": ("- uses: astral-sh/setup-uv@v7\n- run: uv run pytest", "astral-sh/setup-uv@v7"),
}
WITHOUT = {
    "what another job made": "- uses: actions/download-artifact@v5\n- run: pytest",
    "values of another job": "- run: pip install ${{ needs.a.outputs.wheel }}\n- run: pytest",
    "a row that nobody knows": "- run: pip install ${{ matrix.other }}\n- run: pytest",
    "no tests": "- run: pip install x",
}


def steps_of(folder: Path, steps: str, runs_on: str = "${{ matrix.os }}") -> list[str]:
    """What the file for CI does, between the checkout and readiness itself."""
    job = dedent(f"""\
        on: pull_request
        jobs:
          tests:
            strategy: {{matrix: {{os: [windows-latest, ubuntu-latest], py: ["3.11", "3.12"]}}}}
            runs-on: {runs_on}
            services: {{db: {{image: "postgres:17"}}}}
            steps:
        """)
    text = job + "".join(f"      {line}\n" for line in steps.splitlines())
    files = {".github/workflows/t.yml": text, "a.py": "", "setup.py": "", "tests/test_a.py": ""}
    build(str(folder), files)
    facts = survey(str(folder))
    own = find_set_up(str(folder), facts)
    _, written = ci_file("github", facts, [], own, branch="main", home="")
    path = folder / ".github" / "workflows" / "readiness.yml"
    path.write_text(written, "utf-8")
    judged("actionlint", "-ignore", "constant expression", str(path))
    made = yaml.safe_load(written)["jobs"]["readiness"]
    assert made.get("services", {}) == ({"db": {"image": "postgres:17"}} if own else {})
    return [
        f"{step.get('run', step.get('uses'))}"
        + (f" if {step['if']}" if "if" in step else "")
        + (f" in {step['working-directory']}" if "working-directory" in step else "")
        for step in made["steps"][1:-4]
    ]


@pytest.mark.parametrize("name", WAYS)
def test_the_job_begins_as_that_of_the_tests(tmp_path: Path, name: str) -> None:
    """With its services, steps and their folders; what looks is left to the board."""
    steps, expected = WAYS[name]
    assert steps_of(tmp_path, steps) == ["actions/setup-python@v6", expected]


@pytest.mark.parametrize("name", WITHOUT)
def test_what_depends_on_its_workflow_is_not_taken_over(tmp_path: Path, name: str) -> None:
    """The project is installed as far as its files tell."""
    begun = ["actions/setup-python@v6", "pip install -e ."]
    assert steps_of(tmp_path, WITHOUT[name]) == begun


def test_nothing_is_taken_over_from_another_system(tmp_path: Path) -> None:
    """Twin of what is: the same steps on Windows."""
    steps = "- run: choco install make\n- run: pytest"
    begun = ["actions/setup-python@v6", "pip install -e ."]
    assert steps_of(tmp_path, steps, runs_on="windows-latest") == begun


def test_what_runs_in_an_environment_of_its_own_is_installed_here_too(tmp_path: Path) -> None:
    """The board starts the tests by itself, beside it."""
    build(str(tmp_path), {"tox.ini": "[testenv]\ncommands = pytest tests\n"})
    steps = "- run: pip install tox\n- run: tox -e py"
    begun = ["actions/setup-python@v6", "pip install tox", "pip install -e ."]
    assert steps_of(tmp_path, steps) == begun


def test_a_python_of_its_own_stays(tmp_path: Path) -> None:
    """No other one is put before it."""
    steps = "- uses: actions/setup-python@v6\n  with: {python-version: '3.11'}\n- run: pytest"
    assert steps_of(tmp_path, steps) == ["actions/setup-python@v6"]
