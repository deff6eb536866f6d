"""Tell which programs a target started, with which words, and how they ended.

Each stands behind a small script of ours in the copy: in its `.venv/bin`, and first on PATH.
"""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from checks.in_project.common import not_measured
from checks.project_copy import Copy

TELLING = {"--version", "-V", "--help", "-h", "version", "help"}
"""Words with which a program does no work."""

FAILING = "READINESS_FAILING"
"""The variable that names a start, as `bandit=src`, which leaves what it left before, and fails."""

BEHIND = """\
#!/bin/sh
fail() {{ cp -pR {records}.left/. . 2>/dev/null; exit 1; }}
case "$READINESS_FAILING" in {name}=*)
    word="${{READINESS_FAILING#*=}}"
    [ -n "$word" ] || fail
    for each; do case "${{each%/}}" in "$word"|*/"$word"|*="$word") fail ;; esac; done
esac
mkdir -p {records}.left
: >{records}.began
{program} "$@"
status=$?
find . -maxdepth 1 -type f -newer {records}.began -exec cp -p {{}} {records}.left/ \\;
{{ printf '%s\\0' "$status" "$@"; printf '\\n\\0'; }} >>{records}
exit "$status"
"""


@dataclass(frozen=True)
class WantedStart:
    """A program that must be started, and a word that it must be given; any where it is empty."""

    name: str
    word: str


def wanted(words: list[str]) -> list[WantedStart]:
    """Read `bandit=src pip-audit`."""
    return [WantedStart(*each.partition("=")[::2]) for each in words]


class Watched:
    """A copy of the project in which it is noted how programs are started."""

    def __init__(self, copy: Copy, programs: list[WantedStart], extra: Mapping[str, str]) -> None:
        self.copy = copy
        self.programs = programs
        self._folder = os.path.join(copy.env["READINESS_TMP"], "started")
        path = os.pathsep.join([os.path.join(self._folder, "bin"), copy.env.get("PATH", "")])
        self._variables = {**extra, **({"PATH": path} if programs else {})}
        if programs:
            os.makedirs(os.path.join(self._folder, "bin"))
            for program in programs:
                self._stand_before(program.name)
            self._replace_venv(copy)

    def _stand_before(self, name: str) -> None:
        real = shutil.which(name)
        if real is None:
            not_measured(f"{name} is not installed, so the target cannot have started it")
        text = BEHIND.format(
            name=name,
            program=shlex.quote(os.path.abspath(real)),
            records=shlex.quote(os.path.join(self._folder, name)),
        )
        path = os.path.join(self._folder, "bin", name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o700)

    def _replace_venv(self, copy: Copy) -> None:
        """Make the copy's `.venv` one of links, but for the programs that are looked for."""
        venv = os.path.join(copy.folder, ".venv")
        if not os.path.islink(venv):
            return
        real = os.path.realpath(venv)
        os.remove(venv)
        os.makedirs(os.path.join(venv, "bin"))
        for name in os.listdir(real):
            if name != "bin":
                os.symlink(os.path.join(real, name), os.path.join(venv, name))
        names = {program.name for program in self.programs}
        for name in os.listdir(os.path.join(real, "bin")):
            within = os.path.join(real, "bin") if name not in names else ""
            source = os.path.join(within or os.path.join(self._folder, "bin"), name)
            os.symlink(source, os.path.join(venv, "bin", name))

    def run(
        self, command: list[str], extra: Mapping[str, str] | None = None, *, quiet: bool = False
    ) -> tuple[int, str]:
        """Run a command where starts are seen; return its status and its output."""
        return self.copy.run(command, {**self._variables, **(extra or {})}, quiet=quiet)

    def unheard(self, command: list[str]) -> list[str]:
        """Have each program leave its files and fail; say where a command ends well anyway."""
        return [
            f"ends well although {program.name} {program.word}".rstrip() + " fails"
            for program in self.programs
            if not self.run(command, {FAILING: f"{program.name}={program.word}"}, quiet=True)[0]
        ]

    def complaints(self) -> list[str]:
        """Say which programs did no work, or failed unheard."""
        findings = []
        for program in self.programs:
            runs = [words for words in self._runs(program.name) if not TELLING & set(words[1:])]
            mine = [words for words in runs if not program.word or _has(words, program.word)]
            with_word = f" with {program.word}" if program.word else ""
            if not runs:
                findings.append(f"{program.name} was not started")
            elif not mine:
                findings.append(f"{program.name} was not started{with_word}")
            failed = [words[0] for words in runs if words[0] != "0"]
            if failed:
                findings.append(f"{program.name} ended with status {failed[0]}")
        return findings

    def _runs(self, name: str) -> list[list[str]]:
        path = os.path.join(self._folder, name)
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        return [each.split("\0")[:-1] for each in text.split("\n\0") if each]


def _has(words: list[str], word: str) -> bool:
    """Return whether a program was given a word, as its own, behind `=` or as the end of a path."""
    given = [each.rstrip("/") for each in words[1:]]
    return any(
        word in (each, each.partition("=")[2]) or each.endswith(f"/{word}") for each in given
    )
