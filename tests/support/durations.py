"""How long tests take: what tests/durations.json says, and a plugin that records it anew.

pytest --record-durations                       of the files that this run ran
pytest --collect-only --durations-from FILE     of a run that was kept with --junit-xml=FILE
"""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pytest

RECORD: Final = Path(__file__).parents[1] / "durations.json"
RECORDED_FROM_MS: Final = 150
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
"""Milliseconds of each test, and of tests that share a fixture, from `RECORDED_FROM_MS` on; and of
each file what all others of it take together, by a name without family and row."""


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
    others = dict.fromkeys((Name(path, "", "") for path in ran), 0.0)
    for name, duration in seconds.items():
        milliseconds = _settled(duration, before.get(name, 0))
        if milliseconds >= RECORDED_FROM_MS:
            after[name] = milliseconds
        else:
            others[Name(name.path, "", "")] += duration
    for name, duration in others.items():
        after[name] = _settled(duration, before.get(name, 0))
    return {name: milliseconds for name, milliseconds in after.items() if milliseconds}


def _settled(seconds: float, before: int) -> int:
    """Return milliseconds as they are recorded: those of before, if they hardly moved."""
    milliseconds = rounded(seconds * 1000)
    return before if abs(milliseconds - before) <= SAME_WITHIN * before else milliseconds


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


def seconds_of_junit(path: str, items: Iterable[pytest.Item]) -> dict[Name, float]:
    """Read from a JUnit file what tests took; those that were skipped are left out."""
    taken = {
        (case.get("classname"), case.get("name")): float(case.get("time", 0))
        for case in ElementTree.parse(path).iter("testcase")
        if case.find("skipped") is None
    }
    seconds: dict[Name, float] = {}
    for item in items:
        name = Name.of(item.nodeid)
        *groups, function = name.family.split("::")
        module = name.path.removesuffix(".py").replace("/", ".")
        called = f"{function}[{name.row}]" if name.row else function
        time = taken.get((".".join([module, *groups]), called))
        if time is not None:
            recorded = recorded_name(item.nodeid, shared_fixtures(item))
            seconds[recorded] = seconds.get(recorded, 0.0) + time
    return seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that record durations."""
    parser.addoption(
        "--record-durations", action="store_true", help="write tests/durations.json anew"
    )
    parser.addoption(
        "--durations-from", metavar="FILE", default="", help="the same, from a JUnit file"
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Record what a JUnit file says of the tests that are there."""
    path = session.config.getoption("--durations-from")
    if path and not hasattr(session.config, "workerinput"):
        seconds = seconds_of_junit(path, session.items)
        RECORD.write_text(durations_text(refreshed(recorded_durations(), seconds)), "utf-8")


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
