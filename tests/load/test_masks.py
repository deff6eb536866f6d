"""Commands that hide failures: refused, or returned beside the board."""

from pathlib import Path

import pytest

from readiness.load import load_board, load_with_masks
from readiness.model.errors import BoardError

BOARD_OF_MASKS = """\
version: 1
title: Masks
target: {target}
tasks:
  - id: T1
    title: One
    priority: P0
    criteria:
      - title: Never red
        run: mypy . || true
"""


def test_what_hides_a_failure_is_refused_or_returned_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for masks gets the board beside them; everybody else is refused with the same."""
    text = BOARD_OF_MASKS.format(target="8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "board.yaml").write_text(text)
    loaded = load_with_masks("board.yaml", profile=None, environ={})
    assert [one.id for one in loaded.board.criteria()] == ["T1.1"]
    with pytest.raises(BoardError) as refused:
        load_board("board.yaml", profile=None, environ={})
    assert refused.value.faults == loaded.masks
    assert [fault.masked for fault in loaded.masks] == [True]


def test_masks_are_told_together_with_other_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of another kind refuses the board for everybody, with all that there is to tell."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "board.yaml").write_text(BOARD_OF_MASKS.format(target="11"))
    for load in (load_board, load_with_masks):
        with pytest.raises(BoardError) as refused:
            load("board.yaml", profile=None, environ={})
        assert [fault.masked for fault in refused.value.faults] == [False, True]
