"""Where the checks are that come with readiness."""

import os


def builtin_checks() -> str:
    """Return the folder of the built-in checks: in the package, or beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(package, "checks")
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(package), "checks")
