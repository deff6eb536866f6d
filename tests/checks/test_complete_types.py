"""Whether types are complete: in neutral terms, what is hidden from mypy counts too."""

import re
from collections import Counter

import pytest

from tests.support.checking import build, run_check

CLEAN = '"""Numbers."""\n\n\ndef double(x: int) -> int:\n    """Double."""\n    return 2 * x\n'
BAD = "def bad(x):\n    return x + 1\n"
CHECKING = "from typing import TYPE_CHECKING\n\n\n"

ROWS = [
    ({"a.py": CLEAN}, 0),
    ({"a.py": BAD}, 1),
    ({"a.py": f"{CHECKING}if not TYPE_CHECKING:\n    def bad(x):\n        return x + 1\n"}, 1),
    ({"a.py": f"{CHECKING}if TYPE_CHECKING:\n    import os\n\n\n{CLEAN}"}, 0),
    ({"a.py": BAD, "a.pyi": "def bad(x: int) -> int: ...\n"}, 1),
    ({"a.py": CLEAN, "b.pyi": "def g(x: int) -> int: ...\n"}, 0),
]
"""Files of code, and how many problems they have."""


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> Counter[int]:
    """Look at all rows in one project, where names end with the row's number; count by row."""
    project = str(tmp_path_factory.mktemp("rows"))
    for number, (files, _) in enumerate(ROWS):
        for name, text in files.items():
            stem, _, kind = name.partition(".")
            build(project, {f"src/{stem}{number}.{kind}": text})
    given = {"args": "--strict", "neutral": "true", "below": "src"}
    outcome = run_check("mypy-below", project, given)
    assert outcome.value("errors") == len(outcome.findings)
    paths = [finding["path"] for finding in outcome.findings]
    return Counter(int(re.sub(r"\D", "", path)) for path in paths)


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_types_are_complete_where_nothing_is_left_open(problems: Counter[int], number: int) -> None:
    """Code that only a type checker does not see, and what a stub hides, counts."""
    files, count = ROWS[number]
    assert problems[number] == count, files
