"""What tools complain of by the base's rules, and no longer by the head's."""

import os
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from readiness.guard.outcomes import functions
from readiness.guard.states import States
from readiness.record.document import FindingRecord


class Complaints:
    """What tools complain of, by criterion, in a project of two states.

    A test that has another name, or stands in another file, is the same while its body is.
    """

    def __init__(self, states: States, workdir: str) -> None:
        self._states = states
        self._workdir = workdir
        self._complaints: dict[str, list[set[tuple[str, str]]]] = {}

    def add(self, findings: Iterable[FindingRecord], place: Callable[[FindingRecord], str]) -> None:
        """Add findings; `place` returns the path of a finding from the project's own folder."""
        for each in findings:
            names = set(self._names(replace(each, path=place(each))))
            self._complaints.setdefault(each.criterion, []).append(names)

    def hides(self, by_head: str, by_base: str) -> bool:
        """Return whether the first criterion, by its id, lacks a complaint that the second has."""
        known = set().union(*self._complaints.get(by_head, []))
        return any(known.isdisjoint(names) for names in self._complaints.get(by_base, []))

    def _names(self, finding: FindingRecord) -> Iterator[tuple[str, str]]:
        """Yield the keys of a complaint: its place and rule; for a test, its body as well."""
        yield finding.path, finding.rule
        path = os.path.normpath(os.path.join(self._workdir, finding.path))
        name, bracket, case = finding.rule.partition("[")
        if path in self._states.changed:
            for text in self._states.both(path):
                tests = sorted(
                    (at, body)
                    for called, at, body in functions(text)
                    if called == name and at >= finding.line
                )
                yield from ((body, bracket + case) for _, body in tests[:1])
