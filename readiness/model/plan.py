"""What a run will do: the distinct probes and their order. Nothing has run yet."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from readiness.model.board import Check, Criterion

EXPECTED_SHARE = 1 / 300
"""Share of its time limit that a probe is taken to need where it was never run."""
READERS = "READINESS_READERS"
"""The variable by which a producer is told which checks read its results."""


class Wall(StrEnum):
    """What holds a probe, the best first."""

    BUBBLEWRAP = "bubblewrap"
    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """What holds a probe, which writes to its own folders and `writable` ones only.

    Folders for temporary files are empty there, but for what is `readable` below them; what it
    writes to the user's home is thrown away, where the walls can do that. With `layered`, all is as
    for an ordinary command, but what it writes elsewhere is thrown away. Without `network` it
    connects nowhere, not even to services of this machine. Programs that are `replaced`, by their
    paths, are other ones there, unless Landlock is all that there is. Once the walls stand, there
    is a file `mark`, if it is asked for.
    """

    wall: Wall
    writable: tuple[str, ...]
    readable: tuple[str, ...] = ()
    network: bool = False
    layered: bool = False
    replaced: dict[str, str] = {}
    mark: str = ""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One concrete command. Equal probes are one probe.

    `argv` is set where the command has no shell syntax and may be started directly; `confined` are
    the walls that all attempts are made in. `env` is what this probe has beyond the plan's
    environment, `path` the PATH of its folder where that is not the plan's. `tool_path` is the file
    that its check's tool is, `elsewhere` says that it is not of the project's own environment,
    though there is one. `after` holds the indices, in the plan, of the probes that must have
    succeeded first. One that `settles` takes as many samples as its verdict needs. `estimate` is
    the duration of earlier runs, in seconds.
    """

    id: str
    command: str
    workdir: str
    timeout: float
    argv: tuple[str, ...] | None = None
    confined: Confinement | None = None
    check: Check
    env: dict[str, str] = {}
    path: str = ""
    tool_path: str = ""
    elsewhere: bool = False
    after: tuple[int, ...] = ()
    samples: int = 1
    settles: bool = False
    wait: float = 0.0
    retries: int = 0
    estimate: float | None = None
    key: str = ""

    @property
    def cost(self) -> float:
        """The seconds that all its samples are likely to take."""
        return (self.estimate or EXPECTED_SHARE * self.timeout) * self.samples

    @property
    def exclusive(self) -> tuple[str, ...]:
        """Words of which no two probes that run at once share one.

        `$starts` stands for those of that parameter, up to any `=`.
        """
        if not self.check.exclusive:
            return ()
        words = (
            self.env.get(word[1:], "").split() if word.startswith("$") else [word]
            for word in self.check.exclusive
        )
        return tuple(dict.fromkeys(word.partition("=")[0] for each in words for word in each))


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan has for one criterion: the indices of its probes, or why it has none."""

    criterion: Criterion
    probes: tuple[int, ...] = ()
    skipped: str = ""


class ProbeFolder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder in which probes run: the project's own environment there, if any, and its Python.

    `kind` is what that environment is known by, such as `.venv` or `poetry`.
    """

    workdir: str
    kind: str = ""
    environment: str = ""
    python: str = ""


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a plan this is, of how many. `plan` tells one plan, and its parts, apart."""

    number: int
    count: int
    plan: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run will do. Nothing has run yet.

    `planned` follows the board. `order` lists the indices of `probes` in the order in which
    they should start. `environment` is what every probe gets, `put_aside` names what it does not:
    variables of the caller's that change what tools do. A `partial` plan is of a selection, which
    may be `empty`: nothing that was asked about. `version_keys` maps a probe's id to the key
    under which its tool's version is kept; probes that only ask a tool for its version come last in
    `probes`, have that key, and no measures. `shard` is set where this is a part of a whole plan.
    """

    probes: tuple[Probe, ...]
    planned: tuple[Planned, ...]
    order: tuple[int, ...]
    environment: dict[str, str]
    partial: bool = False
    empty: bool = False
    version_keys: dict[str, str] = {}
    folders: tuple[ProbeFolder, ...] = ()
    put_aside: tuple[str, ...] = ()
    shard: Shard | None = None

    def probe_ids(self) -> dict[str, list[str]]:
        """Return the ids of the probes of each criterion, by its id."""
        return {
            planned.criterion.id: [self.probes[index].id for index in planned.probes]
            for planned in self.planned
        }

    def readers(self) -> list[list[Planned]]:
        """Return the criteria that read each probe, in the order of the board."""
        readers: list[list[Planned]] = [[] for _ in self.probes]
        for planned in self.planned:
            for index in planned.probes:
                readers[index].append(planned)
        return readers

    def with_producers(self, indices: Iterable[int]) -> tuple[int, ...]:
        """Return these probes, each once and behind those that must have succeeded before it."""
        order: dict[int, None] = {}
        for index in indices:
            order |= dict.fromkeys((*self.with_producers(self.probes[index].after), index))
        return tuple(order)
