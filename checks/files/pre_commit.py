"""Run all hooks of pre-commit in a throw-away copy, where those that correct files change none."""

import os
import re
import shutil
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, not_measured, place, require
from checks.project_copy import copy_project

SETTINGS = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml")
PROGRAMS = ("pre-commit", "prek")
"""Either reads the same file and says the same of each hook; prek alone has one of its own."""
LONGEST = 300
CAME = re.compile(
    r"^(?P<name>\S.*?)\.{3,}(?:\(.*\))?(?P<came>Passed|Failed|Skipped)$", re.MULTILINE
)
ID = re.compile(r"^- hook id: (.+)$", re.MULTILINE)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Print how many hooks there are and which fail; a run without a hook ends the script."""
    params = Params(env)
    settings = next(filter(os.path.exists, SETTINGS), "")
    programs = PROGRAMS[1:] if settings == SETTINGS[-1] else PROGRAMS
    program = next(filter(shutil.which, programs), programs[0])
    command = [program, "run", "--all-files", *params.shell_words("args")]
    require(program)
    copy = copy_project(params)
    if copy.run(["git", "rev-parse"], quiet=True)[0]:
        for words in (["init", "--quiet"], ["add", "--all"]):
            copy.run(["git", *words], quiet=True)
    # As CI checks a change out: on no branch, which some hooks refuse to work on.
    copy.run(["git", "update-ref", "--no-deref", "HEAD", "HEAD"], quiet=True)
    status, output = copy.run(command)
    seen = list(CAME.finditer(output))
    if status not in (0, 1) or not seen:  # others: an environment could not be made, or the like
        why = " ".join(output.split())[:LONGEST] or f"it ended with status {status}"
        not_measured(f"{program}: {why}")
    findings = []
    for hook, after in zip(seen, [*seen[1:], None], strict=True):
        if hook["came"] == "Failed":
            text = output[hook.end() : after.start() if after else None]
            lines = [
                line.strip() for line in text.splitlines() if line.strip() and line[:2] != "- "
            ]
            name = ID.search(text)
            message = " ".join([f"{hook['name']}:", *lines[:1]]).rstrip(":")
            findings.append(place(settings, 0, name[1] if name else "", message))
    ran = sum(hook["came"] != "Skipped" for hook in seen)
    emit({"failed": len(findings), "hooks": ran}, findings)
    return 0
