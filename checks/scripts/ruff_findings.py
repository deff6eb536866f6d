"""Count ruff's findings (JSON on standard input), once it is known that files were read.

Arguments: the list that `ruff check --show-files` printed.
"""

import json
import sys
from typing import TypedDict, cast

from _common import emit, not_measured, place, read_text, relative

UNREAD = {"E902", "E999", "io", "invalid-syntax", None}
"""What ruff says of a file that it could not read: its other rules were not tried there."""


class _Location(TypedDict):
    row: int


class Item(TypedDict):
    """One entry of ruff's JSON."""

    code: str | None
    filename: str
    location: _Location | None
    message: str


def main() -> None:
    """Refuse files that were not read, then count."""
    files = [line for line in read_text(sys.argv[1]).splitlines() if line.strip()]
    if not files:
        not_measured("ruff found no Python file below these paths")
    try:
        items = cast("list[Item]", json.load(sys.stdin))
    except ValueError:
        not_measured("ruff printed no JSON")
    for item in items:
        if item["code"] in UNREAD:
            not_measured(f"{relative(item['filename'])} was not read: {item['message']}")
    findings = [
        place(
            item["filename"],
            item["location"]["row"] if item["location"] else 0,
            item["code"] or "",
            item["message"],
        )
        for item in items
    ]
    emit({"total": len(findings), "files": len(files)}, findings)


if __name__ == "__main__":
    main()
