"""Have gitleaks look for secrets and count them; no secret leaves its report.

It ends with status 1 for leaks and for a path that is not there, and leaves an empty report where
it could read no history. Without a folder or a commit that it read there is no number, nor where it
does not find a sample with the project's settings. What it passes over is counted as `unscanned`.
"""

import contextlib
import json
import os
import random
import re
import shutil
import string
import sys
import tomllib
from collections.abc import Iterator, Mapping
from typing import TextIO, TypedDict, cast

from checks.git import lines, shielded
from checks.in_project.common import CheckFinding, Params, emit, not_measured, place, require
from checks.project_copy import Copy, copy_project
from checks.security.git_history import every_change, fetch_every_reference, messages, paths_ever
from readiness.text.parts import part_of, parts_of

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


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at the files, or at the whole history."""
    require("gitleaks")
    params = Params(env)
    history = params.text("history") == "true"
    if history:
        whole_history()
    copy = copy_project(params)
    paths = params.words("paths") or ["."]
    read = files_of(copy, paths)
    if history:
        fetch_every_reference(copy)
        beginnings = paths_ever(copy, paths)
    else:
        shutil.rmtree(os.path.join(copy.folder, ".git"), ignore_errors=True)
        beginnings = beginnings_of(copy, read)
    scanned = scanned_paths(copy, beginnings)
    if history:
        options = ["--log-opts", f"{every_change(copy)} -- {' '.join(paths)}"]
        leaks, commits = scan(copy, options, ".", history=True)
    else:
        leaks, commits = [], None
        for path in paths:
            leaks += scan(copy, ["--no-git"], path)[0]
    findings = [finding(copy, leak) for leak in leaks]
    if history and paths == ["."]:
        findings += in_messages(copy)
    kept_back = suppressed(copy, read) + len(rules_left_out(copy))
    allowed = params.number("allowed") or 0
    numbers = {
        "leaks": len(findings),
        "files": len(read),
        "scanned": len(scanned),
        "unscanned": name_unscanned(beginnings.keys() - scanned),
        "commits": commits,
        "suppressed": kept_back,
        "problems": len(findings) + max(int(kept_back - allowed), 0),
    }
    emit(numbers, findings)
    return 0


BEGINNING = 512
"""How many bytes are enough for gitleaks to tell what kind of file it is."""
_NAMED = 20
"""The most unscanned files that the probe's output names."""


def beginnings_of(copy: Copy, files: list[str]) -> dict[str, bytes]:
    """Return how each file begins, by its path in the copy; with a NUL if Git calls it binary."""
    beginnings = {}
    for path in files:
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                data = file.read(8000)  # as many bytes as Git looks at
            mark = b"\0" if b"\0" in data else b""
            beginnings[os.path.relpath(path, copy.folder)] = data[:BEGINNING] + mark
    return beginnings


def scanned_paths(copy: Copy, beginnings: dict[str, bytes]) -> set[str]:
    """Return the files in which gitleaks, with the project's settings, finds made-up tokens.

    They lie where the project's files do and begin as these do, because gitleaks and its settings
    let paths and kinds of files pass. Two tokens a file: a setting may let one pass by chance.
    Of a file with NUL bytes gitleaks sees no lines, or none of its encoding.
    """
    there = Copy(os.path.join(copy.params.tmp, "sample"), copy.env)
    kept = settings_files(copy)
    for path in kept:
        with open(os.path.join(copy.folder, path), "rb") as original:
            write(there, path, original.read())
        beginnings.pop(os.path.normpath(path), None)
    for path, data in beginnings.items():
        # A history may have a file where it later has a folder: what cannot be tried is unscanned.
        with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            write(there, path, data + made_up_token() + made_up_token())
    leaks = scan(there, ["--no-git"], ".", baseline=False)[0]
    if not leaks:
        not_measured("gitleaks does not find a sample token: see the project's settings for it")
    searched = {finding(there, leak)["path"] for leak in leaks}
    return {path for path in searched if b"\0" not in beginnings.get(path, b"\0")}


def made_up_token() -> bytes:
    """Return a line with a token of no account."""
    letters = random.choices(string.ascii_letters + string.digits, k=36)  # noqa: S311
    return f'\nGITHUB_TOKEN = "ghp_{"".join(letters)}"\n'.encode()


def name_unscanned(paths: set[str]) -> int:
    """Print which files gitleaks does not look into, as far as a line holds; return how many."""
    if paths:
        named = " ".join(sorted(paths)[:_NAMED])
        sys.stderr.write(f"not scanned ({len(paths)}): {named}\n")
    return len(paths)


def write(copy: Copy, path: str, data: bytes) -> None:
    """Write a file into a copy, with the folders above it."""
    target = os.path.join(copy.folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(data)


def settings_files(copy: Copy) -> list[str]:
    """Return the settings, those that they extend and what arguments name, if it is in the copy."""
    named = [os.path.normpath(word.rpartition("=")[2]) for word in copy.params.words("args")]
    files = [word for word in named if _within(word) and os.path.isfile(f"{copy.folder}/{word}")]
    path: object = copy.params.text("config") or ".gitleaks.toml"
    while isinstance(path, str) and path not in files:
        settings = read_settings(copy, path)
        if not settings or not _within(path):
            break
        files.append(path)
        path = part_of(settings, "extend").get("path")
    return files


def _within(path: str) -> bool:
    return not os.path.isabs(path) and not os.path.normpath(path).startswith("..")


def in_messages(copy: Copy) -> list[CheckFinding]:
    """Look through what is said of commits and tags."""
    folder = os.path.join(copy.params.tmp, "messages")
    os.makedirs(folder)
    for name, text in messages(copy):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(text)
    return [
        place(
            f"message of {os.path.basename(leak['File'])[:12]}",
            leak["StartLine"],
            leak["RuleID"],
            leak["Description"],
        )
        for leak in scan(copy, ["--no-git"], folder, baseline=False)[0]
    ]


def whole_history() -> None:
    """End the script where not all commits are here."""
    shallow = lines("rev-parse", "--is-shallow-repository")
    if not shallow:
        not_measured("this is no Git repository, so it has no history")
    if shallow == ["true"]:
        not_measured("the history is not all here: `git fetch --unshallow`")


def files_of(copy: Copy, paths: list[str]) -> list[str]:
    """Return the files below the paths, in the copy; none there is no measurement."""
    files = []
    for path in paths:
        top = os.path.join(copy.folder, path)
        if not os.path.exists(top):
            not_measured(f"{path} does not exist, or Git ignores it")
        files += [top] if os.path.isfile(top) else below(top)
    if not files:
        not_measured(f"there is no file in {' '.join(paths)}")
    return files


def below(top: str) -> list[str]:
    """Return all files of a folder but Git's own."""
    files = []
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != ".git"]
        files += [os.path.join(folder, name) for name in names]
    return files


def scan(
    copy: Copy,
    options: list[str],
    path: str,
    *,
    history: bool = False,
    baseline: bool = True,
    config: str = "",
) -> tuple[list[Leak], int | None]:
    """Run gitleaks; return what it found, and in how many commits it looked."""
    report = os.path.join(copy.params.tmp, "report.json")
    if os.path.exists(report):
        os.remove(report)
    command = ["gitleaks", "detect", "--no-banner", "--redact", "--source", path, *options]
    command += [
        "--report-format",
        "json",
        "--report-path",
        report,
        *(["--config", config] if config else settings(copy, baseline=baseline)),
    ]
    status, output = copy.run(
        [*command, *copy.params.words("args")], shielded(copy.folder), quiet=True
    )
    output = COLOURS.sub("", output)
    if status not in {0, 1} or (failed := FAILED.search(output)):
        not_measured(f"gitleaks: {failed[0].strip() if failed else output.strip()[-200:]}")
    try:
        with open(report, encoding="utf-8") as file:
            leaks = cast("list[Leak]", json.load(file))
    except (OSError, ValueError):
        not_measured("gitleaks left no report")
    if bool(leaks) != bool(status):
        not_measured(f"gitleaks ended with status {status} and reports {len(leaks)} leaks")
    scanned = COMMITS.search(output)
    if history and (scanned is None or scanned[1] == "0"):
        not_measured("gitleaks looked at no commit")
    return leaks, int(scanned[1]) if scanned else None


def settings(copy: Copy, *, baseline: bool) -> list[str]:
    """Return the options for the project's own settings and its baseline."""
    options = []
    config = copy.params.text("config") or ".gitleaks.toml"
    if os.path.exists(os.path.join(copy.folder, config)):
        options += ["--config", config]
    elif copy.params.text("config"):
        not_measured(f"{config} does not exist")
    if baseline and (known := copy.params.text("baseline")):
        if not os.path.exists(os.path.join(copy.folder, known)):
            not_measured(f"the baseline {known} does not exist")
        options += ["--baseline-path", known]
    return options


def suppressed(copy: Copy, files: list[str]) -> int:
    """Count what keeps findings back: comments, settings, ignored fingerprints, the baseline."""
    number = sum(
        1 for _ in allowances(read_settings(copy, copy.params.text("config") or ".gitleaks.toml"))
    )
    for path in files:
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                number += file.read().count(ALLOWED)
    ignored = os.path.join(copy.folder, ".gitleaksignore")
    if os.path.isfile(ignored):
        with open(ignored, encoding="utf-8") as lines:
            number += sum(bool(line.strip()) and line[0] != "#" for line in lines)
    if baseline := copy.params.text("baseline"):
        try:
            with open(os.path.join(copy.folder, baseline), encoding="utf-8") as file:
                number += len(json.load(file))
        except ValueError:
            not_measured(f"the baseline {baseline} is not JSON")
    return number


def rules_left_out(copy: Copy) -> set[str]:
    """Name the rules of gitleaks that find something here, and that settings have not taken over.

    They are asked where settings bring rules of their own, and do not extend those of gitleaks.
    """
    files = [path for path in settings_files(copy) if path.endswith(".toml")]
    known = [read_settings(copy, path) for path in files]
    if not known or any(part_of(table, "extend").get("useDefault") for table in known):
        return set()
    own = {rule.get("id") for table in known for rule in parts_of(table.get("rules"))}
    path = os.path.join(copy.params.tmp, "defaults.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("[extend]\nuseDefault = true\n")
    leaks = scan(copy, ["--no-git"], ".", config=path)[0]
    return {leak["RuleID"] for leak in leaks} - own


def read_settings(copy: Copy, name: str) -> dict[str, object]:
    """Return the settings for gitleaks in a file; none where it does not exist."""
    path = os.path.join(copy.folder, name)
    if not os.path.isfile(path):
        return {}
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        not_measured(f"{os.path.basename(path)} cannot be read: {error}")


def allowances(settings: object, within: bool = False) -> Iterator[str]:
    """Give each pattern, path, word and commit that settings let pass, and each rule left out."""
    if isinstance(settings, dict):
        for key, value in settings.items():
            lists = key in ("paths", "regexes", "commits", "stopwords") and within
            if isinstance(value, list) and (lists or key.lower() == "disabledrules"):
                yield from map(str, value)
            elif lists or key.lower() == "disabledrules":
                yield str(value)
            else:
                yield from allowances(value, within or key.lower() in ("allowlist", "allowlists"))
    elif isinstance(settings, list):
        for each in settings:
            yield from allowances(each, within)


def finding(copy: Copy, leak: Leak) -> CheckFinding:
    """Tell where a secret is and of what kind, and nothing of it."""
    path = leak["File"]
    if os.path.isabs(path):
        path = os.path.relpath(path, copy.folder)
    commit = f" (commit {leak['Commit'][:12]})" if leak["Commit"] else ""
    return place(path, leak["StartLine"], leak["RuleID"], f"{leak['Description']}{commit}")
