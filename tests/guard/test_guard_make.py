"""What a change does to the make targets that the gate runs, found by measuring."""

from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_told,
    board,
    guarded,
    rows,
    twins,
)
from tests.support.program import Project

GOOD = "def f(a: int) -> int:\n    return a\n"
BAD = f"import os\n\n\n{GOOD}"
MAKEFILE = ".PHONY: lint\nlint:\n\truff check src\n"
LINT = {"run": "make lint"}


def lint(
    name: str,
    hides: dict[str, str | None],
    names: str,
    *,
    makefile: str = MAKEFILE,
    twin: dict[str, str | None] | None = None,
    also: dict[str, str] | None = None,
    criterion: dict[str, object] | None = None,
) -> Loosening:
    """`make lint` finds the unused import of the change, unless it hides that."""
    base = {"board.yaml": board(criterion or LINT), "src/a.py": GOOD, "Makefile": makefile}
    twin = twin or {"Makefile": f"# A comment.\n\n{makefile}\nother:\n\ttrue\n"}
    return Loosening(name, base | (also or {}), {"src/a.py": BAD, **hides}, names, twin)


def edited(old: str, new: str, makefile: str = MAKEFILE) -> dict[str, str | None]:
    """The Makefile, edited."""
    assert old in makefile
    return {"Makefile": makefile.replace(old, new)}


VARIABLE = "LINT = ruff check src\n.PHONY: lint\nlint:\n\t$(LINT)\n"
INCLUDED = "include build/rules.inc\n"
RULES = {"build/rules.inc": MAKEFILE}
DEFINED = "define LINT\nruff check src\nendef\n.PHONY: lint\nlint:\n\t$(LINT)\n"
PATTERN = "lin%:\n\truff check src\n"
LINES = ".PHONY: lint\nlint:\n\truff check src\n\techo done\n"
BIN = {"bin/ruff": "#!/bin/sh\nexit 0\n"}
PATHS = "export PATH := $(CURDIR)/bin:$(PATH)\n"
BRANCHES = f"ifdef NEVER\n{MAKEFILE}else\nlint: ; @true\nendif\n"

ROWS = [
    lint("3101", {"GNUmakefile": "lint: ; @echo linted\n"}, "GNUmakefile"),
    lint("3103", {"makefile": "lint: ; @echo linted\n"}, "makefile"),
    lint(
        "3105",
        edited("LINT = ruff check src", "LINT = @echo linted", VARIABLE),
        "Makefile",
        makefile=VARIABLE,
        twin=edited("LINT = ruff", "# Words.\n\nLINT  =  ruff", VARIABLE),
    ),
    lint("3107", {**edited(".PHONY: lint\n", ""), "lint": "x\n"}, "lint"),
    lint(
        "3109",
        {"build/rules.inc": ".PHONY: lint\nlint:\n\ttrue\n"},
        "build/rules.inc",
        makefile=INCLUDED,
        also=RULES,
        twin={"build/rules.inc": f"# Rules.\n{MAKEFILE}"},
    ),
    lint("3111", edited("ruff check src\nend", "true\nend", DEFINED), "Makefile", makefile=DEFINED),
    lint("3113", edited("ruff check src", "true", PATTERN), "Makefile", makefile=PATTERN),
    lint("3115", edited("lint:\n", "SHELL = /bin/true\nlint:\n"), "Makefile"),
    lint("3117", edited(".PHONY", ".ONESHELL:\n.PHONY", LINES), "Makefile", makefile=LINES),
    lint("3119", {"Makefile": PATHS + MAKEFILE, **BIN}, "Makefile"),
    lint("3121", {"Makefile": BRANCHES}, "Makefile"),
    lint(
        "a mask where nothing fails yet",
        {**edited("check src", "check src || true"), "src/a.py": GOOD},
        "Makefile",
        twin=edited("lint:\n", "lint:\n\trm -f old || true\n"),
    ),
    lint(
        "the check make-target",
        edited("ruff check src", "echo ruff"),
        "Makefile",
        criterion={"check": "make-target", "with": {"target": "lint"}},
    ),
]


@rows(*ROWS)
def test_a_target_that_is_loosened_is_told(row: Loosening, project: Project) -> None:
    """However make comes to another recipe: what the base's would say tells."""
    assert_told(project, row)


@twins(*ROWS)
def test_an_innocent_change_of_the_same_file_is_none(row: Loosening, project: Project) -> None:
    """A comment, a blank line, a target more."""
    assert_innocent(project, row)


def test_a_run_by_the_base_lets_an_innocent_change_be(project: Project) -> None:
    """It is ready, as without the base."""
    row = ROWS[0]
    ended = guarded(project, row.base, row.twin, "check")
    assert ended.status == 0, ended
