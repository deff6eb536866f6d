"""Run pytest in this process, so that `coverage run` sees all of it.

Leaves `tests.jsonl` in READINESS_TMP: what a plugin of ours saw from inside the session. Under
coverage, what the project has it omit is measured too, and stands in `omitted` for its own report.
"""

import os
import sys
import time
from collections.abc import Mapping
from typing import TextIO

from .common import Params, not_measured
from .witness import Log, Witness, run_session


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Return the status of pytest."""
    params = Params(env)
    if not __debug__:
        not_measured("Python runs without asserts (PYTHONOPTIMIZE or -O)")
    tmp = params.tmp
    log = Log(os.path.join(tmp, "tests.jsonl"))
    if coverage := sys.modules.get("coverage"):
        own = coverage.Coverage(data_file=None)
        omitted = [own.get_option(key) or [] for key in ("run:omit", "report:omit")]
        with open(os.path.join(tmp, "omitted"), "w", encoding="utf-8") as file:
            file.write(",".join(str(pattern) for listed in omitted for pattern in listed))
    # As a link it is there with all that it says, or not at all.
    os.symlink(str(os.getpid()), os.path.join(tmp, "pid"))
    began = running()
    words = [*params.shell_words("args"), *params.shell_words("paths")]
    status = run_session(["--color=no", *words], tmp, [Witness(log)])
    log("ended", status=status, seconds=round(running() - began, 3))
    return status


def running() -> float:
    """Seconds by the clock, without those in which this thread waited for a processor.

    How long tests take is theirs; how long they stand in line is the machine's.
    """
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            waited = int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):  # not Linux, or a kernel that does not count it
        waited = 0.0
    return time.perf_counter() - waited
