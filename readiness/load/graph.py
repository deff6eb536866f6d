"""Circles among things that wait for each other."""

from collections.abc import Mapping, Sequence


def cycles(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return cycles of names that wait for one another, in waiting order; each name is in one."""
    waiting = {name: [other for other in needs[name] if other in needs] for name in needs}
    circles: list[list[str]] = []
    if not any(waiting.values()):
        return circles
    from graphlib import CycleError, TopologicalSorter

    while True:
        try:
            TopologicalSorter(waiting).prepare()
        except CycleError as error:
            circle = error.args[1][:0:-1]
            circles.append(circle)
            waiting |= {name: [] for name in circle}
        else:
            return circles
