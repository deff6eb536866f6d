"""What loads the boards of these tests."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from readiness.load import load_board
from readiness.model.board import Board, Criterion
from readiness.model.errors import BoardError
from tests.support.boards import ALEMBIC, HTTP, MYPY, PIP_AUDIT, put

Loader = Callable[..., Board]
CriterionLoader = Callable[..., Criterion]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with a catalogue of its own, and go there."""
    checks = tmp_path / "checks"
    checks.mkdir()
    for name, text in (
        ("mypy", MYPY),
        ("http", HTTP),
        ("alembic-upgrade", ALEMBIC),
        ("pip-audit", PIP_AUDIT),
    ):
        (checks / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def board(folder: Path) -> Loader:
    """Load a board from its text."""

    def load(
        text: str | bytes,
        profile: str | None = None,
        environ: Mapping[str, str] | None = None,
        project: str | None = None,
    ) -> Board:
        content = text if isinstance(text, bytes) else text.encode()
        (folder / "board.yaml").write_bytes(content)
        return load_board("board.yaml", profile=profile, environ=environ or {}, project=project)

    return load


@pytest.fixture
def criterion(board: Loader) -> CriterionLoader:
    """Load a criterion from its lines, as the only one of a board."""

    def load(text: str, head: str = "", **options: Mapping[str, str]) -> Criterion:
        return board(put(text, head), **options).tasks[0].criteria[0]

    return load


@pytest.fixture
def faults(board: Loader) -> Callable[..., list[str]]:
    """Return the lines that are printed for a faulty board."""

    def load(text: str | bytes) -> list[str]:
        with pytest.raises(BoardError) as caught:
            board(text)
        return str(caught.value).splitlines()

    return load
