"""Have gitleaks look for secrets and count them; no secret leaves its report.

It ends with status 1 for leaks and for a path that is not there, and leaves an empty report where
it could read no history. Without a folder or a commit that it read there is no number.
"""

import json
import os
import re
import shutil
import subprocess
from typing import TypedDict, cast

from _common import Place, emit, not_measured, param, place, require, words
from _copy import Copy, copy_project

COMMITS = re.compile(r"(\d+) commits scanned")
FAILED = re.compile(r"\b(?:FTL|ERR)\b.*|.*partial scan.*")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
ALLOWED = b"gitleaks:allow"


class Leak(TypedDict):
    """One finding, as far as it is read here."""

    RuleID: str
    Description: str
    File: str
    StartLine: int
    Commit: str


def main() -> None:
    """Look at the files, or at the whole history."""
    require("gitleaks")
    history = param("history") == "true"
    if history:
        whole_history()
    copy = copy_project()
    paths = words("paths") or ["."]
    read = files_of(copy, paths)
    if history:
        leaks, commits = scan(
            copy, ["--log-opts", f"--all -- {' '.join(paths)}"], ".", history=True
        )
    else:
        shutil.rmtree(os.path.join(copy.folder, ".git"), ignore_errors=True)
        leaks, commits = [], None
        for path in paths:
            leaks += scan(copy, ["--no-git"], path)[0]
    numbers = {
        "leaks": len(leaks),
        "files": len(read),
        "commits": commits,
        "suppressed": suppressed(copy, read),
    }
    emit(numbers, [finding(copy, leak) for leak in leaks])


def whole_history() -> None:
    """End the script where not all commits are here."""
    command = ["git", "rev-parse", "--is-shallow-repository"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        not_measured("this is no Git repository, so it has no history")
    if done.stdout.strip() == "true":
        not_measured("the history is not all here: `git fetch --unshallow`")


def files_of(copy: Copy, paths: list[str]) -> list[str]:
    """Return the files below the paths, in the copy; none there is no measurement."""
    found = []
    for path in paths:
        top = os.path.join(copy.folder, path)
        if not os.path.exists(top):
            not_measured(f"{path} does not exist, or Git ignores it")
        found += [top] if os.path.isfile(top) else below(top)
    if not found:
        not_measured(f"there is no file in {' '.join(paths)}")
    return found


def below(top: str) -> list[str]:
    """Return all files of a folder but Git's own."""
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != ".git"]
        found += [os.path.join(folder, name) for name in names]
    return found


def scan(
    copy: Copy, options: list[str], path: str, *, history: bool = False
) -> tuple[list[Leak], int | None]:
    """Run gitleaks; return what it found, and in how many commits it looked."""
    report = os.path.join(os.environ["READINESS_TMP"], "report.json")
    if os.path.exists(report):
        os.remove(report)
    command = ["gitleaks", "detect", "--no-banner", "--redact", "--source", path, *options]
    command += ["--report-format", "json", "--report-path", report, *settings(copy)]
    status, said = copy.run([*command, *words("args")], quiet=True)
    said = COLOURS.sub("", said)
    if status not in {0, 1} or (failed := FAILED.search(said)):
        not_measured(f"gitleaks: {failed[0].strip() if failed else said.strip()[-200:]}")
    try:
        with open(report, encoding="utf-8") as file:
            leaks = cast("list[Leak]", json.load(file))
    except (OSError, ValueError):
        not_measured("gitleaks left no report")
    if bool(leaks) != bool(status):
        not_measured(f"gitleaks ended with status {status} and reports {len(leaks)} leaks")
    scanned = COMMITS.search(said)
    if history and (scanned is None or scanned[1] == "0"):
        not_measured("gitleaks looked at no commit")
    return leaks, int(scanned[1]) if scanned else None


def settings(copy: Copy) -> list[str]:
    """Return the options for the project's own settings and its baseline."""
    options = []
    config = param("config") or ".gitleaks.toml"
    if os.path.exists(os.path.join(copy.folder, config)):
        options += ["--config", config]
    elif param("config"):
        not_measured(f"{config} does not exist")
    if baseline := param("baseline"):
        if not os.path.exists(os.path.join(copy.folder, baseline)):
            not_measured(f"the baseline {baseline} does not exist")
        options += ["--baseline-path", baseline]
    return options


def suppressed(copy: Copy, files: list[str]) -> int:
    """Count what keeps findings back: comments, ignored fingerprints, the baseline's entries."""
    number = 0
    for path in files:
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                number += file.read().count(ALLOWED)
    ignored = os.path.join(copy.folder, ".gitleaksignore")
    if os.path.isfile(ignored):
        with open(ignored, encoding="utf-8") as lines:
            number += sum(bool(line.strip()) and line[0] != "#" for line in lines)
    if baseline := param("baseline"):
        try:
            with open(os.path.join(copy.folder, baseline), encoding="utf-8") as file:
                number += len(json.load(file))
        except ValueError:
            not_measured(f"the baseline {baseline} is not JSON")
    return number


def finding(copy: Copy, leak: Leak) -> Place:
    """Tell where a secret is and of what kind, and nothing of it."""
    path = leak["File"]
    if os.path.isabs(path):
        path = os.path.relpath(path, copy.folder)
    commit = f" (commit {leak['Commit'][:12]})" if leak["Commit"] else ""
    return place(path, leak["StartLine"], leak["RuleID"], f"{leak['Description']}{commit}")


if __name__ == "__main__":
    main()
