"""Circles among things that wait for each other."""

from collections.abc import Mapping, Sequence


def cycles(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return one cycle of each group of names that wait for one another, in waiting order."""
    done: set[str] = set()
    circles: list[list[str]] = []
    for start in needs:
        trail: list[str] = []
        pending = [(start, iter(needs[start]))] if start not in done else []
        trail += [name for name, _ in pending]
        while pending:
            name, rest = pending[-1]
            following = next(rest, None)
            if following is None:
                pending.pop()
                trail.pop()
                done.add(name)
            elif following in trail:
                circles.append(trail[trail.index(following) :])
            elif following in needs and following not in done:
                trail.append(following)
                pending.append((following, iter(needs[following])))
    return circles
