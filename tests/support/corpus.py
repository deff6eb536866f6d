"""What readiness says of real projects, and whether it is true.

python -m tests.support.corpus                       measure all projects of tests/corpus.toml
python -m tests.support.corpus --only pallets/click  measure one
python -m tests.support.corpus --report              only show what is known so far
python -m tests.support.corpus --clones /srv/git/    take the repositories from there

Each project is cloned at its commit, gets an environment of its own, and is measured by the board
that `init` writes and by the checks that only look. Whatever fails or is a finding is listed, until
a mark in tests/corpus.toml says whether it is true. A mark counts for all findings that it
fits.
"""

import argparse
import json
import re
import subprocess
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from readiness.record.document import RunDocument, from_json

ROOT: Final = Path(__file__).parents[2]
CORPUS: Final = ROOT / "tests" / "corpus.toml"
READINESS: Final = str(ROOT / ".venv" / "bin" / "readiness")
UV: Final = str(ROOT / ".venv" / "bin" / "uv")
STATIC: Final = ("documents", "suppressions", "importable", "test-quality")
TIMEOUT_S: Final = 1800


class Project(msgspec.Struct, frozen=True):
    """A repository at a commit; `setup` has the words after `uv pip install`.

    `source` and `tests` are folders or files. `unseen` projects are looked at last.
    """

    repository: str
    commit: str
    shape: str
    setup: list[str]
    source: str
    tests: str = "tests"
    unseen: bool = False


class Finding(NamedTuple):
    """One finding, or one criterion that is not good (its rule is the verdict)."""

    repository: str
    check: str
    rule: str
    path: str
    message: str


class Mark(msgspec.Struct, frozen=True):
    """What a person found: whether the findings that it fits are true, and why.

    What is empty fits everything; `message` is a pattern.
    """

    check: str
    is_true: bool
    why: str
    repository: str = ""
    rule: str = ""
    message: str = ""

    def fits(self, finding: Finding) -> bool:
        """Say whether the mark is about a finding."""
        return (
            self.check == finding.check
            and self.repository in ("", finding.repository)
            and self.rule in ("", finding.rule)
            and re.search(self.message, finding.message) is not None
        )


class Corpus(msgspec.Struct, frozen=True):
    """The projects and the marks."""

    project: list[Project]
    mark: list[Mark] = []

    def mark_of(self, finding: Finding) -> Mark | None:
        """Return the first mark that is about a finding."""
        return next((mark for mark in self.mark if mark.fits(finding)), None)


def read_corpus(path: Path = CORPUS) -> Corpus:
    """Read the names, commits and marks."""
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Corpus)


class Checkout:
    """A clone of a project with its environment, and what readiness says of it."""

    def __init__(self, project: Project, work: Path, clones: str) -> None:
        self.project = project
        self._clones = clones
        self._work = work
        self._name = project.repository.replace("/", "+")
        self.folder = work / self._name

    def measure(self) -> list[Finding]:
        """Return all findings; they are kept beside the clone, and made once."""
        kept = self._work / f"{self._name}.json"
        if not kept.exists():
            self._prepare()
            findings = sorted({*self._of_board("board.yaml"), *self._of_board(self._static())})
            kept.write_text(json.dumps(findings, indent=0, ensure_ascii=False), "utf-8")
        return [Finding(*row) for row in json.loads(kept.read_text("utf-8"))]

    def known(self) -> bool:
        """Say whether the project has been measured."""
        return (self._work / f"{self._name}.json").exists()

    def _prepare(self) -> None:
        if not (self.folder / ".git").exists():
            url = self._clones.format(name=self._name, repository=self.project.repository)
            subprocess.run(["git", "clone", "-q", url, self.folder], check=True)
        self._run("git", "checkout", "-q", "--force", self.project.commit)
        self._run("git", "clean", "-qdfx", "-e", ".venv")
        if not (self.folder / ".venv").exists():
            self._run(UV, "venv", "-q", ".venv")
            self._run(
                UV, "pip", "install", "-q", "--python", ".venv", "coverage", *self.project.setup
            )

    def _static(self) -> str:
        """Write the board of the checks that only look, and return its name.

        Of the documents it names those that are no data of the tests, as `init` does.
        """
        listed = self._run("git", "ls-files", "-z", "*.md").decode().split("\0")
        files = [path for path in listed if path and not path.startswith(f"{self.project.tests}/")]
        parameters: dict[str, dict[str, str | list[str]]] = {
            "documents": {"paths": files, "min_words": "0", "min_headings": "0"},
            "suppressions": {"paths": self.project.source},
            "importable": {"paths": self.project.source},
            "test-quality": {"paths": self.project.tests, "source": self.project.source},
        }
        criteria = [
            {"id": name, "title": name, "check": name, "with": parameters[name]}
            for name in STATIC
            if name != "documents" or files
        ]
        board = {
            "version": 1,
            "title": "Static checks",
            "tasks": [{"id": "S", "title": "Static", "priority": "P1", "criteria": criteria}],
        }
        (self.folder / "static.readiness.yaml").write_text(json.dumps(board), "utf-8")
        return "static.readiness.yaml"

    def _of_board(self, board: str) -> Iterator[Finding]:
        options = ("--board", board, "--output-format", "json")
        if board == "board.yaml":
            # What init measures for a board is the board's first run.
            self._run(READINESS, "init", "--yes", "--board", board)
            run = from_json(self._run(READINESS, "report", *options), board)
        else:
            run = from_json(self._run(READINESS, "check", *options, "--history", ""), board)
        for finding in findings_of(self.project.repository, run):
            # Nobody set a limit for the checks that only look.
            if board == "board.yaml" or finding.rule != "fail":
                yield finding

    def _run(self, *command: str) -> bytes:
        ended = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.PIPE, timeout=TIMEOUT_S, check=False
        )
        return ended.stdout


def findings_of(repository: str, run: RunDocument) -> Iterator[Finding]:
    """Yield what a run holds against a project."""
    checks = {probe.id: probe.check or "(command)" for probe in run.probes}
    of_criterion = {}
    for criterion in run.criteria():
        check = checks[criterion.probes[0]] if criterion.probes else "(none)"
        of_criterion[criterion.id] = check
        if criterion.verdict.value in ("fail", "error"):
            message = f"{criterion.title}: {criterion.reason}"
            yield Finding(repository, check, criterion.verdict.value, "", message)
    for place in run.findings:
        yield Finding(
            repository,
            of_criterion[place.criterion],
            place.rule or "",
            f"{place.path or ''}:{place.line or 0}",
            place.message,
        )


def table(corpus: Corpus, findings: Iterable[Finding]) -> str:
    """Show for each check, and for the unseen projects, how many findings are true."""
    unseen = {project.repository for project in corpus.project if project.unseen}
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in findings:
        mark = corpus.mark_of(finding)
        verdict = "unmarked" if mark is None else "true" if mark.is_true else "false"
        groups = [finding.check, "unseen projects" if finding.repository in unseen else "", "all"]
        for group in filter(None, groups):
            rows[group][verdict] += 1
    lines = [f"{'':20}{'true':>8}{'false':>8}{'unmarked':>10}{'share':>9}"]
    for name in sorted(rows, key=lambda name: (name == "all", name == "unseen projects", name)):
        counts = rows[name]
        marked = counts["true"] + counts["false"]
        share = f"{100 * counts['true'] / marked:.1f} %" if marked else ""
        numbers = f"{counts['true']:>8}{counts['false']:>8}{counts['unmarked']:>10}"
        lines.append(f"{name:20}{numbers}{share:>9}")
    return "\n".join(lines)


def main() -> None:
    """Measure the projects, list what nobody has marked, and show the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="one project, such as pallets/click")
    parser.add_argument("--report", action="store_true", help="measure nothing")
    parser.add_argument("--unseen", action="store_true", help="also those not looked at so far")
    parser.add_argument("--clones", default="https://github.com/{repository}", help="where from")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "corpus")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus()
    findings = []
    for project in corpus.project:
        checkout = Checkout(project, options.work.resolve(), options.clones)
        wanted = options.only in ("", project.repository)
        if wanted and (options.unseen or not project.unseen) and not options.report:
            print(f"{project.repository} …", flush=True)
            findings += checkout.measure()
        elif wanted and checkout.known():
            findings += checkout.measure()
    for finding in findings:
        if corpus.mark_of(finding) is None:
            print("  ".join(finding))
    print(table(corpus, findings))


if __name__ == "__main__":
    main()
