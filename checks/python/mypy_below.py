"""Count what the shared run of mypy reported below some paths."""

import os
from collections.abc import Mapping
from typing import TextIO, TypedDict, cast

from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    files_below,
    is_below,
    not_measured,
    read_json,
)
from checks.silence.silencing import count


class Shared(TypedDict):
    """What the shared run left behind."""

    sources: list[str]
    errors: list[CheckFinding]


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Select the errors, and refuse a path where mypy has looked at nothing."""
    params = Params(env)
    shared = cast("Shared", read_json(os.path.join(params.env["READINESS_TMP_MYPY"], "mypy.json")))
    below = params.words("below")
    checked = [path for path in shared["sources"] if is_below(path, *below)]
    if not checked:
        not_measured(f"mypy checked no file below {' '.join(below)}")
    errors = [error for error in shared["errors"] if is_below(error["path"], *below)]
    document = {
        "errors": len(errors),
        "problems": len(errors),
        "files": len(checked),
        "unchecked": len(set(files_below(below)) - set(checked)),
        "suppressed": count(below, ("type-ignore", "mypy-off")),
    }
    emit(document, errors)
    return 0
