"""However long a history is, what looks back at it reads no more than it needs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.history.store import History
from tests.history.test_store import a_document, record

QUESTIONS: dict[str, Callable[[History], object]] = {
    "runs": lambda history: list(history.runs("board.yaml", "local")),
    "whole runs before one": lambda history: list(
        history.runs("board.yaml", "local", whole=True, before="r1")
    ),
    "named": lambda history: history.named("board.yaml", "r"),
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
