"""Find what tools report only where comments and settings that silence them are put aside.

Each tool that the project has settings for is asked twice in a copy, as the project asks it.
"""

import os
import re
import shutil
import sys
import tokenize
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from checks.in_project.common import CheckFinding, Params, files_below, not_measured, place
from checks.in_project.tracked import Tracked
from checks.project_copy import Copy, copy_project
from checks.silence.put_aside import NAMES, TOOLS, put_aside


class ToolQuestion(NamedTuple):
    """How a tool is asked, for one finding a line; what it says where it has done its work."""

    command: str
    proof: str


ASKED = {
    "mypy": ToolQuestion(
        "mypy --no-color-output --no-pretty --hide-error-context --show-error-codes",
        r"(?:Success: no issues|Found \d+ error)",
    ),
    "ruff": ToolQuestion(
        "ruff check --no-cache --no-fix --exit-zero --output-format=concise",
        r"(?:All checks passed|Found \d+ error)",
    ),
    "flake8": ToolQuestion("flake8 --exit-zero --format=default -v", " INFO "),
    "pylint": ToolQuestion(
        "pylint --recursive=y --exit-zero --verbose --disable=C,R "
        "--msg-template={path}:{line}:_{msg_id}",
        "(?:Checked |rated at)",
    ),
    # Secrets that it quotes are left out.
    "bandit": ToolQuestion(
        "bandit -r --exit-zero -f custom --msg-template={relpath}:{line}:_{test_id}", "INFO"
    ),
    "pytest": ToolQuestion(
        "pytest --collect-only --verbosity=-1 --no-header -p no:cacheprovider",
        "(?:tests? collected|no tests)",
    ),
}

_FINDING = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+):(?:\d+:)?[ _](?:error: )?(?P<message>(?!note:).+)$",
    re.MULTILINE,
)
_TEST = re.compile(r"^(?P<path>[^:\s]+\.py)::(?P<test>[^\[\n]+)", re.MULTILINE)
_CODE = re.compile(r"\[([\w-]+)\]$")
_WORD = re.compile(r"(\w+)")
_LAYOUT = re.compile(r"(?:E[1-35]|W[1-35]|I|D|Q|COM|ISC)\d+")
"""Rules of layout and wording: what they would say is no fault that is hidden."""
_TEST_FILE = re.compile(r"(?:^|/)(?:tests?/|test_|conftest\.py)|_test\.py$")
_IN_TESTS = "B101"
"""What bandit has against `assert`, and tests are made of."""

Place = tuple[str, int, str, str]


def hidden(params: Params, paths: list[str]) -> Iterator[CheckFinding]:
    """Yield what tools report below the paths only where nothing silences them."""
    listed = [*filter(os.path.isfile, NAMES), *Tracked(["."]).files]
    files = sorted({path for path in listed if os.path.basename(path) in NAMES})
    asked = [tool for tool in ASKED if any(_is_set(tool, files))]
    if absent := [tool for tool in asked if not shutil.which(tool)]:
        not_measured(f"{absent[0]} has settings here, and is not installed to be asked")
    if not asked:
        return
    copy = copy_project(params, "silence")
    python = files_below(paths, (".py", ".pyi"))
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        before = list(threads.map(lambda tool: _ask(copy, tool, paths), asked))
        for path, why in put_aside(copy.folder, [*files, *python]).items():
            sys.stderr.write(f"{path} is left as it is: {why}\n")
        after = list(threads.map(lambda tool: _ask(copy, tool, paths), asked))
    for tool, had, has in zip(asked, before, after, strict=True):
        for path, line, rule, message in sorted(has - had):
            yield place(path, line, f"{tool} {rule}", message)


def _is_set(tool: str, files: Iterable[str]) -> Iterator[bool]:
    """Tell of each settings file whether it has any for a tool."""
    for path in files:
        for where in TOOLS[tool]["places"]:
            if where["file"] == os.path.basename(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    yield bool(where.get("owned")) or f"[{where['prefix']}" in file.read()


def _ask(copy: Copy, tool: str, paths: list[str]) -> set[Place]:
    """Return what a tool reports in the copy, with its rule and its words."""
    words = ASKED[tool].command.split()
    if tool == "bandit":
        words += _settings_of_bandit(copy)
    status, output = copy.run([*words, *paths], quiet=True)
    if not re.search(ASKED[tool].proof, output):
        if not output.strip():
            not_measured(f"{tool} ended with status {status} and said nothing")
        sys.stderr.write(f"{tool} could not be asked: {output.strip().splitlines()[-1]}\n")
    if tool == "pytest":
        return {(each["path"], 0, "test", each["test"]) for each in _TEST.finditer(output)}
    return {
        (os.path.normpath(report["path"]), int(report["line"]), rule, report["message"])
        for report in _FINDING.finditer(output)
        if (rule := _rule(report["message"]))
        and not _LAYOUT.fullmatch(rule)
        and not rule.startswith("import-")
        and not (rule == _IN_TESTS and _TEST_FILE.search(report["path"]))
    }


def _rule(message: str) -> str:
    found = _CODE.search(message) or _WORD.match(message)
    return found[1] if found else ""


def _settings_of_bandit(copy: Copy) -> list[str]:
    """Return the option by which projects name their settings to bandit, which looks for none."""
    for name in ("bandit.yaml", "bandit.yml", "pyproject.toml"):
        path = os.path.join(copy.folder, name)
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                if name != "pyproject.toml" or "[tool.bandit" in file.read():
                    return ["-c", name]
    return []


def unexplained(
    findings: Iterable[CheckFinding], comments: Iterable[CheckFinding]
) -> Iterator[CheckFinding]:
    """Yield the findings that no comment keeps back which is counted already.

    One keeps back what its statement has; one that stands alone, what its file has.
    """
    by_file: dict[str, set[int]] = {}
    for comment in comments:
        by_file.setdefault(comment["path"], set()).add(comment["line"])
    explained = {path: set(_lines(path, lines)) for path, lines in by_file.items()}
    for finding in findings:
        lines = explained.get(finding["path"], set())
        if not lines & {0, finding["line"]}:
            yield finding


def _lines(path: str, commented: set[int]) -> Iterator[int]:
    """Yield the lines that comments on some lines are about; 0 stands for all of the file."""
    with tokenize.open(path) as file:
        tokens = list(tokenize.generate_tokens(file.readline))
    start = 1
    for token in tokens:
        row = token.start[0]
        if (
            token.type == tokenize.COMMENT
            and row in commented
            and not token.line[: token.start[1]].strip()
        ):
            yield 0
        if token.type == tokenize.NEWLINE:
            if commented & set(range(start, row + 1)):
                yield from range(start, row + 1)
            start = row + 1
