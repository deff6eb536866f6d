"""Count the vulnerabilities that `govulncheck -json` reports, by how the code depends on them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from checks.in_project.common import CheckFinding, emit, not_measured, place

LEVELS = {"function": "called", "package": "imported", "module": "required"}
"""What the first frame of a trace names, from the gravest to the least."""


def _messages(text: str) -> Iterator[Mapping[str, Any]]:
    decoder, at = json.JSONDecoder(), 0
    while text := text[at:].lstrip():
        message, at = decoder.raw_decode(text)
        yield message


def _level(trace: list[Mapping[str, Any]]) -> str:
    return next(level for key, level in LEVELS.items() if trace[0].get(key))


def _place(osv: str, trace: list[Mapping[str, Any]], summary: str) -> CheckFinding:
    """Return where the code calls what is vulnerable; else go.mod, which requires it."""
    at = trace[-1].get("position") or {"filename": "go.mod", "line": 0}
    module = f"{trace[0]['module']}@{trace[0].get('version', '')}"
    return place(at["filename"], at["line"], osv, f"{summary} ({_level(trace)}: {module})")


def main(_argv: list[str], _env: Mapping[str, str], stdin: TextIO) -> int:
    """Count each vulnerability once, where it is gravest."""
    try:
        messages = list(_messages(stdin.read()))
    except ValueError:
        not_measured("govulncheck printed no report; see what it says")
    summaries = {m["osv"]["id"]: m["osv"].get("summary", "") for m in messages if "osv" in m}
    gravest: dict[str, list[Mapping[str, Any]]] = {}
    order = list(LEVELS.values())
    for message in messages:
        if "finding" in message:
            osv, trace = message["finding"]["osv"], message["finding"]["trace"]
            known = gravest.setdefault(osv, trace)
            gravest[osv] = min(known, trace, key=lambda trace: order.index(_level(trace)))
    levels = [_level(trace) for trace in gravest.values()]
    numbers = {level: levels.count(level) for level in order}
    traces = sorted(gravest.items(), key=lambda item: (order.index(_level(item[1])), item[0]))
    emit(numbers, [_place(osv, trace, summaries.get(osv, "")) for osv, trace in traces])
    return 0
