"""Count the results of the tests below some paths, from the shared run of pytest."""

import os

from checks.in_project.common import emit, words
from checks.tests.session import below, failures, numbers, read_session


def main() -> None:
    """Select, then count; where no test was executed, nothing was measured."""
    cases = read_session(os.path.join(os.environ["READINESS_TMP_PYTEST"], "tests.jsonl")).cases
    selected = below(cases, words("below"))
    duration = sum(case.seconds for case in selected)
    emit({**numbers(selected), "duration": round(duration, 3)}, failures(selected))
