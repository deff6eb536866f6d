"""`python -m readiness.probes`, the name by which check files call `readiness.services`."""

import sys

from readiness.services.__main__ import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
