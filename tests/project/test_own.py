"""Tests of telling an environment made for this program alone from one with tools in it."""

import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from readiness.project.own import programs_for_this_alone

VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"


def installed(prefix: Path, needs: dict[str, list[str]]) -> str:
    """Make an environment with these distributions and what each needs; return what is found."""
    for name, required in needs.items():
        folder = prefix / "lib" / VERSION / "site-packages" / f"{name}-1.0.dist-info"
        folder.mkdir(parents=True)
        lines = [f"Name: {name}", *(f"Requires-Dist: {each}" for each in required)]
        (folder / "METADATA").write_text("\n".join(lines) + "\n\nRequires-Dist: mypy\n")
    return programs_for_this_alone(str(prefix), "/usr")


NEEDS = ["Typer>=0.26,<0.29", 'mcp<3,>=2.1; extra == "mcp"', "mypy>=1.18; extra == 'dev'"]


@pytest.mark.parametrize(
    ("besides", "alone"),
    [
        ({}, True),
        ({"pip": [], "setuptools": [], "mcp": ["anyio"], "anyio": []}, True),
        ({"rich_argparse": []}, False),
        ({"mypy": []}, False),
        ({"typer_cli": ["typer"]}, False),
    ],
)
def test_what_is_installed_besides(
    tmp_path: Path, besides: dict[str, list[str]], alone: bool
) -> None:
    """What the program needs belongs to it; anything else is there for somebody."""
    needs = {"readiness": NEEDS, "typer": ["rich_Toolkit"], "rich_toolkit": []}
    assert installed(tmp_path, needs | besides) == (str(tmp_path / "bin") if alone else "")


def test_an_environment_without_this_program_is_none_of_ours(tmp_path: Path) -> None:
    """Nor is one that cannot be read, or Python's own folder."""
    assert installed(tmp_path, {"pip": []}) == ""
    assert programs_for_this_alone(str(tmp_path / "nowhere"), "/usr") == ""
    assert programs_for_this_alone("/usr", "/usr") == ""


def test_the_extras_that_are_not_ours_are_there() -> None:
    """Those that bring tools to measure with are named as this project names them."""
    extras = distribution("readiness").metadata.get_all("Provides-Extra") or []
    assert {"dev", "docs", "mutation"} <= set(extras)
