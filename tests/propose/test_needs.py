"""Which settings a project has, and which of its files are its own."""

from pathlib import Path

import pytest

from readiness.propose.survey import survey
from readiness.propose.tree import list_files, lookup, settings_of
from tests.support.checking import build


def test_what_belongs_to_others_is_not_listed(tmp_path: Path) -> None:
    """Environments, caches, packages of others and what was built are not the project's files."""
    files = {
        "a.py": "",
        "src/build/__init__.py": "",
        "build/lib/a.py": "",
        ".venv/lib/b.py": "",
        "own-env/pyvenv.cfg": "",
        "own-env/lib/b.py": "",
        "node_modules/x/c.py": "",
        "a.egg-info/PKG-INFO": "",
        "__pycache__/a.pyc": "",
        ".github/workflows/ci.yml": "",
    }
    build(str(tmp_path), files)
    assert list_files(str(tmp_path)) == (
        ".github/workflows/ci.yml",
        "a.py",
        "src/build/__init__.py",
    )


@pytest.mark.parametrize(
    ("path", "text", "reference", "value"),
    [
        ("setup.cfg", "[tool:pytest]\ntestpaths = t\n", "setup.cfg:tool:pytest.testpaths", "t"),
        ("setup.cfg", "[mypy-a.b]\nx = 1\n", "setup.cfg:mypy-a.b.x", "1"),
        ("pyproject.toml", "[tool.a]\nb = [1]\n", "pyproject.toml:tool.a.b", [1]),
        ("pyproject.toml", "[tool.a]\nb = 1\n", "pyproject.toml:tool.a.b.c", None),
        ("other.toml", "a = 1", "pyproject.toml:a", None),
    ],
)
def test_a_setting_is_found_by_its_name(
    path: str, text: str, reference: str, value: object
) -> None:
    """Sections with dots and colons in their names are one step."""
    assert lookup({path: settings_of(path, text)}, "", reference) == value


def test_files_beyond_reason_are_passed_over(tmp_path: Path) -> None:
    """A settings file of many megabytes is none."""
    build(str(tmp_path), {"pyproject.toml": "[tool.a]\n" + "# x\n" * 400_000})
    assert survey(str(tmp_path)).parts[0].settings == {}
