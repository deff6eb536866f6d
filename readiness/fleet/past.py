"""The history of fleets: when each was measured, and the course of each project."""

import os
import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from readiness.fleet.project import ProjectState
from readiness.history.database import OWN_FOLDER, Database
from readiness.model.errors import ExitStatus

VERSION = 1
FILE = os.path.join(OWN_FOLDER, "fleet.db")
SHOWN = 30
"""Number of points of a project's course to show."""

SCHEMA = f"""
begin immediate;
create table if not exists fleets (
    sequence integer primary key autoincrement,
    at text not null,
    projects integer not null,
    ready integer not null,
    unknown integer not null,
    score real
);
create table if not exists points (
    project text not null,
    fleet integer not null,
    run text not null,
    at text not null,
    decision text not null,
    score real,
    good integer not null,
    in_scope integer not null,
    primary key (project, fleet)
) without rowid;
pragma user_version = {VERSION};
commit;
"""


class FleetPoint(msgspec.Struct, frozen=True, kw_only=True):
    """How a project stood when a fleet was measured; `at` is when its run started."""

    run: str
    at: str
    decision: str
    score: float | None
    good: int
    in_scope: int


class PastFleet(msgspec.Struct, frozen=True, kw_only=True):
    """A fleet as it was measured: how many projects were ready or unknown, and their mean score."""

    at: str
    projects: int
    ready: int
    unknown: int
    score: float | None


class PastFleets(msgspec.Struct, frozen=True, kw_only=True):
    """What `--past` gives as JSON: the newest fleets, newest first."""

    fleets: list[PastFleet]


class FleetHistory:
    """All fleets that were measured from one folder. What cannot be kept: `NotWrittenError`."""

    def __init__(self, path: str) -> None:
        """Set the `path` of the file; a folder made for it gets a .gitignore."""
        self._database = Database(path, VERSION, _prepare)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def record(self, states: Sequence[ProjectState], at: str) -> None:
        """Store the results of a fleet."""
        now = summed_up(states, at)
        with self._database.transaction(lasting=True) as connection:
            fleet = connection.execute(
                "insert into fleets (at, projects, ready, unknown, score) values (?, ?, ?, ?, ?)",
                (now.at, now.projects, now.ready, now.unknown, now.score),
            ).lastrowid
            connection.executemany(
                "insert into points values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(state.key, fleet, state.run, state.at or at, state.word, state.score),
                        *(state.good(), len(state.in_scope())),
                    )
                    for state in states
                ],
            )

    def course(self, project: str, limit: int = SHOWN) -> list[FleetPoint]:
        """Return a project's points, oldest first; consecutive points of one run are one."""
        found = self._ask(
            "select run, at, decision, score, good, in_scope from points where project = ?"
            " order by fleet desc limit ?",
            (project, limit),
        )
        points: list[FleetPoint] = []
        for run, at, decision, score, good, in_scope in reversed(found):
            point = FleetPoint(
                run=run, at=at, decision=decision, score=score, good=good, in_scope=in_scope
            )
            if points and run and points[-1].run == run:
                points.pop()
            points.append(point)
        return points

    def fleets(self, limit: int = SHOWN) -> list[PastFleet]:
        """Return the newest fleets, newest first."""
        found = self._ask(
            "select at, projects, ready, unknown, score from fleets order by sequence desc limit ?",
            (limit,),
        )
        return [
            PastFleet(at=at, projects=projects, ready=ready, unknown=unknown, score=score)
            for at, projects, ready, unknown, score in found
        ]

    def _ask(self, query: str, values: tuple[object, ...]) -> list[Any]:
        return self._database.ask(lambda connection: list(connection.execute(query, values)), [])


def summed_up(states: Sequence[ProjectState], at: str) -> PastFleet:
    """Return the totals of a fleet."""
    scores = [state.score for state in states if state.score is not None]
    return PastFleet(
        at=at,
        projects=len(states),
        ready=sum(state.status is ExitStatus.READY for state in states),
        unknown=sum(state.decision is None for state in states),
        score=sum(scores) / len(scores) if scores else None,
    )


def _prepare(connection: sqlite3.Connection) -> None:
    connection.executescript(SCHEMA)
