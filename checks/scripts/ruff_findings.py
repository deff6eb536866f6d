"""Count ruff's findings (JSON on standard input), once it is known that files were looked at.

Arguments: what `ruff check -v` logged, then the options and paths that it was given.
"""

import json
import re
import subprocess
import sys
from typing import TypedDict, cast

from _common import emit, not_measured, place, relative
from _ruff import Log

UNREAD = {"E902", "E999", "io", "invalid-syntax", None}
"""What ruff says of a file that it could not read: its other rules were not tried there."""
NO_RULE = re.compile(
    r"^linter\.rules\.enabled = \[(?:\s*syntax-error \(E999\),)?\s*\]$", re.MULTILINE
)


class _Location(TypedDict):
    row: int


class Item(TypedDict):
    """One entry of ruff's JSON."""

    code: str | None
    filename: str
    location: _Location | None
    message: str


def no_rule_is_on(arguments: list[str]) -> bool:
    """Whether ruff, asked for its settings, names no rule at all: then it can find nothing."""
    command = ["ruff", "check", "--show-settings", *arguments]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return bool(NO_RULE.search(asked.stdout))


def main() -> None:
    """Refuse files that were not read, then count."""
    printed = sys.stdin.read()  # to its end: only then is the log whole
    log = Log(sys.argv[1])
    try:
        items = cast("list[Item]", json.loads(printed))
    except ValueError:
        log.stopped()
    for item in items:
        if item["code"] in UNREAD:
            not_measured(f"{relative(item['filename'])} was not read: {item['message']}")
    log.require_python()
    if not items and no_rule_is_on(sys.argv[2:]):
        not_measured("ruff's settings turn every rule off: it looked for nothing")
    findings = [
        place(
            item["filename"],
            item["location"]["row"] if item["location"] else 0,
            item["code"] or "",
            item["message"],
        )
        for item in items
    ]
    emit({"total": len(findings), "files": log.python}, findings)


if __name__ == "__main__":
    main()
