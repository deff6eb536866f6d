"""The tutorial: every command of it is run as printed, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.repositories import AUTHOR

TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"^```(bash|text)(?: (install|status=\d+))?\n(.*?)^```", re.DOTALL | re.MULTILINE
)


def test_the_tutorial_is_true(tmp_path: Path) -> None:
    """Each block ends with its status and says what is printed; what it installs is here."""
    folder = tmp_path / "shop"
    folder.mkdir()
    environment = {
        **AUTHOR,
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
    }
    output, run = "", 0
    for kind, how, text in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if kind == "text":
            for line in text.splitlines():
                assert line in output, (line, output)
        elif how != "install":
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            output = done.stdout + done.stderr
            assert done.returncode == int(how.partition("=")[2] or 0), (text, output)
            run += 1
    assert run == 10


def test_the_tutorial_says_how_long_it_takes() -> None:
    """The minutes of its steps add up to what it promises."""
    text = TUTORIAL.read_text(encoding="utf-8")
    words = {"one": 1, "two": 2}
    steps = re.findall(r"^## \d+\. .* \((\w+) minutes?\)$", text, re.MULTILINE)
    assert len(steps) == 7
    assert sum(words[step] for step in steps) <= 10
