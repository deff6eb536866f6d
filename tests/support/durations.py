"""How long tests take: what tests/durations.json says, and a plugin that records it anew.

pytest --record-durations    keep what this run took, of the files that it ran
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pytest

RECORD: Final = Path(__file__).parents[1] / "durations.json"
RECORDED_FROM_MS: Final = 100
SHARED: Final = "shared fixtures"
SAME_WITHIN: Final = 0.3
"""By what share a duration may move and keep its record, so that a refresh is a small diff."""


class Name(NamedTuple):
    """What a node id says: the file, the test function, and its row ("" for one without rows)."""

    path: str
    family: str
    row: str

    @classmethod
    def of(cls, nodeid: str) -> "Name":
        """Split a node id."""
        path, _, test = nodeid.partition("::")
        family, _, row = test.partition("[")
        return cls(path, family, row.removesuffix("]"))


Durations = Mapping[Name, int]
"""Milliseconds of each test, and of tests that share a fixture, from `RECORDED_FROM_MS` on."""


def shared_fixtures(item: pytest.Item) -> str:
    """Name the fixtures that a test shares with others of its file."""
    info = getattr(item, "_fixtureinfo", None)
    definitions = info.name2fixturedefs if info else {}
    return " ".join(
        sorted(
            name
            for name, made in definitions.items()
            if made and made[-1].scope in ("module", "class")
        )
    )


def recorded_name(nodeid: str, shared: str) -> Name:
    """Return the name that a test's duration has in the record.

    Tests that share a fixture are one entry: which of them waits for it, and how long, depends on
    which of them are run.
    """
    name = Name.of(nodeid)
    return Name(name.path, "", shared) if shared else name


def read_durations(text: str) -> dict[Name, int]:
    """Decode the text of a record."""
    files = msgspec.json.decode(text, type=dict[str, dict[str, int | dict[str, int]]])
    return {
        Name(path, family, row): milliseconds
        for path, families in files.items()
        for family, rows in families.items()
        for row, milliseconds in (rows if isinstance(rows, dict) else {"": rows}).items()
    }


def durations_text(durations: Durations) -> str:
    """Encode a record, one test function a line, in an order of its own."""
    files: dict[str, dict[str, dict[str, int]]] = {}
    for name in sorted(durations):
        rows = files.setdefault(name.path, {}).setdefault(name.family, {})
        rows[name.row] = durations[name]
    blocks = []
    for path, families in files.items():
        lines = []
        for family, rows in families.items():
            value = rows[""] if list(rows) == [""] else rows
            lines.append(f"  {json.dumps(family)}: {json.dumps(value, ensure_ascii=False)}")
        blocks.append(f" {json.dumps(path)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def recorded_durations() -> dict[Name, int]:
    """Read the record that is committed."""
    return read_durations(RECORD.read_text("utf-8")) if RECORD.exists() else {}


def refreshed(before: Durations, seconds: Mapping[Name, float]) -> dict[Name, int]:
    """Merge what a run took into a record: the files that it ran are replaced."""
    ran = {name.path for name in seconds}
    after = {name: duration for name, duration in before.items() if name.path not in ran}
    for name, duration in seconds.items():
        milliseconds = rounded(duration * 1000)
        old = before.get(name, 0)
        if abs(milliseconds - old) <= SAME_WITHIN * old:
            milliseconds = old
        if milliseconds >= RECORDED_FROM_MS:
            after[name] = milliseconds
    return after


def rounded(milliseconds: float) -> int:
    """Round to two significant digits."""
    return int(float(f"{milliseconds:.2g}"))


class DurationsRecorder:
    """Add up what each test takes with its fixtures, and write the record when the run is over."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._seconds: dict[Name, float] = {}
        self._skipped: set[Name] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one phase of a test."""
        name = recorded_name(report.nodeid, dict(report.user_properties).get(SHARED, ""))
        self._seconds[name] = self._seconds.get(name, 0.0) + report.duration
        if report.skipped:
            self._skipped.add(name)

    def pytest_sessionfinish(self) -> None:
        """Write the record; what was skipped took no time that says anything."""
        before = recorded_durations()
        for name in self._skipped:
            self._seconds[name] = max(self._seconds[name], before.get(name, 0) / 1000)
        RECORD.write_text(durations_text(refreshed(before, self._seconds)), "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that records durations."""
    parser.addoption(
        "--record-durations", action="store_true", help="write tests/durations.json anew"
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Record where all reports come together: workers of xdist know only their own."""
    if config.getoption("--record-durations") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(DurationsRecorder())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have reports say which fixtures a test shares."""
    if config.getoption("--record-durations"):
        for item in items:
            item.user_properties.append((SHARED, shared_fixtures(item)))
