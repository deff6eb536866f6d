"""The tutorial: every command of it is run as printed, in an empty folder."""

import os
import re
import sys
from pathlib import Path

from tests.support.command_lines import ran
from tests.support.repositories import AUTHOR

CLONE = Path(__file__).parents[1]
TUTORIAL = CLONE / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"^```(bash|text)(?: (install|status=\d+))?\n(.*?)^```", re.DOTALL | re.MULTILINE
)
OWN = os.path.dirname(sys.executable)


def test_the_tutorial_is_true(tmp_path: Path) -> None:
    """Each block ends with its status and says what is printed; what it installs is here."""
    shop = tmp_path / "shop"
    shop.mkdir()
    path = os.pathsep.join([OWN, os.environ["PATH"]])
    environment = {**AUTHOR, "PATH": path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    output, run = "", 0
    for kind, how, text in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if kind == "text":
            for line in text.splitlines():
                assert line in output, (line, output)
        elif how != "install":
            status, output = ran(text, shop, environment, "-euo", "pipefail")
            wanted = int(how.removeprefix("status=")) if how.startswith("status=") else 0
            assert status == wanted, (text, output)
            run += 1
    assert run == 10
