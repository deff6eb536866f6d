"""Where the checks are that come with readiness."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readiness.model.board import Check


def builtin_checks() -> str:
    """Return the folder of the built-in checks: in the package, or beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(package, "checks")
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(package), "checks")


def is_own(check: "Check") -> bool:
    """Return whether the project says what is run: the board, its catalogue, or a recipe.

    The other checks that come with readiness were seen to fail when they were made.
    """
    builtin = bool(check.name) and check.folder.startswith(builtin_checks())
    return not builtin or check.stands_for is not None
