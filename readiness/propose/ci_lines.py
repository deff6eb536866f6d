"""The file that puts a board into CI."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import metadata
from importlib.resources import files
from typing import Final

from readiness import __version__
from readiness.model.board import Board
from readiness.model.errors import NotWrittenError
from readiness.project.git import Asking
from readiness.project.managers import managers, node_install
from readiness.propose.facts import Ecosystem, ProjectFacts
from readiness.propose.new_board import install_commands, within, write_new_file
from readiness.propose.recipes import PACKAGE
from readiness.propose.set_up import SetUp, find_set_up
from readiness.text.sentences import Sentences
from readiness.text.worded import worded

GITLAB_FILE: Final = ".gitlab-ci.yml"
INCLUDED_FILE: Final = ".gitlab/ci/readiness.yml"
# By the name of a CI: the file, the one where that is there already, and how a step stands in it.
_FILES: Final[Mapping[str, tuple[str, str, str]]] = {
    "github": (".github/workflows/readiness.yml", "", "      - run: "),
    "gitlab": (GITLAB_FILE, INCLUDED_FILE, "    - "),
}
KINDS: Final = tuple(_FILES)
_SYSTEM: Final = "apt-get install "
_TOOLCHAIN: Final = """\
      - uses: actions/setup-{name}@v6
        with: {{{name}-version{source}}}
"""


def write_ci(kind: str, facts: ProjectFacts, board: Board, project: str, say: Sentences) -> str:
    """Write the file that measures the board in CI; return what is told of it.

    Raises `UsageError` where it is there already, and `NotWrittenError` where it cannot be written.
    """
    folders = [part.folder for part in facts.others if part.ecosystem is Ecosystem.NODE]
    own = [within(place, node_install(os.path.join(project, place))) for place in folders]
    tools = list(dict.fromkeys([*own, *install_commands(board.criteria(), project)]))
    home = home_of_readiness()
    set_up = find_set_up(project, facts) if kind == "github" else None
    path, text = ci_file(kind, facts, tools, set_up, branch=branch_of(project), home=home)
    whole = os.path.join(project, path)
    try:
        os.makedirs(os.path.dirname(whole), exist_ok=True)
    except OSError as error:
        why = error.strerror
        raise NotWrittenError(worded("init.not_written", path=path, why=why)) from None
    write_new_file(whole, text)
    included = path == INCLUDED_FILE
    done = say("init.ci_included", path=path) if included else say("init.ci_written", path=path)
    return done if home else f"{done}\n{say('init.ci_source')}"


def branch_of(project: str) -> str:
    """Return the branch that is checked out; "main" where none is."""
    git = Asking(project).answer()
    return (git.branch if git else "") or "main"


def ci_file(
    kind: str,
    facts: ProjectFacts,
    tools: Sequence[str],
    set_up: SetUp | None = None,
    *,
    branch: str,
    home: str,
) -> tuple[str, str]:
    """Return the file that measures the board in CI, by its path below the project, and its text.

    `tools` are commands that install those that the board needs; `set_up` is what the project's
    own CI does first; `home` is the address of the repository of readiness. The variable
    READINESS_REQUIREMENT says otherwise, or, without a home, has to.
    """
    path, beside, step = _FILES[kind]
    if beside and path in facts.files:
        path = beside
    own = set_up or SetUp(apart=True)
    lines = "".join(_toolchains(facts, own)) if kind == "github" else ""
    lines += own.steps_text()
    lines += "".join(f"{step}{command}\n" for command in (_own(facts) if own.apart else ()))
    for command in tools:
        if command.removeprefix(_SYSTEM) not in managers("there")[kind]:
            # A sentence is for somebody to follow.
            begin = f"{step[: -len(step.lstrip())]}# " if ": " in command else step
            lines += f"{begin}{_unasked(command)}\n"
    text = files("readiness.propose").joinpath("ci", f"{kind}.yml").read_text(encoding="utf-8")
    other = f"-git+{home}@v{__version__}" if home else "?"
    source = f'"${{READINESS_REQUIREMENT:{other}}}"'
    known = {"install": lines, "branch": branch, "source": source, "job": own.job_text()}
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return path, text


def home_of_readiness() -> str:
    """Return the repository that `[project.urls]` in pyproject.toml names; "" if it names none."""
    for url in metadata("readiness").get_all("Project-URL") or []:
        label, _, address = str(url).partition(", ")
        if label == "Repository":
            return address
    return ""


def _unasked(command: str) -> str:
    """Return a command that installs, as it runs where nobody answers its questions."""
    if command.startswith(_SYSTEM):
        return f"sudo apt-get install -y {command.removeprefix(_SYSTEM)}"
    manager = re.match(r"(?:\(cd \S+ && )?(pnpm|yarn|bun) ", command)
    return f"{managers('brings')[manager[1]]} && {command}" if manager else command


def _toolchains(facts: ProjectFacts, own: SetUp) -> Iterator[str]:
    """Yield the steps that bring Python and the version of Go or Node.js that a project names."""
    sources = {"python": ': "3.x"'}
    for part in facts.others:
        if part.ecosystem is Ecosystem.GO or "engines" in part.settings.get(PACKAGE, {}):
            name, file = ("go", "go.mod") if part.ecosystem is Ecosystem.GO else ("node", PACKAGE)
            sources[name] = f"-file: {os.path.join(part.folder, file)}"
    for name, source in sources.items():
        if not own.has(f"actions/setup-{name}"):
            yield _TOOLCHAIN.format(name=name, source=source)


def _own(facts: ProjectFacts) -> Iterator[str]:
    """Yield the `pip install` of the project and its requirements; none where it has neither."""
    lists = sorted(
        path
        for path in facts.files
        if "/" not in path and path.startswith("requirements") and path.endswith((".txt", ".lock"))
    )
    built = [
        part.folder or "."
        for part in facts.parts
        if os.path.join(part.folder, "setup.py") in part.files
        or "build-system" in part.settings.get(os.path.join(part.folder, "pyproject.toml"), {})
    ]
    words = [*(f"-r {path}" for path in lists), *(f"-e {folder}" for folder in built)]
    if words:
        yield f"pip install {' '.join(words)}"
