"""Count the files that ruff's formatter would change (its text on standard input).

Arguments: what `ruff format -v` logged, then the options and paths that it was given. Up to 0.15
ruff says it in words, and after that as the linter does.
"""

import re
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, not_measured, place
from checks.python.pinned import refuse_another_version
from checks.python.ruff_log import RuffLog
from checks.python.ruff_silence import beyond, file_options, kept_silent

UNFORMATTED = re.compile(
    r"^(?:Would reformat: (?P<named>.+)"
    r"|(?P<path>.+?):(?:cell \d+:)?(?P<line>\d+):\d+: unformatted: .*)$"
)
SUMMARY = re.compile(
    r"^(?:(?P<changed>\d+) files? would be reformatted)?(?:, )?"
    r"(?:(?P<kept>\d+) files? already formatted)?$"
)
UNREAD = re.compile(r"^error: |: (?:invalid-syntax|io): ")
MESSAGE = "File would be reformatted"


def main(argv: list[str], env: Mapping[str, str], stdin: TextIO) -> int:
    """Cross-check the names, the summary and the log, then count."""
    params = Params(env)
    lines = stdin.read().splitlines()  # to its end: only then is the log whole
    log = RuffLog(argv[0])
    if unread := next(filter(UNREAD.search, [*log.messages, *lines]), ""):
        not_measured(f"ruff stopped: {unread}")
    named = {
        found["named"] or found["path"]: int(found["line"] or 0)
        for found in filter(None, map(UNFORMATTED.match, lines))
    }
    summary = next((found for line in lines if line and (found := SUMMARY.match(line))), None)
    if summary is None and log.files:
        log.stopped()
    log.require_python()
    changed, kept = (int(summary[name] or 0) if summary else 0 for name in ("changed", "kept"))
    if changed != len(named) or changed + kept != len(log.files):
        not_measured(
            f"ruff says {changed} of {changed + kept} files, names {len(named)} and looked at "
            f"{len(log.files)}"
        )
    findings = [place(path, line, "unformatted", MESSAGE) for path, line in named.items()]
    if findings:
        refuse_another_version("ruff")
    arguments = argv[1 : argv.index("--")]
    # The settings are asked of the linter, which does not know the formatter's other options.
    options = file_options(arguments)
    suppressed = kept_silent(params, log.python_files, options, ("fmt-off",), "formatter")
    problems = beyond(params, suppressed)
    numbers = {
        "total": changed,
        "files": changed + kept,
        "suppressed": len(suppressed),
        "problems": changed + len(problems),
    }
    emit(numbers, [*findings, *problems])
    return 0
