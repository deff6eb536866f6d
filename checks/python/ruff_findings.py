"""Count ruff's findings (JSON on standard input), once it is known that files were looked at.

Arguments: what `ruff check -v` logged, then the options and paths that it was given.
"""

import json
import re
from collections.abc import Mapping
from typing import TextIO, TypedDict, cast

from checks.in_project.common import Params, emit, not_measured, place, relative
from checks.python.pinned import refuse_another_version
from checks.python.ruff_log import RuffLog
from checks.python.ruff_silence import beyond, kept_silent, rules_on, show_settings

UNREAD = {"E902", "E999", "io", "invalid-syntax", None}
"""What ruff says of a file that it could not read: its other rules were not tried there."""
NO_RULE = re.compile(
    r"^linter\.rules\.enabled = \[(?:\s*syntax-error \(E999\),)?\s*\]$", re.MULTILINE
)
NO_EFFECT = re.compile(r"^warning: Selection .* has no effect because preview")


class _RuffLocation(TypedDict):
    row: int


class RuffItem(TypedDict):
    """One entry of ruff's JSON."""

    code: str | None
    filename: str
    location: _RuffLocation | None
    message: str


def no_rule_is_on(arguments: list[str]) -> bool:
    """Return whether ruff's settings have no rule at all: then it can find nothing."""
    return bool(NO_RULE.search(show_settings(arguments)))


def main(argv: list[str], env: Mapping[str, str], stdin: TextIO) -> int:
    """Refuse files that were not read, then count."""
    params = Params(env)
    printed = stdin.read()  # to its end: only then is the log whole
    log = RuffLog(argv[0])
    try:
        items = cast("list[RuffItem]", json.loads(printed))
    except ValueError:
        log.stopped()
    for item in items:
        if item["code"] in UNREAD:
            not_measured(f"{relative(item['filename'])} was not read: {item['message']}")
    if ineffective := next(filter(NO_EFFECT.search, log.messages), ""):
        not_measured(f"ruff's settings ask for what it does not look for: {ineffective}")
    log.require_python()
    if not items and no_rule_is_on(argv[1:]):
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
    if findings:
        refuse_another_version("ruff")
    options = argv[1 : argv.index("--")]
    comments = ("isort-off",) if "--ignore-noqa" in options else ("isort-off", "noqa")
    suppressed = kept_silent(params, log.python_files, options, comments, "linter")
    problems = beyond(params, suppressed)
    rules, least = rules_on(log.python_files, options), params.number("at_least")
    if least is not None and rules < least:
        problems.append(place("", 0, "rules", f"{rules} rules are on, at least {least:g} asked"))
    numbers = {
        "total": len(findings),
        "files": log.python,
        "suppressed": len(suppressed),
        "rules": rules,
        "problems": len(findings) + len(problems),
    }
    emit(numbers, [*findings, *problems])
    return 0
