"""What a change does to the settings of tools."""

from pathlib import Path

import pytest

from readiness.guard.changes import Direction, Kind
from readiness.guard.project.settings import command_changed
from tests.support.guarded import LOOSE, PYPROJECT, SAME, TIGHT, compared, edited

OF_SETTINGS = [
    ("strict = true\nfiles", "strict = false\nfiles", "mypy strict", LOOSE),
    ('files = ["src", "tests"]', 'files = ["src"]', "mypy files", LOOSE),
    ("pretty = true", "pretty = false", "mypy pretty", SAME),
    (
        "pretty = true\n",
        "pretty = true\n[[tool.mypy.overrides]]\nmodule = 'a'\nignore_errors = true\n",
        "mypy overrides[a].ignore_errors",
        LOOSE,
    ),
    ("pretty = true", 'pretty = true\nenable_error_code = ["x"]', "mypy enable_error_code", TIGHT),
    ("line-length = 100", "line-length = 200", "ruff line-length", SAME),
    ('["E", "F", "S"]', '["E", "F"]', "ruff lint.select", LOOSE),
    ('["E501"]', "[]", "ruff lint.ignore", TIGHT),
    (
        '"tests/*" = ["S101"]',
        '"tests/*" = ["S101"]\n"src/*" = ["F"]',
        "ruff lint.per-file-ignores.src/*",
        LOOSE,
    ),
    ('["S101"]', '["S101", "S1"]', "ruff lint.per-file-ignores.tests/*", LOOSE),
    ('["E501"]', '["E501", "ALL"]', "ruff lint.ignore", LOOSE),
    ('["E501"]', '["E501", "S1"]', "ruff lint.ignore", LOOSE),
    ('["E501"]', '["E501", "unused-import"]', "ruff lint.ignore", LOOSE),
    (
        "fail_under = 80",
        'fail_under = 80\nexclude_also = ["raise .*"]',
        "coverage report.exclude_also",
        LOOSE,
    ),
    ("branch = true\n", "", "coverage run.branch", LOOSE),
    ("source =", 'source_pkgs = ["a"]\nsource =', "coverage run.source_pkgs", TIGHT),
    ("fail_under = 80", "fail_under = 79.5", "coverage report.fail_under", LOOSE),
    ("-q --strict-markers", "-q", "pytest addopts", LOOSE),
    ("-q --strict-markers", "-q --strict-markers --strict-config", "pytest addopts", TIGHT),
    (
        "-q --strict-markers",
        "-q --strict-markers --ignore=tests/test_a.py",
        "pytest addopts",
        LOOSE,
    ),
    ("-q --strict-markers", "-vv -ra --strict-markers", "pytest addopts", SAME),
    ("-q --st", "-q -p no:cacheprovider --st", "pytest addopts", SAME),
    ("-q --st", "-q -p no:randomly --st", "pytest addopts", LOOSE),
    ("--cov-fail-under=80", "--cov-fail-under=60", "pytest addopts", LOOSE),
]


@pytest.mark.parametrize(("old", "new", "subject", "direction"), OF_SETTINGS)
def test_a_setting_is_told_in_its_direction(
    old: str, new: str, subject: str, direction: Direction, tmp_path: Path
) -> None:
    """By tool and key, and with the line on which it stands."""
    (found,) = compared(tmp_path, edited("pyproject.toml", old, new))
    assert (found.subject, found.kind, found.direction) == (subject, Kind.SETTING, direction)
    assert found.path == "pyproject.toml"


OF_FILES = [
    (
        ".coveragerc",
        "[run]\nomit = src/*\nbranch = true\nsource = src\n[report]\nfail_under=80\n",
        "coverage run.omit",
    ),
    ("ruff.toml", "line-length = 100\n", "ruff lint.select"),
    (".bandit", "[bandit]\nexclude_dirs = docs\nskips = B101,B102\n", "bandit skips"),
    ("pyrightconfig.json", '{"exclude": ["src"]}', "pyright exclude"),
    (".gitleaks.toml", "[allowlist]\npaths = ['src']\n", "gitleaks allowlist.paths"),
]


@pytest.mark.parametrize(("path", "text", "subject"), OF_FILES)
def test_a_file_that_takes_the_place_of_other_settings(
    path: str, text: str, subject: str, tmp_path: Path
) -> None:
    """A tool obeys the first of its places: what stands in the next ones is gone."""
    found = compared(tmp_path, {path: text})
    assert subject in [each.subject for each in found if each.direction is LOOSE]


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [("basic", "standard", TIGHT), ("strict", "basic", LOOSE), ("basic", "none", LOOSE)],
)
def test_a_level_is_more_or_less_strict(
    before: str, after: str, direction: Direction, tmp_path: Path
) -> None:
    """By the words that the tool has for it."""
    place, text = "pyrightconfig.json", '{"typeCheckingMode": "%s"}'
    (found,) = compared(tmp_path, {place: text % after}, {place: text % before})
    assert found.direction is direction


RUFF = "[tool.ruff]\nselect = ['E', 'F']\nextend-ignore = ['E501']\n[tool.ruff.isort]\nx = 1\n"
LINT = "[tool.ruff.lint]\nselect = ['F', 'E']\nignore = ['E501']\nisort.x = 1\n"


@pytest.mark.parametrize(
    ("after", "directions"),
    [
        (LINT, []),
        (LINT.replace("'F', 'E'", "'ALL'"), [TIGHT]),
        (LINT.replace("'F', 'E'", "'E'"), [LOOSE]),
        (LINT.replace("'E501'", "'E5'"), [LOOSE]),
        (LINT.replace("['F', 'E']", "['F']\nextend-select = ['E']"), []),
    ],
)
def test_settings_by_the_names_of_another_release(
    after: str, directions: list[Direction], tmp_path: Path
) -> None:
    """Lists count with what extends them, and rules with those that begin like them."""
    changes = compared(tmp_path, {"pyproject.toml": after}, {"pyproject.toml": RUFF})
    assert [change.direction for change in changes] == directions


COMMANDS = [
    ("pytest -q tests", "pytest -q -p no:cacheprovider tests", SAME),
    ("pytest tests", "TZ=UTC COLUMNS=80 pytest tests", SAME),
    ("python -m pytest", "python -m pytest -ra --durations=5", SAME),
    ("pytest -n 2 tests", "pytest -n 4 tests", SAME),
    ("pytest -k 3 tests", "pytest -k 5 tests", LOOSE),
    ("pytest tests", "pytest -p no:randomly tests", LOOSE),
    ("pytest tests", "pytest tests/unit", LOOSE),
    ("pytest tests", "PYTEST_ADDOPTS=-x pytest tests", LOOSE),
    ("pytest tests", "pytest -q tests; true", LOOSE),
    ("pytest tests", "pytest -q tests -k 'not slow'", LOOSE),
    ("grep -q done log", "grep -v done log", LOOSE),
    ("test $N -le 5", "test $N -le 50", LOOSE),
]


@pytest.mark.parametrize(("before", "after", "direction"), COMMANDS)
def test_a_command_may_show_the_same_tests_otherwise(
    before: str, after: str, direction: Direction
) -> None:
    """Of other programs nobody knows which of their words only show."""
    assert command_changed(before, after) is direction


def test_a_list_is_shown_as_it_was_and_as_it_is(tmp_path: Path) -> None:
    """Flake8 has a list of its own, to which `extend-ignore` adds."""
    before = {".flake8": "[flake8]\nignore = E501,W503\n"}
    after = {".flake8": "[flake8]\nextend-ignore = E501,W503\n"}
    (change,) = compared(tmp_path, after, before)
    assert (change.before, change.direction) == ("E501 W503", LOOSE)
    assert change.after == "E121 E123 E126 E226 E24 E501 E704 W503 W504"


def test_settings_in_another_order_are_the_same(tmp_path: Path) -> None:
    """Comments, order and quotes are no difference."""
    text = PYPROJECT.replace('["E", "F", "S"]', "[\n  'S', # all\n  'F', 'E',\n]")
    assert compared(tmp_path, {"pyproject.toml": f"# new\n{text}"}) == []


def test_sections_of_modules_in_an_ini_file(tmp_path: Path) -> None:
    """One change a module, whether they share a section or not."""
    before = {"mypy.ini": "[mypy]\nstrict = true\n"}
    after = {"mypy.ini": "[mypy]\nstrict = true\n[mypy-a.*,b]\nignore_errors = True\n"}
    found = compared(tmp_path, after, before)
    assert [(each.subject, each.line) for each in found] == [
        ("mypy overrides[a.*].ignore_errors", 4),
        ("mypy overrides[b].ignore_errors", 4),
    ]
