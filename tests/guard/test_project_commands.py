"""What a change does to the commands that probes reach."""

from pathlib import Path

import pytest

from readiness.guard.changes import Kind
from tests.support.guarded import CI, LOOSE, MAKEFILE, brief, compared, edited

OF_COMMANDS = [
    ("Makefile", "\truff check src\n", "", "Makefile:2", Kind.RECIPE),
    ("Makefile", "\tpip install -q ruff", "\techo skipped", "Makefile:6", Kind.RECIPE),
    ("tools/gate.sh", "make lint", "exit 0", "tools/gate.sh", Kind.SCRIPT),
]


@pytest.mark.parametrize(("path", "old", "new", "place", "kind"), OF_COMMANDS)
def test_a_recipe_or_script_that_is_another_is_told(
    path: str, old: str, new: str, place: str, kind: Kind, tmp_path: Path
) -> None:
    """With its line."""
    assert (place, kind, LOOSE) in brief(compared(tmp_path, edited(path, old, new)))


def test_a_script_that_a_script_runs_is_reached(tmp_path: Path) -> None:
    """Whoever starts it."""
    before = {"tools/gate.sh": "#!/bin/sh\nsh tools/types.sh\n", "tools/types.sh": "mypy src\n"}
    after = {"tools/types.sh": "mypy src || true\n"}
    assert ("tools/types.sh", Kind.SCRIPT, LOOSE) in brief(compared(tmp_path, after, before))


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
    """To another line."""
    before = {"Makefile": MAKEFILE.replace("mypy src", "mypy src || true")}
    moved = {"Makefile": f"pages:\n\tsphinx docs || true\n\n{before['Makefile']}"}
    assert compared(tmp_path, moved, before) == []
