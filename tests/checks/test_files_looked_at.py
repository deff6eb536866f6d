"""Linters count the files that they looked at; none, or settings alone, is an error."""

import hashlib
import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from checks.python.mypy_cache import refuse_another_content
from readiness.model.judgement import Measurement
from tests.support import projects
from tests.support.checking import Outcome, build, run_check
from tests.support.projects import Files

UNUSED = "import os\n"
UGLY = "x=1\n"
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "code", "metadata": {}, "source": [UGLY], "outputs": []} for _ in range(2)
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
)
PROJECT = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.9"\n'


def settings(text: str) -> Files:
    """Return a project with one module that ruff finds fault with, and these settings."""
    return {"app.py": UNUSED, "pyproject.toml": f"{PROJECT}[tool.ruff]\n{text}\n"}


def among(outcome: Outcome) -> tuple[object, object]:
    """Return a check's first number, and how many it is counted among."""
    found = outcome.read()
    assert isinstance(found, Measurement), f"{found}\n{outcome.stderr}"
    return found.value, found.of


def refused(outcome: Outcome, says: str) -> None:
    """Nothing was measured, and the reason says why."""
    assert outcome.is_error, outcome
    assert says in outcome.stderr


# --- ruff -----------------------------------------------------------------------------------------

NOTHING_LEFT = [
    "exclude = ['app.py']",
    "extend-exclude = ['*.py']",
    "include = ['pyproject.toml']",
    "lint.exclude = ['**/app.py']",
]


@pytest.mark.parametrize("text", NOTHING_LEFT)
def test_ruff_that_is_shown_no_module_has_measured_nothing(project: str, text: str) -> None:
    """Settings that exclude every module leave pyproject.toml alone to look at: an error."""
    build(project, settings(text))
    refused(run_check("ruff", project), "ruff looked at no Python file")


@pytest.mark.parametrize("text", ["exclude = ['other.py']", "lint.exclude = ['tests/*']", ""])
def test_ruff_counts_the_modules_that_it_looked_at(project: str, text: str) -> None:
    """Twin: what is left is looked at, and the settings file is not among it."""
    build(project, {**settings(text), "tests/a.py": "", "other.py": "x = 1\n"})
    assert among(run_check("ruff", project)) == (1, 2 if text else 3)


@pytest.mark.parametrize("text", ["lint.select = []", "lint.ignore = ['ALL']"])
def test_ruff_without_a_rule_has_measured_nothing(project: str, text: str) -> None:
    """Where settings turn every rule off, ruff looks for nothing."""
    build(project, settings(text))
    refused(run_check("ruff", project), "turn every rule off")


@pytest.mark.parametrize(
    ("text", "args", "findings"),
    [
        ("lint.select = ['E1']", "", 0),
        ("lint.select = []", "--select F401", 1),
        ("lint.select = ['ALL']", "--ignore D,ERA,INP,CPY", 1),
        ("lint.ignore = ['ALL']", "--isolated --ignore-noqa --select F401", 1),
    ],
)
def test_ruff_with_few_rules_measures(project: str, text: str, args: str, findings: int) -> None:
    """Twin: one rule is something to look for, whoever asks for it."""
    build(project, settings(text))
    assert among(run_check("ruff", project, {"args": args})) == (findings, 1)


def test_ruff_counts_files_that_it_knows_from_before(project: str) -> None:
    """A second run counts as many as the first, though ruff would have them in its cache."""
    build(project, settings(""))
    assert among(run_check("ruff", project)) == among(run_check("ruff", project)) == (1, 1)


@pytest.mark.parametrize("args", ["-q", "--quiet", "--verbose", "-s -v"])
@pytest.mark.parametrize("check", ["ruff", "ruff-format"])
def test_ruff_may_be_asked_to_say_more_or_less(project: str, check: str, args: str) -> None:
    """Options about what is printed change no number."""
    build(project, {"app.py": "import os\nx=1\n"})
    number, total = among(run_check(check, project, {"args": args}))
    assert (number, total) == (run_check(check, project).value(), 1)


@pytest.mark.parametrize(
    "check", ["ruff", "ruff-format", "bandit", "mypy", "suppressions", "typed"]
)
@pytest.mark.parametrize("name", ["pyproject.toml", "ruff.toml"])
def test_a_settings_file_is_no_file_to_look_at(project: str, check: str, name: str) -> None:
    """Whoever names the settings as the path has nothing measured."""
    build(project, {name: "", "app.py": ""})
    assert run_check(check, project, {"paths": name}).is_error


def test_ruffs_own_words_are_the_reason(project: str) -> None:
    """Where ruff stopped, the reason is what it said, without its log."""
    build(project, settings("line-length = 'long'"))
    outcome = run_check("ruff", project)
    refused(outcome, "ruff stopped: ")
    assert "pyproject.toml" in outcome.stderr.splitlines()[-1]
    assert "[DEBUG]" not in outcome.stderr


# --- ruff-format ----------------------------------------------------------------------------------


def test_ruff_format_counts_notebooks_and_stubs_once(project: str) -> None:
    """A file counts once, however many of its cells or lines would change."""
    files = {"a.py": UGLY * 3, "b.ipynb": NOTEBOOK, "c.pyi": UGLY, "d.py": "x = 1\n"}
    build(project, {**files, "odd: name.py": UGLY})
    outcome = run_check("ruff-format", project)
    assert among(outcome) == (4, 5)
    named = {found["path"] for found in outcome.findings}
    assert named == {"a.py", "b.ipynb", "c.pyi", "odd: name.py"}


@pytest.mark.parametrize("args", ["", "--preview", "--line-length 100"])
def test_ruff_format_reads_both_ways_of_telling(project: str, args: str) -> None:
    """In words, or as the linter does, which some versions do under --preview."""
    build(project, {"a.py": UGLY, "b.py": "x = 1\n"})
    assert among(run_check("ruff-format", project, {"args": args})) == (1, 2)


@pytest.mark.parametrize("text", [*NOTHING_LEFT[:3], "format.exclude = ['*.py']"])
def test_ruff_format_that_is_shown_no_module_has_measured_nothing(project: str, text: str) -> None:
    """What the formatter is kept from was not looked at, documents beside it or not."""
    build(project, {**settings(text), "README.md": "# App\n\n```python\nx = 1\n```\n"})
    refused(run_check("ruff-format", project), "ruff looked at no Python file")


def test_ruff_format_looks_at_what_only_the_linter_is_kept_from(project: str) -> None:
    """Twin: what `lint.exclude` names is formatted all the same."""
    build(project, settings("lint.exclude = ['*.py']"))
    assert among(run_check("ruff-format", project)) == (0, 1)


@pytest.mark.parametrize("files", [{"a.py": UGLY, "b.py": projects.SYNTAX_ERROR}, {"c.py": UGLY}])
def test_ruff_format_that_could_not_read_a_file_has_measured_nothing(
    project: str, files: Files
) -> None:
    """A file that does not parse, or is not there, is named in the reason."""
    build(project, files)
    refused(run_check("ruff-format", project, {"paths": "b.py ."}), "b.py")


# --- bandit, mypy, and those of our own -----------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "text", "wrong"),
    [
        ("bandit", "assert input()\n", 1),
        ("mypy", "x: int = ''\n", 1),
        ("suppressions", "x = 1  # noqa\n", 1),
        ("typed", "def f(): ...\n", 0),
    ],
)
def test_findings_are_counted_among_files(project: str, check: str, text: str, wrong: int) -> None:
    """The number stands beside how much was looked at."""
    other = "def g() -> None:\n    pass\n" if check == "typed" else "y = 1\n"
    build(project, {"src/a.py": text, "src/b.py": other, "src/c.txt": "", "pyproject.toml": ""})
    number, total = among(run_check(check, project, {"paths": "src"}))
    assert (number, total) == (50 if check == "typed" else wrong, 2)


def test_bandit_that_is_shown_no_module_has_measured_nothing(project: str) -> None:
    """Its own settings may exclude all of it."""
    build(project, {"src/a.py": "assert input()\n"})
    assert among(run_check("bandit", project)) == (1, 1)
    refused(run_check("bandit", project, {"args": "-x src"}), "bandit scanned no line of code")


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"paths": "nosuch"}, "nosuch"),
        ({"paths": "docs"}, "There are no .py[i] files in directory 'docs'"),
        ({"args": "--exclude ."}, "There are no .py[i] files in directory 'src'"),
        ({"args": "--nosuch"}, "unrecognized arguments: --nosuch"),
    ],
)
def test_mypys_own_words_are_the_reason(project: str, params: dict[str, str], says: str) -> None:
    """Where mypy stopped, the last line says why in its words."""
    build(project, {"src/a.py": "x = 1\n", "docs/a.txt": ""})
    outcome = run_check("mypy", project, params)
    refused(outcome, says)
    assert says in outcome.stderr.splitlines()[-1]


@pytest.mark.parametrize(("kind", "refused"), [("sha1", True), ("sha256", True), ("md5", False)])
def test_a_cache_is_of_another_content_by_a_digest_that_is_known(
    kind: str, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By that of mypy until 1.4 as by that of today; of another kind nothing is said."""
    monkeypatch.chdir(tmp_path)
    for content in ("x = 1\n", "x = 2\n"):
        digest = hashlib.new(kind, content.encode()).hexdigest()
        meta = {".mypy_cache/3.11/a.meta.json": json.dumps({"hash": digest})}
        build(str(tmp_path), {"a.py": "x = 1\n", **meta})
        wrong = refused and content == "x = 2\n"
        with pytest.raises(SystemExit) if wrong else nullcontext():
            refuse_another_content(["LOG:  Metadata fresh for a: file a.py"])
