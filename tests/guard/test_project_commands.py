"""What a change does to the commands that probes reach."""

from pathlib import Path

import pytest

from readiness.guard.changes import Kind
from tests.support.guarded import CI, LOOSE, MAKEFILE, brief, compared, edited

OF_COMMANDS = [
    ("Makefile", "\truff check src", "\truff check src || true", "Makefile:3", Kind.MASK),
    ("Makefile", "\truff check src", "\t-ruff check src", "Makefile:3", Kind.MASK),
    ("Makefile", ".PHONY: lint\n", ".PHONY: lint\n.IGNORE:\n", "Makefile:2", Kind.MASK),
    ("Makefile", ".PHONY: lint\n", ".PHONY: lint\nMAKEFLAGS += -i\n", "Makefile:2", Kind.MASK),
    ("Makefile", "\truff check src", "\truff check --exit-zero src", "Makefile:3", Kind.FLAG),
    ("Makefile", "\truff check src\n", "", "Makefile:2", Kind.RECIPE),
    ("Makefile", "\tpip install -q ruff", "\techo skipped", "Makefile:6", Kind.RECIPE),
    ("tools/gate.sh", "make lint", "exit 0", "tools/gate.sh", Kind.SCRIPT),
    ("tools/gate.sh", "make lint", "make lint || true", "tools/gate.sh:3", Kind.MASK),
]


@pytest.mark.parametrize(("path", "old", "new", "place", "kind"), OF_COMMANDS)
def test_a_command_that_hides_or_leaves_out_is_told(
    path: str, old: str, new: str, place: str, kind: Kind, tmp_path: Path
) -> None:
    """With its line."""
    assert (place, kind, LOOSE) in brief(compared(tmp_path, edited(path, old, new)))


def test_a_script_that_a_script_runs_is_reached(tmp_path: Path) -> None:
    """Its masks count, whoever starts it."""
    inner = "set -e\nmypy src\n"
    before = {"tools/gate.sh": "#!/bin/sh\nsh tools/types.sh\n", "tools/types.sh": inner}
    after = {"tools/types.sh": inner.replace("src", "src || true")}
    assert ("tools/types.sh:2", Kind.MASK, LOOSE) in brief(compared(tmp_path, after, before))


OF_NO_CRITERION = [
    ("Makefile", "sphinx docs", "mkdocs build || true"),
    ("Makefile", "lint: prepare\n", "# x\nlint:  prepare\n"),
    (CI, "pip-audit -r requirements.lock", "pip-audit -r requirements.lock || true"),
    (CI, "name: audit\n", "name: audit\n        continue-on-error: true\n"),
]


@pytest.mark.parametrize(("path", "old", "new"), OF_NO_CRITERION)
def test_what_the_board_does_not_reach_may_change(
    path: str, old: str, new: str, tmp_path: Path
) -> None:
    """Another target, a comment, a step of CI; a check of CI looks at steps itself."""
    assert compared(tmp_path, edited(path, old, new)) == []


def test_recipes_that_move_are_the_same(tmp_path: Path) -> None:
    """With their masks, to another line."""
    before = {"Makefile": MAKEFILE.replace("mypy src", "mypy src || true")}
    moved = {"Makefile": f"pages:\n\tsphinx docs || true\n\n{before['Makefile']}"}
    assert compared(tmp_path, moved, before) == []
