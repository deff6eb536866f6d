"""Tell what keeps ruff silent: comments, and rules and files that its settings leave out.

Ruff itself is asked for its settings, and where they stand; which rules they ignore stands there.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator

from checks.git import lines
from checks.in_project.common import (
    CheckFinding,
    Params,
    not_measured,
    place,
    relative,
)
from checks.python.settings import refuse_outside, tell_unread
from checks.silence.silencing import ignored_rules, in_files, ruff_table

SETTINGS_FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")
CODE = re.compile(r"\(([A-Z]+\d+)\)")
QUOTED = re.compile(r'"([^"\n]+)"')
ALL_OF_PYTHON = ("--no-respect-gitignore", "--config", "include = ['*.py', '*.pyi']")
_WITH_VALUE = ("--config", "--exclude", "--extend-exclude")
_OF_FILES = (*_WITH_VALUE, "--isolated", "--force-exclude", "--no-respect-gitignore")
EXCLUDES = ("file_resolver.exclude", "file_resolver.extend_exclude")


def file_options(arguments: list[str]) -> list[str]:
    """Pick the options that say which settings there are, and which files ruff looks at."""
    return [
        word
        for before, word in zip(["", *arguments], arguments, strict=False)
        if word.partition("=")[0] in _OF_FILES or before in _WITH_VALUE
    ]


def show_settings(arguments: list[str]) -> str:
    """Return what ruff says its settings are; some options it takes for the real run alone."""
    given = [word for word in arguments if word != "--ignore-noqa"]
    command = ["ruff", "check", "--show-settings", *given]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode:
        not_measured(
            f"ruff does not tell its settings: {asked.stderr.strip().partition(chr(10))[0]}"
        )
    return asked.stdout


class RuffSettings:
    """What `ruff check --show-settings` says of a file."""

    def __init__(self, file: str, *options: str) -> None:
        self._text = show_settings([*options, "--", file])
        found = re.search(r'^Settings path: "(.+)"$', self._text, re.MULTILINE)
        self.path = found[1] if found else ""
        if not any(option.startswith("--config") for option in options):
            refuse_outside("ruff", self.path)
            tell_unread("ruff", self.path)

    def under(self, key: str) -> str:
        """Return what stands under a key, such as `linter.rules.enabled`."""
        lines = rf"^{re.escape(key)} = (.*(?:\n(?!\w+\.[\w.]+ = |# ).*)*)"
        found = re.search(lines, self._text, re.MULTILINE)
        return found[1] if found else ""

    @property
    def rules(self) -> set[str]:
        """The rules that are on."""
        return set(CODE.findall(self.under("linter.rules.enabled")))

    @property
    def included(self) -> str:
        """The patterns of files that ruff looks at."""
        return self.under("file_resolver.include")

    def excluded(self, of_the_tool: str) -> set[str]:
        """Return the patterns of excluded files, ruff's own among them."""
        keys = (*EXCLUDES, f"{of_the_tool}.exclude")
        return {pattern for key in keys for pattern in QUOTED.findall(self.under(key))}


def kept_silent(
    params: Params,
    files: Iterable[str],
    options: list[str],
    kinds: tuple[str, ...],
    of_the_tool: str,
) -> list[CheckFinding]:
    """List the comments of some kinds in files, and what the settings of these leave out.

    `of_the_tool` is `linter` or `formatter`; the options are those of the command line.
    """
    files = sorted(files)
    findings = [comment for comment in in_files(files) if comment["rule"] in kinds]
    findings += [
        place(
            path,
            0,
            "ignored",
            "Git has it, and ruff does not look at it: it is not included",
        )
        for path in _ignored(params, options)
        if path not in files
    ]
    if "--isolated" not in options:
        for file, *_ in by_settings(files).values():
            told = _left_out(file, options, of_the_tool)
            findings += [each for each in told if each not in findings]
    return findings


def _ignored(params: Params, options: list[str]) -> list[str]:
    """Name the files that Git has, and that ruff leaves out as ignored, or as not included."""
    known = {*lines("ls-files", "--cached", "-z")}
    show = ["ruff", "check", "--show-files", *(each for each in options if each != "--ignore-noqa")]
    paths = ["--", *(params.words("paths") or ["."])]
    every, looked_at = (
        {relative(path) for path in _lines(*show, *more, *paths)} for more in (ALL_OF_PYTHON, ())
    )
    return sorted(known & every - looked_at)


def _lines(*command: str) -> set[str]:
    """Return what a command prints; nothing where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return set(done.stdout.splitlines()) if not done.returncode else set()


def rules_on(files: Iterable[str], options: list[str]) -> int:
    """Count the rules that are on where the fewest are."""
    return min(
        len(RuffSettings(file, *options).rules) for file, *_ in by_settings(sorted(files)).values()
    )


def beyond(params: Params, suppressed: list[CheckFinding]) -> list[CheckFinding]:
    """Return what is told of suppressions: all of them where there are more than `allowed`."""
    allowed = params.number("allowed")
    return [] if allowed is None or len(suppressed) <= allowed else suppressed


def by_settings(files: Iterable[str]) -> dict[str, list[str]]:
    """Group files by the nearest folder with settings, as one file of it stands for all."""
    groups: dict[str, list[str]] = {}
    for file in files:
        folder = os.path.dirname(os.path.abspath(file))
        while folder != os.path.dirname(folder) and not any(
            os.path.exists(os.path.join(folder, name)) for name in SETTINGS_FILES
        ):
            folder = os.path.dirname(folder)
        groups.setdefault(folder, []).append(file)
    return groups


def _with_all_that_it_extends(path: str) -> Iterator[str]:
    seen: set[str] = set()
    while path and path not in seen:
        seen.add(path)
        yield path
        extended = ruff_table(path).get("extend")
        path = os.path.join(os.path.dirname(path), str(extended)) if extended else ""


def has_own_excludes(path: str) -> bool:
    """Return whether a file of settings, or what it extends, names all that ruff leaves out."""
    return any("exclude" in ruff_table(file) for file in _with_all_that_it_extends(path))


def _left_out(file: str, options: list[str], of_the_tool: str) -> Iterator[CheckFinding]:
    own, plain = RuffSettings(file, *options), RuffSettings(file, "--isolated")
    for pattern in sorted(own.excluded(of_the_tool) - plain.excluded(of_the_tool)):
        yield place(own.path, 0, "excluded", f"{pattern} is left out")
    if of_the_tool != "linter":
        return
    for path in _with_all_that_it_extends(own.path):
        for code in ignored_rules(path):
            yield place(path, 0, "rule-off", f"{code} is disabled")
    for entry in own.under("linter.per_file_ignores").split("absolute_matcher = ")[1:]:
        files = QUOTED.search(entry)
        for code in CODE.findall(entry):
            yield place(files[1] if files else own.path, 0, "rule-off", f"{code} is disabled there")
