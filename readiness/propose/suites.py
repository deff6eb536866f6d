"""How a project's tests are written, and the command that runs those that no check does."""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from readiness.propose.facts import RunCommand, Subproject, Suite
from readiness.propose.layout import is_inside
from readiness.propose.tree import read_text

_OF_PYTEST: Final = re.compile(r"\bpytest\b|^(?:async )?def test", re.MULTILINE)


def suite_of(root: str, part: Subproject) -> Suite:
    """Return how the tests of a part are written, from their text and what the part asks for."""
    if part.tests:
        texts = list(_texts(root, part, part.tests))
        by_pytest = "pytest" in part.dependencies or any(map(_OF_PYTEST.search, texts))
        if not by_pytest and any("unittest" in text for text in texts):
            return Suite.UNITTEST
        return Suite.PYTEST
    doctests = any(">>> " in text for text in _texts(root, part, part.source))
    return Suite.DOCTEST if doctests else Suite.NONE


def _texts(root: str, part: Subproject, tops: Sequence[str]) -> Iterator[str]:
    for path in part.files:
        if path.endswith(".py") and is_inside(path, tops):
            yield read_text(root, path)


def unittest_command(part: Subproject, steps: Sequence[RunCommand]) -> str:
    """Return the command that runs a part's tests by unittest: CI's, or one of its files."""
    for step in steps:
        if step.words[:1] == ("unittest",) and step.alone and "$" not in step.text:
            return step.text
    runs = [["discover", "-s", folder] for folder in part.tests if not folder.endswith(".py")]
    for run in runs:
        if f"{run[2]}/__init__.py" in part.files:
            run += ["-t", part.folder or "."]
        if not any(re.match(rf"{re.escape(run[2])}/(?:.*/)?test", path) for path in part.files):
            run += ["-p", "*_test.py"]
    if files := [path for path in part.tests if path.endswith(".py")]:
        runs.append(files)
    return " && ".join(shlex.join(["python", "-m", "unittest", *run]) for run in runs)
