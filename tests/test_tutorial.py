"""The tutorial: every command of it is run as printed, in an empty folder."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.command_lines import ran
from tests.support.repositories import AUTHOR

CLONE = Path(__file__).parents[1]
TUTORIAL = CLONE / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"^```(bash|text)(?: (install|status=\d+))?\n(.*?)^```", re.DOTALL | re.MULTILINE
)
OWN = os.path.dirname(sys.executable)


def walk(folder: Path, environment: Mapping[str, str], *, installing: bool) -> int:
    """Run each block, see that it says what is printed, and return how many were run."""
    shop = folder / "shop"
    shop.mkdir()
    given = {**AUTHOR, **environment, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    output, run = "", 0
    for kind, how, text in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if kind == "text":
            for line in text.splitlines():
                assert line in output, (line, output)
        elif how != "install" or installing:
            status, output = ran(text, shop, given, "-euo", "pipefail")
            wanted = int(how.removeprefix("status=")) if how.startswith("status=") else 0
            assert status == wanted, (text, output)
            run += 1
    return run


def test_the_tutorial_is_true(tmp_path: Path) -> None:
    """Each block ends with its status and says what is printed; what it installs is here."""
    path = os.pathsep.join([OWN, os.environ["PATH"]])
    assert walk(tmp_path, {"PATH": path}, installing=False) == 10


@pytest.mark.network
def test_the_tutorial_begins_with_nothing(tmp_path: Path) -> None:
    """What it installs is enough; `~/readiness` is this clone."""
    (tmp_path / "readiness").symlink_to(CLONE)
    others = [each for each in os.environ["PATH"].split(os.pathsep) if each != OWN]
    path = [str(tmp_path / "tools" / "bin"), f"{sys.base_prefix}/bin", *others]
    assert walk(tmp_path, {"PATH": os.pathsep.join(path)}, installing=True) == 11


def test_the_tutorial_says_how_long_it_takes() -> None:
    """The minutes of its steps add up to what it promises."""
    text = TUTORIAL.read_text(encoding="utf-8")
    words = {"one": 1, "two": 2}
    steps = re.findall(r"^## \d+\. .* \((\w+) minutes?\)$", text, re.MULTILINE)
    assert len(steps) == 7
    assert sum(words[step] for step in steps) <= 10
