"""Read the JUnit XML that pytest writes, family xunit1 (which names files and lines)."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from _common import Place, is_below, not_measured, place
from defusedxml.ElementTree import ParseError, parse


@dataclass(frozen=True)
class Case:
    """One test: its outcome is `passed`, `failed` or `skipped`."""

    path: str
    line: int
    name: str
    outcome: str
    message: str
    seconds: float
    properties: tuple[tuple[str, str], ...]

    @property
    def function(self) -> str:
        """The name without its parameters."""
        return self.name.partition("[")[0]


def read_cases(path: str) -> list[Case]:
    """Return the tests of a run that collected all of them."""
    if not os.path.exists(path):
        not_measured("pytest wrote no results")
    return [_case(element) for element in _elements(path, "testcase")]


def seconds(path: str) -> float:
    """Return how long the whole run took."""
    return sum(float(suite.get("time", 0)) for suite in _elements(path, "testsuite"))


def _elements(path: str, tag: str) -> list[Element]:
    try:
        return list(parse(path).iter(tag))
    except ParseError as error:
        not_measured(f"the results of pytest cannot be read: {error}")


def _case(element: Element) -> Case:
    complaint = element.find("failure")
    if complaint is None:
        complaint = element.find("error")
    message = "" if complaint is None else complaint.get("message", "")
    if complaint is not None and message.startswith("collection failure"):
        not_measured(f"{element.get('classname') or element.get('name')}: {message}")
    outcome = "passed" if complaint is None else "failed"
    if complaint is None and element.find("skipped") is not None:
        outcome = "skipped"
    return Case(
        path=element.get("file", ""),
        line=int(element.get("line", -1)) + 1,
        name=element.get("name", ""),
        outcome=outcome,
        message=message,
        seconds=float(element.get("time", 0)),
        properties=tuple(
            (each.get("name", ""), each.get("value", "")) for each in element.iter("property")
        ),
    )


def below(cases: Iterable[Case], tops: list[str]) -> list[Case]:
    """Select the tests in some files or folders; all of them where none is named."""
    return [case for case in cases if not tops or any(is_below(case.path, top) for top in tops)]


def numbers(cases: list[Case]) -> dict[str, int]:
    """Count the tests by outcome; a run that executed none has measured nothing."""
    outcomes = [case.outcome for case in cases]
    executed = len(cases) - outcomes.count("skipped")
    if not executed:
        not_measured(f"no test was executed ({len(cases)} collected)")
    return {
        "failed": outcomes.count("failed"),
        "executed": executed,
        "passed": outcomes.count("passed"),
        "skipped": outcomes.count("skipped"),
    }


def failures(cases: Iterable[Case]) -> list[Place]:
    """List the failed tests as findings."""
    return [
        place(case.path, case.line, case.name, case.message.partition("\n")[0])
        for case in cases
        if case.outcome == "failed"
    ]
