"""The tutorial, as its page shows it: each command is run as printed, in an empty folder."""

import os
import re
import shutil
import sys
from html import unescape
from pathlib import Path

from tests.support.repositories import AUTHOR
from tests.support.site import built
from tests.support.terminal import on_a_terminal

BLOCK = re.compile(r'<div class="language-(\w+) highlight"><pre>(.*?)</pre>', re.DOTALL)
PROGRAMS = ("bash", "cat", "env", "git", "mkdir", "python3", "rm", "sed", "sh")
"""What there is besides readiness and its tools: with gitleaks there is one criterion more."""
WIDTH = 80
CODE = """
import os, subprocess
silent = os.open(os.devnull, os.O_WRONLY)
script = ["bash", "-euo", "pipefail", "-c", {script!r}]
done = subprocess.run(script, cwd={folder!r}, env={environment!r}, stderr=silent)
print("exited with", done.returncode)
"""


def same(line: str) -> str:
    """A line without what differs from run to run: times, dates, commits, runs and versions."""
    varying = r"\d{4}-\d\d-\d\d|\d\d:\d\d UTC|\b\d+(\.\d+)? m?s\b|\b[0-9a-f]{10,12}\b|\d{8}T\w+-\w+"
    return re.sub(rf"{varying}|mypy \d\S+|version \d\S+", "#", line).rstrip()


def test_the_tutorial_is_true(tmp_path: Path) -> None:
    """Each block of the built page ends as shown, and prints each line that is shown, in order."""
    page = (built(tmp_path) / "tutorial.html").read_text("utf-8")
    blocks = [(kind, unescape(re.sub("<[^>]+>", "", text))) for kind, text in BLOCK.findall(page)]
    shop, programs = tmp_path / "shop", tmp_path / "programs"
    shop.mkdir()
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).symlink_to(shutil.which(name) or "/nowhere")
    path = os.pathsep.join([os.path.dirname(sys.executable), str(programs)])
    known = {"PATH": path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    environment = {**AUTHOR, **known, "COLUMNS": str(WIDTH)}
    assert blocks.pop(0)[1].startswith("python3 -m venv")
    run = 0
    for (kind, text), (after, shown) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "bash":
            code = CODE.format(script=text, folder=str(shop), environment=environment)
            printed = on_a_terminal(code, columns=WIDTH)
            lines = iter([same(line) for line in printed.splitlines()])
            for line in shown.splitlines() if after == "text" else ():
                assert line == "…" or same(line) in lines, (line, printed)
            status = re.search(r"exit (\d+)\s*$", shown) if after == "text" else None
            assert f"exited with {status[1] if status else 0}\n" in printed, printed
            run += 1
    assert run == 10
