"""`readiness` as a part of a fleet: the same program, which ends with the fleet that started it."""

import os
import runpy
import signal
import sys

from readiness.run.processes.prctl import die_with_parent

if __name__ == "__main__":
    die_with_parent(signal.SIGTERM)
    if os.getppid() == 1:  # it ended before it was asked for
        sys.exit(128 + signal.SIGTERM)
    runpy.run_module("readiness", run_name="__main__", alter_sys=True)
