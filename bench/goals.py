"""What a goal is, and the arithmetic that all of them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from measure import Case, Figures
from peers import Tools


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measured figure. Without a limit it is there to be read, not judged.

    `cpu` is the same ratio of CPU times, which neighbours hardly move.
    """

    what: str
    value: float
    unit: str = "×"
    limit: float | None = None
    stretch: float | None = None
    cpu: float | None = None
    noisy: bool = False

    @property
    def holds(self) -> bool | None:
        return None if self.limit is None else self.value <= self.limit

    @property
    def stretched(self) -> bool:
        return self.stretch is not None and self.value <= self.stretch


Measured = Mapping[str, Figures]


@dataclass(frozen=True)
class Goal:
    """What to run for one goal, and what to make of the figures."""

    title: str
    cases: Callable[[Tools], dict[str, Case]]
    judge: Callable[[Measured], list[Line]]


def wall(
    measured: Measured,
    ours: str,
    base: str,
    what: str,
    limit: float | None = None,
    stretch: float | None = None,
) -> Line:
    """The ratio of two wall times."""
    own, other = measured[ours], measured[base]
    return Line(
        what=what,
        value=own.wall / other.wall,
        limit=limit,
        stretch=stretch,
        cpu=own.cpu / other.cpu,
        noisy=own.noisy or other.noisy,
    )


def cpu(
    measured: Measured,
    ours: str,
    base: str,
    what: str,
    limit: float | None = None,
    stretch: float | None = None,
) -> Line:
    """The ratio of two CPU times."""
    value = measured[ours].cpu / measured[base].cpu
    return Line(what=what, value=value, limit=limit, stretch=stretch, cpu=value)


def less_than(measured: Measured, ours: str, peers: Mapping[str, str]) -> list[Line]:
    """The ratio to each peer that was measured, by its name and its case: less than 1 is asked."""
    return [
        wall(measured, ours, case, f"against {name}", limit=1.0)
        for name, case in peers.items()
        if case in measured
    ]


def mebibytes(kibibytes: float) -> float:
    """Memory as it is shown."""
    return kibibytes / 1024
