"""`python -m readiness.probes`, by which check files call what is in `checks/services/`."""

import os
import runpy
import sys

from readiness.builtin import builtin_checks

if __name__ == "__main__":
    sys.argv.insert(1, "services/__main__")
    runpy.run_path(os.path.join(builtin_checks(), "run.py"), run_name="__main__")
