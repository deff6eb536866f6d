"""Which of the base's tests fail on the head's code, and are gone or altered there."""

import os
import re
from collections.abc import Mapping

from msgspec.structs import replace

from readiness.guard.changes import Change, Direction
from readiness.guard.deciding import Deciding
from readiness.guard.following import Followers
from readiness.guard.project.rules import TABLE
from readiness.guard.weighing import Weighed

_DATA = re.compile(
    r"\.(?:ambr|csv|expected|golden|html|json|md|out|po|rst|snap|svg|toml|tsv|txt|xml|ya?ml)$"
)
_NAMED = 6


def with_tests(
    change: Change, deciding: Mapping[str, Deciding], weighed: Weighed, followers: Followers
) -> Change:
    """Add the base's tests that fail on the head's code to a verdict that its rules make worse.

    Where all of them are known to expect something else, as the code is another, and the head's
    own notice no less, no promise is broken: that is reported, and loosens nothing.
    """
    files = deciding.get(change.subject, Deciding())
    if not files.tests:
        return change
    failing = [name for name in sorted(weighed.failing) if name[0] in files.tests]
    if not failing:
        follow = [
            _is_data(path) or followers.follows(path)
            if files.runs_tests
            else followers.loses_with_code(path)  # other values were measured
            for path in files.tests
        ]
        is_expected = followers.has_code and not files.rules and bool(follow) and all(follow)
        return replace(change, direction=Direction.NEUTRAL) if is_expected else change
    names = ", ".join(map("::".join, failing[:_NAMED]))
    is_expected = not files.rules and weighed.kept.issuperset(failing)
    direction = Direction.NEUTRAL if is_expected else change.direction
    return replace(change, direction=direction, note=f"{change.note}: {names}")


def _is_data(path: str) -> bool:
    """Return whether a file of tests holds what they compare with, and no code or settings."""
    settings = {place.file for tool in TABLE.tools for place in tool.places}
    return bool(_DATA.search(path)) and os.path.basename(path) not in settings
