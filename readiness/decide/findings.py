"""Which findings of a run are new beside those of an earlier one. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from readiness.model.judgement import Finding

_NUMBER = re.compile(r"\d+")

Own = TypeVar("Own", bound=Finding)


def new_findings(now: Sequence[Own], then: Sequence[Finding]) -> list[Own]:
    """Return the findings that have no counterpart in the earlier run.

    A moved line, file or number is no difference, nor is another message of a rule for a line.
    Where tools say by what they know a finding, that alone decides.
    """
    for key in (_marked, _in_file, _anywhere, _at_line):
        now, then = _without(now, then, key), _without(then, now, key)
    return list(now)


def newest_first(now: Sequence[Own], then: Sequence[Finding]) -> list[Own]:
    """Sort what is new before the rest, and that as it was sorted before."""
    new = {id(finding) for finding in new_findings(now, then)}
    places = {_in_file(finding): place for place, finding in reversed([*enumerate(then)])}
    return sorted(
        now, key=lambda each: (id(each) not in new, places.get(_in_file(each), len(places)))
    )


def _marked(finding: Finding) -> Hashable:
    return (finding.rule, finding.fingerprint) if finding.fingerprint else id(finding)


def _in_file(finding: Finding) -> Hashable:
    return finding.path, *_anywhere(finding)


def _anywhere(finding: Finding) -> tuple[Hashable, ...]:
    return finding.rule, _NUMBER.sub("0", finding.message), finding.fingerprint


def _at_line(finding: Finding) -> Hashable:
    return finding.path, finding.rule, finding.line, finding.fingerprint


def _without(
    findings: Iterable[Own], others: Iterable[Finding], key: Callable[[Finding], Hashable]
) -> list[Own]:
    """Return the findings that are left when each of the others takes one of its key away."""
    left = Counter(map(key, others))
    rest = []
    for finding in findings:
        left[key(finding)] -= 1
        if left[key(finding)] < 0:
            rest.append(finding)
    return rest
