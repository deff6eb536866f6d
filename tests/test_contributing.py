"""The first check of docs/contributing.md: written, tried, recorded and tested as the page says."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.channels import clean_clone
from tests.support.command_lines import COMMANDS, blocks, ran
from tests.support.program import ROOT
from tests.support.repositories import AUTHOR

PAGE = ROOT / "docs" / "contributing.md"
RECORD = Path("tests/support/record.py")
FAILS = "PATH=$PWD/.venv/bin:$PATH .venv/bin/readiness check"
"""How the line begins that ends with 1: a word is misspelt."""


@pytest.mark.network
def test_a_first_check_is_made_as_the_page_says(tmp_path: Path) -> None:
    """Each command ends as told, and the new check's own tests pass; its tool is fetched."""
    clone = clean_clone(tmp_path / "readiness")
    environment = {**os.environ, **AUTHOR, "HOME": str(tmp_path)}
    made = subprocess.run(
        [sys.executable, "-m", "venv", clone / ".venv"], capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr
    python = clone / ".venv" / "bin" / "python"
    (site,) = (clone / ".venv" / "lib").glob("python*/site-packages")
    # What is installed here is there too, and nothing but the page's own tool is fetched.
    (site / "here.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    editable = [python, "-m", "pip", "install", "-q", "--no-deps", "-e", "."]
    subprocess.run(editable, cwd=clone, env=environment, check=True, capture_output=True)
    run = 0
    for number, language, text in blocks(PAGE):
        if text.startswith("summary:"):
            (clone / "checks" / "documents" / "codespell.yaml").write_text(text, "utf-8")
        elif text.startswith('"codespell":'):
            old = (clone / RECORD).read_text("utf-8")
            begin = "CASES: dict[str, list[Case]] = {\n"
            assert begin in old
            (clone / RECORD).write_text(old.replace(begin, begin + text), "utf-8")
        elif language in COMMANDS:
            script = text.replace("/tmp/words", str(tmp_path / "words"))
            for line in script.splitlines():
                if line.startswith(FAILS):
                    script = script.replace(line, f"{line} && exit 9 || test $? = 1")
            status, output = ran(script, clone, environment, "-euo", "pipefail")
            assert status == 0, (number, output)
            run += 1
    assert run == 5
