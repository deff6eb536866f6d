"""Turn mypy's text (standard input, and its -v log) into numbers that prove themselves."""

import json
import os
import re
import sys
from collections.abc import Mapping, Set
from typing import NoReturn, TextIO

from checks.in_project.common import (
    PASSED_OVER,
    SETTINGS,
    CheckFinding,
    Params,
    emit,
    files_below,
    not_measured,
    place,
    read_text,
    relative,
    require,
)
from checks.project_copy import keep_cache
from checks.python import mypy_neutral
from checks.python.mypy_cache import refuse_another_content
from checks.python.not_in_git import refuse_not_in_git
from checks.python.pinned import refuse_another_version
from checks.python.settings import tell_unread
from checks.silence.silencing import count

COMPLAINT = re.compile(
    r"(?P<path>.+?)(?::(?P<line>\d+))?(?::\d+){0,3}: error: (?P<message>.*?)"
    r"(?:  \[(?P<rule>[a-z0-9-]+)\])?$"
)
SOURCE = re.compile(r"^LOG: +Found source: +BuildSource\(path=(?P<path>'[^']*'|\"[^\"]*\")")
CONFIG = re.compile(r"^LOG: +Config File: +(.+)")
READ = re.compile(
    r"^LOG: +(?:Parsing (?P<parsed>.+) \([\w.]+\)|Metadata fresh for \S+: file (?P<kept>.+))"
)
"""What `mypy -v` says of a file that it reads, or of which it has kept all."""
SUMMARY = re.compile(
    r"^(?:Success: no issues found in (?P<clean>\d+) source files?"
    r"|Found (?P<errors>\d+) errors? in \d+ files? \(checked (?P<checked>\d+) source files?\))$"
)


def complaints(lines: list[str]) -> list[CheckFinding]:
    """Pick the errors out of mypy's lines; notes are not errors."""
    matches = filter(None, map(COMPLAINT.match, lines))
    return [
        place(found["path"], int(found["line"] or 0), found["rule"] or "", found["message"])
        for found in matches
    ]


def read_log(path: str) -> tuple[list[str], list[str], list[str]]:
    """List what mypy checked, what it read, and what else it said, which is passed on."""
    sources, read, messages = [], [], []
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if config := CONFIG.match(line):
                tell_unread("mypy", config[1])
            if source := SOURCE.match(line):
                sources.append(relative(source["path"][1:-1]))
            if file := READ.match(line):
                read.append(file["parsed"] or file["kept"])
            if line.strip() and not line.startswith("LOG:"):
                sys.stderr.write(line)
                messages.append(line.strip())
    return sorted(sources), read, messages


def refuse_broken_settings(messages: list[str]) -> None:
    """End the script where mypy goes on without the settings in a file that it cannot parse."""
    # An option that it does not know, or a section that is not there, is none of these.
    unread = re.compile(r"\S+\.(?:ini|cfg|toml): (?!\[|No \[)")
    if broken := next(filter(unread.match, messages), ""):
        not_measured(f"mypy cannot read its settings: {broken}")


def stopped(lines: list[str], messages: list[str]) -> NoReturn:
    """End the script: mypy gave no summary, and its own words tell why."""
    sys.stderr.write("\n".join(lines[-20:]) + "\n")
    found = complaints(lines)[:1]
    words = [f"{each['path']}:{each['line']}: {each['message']}" for each in found]
    rest = [*messages, *filter(None, lines)]
    words += [each for each in rest if "error: " in each] or rest[-1:]
    why = f": {words[0]}" if words else ""
    not_measured(f"mypy stopped before it had checked the files{why}")


def refuse_what_mypy_passes_over(params: Params, unchecked: Set[str]) -> None:
    """End the script where mypy left code out by the name of its folder, and no setting says so."""
    files = [params.text("config"), *mypy_neutral.SETTINGS]
    texts = [params.text("args"), *(read_text(path) for path in files if os.path.isfile(path))]
    if any(re.search(r"^\s*exclude\s*=|--exclude", text, re.MULTILINE) for text in texts):
        return
    for path in sorted(unchecked):
        folders = path.split(os.sep)[:-1]
        if ".." not in folders and any(name[0] == "." or name in PASSED_OVER for name in folders):
            not_measured(
                f"mypy does not look into {os.path.dirname(path)} by itself, where {path} is;"
                " name the file in paths, or leave it out by mypy's `exclude`"
            )


def main(_argv: list[str], env: Mapping[str, str], stdin: TextIO) -> int:
    """Read, cross-check and print."""
    params = Params(env)
    require("mypy")
    tmp = params.tmp
    lines = stdin.read().splitlines()
    sources, read, messages = read_log(os.path.join(tmp, "mypy.log"))
    refuse_broken_settings(messages)
    summary = next(filter(None, map(SUMMARY.match, reversed(lines))), None)
    if summary is None:
        stopped(lines, messages)
    checked = int(summary["clean"] or summary["checked"])
    errors = complaints(lines)
    if len(errors) != int(summary["errors"] or 0):
        not_measured(f"mypy says {summary['errors'] or 0} errors, its lines show {len(errors)}")
    if errors:
        refuse_another_version("mypy")
    if not checked or checked != len(sources):
        not_measured(f"mypy says that it checked {checked} files and names {len(sources)}")
    sources = [path for path in sources if not path.endswith(SETTINGS)]
    if not sources:
        not_measured("mypy checked settings alone, and no Python file")
    paths = params.words("paths") or ["."]
    unchecked = set(files_below(paths)) - set(sources)
    refuse_what_mypy_passes_over(params, unchecked)
    uses_shadows = "--shadow-file" in read_text(os.path.join(tmp, "options"))
    if not uses_shadows:
        with open(os.path.join(tmp, "mypy.log"), encoding="utf-8", errors="replace") as log:
            refuse_another_content(log)
    refuse_not_in_git(read, "mypy")
    document = {
        "errors": len(errors),
        "files": len(sources),
        "unchecked": len(unchecked),
        "suppressed": count(paths, ("type-ignore", "mypy-off")),
    }
    with open(os.path.join(tmp, "mypy.json"), "w", encoding="utf-8") as file:
        json.dump({"sources": sources, "errors": errors}, file)
    # Of an older cache nobody knows what it was made from; with a shadow, it is of another file.
    made_here = os.path.exists(os.path.join(tmp, mypy_neutral.UNCACHED))
    if made_here and not uses_shadows:
        keep_cache(params)
    emit(document, errors)
    return 0
