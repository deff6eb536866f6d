"""Writing a new board: what is in it, never over another, and what JSON output says of it."""

import glob
import os
import shlex
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from readiness.model.board import Criterion
from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.judgement import Judgement
from readiness.model.settings import BOARD_NAME, RunSettings, named_board
from readiness.model.words import Verdict
from readiness.project.managers import NPM_INSTALL, node_install
from readiness.project.pins import pinned_install
from readiness.propose.facts import Omission
from readiness.text.worded import worded
from readiness.text.yaml_lines import mapping_lines

OTHER_NAMES = ("readiness.yaml", "*.readiness.yaml")
_LONGEST = 80


class NewProbe(msgspec.Struct, frozen=True, kw_only=True):
    """What measures a criterion of a new board: a check with its parameters, or a command."""

    check: str = ""
    run: str = ""
    workdir: str = ""
    exits: list[int] = []
    params: dict[str, str] = {}
    matrix: dict[str, list[str]] = {}
    measure: str = ""
    expect: str = ""
    baseline: str = ""

    def lines(self, indent: str) -> list[str]:
        """Format it for a board; a long list of paths stands one below the other."""
        params = {
            name: value.split() if len(value) > _LONGEST and "${" not in value else value
            for name, value in self.params.items()
        }
        baseline = Decimal(self.baseline) if self.baseline else None
        return mapping_lines(
            {
                "check": self.check,
                "run": self.run,
                "workdir": self.workdir,
                "exit": {"ok": self.exits} if self.exits else {},
                "with": params,
                "matrix": self.matrix,
                "measure": self.measure,
                "expect": self.expect,
                "baseline": baseline,
                "ratchet": baseline is not None or None,
            },
            indent,
        )


class NewCriterion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A criterion of the new board, as `--output-format json` has it; `check` or `run`."""

    id: str
    check: str | None = None
    run: str | None = None
    value: int | float | bool | str | None
    verdict: Verdict
    why: str


class Offer(msgspec.Struct, frozen=True):
    """A check that applies to the project, though nothing there asks for it, and what it is for."""

    name: str
    why: str


class FirstBoard(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives."""

    board: str
    criteria: list[NewCriterion]
    left_out: list[Omission]
    offers: list[Offer] = []


def new_board_path(settings: RunSettings, project: str = "") -> str:
    """Return where a new board is written.

    Raises `UsageError` where there is a board already: under this name, under the one that the
    project's settings name, or under a usual one in `project`, by default the board's own folder.
    """
    if settings.board == "":
        raise UsageError(worded("usage.board_unnamed"))
    named = named_board(settings.project or "")
    path = settings.board or named or os.path.join(settings.project or "", BOARD_NAME)
    boards = [name for name in (path, named) if name and os.path.lexists(name)]
    for name in (BOARD_NAME, *OTHER_NAMES):
        boards += sorted(glob.glob(name, root_dir=project or os.path.dirname(path) or None))
    if boards:
        raise UsageError(worded("init.there_already", path=boards[0]))
    return path


def write_new_file(path: str, text: str) -> None:
    """Write a file. Raises `UsageError`, and leaves it alone, where one has come meanwhile."""
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(worded("init.meanwhile", path=path)) from None
    except OSError as error:
        why = error.strerror
        raise NotWrittenError(worded("init.not_written", path=path, why=why)) from None


def new_criterion(
    identifier: str, probe: NewProbe | None, why: str, judgement: Judgement | None = None
) -> NewCriterion:
    """Return a criterion of the new board, as it was judged where it was measured."""
    value = None if judgement is None or judgement.code else judgement.value
    return NewCriterion(
        id=identifier,
        check=(probe and probe.check) or None,
        run=(probe and probe.run) or None,
        value=_number(value) if isinstance(value, Decimal) else value,
        verdict=Verdict.SKIP if judgement is None else judgement.verdict,
        why=why,
    )


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def install_commands(criteria: Iterable[Criterion], folder: str) -> list[str]:
    """Return the commands that install the tools of checks: one of pip, then all others.

    Each tool has the version that the project in `folder` pins; a package for Node.js is installed
    as the project in the criterion's own folder installs its packages.
    """
    packages: list[str] = []
    others: list[str] = []
    of_node: dict[str, list[str]] = {}
    for criterion in criteria:
        install = criterion.check.install if criterion.check else ""
        if install.startswith("pip install "):
            packages += pinned_install(install, folder).split()[2:]
        elif install.startswith(NPM_INSTALL):
            for place in criterion.workdirs or ("",):
                of_node.setdefault(place, []).append(install.removeprefix(NPM_INSTALL))
        elif install and not install.startswith("python -m venv"):
            others.append(install)
    for place, names in of_node.items():
        command = node_install(os.path.join(folder, place), *dict.fromkeys(names))
        others.append(within(place, command))
    pip = ["pip install " + " ".join(dict.fromkeys(packages))] if packages else []
    return [*pip, *dict.fromkeys(others)]


def within(place: str, command: str) -> str:
    """Return a command as it is run from above its folder."""
    return f"(cd {shlex.quote(place)} && {command})" if place else command
