"""However long a history is, what looks back at it reads no more than it needs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.history.store import History
from readiness.record.document import RunDocument
from tests.history.test_store import a_document, record

QUESTIONS: dict[str, Callable[[History], object]] = {
    "runs": lambda history: list(history.runs("board.yaml", "local", RunDocument)),
    "whole runs before one": lambda history: list(
        history.runs("board.yaml", "local", RunDocument, whole=True, before="r1")
    ),
    "named": lambda history: history.named("board.yaml", "r"),
    "newest whole": lambda history: history.newest_whole("board.yaml", None),
    "newest whole of a profile": lambda history: history.newest_whole("board.yaml", "local"),
    "stored": lambda history: history.stored("r1"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_every_run(tmp_path: Path, name: str) -> None:
    """Each is answered by an index; runs themselves are read one by one, as far as is needed."""
    history = History(str(tmp_path / "history.db"))
    for number in range(3):
        record(history, a_document(f"r{number}"))
    connection = history._database._connect()
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    assert QUESTIONS[name](history) is not None
    connection.set_trace_callback(None)
    queries = [query for query in asked if query.startswith("select")]
    assert queries
    for query in queries:
        plan = connection.execute(f"explain query plan {query}").fetchall()
        assert not [step for *_, step in plan if str(step).startswith("SCAN runs")], query
    history.close()


def test_the_newest_whole_run_is_found_behind_many_of_parts(tmp_path: Path) -> None:
    """In any profile, or in the one that is named; runs that were cut short do not count."""
    history = History(str(tmp_path / "history.db"))
    record(history, a_document("local"))
    record(history, a_document("live", profile="live"))
    for number in range(30):
        record(history, a_document(f"part{number}", partial=True))
    record(history, a_document("cut", interrupted=True))
    runs = [history.newest_whole("board.yaml", profile) for profile in (None, "local", "none")]
    assert [None if run is None else run.id for run in runs] == ["live", "local", None]
    assert history.newest_whole("other.yaml", None) is None
    history.close()


@pytest.mark.parametrize(
    ("name", "runs"), [("r1", ["r12", "r1"]), ("r", ["r2", "r12", "r1"]), ("r%", []), ("R1", [])]
)
def test_a_run_is_named_by_the_beginning_of_its_id(
    tmp_path: Path, name: str, runs: list[str]
) -> None:
    """The newest first; nothing in a name stands for something else."""
    history = History(str(tmp_path / "history.db"))
    for recorded in ("r1", "r12", "r2"):
        record(history, a_document(recorded))
    assert [run.id for run in history.named("board.yaml", name)] == runs
    history.close()
