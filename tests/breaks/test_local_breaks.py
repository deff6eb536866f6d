"""Each local break makes its criterion fail, and the innocent change next to it does not."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.breaks.table import Row, rows
from tests.support.football import TOOLS, Football, Result, start
from tests.support.osv_server import osv_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the example's tools are not installed"),
]


def parameters() -> Iterator[object]:
    """Mark the rows that only `make test-breaks` tries: all but the first of each family."""
    families = Counter[str]()
    for row in rows():
        families[row.family] += 1
        marks = [pytest.mark.breaks] if families[row.family] > 1 else []
        yield pytest.param(row, id=f"{row.criterion} {row.name}", marks=marks)


@pytest.mark.parametrize("row", list(parameters()))
def test_a_break_is_noticed_and_its_neighbour_is_none(tmp_path: Path, row: Row) -> None:
    """Both are measured at the same time, each in a project of its own."""
    changes = {"broken": row.broken, "neighbour": row.neighbour}
    with osv_server(row.advisories) as url:
        processes = {}
        for name, change in changes.items():
            football = Football(tmp_path / name / "football")
            change(football)
            processes[name] = start(
                football.folder, row.criterion, profile=row.profile, osv_url=url
            )
        results = {name: Result(process) for name, process in processes.items()}
    broken, neighbour = results["broken"], results["neighbour"]
    assert broken.having("fail", "error") == {row.criterion}, "the break was not noticed"
    assert neighbour.having("pass", "warn") == {row.criterion}, neighbour.explained([row.criterion])


def test_each_row_has_a_name_of_its_own() -> None:
    """The table counts ways to break something, each once."""
    names = Counter((row.criterion, row.name) for row in rows())
    assert [name for name, times in names.items() if times > 1] == []
