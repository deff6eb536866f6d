"""What can be read of a board's commands without running them: what they start, what they hide.

A command may leave that to others: to a shell script of the project, which is read, or to a tool
such as make. Of that the catalogue knows how to ask: a check with `recipes`.
"""

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from readiness.model.board import Check, Criterion, Expectation, Measure, Reader
from readiness.model.words import Format, Operator
from readiness.prove.copying import is_installed
from readiness.prove.trials import once
from readiness.record.document import CriterionRecord, FindingRecord
from readiness.shell import masks
from readiness.shell.programs import SHELLS, programs
from readiness.text.worded import worded

_PROGRAMS = Measure(name="programs", reader=Reader(format=Format.JSON, query="join(' ', programs)"))
_ANYTHING = Expectation(text="contains", operator=Operator.CONTAINS)
_MASKS = Reader(format=Format.JSON, query="masks")
_SHEBANG = re.compile(r"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?(?:[^\s/]*/)*(\w+)(.*)")
_MAX_SCRIPT = 2**20


class Hiding:
    """What is known of the commands of a board."""

    def __init__(self, catalogue: Iterable[Check]) -> None:
        self._askable = {
            tool: check for check in catalogue if check.recipes for tool in check.tools[:1]
        }
        self._started: dict[str, dict[str, set[str]]] = {}
        self._sentences: dict[str, list[str]] = {}
        self._asked: dict[str, tuple[str, str]] = {}

    def read(self, criterion: Criterion, workdir: str) -> dict[str, Criterion]:
        """Read a command of the board; return, by label, the questions that are left.

        Such a question is a criterion to be run in `workdir`, whose record `learn` understands.
        """
        check = criterion.check
        questions: dict[str, Criterion] = {}
        if check is None or (check.name and not criterion.written):
            return questions
        for words in programs(criterion.written or check.run):
            name = os.path.basename(words[0])
            asked = self._askable.get(name)
            if asked is not None and not any("$" in word or "`" in word for word in words):
                label = f"recipes{len(questions)}"
                questions[label] = _question(criterion, asked, words[1:])
                self._asked[f"{criterion.id}@{label}"] = (criterion.id, name)
            elif script := _script(words, workdir):
                self._read_script(criterion.id, name, *script)
        return questions

    def _read_script(self, criterion: str, name: str, path: str, text: str, strict: bool) -> None:
        started = {os.path.basename(words[0]) for words in programs(text)}
        self._starts(criterion, name, started)
        for mask in masks(text, errexit=strict, pipefail=False):
            if mask.final or (mask.command and not mask.tested):
                self._blame(
                    criterion, worded("prove.hides_by", path=path, line=mask.line, text=mask.text)
                )

    def learn(
        self, records: Mapping[str, CriterionRecord], findings: Iterable[FindingRecord]
    ) -> None:
        """Record the answers to the questions."""
        for label, (criterion, name) in self._asked.items():
            record = records.get(label)
            if record is not None and isinstance(record.value, str):
                self._starts(criterion, name, set(record.value.split()))
        for finding in findings:
            if finding.criterion in self._asked:
                where = f"{finding.path}:{finding.line}" if finding.line else finding.path
                text = worded("prove.hides_failures", what=where, why=finding.message)
                self._blame(self._asked[finding.criterion][0], text)

    def _starts(self, criterion: str, name: str, started: set[str]) -> None:
        known = self._started.setdefault(criterion, {})
        known[name] = known.get(name, set()) | started

    def _blame(self, criterion: str, text: str) -> None:
        said = self._sentences.setdefault(criterion, [])
        if text not in said:
            said.append(text)

    def started(self, criterion: str) -> Mapping[str, set[str]]:
        """Return what the programs of a criterion's command start, as far as it can be read."""
        return self._started.get(criterion, {})

    def masks(self, criterion: Criterion) -> list[str]:
        """Return what is known to hide failures of a criterion's tools."""
        doubt = criterion.check.doubt if criterion.check else None
        read = [f"{doubt.reason} ({doubt.hint})"] if doubt else []
        return [*read, *self._sentences.get(criterion.id, [])]


def _question(criterion: Criterion, asked: Check, words: Sequence[str]) -> Criterion:
    asking = Check(
        name="",
        run=f"{asked.recipes} {shlex.join(words)}",
        measures=(_PROGRAMS,),
        folder=asked.folder,
        findings=_MASKS,
    )
    question = once(criterion)
    return msgspec.structs.replace(
        question, check=asking, measure=_PROGRAMS, expect=_ANYTHING, warn=None, ratchet=False
    )


def _script(words: Sequence[str], workdir: str) -> tuple[str, str, bool] | None:
    """Return the path and text of a command's shell script, and whether `-e` is on."""
    options: Sequence[str] = ()
    path = words[0] if "/" in words[0] else ""
    if os.path.basename(words[0]) in SHELLS:
        rest = list(words[1:])
        while rest and rest[0].startswith("-"):
            options = [*options, rest.pop(0)]
        path = rest[0] if rest else ""
    folder = os.path.dirname(os.path.dirname(os.path.join(workdir, path)))
    if (
        not path
        or is_installed(folder)
        or any(re.fullmatch(r"-\w*c", option) for option in options)
    ):
        return None
    try:
        with open(os.path.join(workdir, path), encoding="utf-8") as file:
            text = file.read(_MAX_SCRIPT)
    except (OSError, UnicodeDecodeError):
        return None
    shebang = _SHEBANG.match(text)
    by_shell = os.path.basename(words[0]) in SHELLS
    if not by_shell and not (shebang and shebang[1] in SHELLS):
        return None
    given = " ".join([*options, shebang[2] if shebang and path == words[0] else ""])
    return path, text, bool(re.search(r"(?:^|\s)-\w*e", given))
