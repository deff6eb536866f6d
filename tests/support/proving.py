"""Small projects for `readiness prove`: tools of a few lines, on a PATH of a few programs."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.program import Project, a_board

SYSTEM = ("bash", "sh", "env", "cat", "cp", "git", "grep", "make", "mkdir", "rm", "sleep", "wc")

LINT = """\
#!/bin/sh
status=0
for file in "$@"; do
  if grep -n BAD "$file"; then status=1; fi
done
echo "checked $# files"
exit $status
"""
"""A linter: it prints the lines that are bad, and how many files it looked at."""


def executable(path: Path, text: str) -> None:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def equip(project: Project, tools: Mapping[str, str] | None = None) -> None:
    """Give the project's runs a PATH with these tools (by default, `lint`) and little else."""
    own = project.folder.parent / "tools"
    for name, text in (tools or {"lint": LINT}).items():
        executable(own / name, text)
    system = project.folder.parent / "system"
    system.mkdir()
    for name in SYSTEM:
        (system / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    project.environment["PATH"] = os.pathsep.join([str(own), str(system)])


def proven(project: Project, *criteria: Mapping[str, object], **changes: object) -> None:
    """Write the board of a project with one good source file, which `lint` finds nothing in."""
    (project.folder / "src").mkdir(exist_ok=True)
    (project.folder / "src" / "a.txt").write_text("good\n")
    project.write(a_board(*criteria, **changes))


def proofs(project: Project, *words: str, **options: Any) -> dict[str, Any]:
    """Prove the board; return what is said of each criterion by id, with the status under ""."""
    ended = project("prove", "--output-format", "json", *words, **options)
    found = {each["id"]: each for each in ended.json["criteria"]}
    assert ended.status == ended.json["exit_status"], ended
    return {"": ended.json, **found}
