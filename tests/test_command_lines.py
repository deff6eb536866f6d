"""Every command line that README and documents print is run as printed, in a real project."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.command_lines import (
    COMMANDS,
    DOCUMENTS,
    GUIDES,
    SESSION,
    Printed,
    blocks,
    in_blocks,
    in_text,
    ran,
)
from tests.support.football import TOOLS as TOOLS_OF_EXAMPLE
from tests.support.football import Football
from tests.support.program import ROOT
from tests.support.repositories import AUTHOR, commit, git
from tests.support.servers import free_port, running
from tests.support.web_hook import web_hook

TOOLS = Path(sys.executable).parent
TODAY = date.today()
OTHER_LANGUAGES = {"yaml", "json", "toml", "python", "groovy", "markdown", "text"}

ELSEWHERE = {
    "README.md": "tests/test_readme.py runs what is for users",
    "README.zh.md": "tests/test_readme.py runs what is for users",
    "tutorial.md": "tests/test_tutorial.py runs all of it",
    "contributing.md": "tests/test_contributing.py runs all of it",
}
"""Documents whose blocks are run together, where."""

ASIDE = {
    "docker ": "needs Docker; tests/channels has the Dockerfile read by hadolint",
    "make check": "measures the whole example; tests/test_board.py does",
    "make test": "runs these tests",
    "uvx ": "fetches what readiness needs; tests/channels installs it",
    "make stack": "starts a whole production; tests/live does",
    "make mutation": "takes hours; what decides is tried by the release board",
    ".venv/bin/mutmut ": "needs what `make mutation-deciding` has left",
    "cosign ": "signs, with the reader's key",
}
"""How the lines begin that are not run, and why; bash and make read them."""

DONE_BEFORE = {
    "make install": "`make check` has done it here, and no index of packages is asked",
    "make lint": "a criterion of the example's board",
    "make type-check": "a criterion of the example's board",
    "make coverage MINIMUM_COVERAGE=80": "a criterion of the example's board",
    "pytest -q tests/unit": "a part of the criterion on coverage",
}
"""Lines of the example's guides that are not run once more, and why."""

STAYS_UP = {
    "dask scheduler": "Scheduler at",
    "dask worker": "Registered to",
}
"""What ends only when it is told to, and what it says when it is up."""

STATUSES = {"readiness prove": 3, "readiness check failed": 2}
"""What ends otherwise than with 0 there: an attestation cannot be tried, and nothing has failed."""

FIRST = ("readiness init", "readiness import")
"""How the lines begin that are for a project without a board."""

NO_EXTRA = "does not provide the extra"
"""What pip says, and ends with 0 all the same."""

ATTESTED = f"attest: {{by: li.wei, on: {TODAY}, valid: 180d}}"
BOARD = f"""\
version: 1
title: Shop
target: 8.0
profiles: {{local: {{}}, production: {{}}}}
milestones:
  - {{id: M1, title: Basics, requires: {{priority: P0}}}}
tasks:
  - id: T1
    title: Prices
    priority: P0
    estimate: 1d
    criteria:
      - id: T1.1
        title: Few prices
        run: cat src/shop.py
        read: {{as: text, count: PRICE, unit: prices}}
        expect: "between 1 and 3"
        baseline: 3
        ignores: ["*.md"]
  - id: T2
    title: Names
    criteria:
      - id: T2.1
        title: One name
        run: cat src/shop.py
        read: {{as: text, count: NAME, unit: names}}
        expect: "== 1"
        ignores: ["*.md"]
  - id: T5
    title: Manual
    criteria:
      - {{id: T5.1, title: There is a manual, run: cat manual.md, ignores: [src]}}
  - id: T9
    title: Team
    criteria:
      - {{id: T9.1, title: The team is trained, {ATTESTED}}}
"""
PART = """\
version: 1
title: Part
tasks:
  - id: T1
    title: It is there
    priority: P0
    criteria:
      - {id: T1.1, title: It is there, run: cat here}
"""
FILES = {
    ".gitignore": ".readiness/\n*.json\n*.html\n/public/\n/textfile/\n/runs/\n",
    "board.yaml": BOARD,
    "BOARD.md": "# Shop\n\n## P0\n\n### T1: Types\n\n- [ ] mypy finds no errors\n",
    "manual.md": "# Manual\n",
    "src/shop.py": "PRICE = 1\nNAME = 'shop'\n",
    **{f"{place}/board.yaml": PART for place in ("services/cart", "packages/cart", "packages/pay")},
    **{f"{place}/here": "" for place in ("services/cart", "packages/cart", "packages/pay")},
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project that is ready, `shop`, and where it was pushed to, `shop.git`.

    It has tags, a past of two runs and their files, and parts that have boards of their own.
    """
    home = tmp_path_factory.mktemp("home")
    project = home / "shop"
    project.mkdir()
    commit(project, FILES)
    git(project, "config", "user.name", "li.wei")
    for tag in ("v1.0", "v1.2.0"):
        git(project, "tag", tag)
    git(home, "clone", "-q", "--bare", "shop", "shop.git")
    git(project, "remote", "add", "origin", str(home / "shop.git"))
    git(project, "fetch", "-q", "origin")
    for folder in ("public", "textfile", "runs"):
        (project / folder).mkdir()
    reports = ("before.json", "after.json", "run.json", "runs/shop.json")
    for line in (
        f"readiness check -q --report json={reports[0]}",
        "readiness check -q " + " ".join(f"--report json={name}" for name in reports[1:]),
        "readiness check -q -C services/cart -b services/cart/board.yaml",
        *(
            f'readiness check -q --shard {part}/{of} --exit-zero --history "" --report json={name}'
            for part, of, name in (
                *((part, 3, f"{part}.json") for part in (1, 2, 3)),
                *((part, 2, f"part-{part}.json") for part in (1, 2)),
            )
        ),
    ):
        status, said = ran(line, project, environment(home))
        assert status == 0, (line, said)
    return home


def environment(home: Path) -> dict[str, str]:
    """What a reader has: the tools of this Python, and a home; no index of packages is asked."""
    return {
        **AUTHOR,
        "PATH": os.pathsep.join([str(TOOLS), os.environ["PATH"]]),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def reason_aside(line: str) -> str:
    """Why a line is not run here; "" where it is."""
    return next((why for begin, why in ASIDE.items() if line.startswith(begin)), "")


class Reader:
    """Does what a document says, line by line, in a copy of the prepared project."""

    def __init__(self, folder: Path, prepared: Path, stack: ExitStack) -> None:
        self.folder = folder / "shop"
        shutil.copytree(prepared / "shop", self.folder, symlinks=True)
        self.log = folder / "log"
        self.stack = stack
        self.environment = environment(folder) | {"TEAM_CHAT": stack.enter_context(web_hook())[0]}
        port = free_port()
        self.instead = {
            "tcp://scheduler:8786": f"tcp://127.0.0.1:{port}",
            "dask scheduler ": f"dask scheduler --host 127.0.0.1 --port {port} --no-dashboard ",
            "https://example.org/shop.git": (prepared / "shop.git").as_uri(),
            "/var/lib/node_exporter/textfile": str(self.folder / "textfile"),
            "2026-12-31": str(TODAY + timedelta(days=30)),
        }

    def does(self, printed: Printed) -> str:
        """Run one line; the result is what went wrong. What stays up is left running."""
        line = printed.text
        for theirs, here in self.instead.items():
            line = line.replace(theirs, here)
        up = next((output for begin, output in STAYS_UP.items() if line.startswith(begin)), None)
        if up is None:
            if line.startswith(FIRST):
                line = f"mv board.yaml aside; {line}; mv aside board.yaml"
            status, output = ran(line, self.folder, self.environment)
            good = status == STATUSES.get(printed.text, 0) and NO_EXTRA not in output
            return "" if good else f"line {printed.line}: {line}\nstatus {status}\n{output}"
        log = self.log.with_suffix(f".{printed.line}-{len(line)}")
        command = ["env", "-C", str(self.folder), "bash", "-c", f"exec {line}"]
        ready = lambda: up in log.read_text("utf-8", "replace")  # noqa: E731
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            self.stack.enter_context(running(command, ready, log, stop=2))
        return ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_each_block_says_what_it_is(document: Path) -> None:
    """Commands, a session, or a named language: so none is left out of these tests unseen."""
    known = {*COMMANDS, SESSION, *OTHER_LANGUAGES}
    for line, language, _ in blocks(document):
        assert language in known, f"{document.name}:{line}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_command_lines_run_as_printed(document: Path, prepared: Path, tmp_path: Path) -> None:
    """One after the other in a project that is ready, each with the status that its page tells."""
    lines = [] if document.name in ELSEWHERE else list(in_blocks(document))
    to_run = [printed for printed in (*lines, *in_text(document)) if not reason_aside(printed.text)]
    if not to_run:
        return
    with ExitStack() as stack:
        reader = Reader(tmp_path, prepared, stack)
        faults = [fault for printed in to_run if (fault := reader.does(printed))]
    assert not faults, "\n".join(faults)


def everything() -> Iterator[str]:
    """Each line that a block has."""
    for document in DOCUMENTS:
        yield from (each.text for each in in_blocks(document))


@pytest.mark.parametrize("begin", ASIDE)
def test_what_is_not_run_is_right_all_the_same(begin: str) -> None:
    """Bash understands it, make has its target, and it is still printed somewhere."""
    lines = [line for line in everything() if line.startswith(begin)]
    assert lines
    for line in lines:
        understood = subprocess.run(["bash", "-n", "-c", line], capture_output=True, check=False)
        assert understood.returncode == 0, (line, understood.stderr)
        if line.startswith("make "):
            words = [*line.partition("#")[0].split(), "--question", "--silent"]
            made = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
            assert made.returncode != 2, (line, made.stderr)


@pytest.fixture
def football(tmp_path: Path) -> Football:
    """A copy of the example; without what it needs the test is skipped."""
    if not TOOLS_OF_EXAMPLE.is_dir():
        pytest.skip("examples/football has no .venv: `make check` sets it up")
    return Football(tmp_path / "football")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_guides_of_the_example_are_true(guide: Path, football: Football) -> None:
    """What runs a service there is done with it, from top to bottom; `sh` needs a real machine."""
    parts = list(blocks(guide))
    for line, language, text in parts:
        if language in COMMANDS:
            understood = subprocess.run(
                ["bash", "-n", "-c", text], capture_output=True, check=False
            )
            assert understood.returncode == 0, (guide.name, line, understood.stderr)
    script = "".join(text for _, language, text in parts if language == "bash")
    for port in set(re.findall(r"\b80(?:1|2)\d\b", script)):
        script = script.replace(port, str(free_port()))
    for line in DONE_BEFORE:
        script = script.replace(f"{line}\n", "")
    path = os.pathsep.join([str(TOOLS_OF_EXAMPLE), os.environ["PATH"]])
    given = {**AUTHOR, "PATH": path, "HOME": str(football.folder.parent), "LC_ALL": "C.UTF-8"}
    status, said = ran(f"set -euo pipefail\n{script}", football.folder, given)
    assert status == 0, said
