"""Each check of the catalogue with inputs: whatever one of them means makes its probe run again."""

import os
import shutil
from pathlib import Path

import pytest

from readiness.load import load_catalogue
from readiness.model.plan import Plan
from readiness.plan import make_plan
from readiness.reuse.files import Files
from readiness.reuse.fingerprint import Fingerprints, checks_by_probe, input_patterns
from tests.support.builders import a_board, a_criterion, a_task
from tests.support.checking import CHECKS, build, catalogue
from tests.support.record import CASES

WITH_INPUTS = sorted(name for name, check in catalogue().items() if check.inputs and name in CASES)


class Probed:
    """A good project for a check, and what its probe depends on at any moment."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = folder / "project"
        case = CASES[name][0]
        build(str(self.folder), case.files)
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.catalogue = catalogue()
        self.check = self.catalogue[name]
        self.params = case.params
        self.environ = {"PATH": f"{self.tools}:/usr/bin:/bin"}
        for tool in self.check.tools:
            self.tool(tool, "1")

    def tool(self, name: str, version: str) -> None:
        """Install a version of a tool."""
        path = self.tools / name
        path.write_text(f"#!/bin/sh\necho {version}\n")
        path.chmod(0o755)

    def _plan(self) -> tuple[Plan, int]:
        defaults = {each.name: each.default or "" for each in self.check.params}
        measure = self.check.measures[0]
        criterion = a_criterion(
            check=self.check, measure=measure, params={**defaults, **self.params}
        )
        board = a_board(a_task("T1", [criterion]), workdir=str(self.folder), checks=self.catalogue)
        plan = make_plan(board, environ=self.environ)
        (index,) = plan.planned[0].probes
        return plan, index

    def fingerprint(self) -> str:
        """What its result depends on, as it is now."""
        plan, index = self._plan()
        files = Files(lambda _: None, lambda _: ())
        return Fingerprints(plan, files).of(index)

    def means(self) -> list[str]:
        """A path for each of its patterns that the pattern means, in the project."""
        plan, index = self._plan()
        probe = plan.probes[index]
        patterns = input_patterns(
            probe,
            checks_by_probe(plan)[index],
            plan.environment,
        )
        paths = []
        for pattern in patterns:
            inside = pattern.rest.replace("**/", "deep/").replace("*", "x")
            name = os.path.join(pattern.base, inside) if inside else pattern.base
            if os.path.isdir(self.folder / pattern.base) and not inside:
                name = os.path.join(name, "x")
            if os.path.isfile(self.folder / pattern.base):
                name = pattern.base
            paths.append(name.replace("*", "x"))
        return paths


@pytest.fixture(autouse=True)
def _nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what is installed beside the tools: all of this repository, for each look."""
    monkeypatch.setattr("readiness.reuse.tools.Installed.beside", lambda *_: ("", []))


@pytest.mark.parametrize("name", WITH_INPUTS)
def test_each_input_counts(name: str, tmp_path: Path) -> None:
    """A new file, another content, and its removal."""
    probed = Probed(name, tmp_path)
    before = probed.fingerprint()
    assert before
    for path in probed.means():
        file = probed.folder / path
        old = file.read_bytes() if file.exists() else None
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"changed\n")
        changed = probed.fingerprint()
        assert changed != before, path
        file.write_bytes(b"again\n")
        assert probed.fingerprint() not in (before, changed), path
        if old is None:
            file.unlink()
        else:
            file.write_bytes(old)
        assert probed.fingerprint() == before, path


@pytest.mark.parametrize("name", WITH_INPUTS)
def test_what_is_no_input_does_not_count(name: str, tmp_path: Path) -> None:
    """Caches, the repository's own files, and what the patterns do not mean."""
    probed = Probed(name, tmp_path)
    before = probed.fingerprint()
    unrelated = ["src/__pycache__/a.pyc", ".mypy_cache/x", ".git/index", ".venv/x"]
    if not {"**/*", "$paths/**/*"} & {*probed.check.inputs}:
        unrelated += ["README.md", "docs/guide.md", "src/data.csv"]
    for path in unrelated:
        (probed.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (probed.folder / path).write_text("x\n")
    assert probed.fingerprint() == before


@pytest.mark.parametrize("name", WITH_INPUTS)
def test_what_it_is_run_by_counts(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parameters, the environment, each tool, and the check's own scripts."""
    probed = Probed(name, tmp_path)
    seen = {probed.fingerprint()}

    def is_new(what: str) -> None:
        fingerprint = probed.fingerprint()
        assert fingerprint not in seen, what
        seen.add(fingerprint)

    for tool in probed.check.tools:
        probed.tool(tool, "2")
        is_new(tool)
    probed.environ["SOME_SETTING"] = "1"
    is_new("environment")
    parameter = probed.check.params[0].name
    probed.params = {**probed.params, parameter: "another"}
    is_new(parameter)
    if "READINESS_CHECK_DIR" in probed.check.run:
        moved = tmp_path / "checks"
        shutil.copytree(CHECKS, moved, ignore=shutil.ignore_patterns("__pycache__"))
        for module in ("readiness.load.catalogue", "readiness.reuse.fingerprint"):
            monkeypatch.setattr(f"{module}.builtin_checks", lambda: str(moved))
        probed.catalogue = load_catalogue([])
        probed.check = probed.catalogue[name]
        is_new("folder")
        with (moved / "in_project" / "common.py").open("a") as file:
            file.write("# changed\n")
        is_new("script")


def test_services_are_never_reused() -> None:
    """What others answer depends on no file; what they know of files, for a time alone."""
    services = {name for name, check in catalogue().items() if "readiness.probes" in check.run}
    assert services
    assert not [name for name in services if catalogue()[name].inputs]
    for name in ("pip-audit", "alembic-upgrade"):
        assert catalogue()[name].max_age == 24 * 3600
