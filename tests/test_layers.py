"""The architecture holds: data flows one way, and no stage knows another."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from readiness.command_line.application import load, names
from readiness.model.settings import RunSettings

PACKAGE = Path(__file__).parents[1] / "readiness"
CHECKS = PACKAGE.parent / "checks"

FOUNDATION = ["model", "text", "shell", "startup", "builtin", "statistics", "walls"]
STAGES = ["load", "plan", "run", "measure", "decide", "advice", "record", "report", "timeline"]
BESIDE = ["history", "project", "reuse", "guard", "prove", "terminal", "fleet", "cluster"]
# What a run never imports: commands do, when they are asked for.
OUTSIDE = ["pipeline", "agents", "propose", "importing", "amend", "command_line"]

# What a room may import beside itself; stages see the foundation alone, and what they are made of.
MAY_IMPORT = {
    "startup": [],
    "model": ["startup", "text"],
    "text": ["startup", "builtin"],
    "shell": ["startup"],
    "statistics": [],
    "walls": ["model"],
    **dict.fromkeys(STAGES, FOUNDATION),
    "plan": [*FOUNDATION, "project"],
    "record": [*FOUNDATION, "decide"],
    "report": [*FOUNDATION, "record", "advice", "terminal"],
    "timeline": [*FOUNDATION, "record", "advice"],
    "history": [*FOUNDATION, "record"],
    "project": [*FOUNDATION, "record"],
    "reuse": [*FOUNDATION, "record", "project"],
    "guard": [*FOUNDATION, "load", "plan", "record", "project", "prove", "terminal"],
    "prove": [*FOUNDATION, "load", "plan", "record", "project", "reuse"],
    # What a first board is worth so far, shown as a run is.
    "propose": [*FOUNDATION, "load", "project", "decide", "report", "terminal"],
    # What is written is shown at once, and a board is replaced as a report is.
    "amend": [*FOUNDATION, "load", "project", "report", "terminal"],
    "importing": [*FOUNDATION, "load", "propose"],
    # It starts readiness itself, once for each project.
    "fleet": [
        *(*FOUNDATION, "record", "history", "project", "report", "run", "command_line"),
        *("guard", "terminal"),
    ],
    # What workers of a cluster run: readiness itself, in a checkout of their own.
    "cluster": [*FOUNDATION, "load", "plan", "project", "fleet"],
    "terminal": FOUNDATION,
    # The formats of reports are values of an option; boards and histories complete others.
    "command_line": [*FOUNDATION, "report", "terminal", "load", "history", "project"],
    "pipeline": [*FOUNDATION, *STAGES, *BESIDE],
    # A hook measures the change that an agent has made.
    "agents": [
        *(*FOUNDATION, "plan", "project", "record", "report", "run", "terminal", "pipeline"),
        "command_line",
    ],
    "commands": [*FOUNDATION, *STAGES, *BESIDE, *OUTSIDE],
    # Where the checks are, and the name by which those of services are called.
    "builtin": [],
    "probes": ["builtin"],
    # A hook is answered without the application.
    "__main__": ["command_line", "terminal", "model", "agents"],
    "__init__": [],
}

# What a room of checks/ may import beside itself, and what of readiness.
SHARED = ["in_project", "git", "project_copy"]
CHECKS_MAY_IMPORT = {
    "run": [],
    "in_project": [],
    "git": [],
    "project_copy": ["git", "in_project"],
    "silence": SHARED,
    "python": [*SHARED, "silence"],
    "tests": [*SHARED, "python"],
    "make": SHARED,
    "ci": SHARED,
    "documents": [*SHARED, "python"],
    "reports": [*SHARED, "documents", "locks", "make", "tests"],
    "security": SHARED,
    "files": SHARED,
    **{room: [*SHARED, "files", "reports"] for room in ("node", "go", "rust")},
    **dict.fromkeys(["database", "django", "locks", "packages"], SHARED),
    "performance": ["in_project"],
    "servers": ["in_project"],
    "services": [],
    "__init__": [],
}
CHECKS_MAY_USE = {"model", "project", "shell", "text", "walls"}


def unit(path: Path, top: Path = PACKAGE) -> str:
    """Return the module or package below a top folder that a file belongs to."""
    return path.relative_to(top).parts[0].removesuffix(".py")


def imported(path: Path, top: str = "readiness") -> set[str]:
    """Return the modules and packages of a top package that a file imports, wherever in it."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = (
                [node.module]
                if node.module != top
                else [f"{top}.{alias.name}" for alias in node.names]
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith(f"{top}.")}
    return rooms - {"__version__"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_no_arrow_points_back(path: Path) -> None:
    """A module imports only what the architecture lets it."""
    own = unit(path)
    allowed = {own, *MAY_IMPORT[own]}
    assert imported(path) <= allowed, f"{own} imports {imported(path) - allowed}"


def test_no_rooms_import_each_other() -> None:
    """However many rooms lie between: what may be imported is a picture without a circle."""
    TopologicalSorter(MAY_IMPORT).prepare()
    TopologicalSorter(CHECKS_MAY_IMPORT).prepare()


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=str)
def test_what_measures_knows_little_of_the_engine(path: Path) -> None:
    """It imports its own room, rooms below it, and five of readiness, or none of these."""
    own = unit(path, CHECKS)
    assert imported(path, "checks") <= {own, *CHECKS_MAY_IMPORT[own]}
    assert imported(path) <= (set() if own in ("run", "in_project") else CHECKS_MAY_USE)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_the_engine_imports_nothing_that_measures(path: Path) -> None:
    """It starts what check files say, and knows none of it."""
    assert imported(path, "checks") == set()


def test_every_module_has_its_place() -> None:
    """The pictures name every module that there is, and no other."""
    assert {unit(path) for path in PACKAGE.rglob("*.py")} == set(MAY_IMPORT)
    assert {unit(path, CHECKS) for path in CHECKS.rglob("*.py")} == set(CHECKS_MAY_IMPORT)


def test_the_page_names_every_room() -> None:
    """The tables of docs/architecture.md have a row for each folder, and for no other."""
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    for top, prefix in ((PACKAGE, ""), (CHECKS, "checks/")):
        told = re.findall(rf"^\| `{prefix}(\w+)/` \|", text, re.MULTILINE)
        there = [path.name for path in top.iterdir() if (path / "__init__.py").exists()]
        assert sorted(told) == sorted(there)


def test_a_file_of_commands_is_a_command() -> None:
    """One verb each: what helps a command stands in the room whose work it does."""
    files = sorted(path.stem for path in (PACKAGE / "commands").rglob("*.py"))
    assert files == sorted(["__init__", *names()])
    assert [load(name).name for name in names()] == names()


def test_only_run_starts_probes() -> None:
    """Outside of run/, processes are started by few others alone."""
    starters = {"subprocess", "posix_spawn", "fork"}
    guilty = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and starters & {alias.name for alias in node.names})
        or (isinstance(node, ast.Attribute) and node.attr in starters)
    }
    assert {name for name in guilty if not name.startswith("run/")} <= {
        "project/git.py",
        "project/shield.py",
        "fleet/measuring.py",
        "cluster/part.py",
        "commands/doctor.py",
        "agents/canary.py",
        "commands/mcp.py",
        "measure/worker.py",
        "walls/__init__.py",
        "walls/enclose.py",
    }


def test_one_reader_of_yaml() -> None:
    """Boards, outputs and edits are read by the same rules: one module knows the parser's events.

    The files of other programs are read by a library's rules.
    """
    readers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and "yaml" in {alias.name for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "yaml")
    }
    assert readers == {"text/yaml_events.py", "propose/tree.py"}


def test_nothing_is_evaluated() -> None:
    """No text is run as code in this process, and no comment may allow it."""
    root = PACKAGE.parent
    paths = [*PACKAGE.rglob("*.py"), *(root / "checks").rglob("*.py")]
    guilty = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec")
    ]
    assert len(paths) > 400
    assert guilty == []
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.findall(r"\bS(?:307|102)\b", text)


def test_the_plot_names_no_feature() -> None:
    """It is one screen after the other, and each feature is named after the field that asks for it.

    Only what a feature is made of knows of it: what the pipeline imports at its start does not.
    """
    folder = PACKAGE / "pipeline" / "features"
    features = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert features <= set(RunSettings.__struct_fields__)
    for name in ("run.py", "execution.py", "features/__init__.py"):
        text = (PACKAGE / "pipeline" / name).read_text(encoding="utf-8")
        assert len(text.splitlines()) < 200
        assert not re.search(r"pipeline\.features\.\w", text), name
