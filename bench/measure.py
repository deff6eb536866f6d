"""Whole processes timed in interleaved rounds, on a machine that others may use at the same time.

Every round runs every case once (A B C, A B C, ...), so that a slow spell hits all alike. A sample
keeps the wall time, the CPU time and the largest process of the whole tree, from wait4, and the
share of the machine's cores that *other* processes used meanwhile. Figures are medians over the
samples taken in quiet; where there are too few of those, over the quietest third, and marked `~`.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

CORES = os.cpu_count() or 1
TICKS = os.sysconf("SC_CLK_TCK")
QUIET = 0.12
SAMPLING = 0.005


class WrongResult(Exception):  # noqa: N818 - what came out is wrong, not the program
    """A case did not do its work, so its figures mean nothing."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One command to be measured.

    `verify` is given the exit status and the output, and raises WrongResult. `reps` runs make one
    sample, for short commands. `rounds` is the most rounds it takes part in. `before` prepares each
    run and `after` looks at what it left; neither is measured. `value` reads a figure of the case's
    own from its output. With `watched` the memory of its first two processes is looked at too, and
    with `warm` it is run once before all rounds.
    """

    argv: Sequence[str]
    verify: Callable[[int, str], None]
    cwd: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    reps: int = 1
    rounds: int = 1000
    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None
    value: Callable[[str], float] | None = None
    watched: bool = False
    warm: bool = False


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run (or the mean of `reps`): times in seconds, memory in KiB, `foreign` as a share."""

    wall: float
    cpu: float
    rss: float
    pss: float
    value: float
    foreign: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The medians of a case's samples; `best` is its shortest wall time."""

    wall: float
    cpu: float
    rss: float
    pss: float
    value: float
    best: float
    noisy: bool
    samples: int


class Harness:
    """Runs cases with `tm`, in the folder `work`."""

    def __init__(self, tm: str, work: str, *, patience: float, verbose: bool = False) -> None:
        """`patience` is how many seconds a sample may wait for the machine to be quiet."""
        self._tm = tm
        self._record = os.path.join(work, "record")
        self._output = os.path.join(work, "output")
        self._patience = patience
        self._verbose = verbose

    def measure(
        self, cases: Mapping[str, Case], rounds: int
    ) -> tuple[dict[str, list[Sample]], dict[str, str]]:
        """The samples of every case, and what is wrong with those that did not do their work."""
        samples: dict[str, list[Sample]] = {}
        wrong: dict[str, str] = {}
        for number in range(-1, rounds):
            for name, case in cases.items():
                try:
                    if number < 0 and case.warm:
                        self._run(name, case)
                    elif 0 <= number < case.rounds and name not in wrong:
                        samples.setdefault(name, []).append(self._sample(name, case))
                except WrongResult as problem:
                    samples.pop(name, None)
                    wrong[name] = str(problem)
                    print(problem, file=sys.stderr)
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        return samples, wrong

    def _sample(self, name: str, case: Case) -> Sample:
        self._wait_for_quiet()
        busy, own, start = _busy(), _own(), time.monotonic()
        runs = [self._run(name, case) for _ in range(case.reps)]
        elapsed, foreign = time.monotonic() - start, (_busy() - busy) - (_own() - own)
        sample = Sample(
            wall=statistics.mean(run.wall for run in runs),
            cpu=statistics.mean(run.cpu for run in runs),
            rss=max(run.rss for run in runs),
            pss=max(run.pss for run in runs),
            value=statistics.mean(run.value for run in runs),
            foreign=round(max(0.0, foreign) / elapsed / CORES, 3),
        )
        if self._verbose:
            print(f"  {name}: {sample}", file=sys.stderr, flush=True)
        return sample

    def _run(self, name: str, case: Case) -> Sample:
        if case.before:
            case.before()
        command = [self._tm, self._record, self._output, *case.argv]
        environment = {**os.environ, **case.env}
        # These would make every Python program slower than its users have it.
        for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
            environment.pop(variable, None)
        with subprocess.Popen(command, cwd=case.cwd, env=environment) as process:
            peak = _peak(process) if case.watched else 0.0
        if process.returncode != 0:
            raise WrongResult(f"{name}: tm ended with {process.returncode}")
        with open(self._record, encoding="ascii") as file:
            wall, user, system, rss, status = file.read().split()
        with open(self._output, encoding="utf-8", errors="replace") as file:
            output = file.read()
        try:
            case.verify(int(status), output)
            if case.after:
                case.after()
        except WrongResult as wrong:
            tail = output[-800:]
            raise WrongResult(f"{name}: {wrong} (exit status {status})\n{tail}") from None
        return Sample(
            wall=float(wall),
            cpu=float(user) + float(system),
            rss=float(rss),
            pss=peak,
            value=case.value(output) if case.value else 0.0,
            foreign=0.0,
        )

    def _wait_for_quiet(self) -> None:
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            busy, start = _busy(), time.monotonic()
            time.sleep(0.15)
            if (_busy() - busy) / (time.monotonic() - start) <= 0.15:
                return


def _peak(process: "subprocess.Popen[bytes]") -> float:
    """The most memory, in KiB, that a child of the process and its first child hold until it ends.

    Pages that they share count once.
    """
    most = 0.0
    while process.poll() is None:
        first = _children(process.pid)[:1]
        second = [pid for parent in first for pid in _children(parent)[:1]]
        most = max(most, sum(map(_proportional, first + second)))
        time.sleep(SAMPLING)
    return most


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def _proportional(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next((float(line.split()[1]) for line in file if line.startswith("Pss:")), 0.0)
    except OSError:
        return 0.0


def _busy() -> float:
    """CPU seconds that all processes have used since boot."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    idle, waiting = ticks[3], ticks[4]
    return (sum(ticks) - idle - waiting) / TICKS


def _own() -> float:
    """CPU seconds of this process and of all that it has waited for."""
    return sum(os.times()[:4])


def summarise(samples: Mapping[str, Sequence[Sample]]) -> dict[str, Figures]:
    """The medians of each case, over its quiet samples."""
    return {name: _figures(taken) for name, taken in samples.items() if taken}


def _figures(samples: Sequence[Sample]) -> Figures:
    chosen = [sample for sample in samples if sample.foreign <= QUIET]
    noisy = len(chosen) < min(3, len(samples))
    if noisy:
        by_noise = sorted(samples, key=lambda sample: sample.foreign)
        chosen = by_noise[: max(1, len(samples) // 3)]

    def median(of: Callable[[Sample], float]) -> float:
        return statistics.median(map(of, chosen))

    return Figures(
        wall=median(lambda sample: sample.wall),
        # Neighbours hardly move the CPU time, so no sample of it is left out.
        cpu=statistics.median(sample.cpu for sample in samples),
        rss=max(sample.rss for sample in samples),
        pss=max(sample.pss for sample in samples),
        value=statistics.median(sample.value for sample in samples),
        best=min(sample.wall for sample in samples),
        noisy=noisy,
        samples=len(samples),
    )


def as_data(samples: Mapping[str, Sequence[Sample]]) -> dict[str, list[dict[str, float]]]:
    """All samples, for a JSON file."""
    return {name: [asdict(sample) for sample in taken] for name, taken in samples.items()}
