"""Count ESLint's findings (JSON on standard input), and the files that it did not look at."""

import json
import re
from collections.abc import Mapping
from typing import Any, TextIO

from checks.files.listed import listed
from checks.in_project.common import Params, emit, not_measured, place, relative

KINDS = ("js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte")
SCRIPTS = [f"*.{kind}" for kind in KINDS]
IGNORED = re.compile("File ignored")


def main(_argv: list[str], env: Mapping[str, str], stdin: TextIO) -> int:
    """Refuse files that could not be read, then count."""
    try:
        results: list[dict[str, Any]] = json.load(stdin)
    except ValueError:
        not_measured("ESLint printed no report; see what it says")
    messages = [
        (result["filePath"], message) for result in results for message in result["messages"]
    ]
    ignored = {path for path, message in messages if IGNORED.match(message["message"])}
    for path, message in messages:
        if message.get("fatal"):
            not_measured(f"{relative(path)} was not read: {message['message']}")
    looked_at = {relative(result["filePath"]) for result in results} - set(map(relative, ignored))
    kept = [(path, message) for path, message in messages if path not in ignored]
    unchecked = set(listed(Params(env).shell_words("paths") or ["."], SCRIPTS)) - looked_at
    numbers = {
        "errors": sum(message["severity"] == 2 for _, message in kept),
        "warnings": sum(message["severity"] == 1 for _, message in kept),
        "suppressed": sum(len(result.get("suppressedMessages", ())) for result in results),
        "files": len(looked_at),
        "unchecked": len(unchecked),
    }
    kept.sort(key=lambda finding: -finding[1]["severity"])
    emit(
        numbers,
        (
            place(path, message.get("line") or 0, message["ruleId"] or "", message["message"])
            for path, message in kept
        ),
    )
    return 0
