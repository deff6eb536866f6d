"""What a change does to the commands that probes reach."""

from pathlib import Path

import pytest

from readiness.guard.changes import Kind
from tests.support.guarded import CI, FILES, LOOSE, MAKEFILE, TIGHT, brief, compared, edited

OF_COMMANDS = [
    ("Makefile", "\truff check src", "\truff check src || true", "Makefile:3", Kind.MASK),
    ("Makefile", "\truff check src", "\t-ruff check src", "Makefile:3", Kind.MASK),
    ("Makefile", ".PHONY: lint\n", ".PHONY: lint\n.IGNORE:\n", "Makefile:2", Kind.MASK),
    ("Makefile", ".PHONY: lint\n", ".PHONY: lint\nMAKEFLAGS += -i\n", "Makefile:2", Kind.MASK),
    ("Makefile", "\truff check src", "\truff check --exit-zero src", "Makefile:3", Kind.FLAG),
    ("Makefile", "\truff check src\n", "", "Makefile:2", Kind.RECIPE),
    ("Makefile", "\tpip install -q ruff", "\techo skipped", "Makefile:6", Kind.RECIPE),
    ("tools/gate.sh", "make lint", "exit 0", "tools/gate.sh", Kind.SCRIPT),
    (CI, "run: make lint", "run: make lint || true", f"{CI}:9", Kind.MASK),
    (CI, "run: make lint", "continue-on-error: true\n        run: make lint", f"{CI}:9", Kind.MASK),
    (CI, "run: make lint", "if: ${{ false }}\n        run: make lint", f"{CI}:9", Kind.MASK),
    (
        CI,
        "pip-audit -r requirements.lock",
        "set +e\n          pip-audit -r requirements.lock\n          true",
        f"{CI}:13",
        Kind.MASK,
    ),
]


@pytest.mark.parametrize(("path", "old", "new", "place", "kind"), OF_COMMANDS)
def test_a_command_that_hides_or_leaves_out_is_told(
    path: str, old: str, new: str, place: str, kind: Kind, tmp_path: Path
) -> None:
    """With its line; taken away again, it is tightened."""
    after = edited(path, old, new)
    found = brief(compared(tmp_path, after))
    assert (place, kind, LOOSE) in found
    back = compared(tmp_path, {path: FILES[path]}, {path: str(after[path])})
    if kind in (Kind.MASK, Kind.FLAG):
        assert kind in {each.kind for each in back if each.direction is TIGHT}
        assert kind not in {each.kind for each in back if each.direction is LOOSE}


def test_recipes_that_the_board_does_not_reach_may_change(tmp_path: Path) -> None:
    """As may the names of targets and comments."""
    assert compared(tmp_path, edited("Makefile", "sphinx docs", "mkdocs build")) == []
    assert compared(tmp_path, edited("Makefile", "lint: prepare\n", "# x\nlint:  prepare\n")) == []


def test_masks_that_move_are_the_same(tmp_path: Path) -> None:
    """To another line or target."""
    before = {"Makefile": MAKEFILE.replace("sphinx docs", "sphinx docs || true")}
    moved = {"Makefile": f"pages:\n\tsphinx docs || true\n\n{MAKEFILE}"}
    assert compared(tmp_path, moved, before) == []
