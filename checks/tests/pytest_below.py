"""Count the results of the tests below some paths, from the shared run of pytest."""

import os
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import Params, emit
from checks.tests.session import below, failures, numbers, read_session


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Select, then count; where no test was executed, nothing was measured."""
    params = Params(env)
    cases = read_session(os.path.join(params.env["READINESS_TMP_PYTEST"], "tests.jsonl")).cases
    selected = below(cases, params.words("below"))
    duration = sum(case.seconds for case in selected)
    emit({**numbers(selected), "duration": round(duration, 3)}, failures(selected))
    return 0
