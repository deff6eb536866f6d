"""Which findings are new beside those of an earlier run."""

import pytest

from readiness.decide.findings import new_findings
from readiness.model.judgement import Finding

THEN = Finding(path="a.py", line=3, rule="R", message="x is 3", fingerprint="f1")


@pytest.mark.parametrize(
    ("now", "is_new"),
    [
        (Finding(path="b.py", line=9, rule="R", message="renamed", fingerprint="f1"), False),
        (Finding(path="a.py", line=3, rule="R", message="x is 3", fingerprint="f2"), True),
        (Finding(path="a.py", line=3, rule="S", message="x is 3", fingerprint="f1"), True),
    ],
)
def test_what_a_tool_knows_a_finding_by_decides(now: Finding, is_new: bool) -> None:
    """Whatever moved, and although all else is the same."""
    assert new_findings([now], [THEN]) == [now] * is_new


def test_without_it_a_moved_line_is_no_difference() -> None:
    """Nor is a file, or a number."""
    now = Finding(path="b.py", line=9, rule="R", message="x is 4")
    then = Finding(path="a.py", line=3, rule="R", message="x is 3")
    assert new_findings([now], [then]) == []
