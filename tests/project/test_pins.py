"""Which versions of tools a project pins."""

from pathlib import Path

import pytest

from readiness.project.pins import pins
from tests.support.checking import build, run_check

HOOK = "repos:\n  - repo: https://x.org/astral-sh/ruff-pre-commit\n    rev: "
PINS = [
    ({".pre-commit-config.yaml": f"{HOOK}v0.4.1\n"}, {"0.4.1": ".pre-commit-config.yaml:3"}),
    (
        {".pre-commit-config.yaml": f"{HOOK}76e4732  # frozen: v0.4.1\n"},
        {"0.4.1": ".pre-commit-config.yaml:3"},
    ),
    (
        {".pre-commit-config.yaml": f"{HOOK}v0.4.1\n".replace("-commit\n", "-commit-mirror\n")},
        {"0.4.1": ".pre-commit-config.yaml:3"},
    ),
    ({"dev-requirements.txt": "Ruff==0.4.1\n"}, {"0.4.1": "dev-requirements.txt:1"}),
    ({"uv.lock": '[[package]]\nname = "ruff"\nversion = "0.4.1"\n'}, {"0.4.1": "uv.lock:3"}),
    ({"requirements-dev.txt": "mypy==1.1\nruff == 0.4.1\n"}, {"0.4.1": "requirements-dev.txt:2"}),
    (
        {"pyproject.toml": '[dependency-groups]\na = ["ruff==0.4.1"]\n'},
        {"0.4.1": "pyproject.toml:2"},
    ),
    (
        {".github/workflows/ci.yml": "  - run: uvx ruff@0.4.1 check\n"},
        {"0.4.1": ".github/workflows/ci.yml:1"},
    ),
    ({"pyproject.toml": 'a = ["ruff>=0.4.1", "ruff==0.4.*", "my-ruff==0.4.1"]\n'}, {}),
]


@pytest.mark.parametrize(("files", "versions"), PINS)
def test_pinned_versions_are_read(
    files: dict[str, str], versions: dict[str, str], tmp_path: Path
) -> None:
    """From hooks, locks, requirements, groups and CI; a range is no pin."""
    build(str(tmp_path), files)
    assert pins(str(tmp_path), "ruff") == versions


def test_a_file_that_is_gone_by_now_pins_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does one that may not be read."""
    (tmp_path / "requirements.txt").symlink_to("nowhere")
    build(str(tmp_path), {"uv.lock": "ruff==0.4.1\n"})
    monkeypatch.setattr("os.path.isfile", lambda _: True)
    assert pins(str(tmp_path), "ruff") == {"0.4.1": "uv.lock:1"}


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        ("ruff-format", "x = {  }\n", "x = {}\n"),
        ("ruff", "import os\n", "x = {}\n"),
        ("mypy", "x: int = ''\n", "x = 1\n"),
        ("flake8", "import os\n", "x = 1\n"),
    ],
)
def test_findings_of_another_version_do_not_count(
    check: str, bad: str, good: str, tmp_path: Path
) -> None:
    """They are an error that names both versions; to find nothing is as good with any."""
    package = check.partition("-")[0]
    parameters = {"paths": "."}
    build(str(tmp_path), {"a.py": bad, "requirements.txt": f"{package}==0.0.1\n"})
    outcome = run_check(check, str(tmp_path), parameters)
    assert outcome.is_error
    assert "requirements.txt:1 pins 0.0.1, which may find other things" in outcome.stderr
    build(str(tmp_path), {"a.py": good})
    assert run_check(check, str(tmp_path), parameters).value() == 0
