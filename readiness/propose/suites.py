"""How a project's tests are written, and the criteria for those that no check runs."""

import re
import shlex
from collections.abc import Iterator, Sequence

import msgspec

from readiness.model.words import Priority
from readiness.propose.facts import ProjectFacts, RunCommand, Subproject, Suite
from readiness.propose.layout import OF_PYTEST, PYTEST, is_inside
from readiness.propose.proposal import TESTS_TASK, Proposal
from readiness.propose.tree import read_text
from readiness.text.sentences import for_reader
from readiness.text.worded import worded


def suite_of(root: str, part: Subproject) -> Suite:
    """Return how the tests of a part are written, from their text and what the part asks for."""
    if part.tests:
        texts = list(_texts(root, part, part.tests))
        by_pytest = PYTEST in part.dependencies or any(map(OF_PYTEST.search, texts))
        if not by_pytest and any("unittest" in text for text in texts):
            return Suite.UNITTEST
        return Suite.FUNCTIONS
    doctests = any(">>> " in text for text in _texts(root, part, part.source))
    return Suite.DOCTEST if doctests else Suite.NONE


def _texts(root: str, part: Subproject, tops: Sequence[str]) -> Iterator[str]:
    for path in part.files:
        if path.endswith(".py") and is_inside(path, tops):
            yield read_text(root, path)


def _runs(part: Subproject, steps: Sequence[RunCommand]) -> list[str]:
    """Return what follows `python -m unittest` to run a part's tests: CI's, or one a folder."""
    for step in steps:
        if step.words[:1] == ("unittest",) and step.alone and "$" not in step.text:
            return [shlex.join(step.words[1:]) or "discover"]
    runs = [["discover", "-s", folder] for folder in part.tests if not folder.endswith(".py")]
    for run in runs:
        if f"{run[2]}/__init__.py" in part.files:
            run += ["-t", part.folder or "."]
        if not any(re.match(rf"{re.escape(run[2])}/(?:.*/)?test", path) for path in part.files):
            run += ["-p", "*_test.py"]
    if files := [path for path in part.tests if path.endswith(".py")]:
        runs.append(files)
    return list(map(shlex.join, runs))


def is_unittest(part: Subproject, facts: ProjectFacts) -> bool:
    """Return whether unittest alone runs a part's tests: nothing asks for pytest."""
    asked = any(step.words[:1] == (PYTEST,) for step in facts.steps)
    return part.suite is Suite.UNITTEST and not asked and "manage.py" not in part.files


def unittest_proposal(part: Subproject, facts: ProjectFacts) -> Proposal:
    """Return the criterion that unittest runs a part's tests."""
    runs = _runs(part, facts.steps)
    return Proposal(
        title=worded("propose.tests_pass"),
        task=TESTS_TASK,
        priority=Priority.P0,
        why=worded("propose.tests_why"),
        check="unittest",
        params={"args": runs[0]} if len(runs) == 1 else {},
        matrix={"args": runs} if len(runs) > 1 else {},
        tests=True,
    )


def with_tests(proposals: Sequence[Proposal], target: str = "") -> list[Proposal]:
    """Let something run the tests: what CI or a recipe does, else make for a target of that name.

    Where there is none, it is a criterion that cannot be met. A release needs tests, so that what
    could not be found is said, and stands on the board.
    """
    if any(proposal.task == TESTS_TASK for proposal in proposals):
        return list(proposals)
    if target and not any(proposal.tests for proposal in proposals):
        command = f"make {target}"
        by_make = Proposal(
            title=worded("propose.passes", command=command),
            task=TESTS_TASK,
            priority=Priority.P0,
            why=worded("propose.recipe_runs", command=command, place="Makefile"),
            check="make-target",
            params={"target": target},
            tests=True,
        )
        return [by_make, *proposals]
    if not any(proposal.tests for proposal in proposals):
        say = for_reader()
        return [
            Proposal(
                title=worded("propose.tests_pass"),
                task=TESTS_TASK,
                priority=Priority.P0,
                why=worded("propose.tests_unknown"),
                run=say("propose.tests_remedy"),
                exits=[0, 1],
                tests=True,
            ),
            *proposals,
        ]
    return [
        msgspec.structs.replace(proposal, task=TESTS_TASK, priority=Priority.P0)
        if proposal.tests
        else proposal
        for proposal in proposals
    ]
