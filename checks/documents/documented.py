"""Compare what documents say with what it is about: programs, endpoints, rules, variables."""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

from checks.documents import alert_rules, api_paths, programs
from checks.documents.command_lines import command_lines
from checks.documents.markdown import MarkdownDocument
from checks.in_project.common import CheckFinding, Params, files_below, place

VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
SET = re.compile(r"^\s*(?:export |Environment=\"?|ENV |- )?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
CRON = re.compile(r"^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+\S", re.MULTILINE)
CRON_FIELD = re.compile(r"(?:\*|\d+(?:-\d+)?)(?:/\d+)?(?:,(?:\*|\d+(?:-\d+)?)(?:/\d+)?)*")
CRON_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
UNIT = re.compile(r"^\[(?:Unit|Service|Timer)\]$", re.MULTILINE)
FILLER = re.compile(
    r"lorem|ipsum|dolore?|amet|consectetur|adipisc?ing|elit|sed|eiusmod|tempor|incididunt|labore"
    r"|magna|aliqua|enim|minim|veniam|quis|nostrud|exercitation|ullamco|laboris|nisi|aliquip|duis"
    r"|commodo|consequat|aute|irure|voluptate|velit|cillum|fugiat|nulla|pariatur|excepteur|sint"
    r"|vero|eos|accusam|justo|duo|dolores|rebum|stet|clita|kasd|gubergren|takimata|sanctus|est"
)
LEAST_FILLER = 8
TO_WRITE = re.compile(
    r"(?i)\W*(?:todo|tbd|tba|fixme|xxx|to be (?:written|done|added|completed|defined|determined)"
    r"|to do|coming soon|work in progress|wip|待补充|待完善|待定|敬请期待|暂无内容)\W*"
)
NEWS = re.compile(r"(?i)change|history|news|release|roadmap|todo")


def is_near(word: str, other: str) -> bool:
    """Return whether two names differ in one letter: another, one more, or two that changed places.

    A plural or another number is another name.
    """
    if abs(len(word) - len(other)) > 1 or word == other or word.rstrip("S") == other.rstrip("S"):
        return False
    start = next(
        (at for at, pair in enumerate(zip(word, other, strict=False)) if len({*pair}) > 1), -1
    )
    start = min(len(word), len(other)) if start < 0 else start
    mine, others = word[start:], other[start:]
    if (mine[:1] + others[:1]).isdigit():
        return False
    is_swap = mine[:2] == others[1::-1] and mine[2:] == others[2:] and len(mine) > 1
    return is_swap or mine[1:] in (others[1:], others) or mine == others[1:]


class DocumentedFacts:
    """All that documents are compared with, as the parameters name it; each is read once."""

    def __init__(self, params: Params) -> None:
        listed = filter(None, map(str.strip, params.text("programs").split("|")))
        kept = os.path.join(params.env["READINESS_SCRATCH"], "answers")
        self._programs = [programs.Program(each.split(), kept) for each in listed]
        rules, api, variables = (params.text(name) for name in ("rules", "api", "variables"))
        self._rules = alert_rules.read_rules(params.words("rules")) if rules else {}
        self._api = api_paths.read_api(api, kept) if api else None
        self._code = _text_below(params.words("variables")) if variables else ""
        self._variables = set(VARIABLE.findall(self._code))
        self._tmp = params.tmp

    def faults(self, path: str, document: MarkdownDocument) -> Iterator[CheckFinding]:
        """Yield what a document says that is not so."""
        is_news = NEWS.search(os.path.basename(path))  # of what a program no longer has, too
        for line, words in () if is_news else command_lines(document):
            if known := programs.program_of(words, self._programs):
                for fault in programs.faults(*known):
                    yield place(path, line, "command", fault)
        if self._api:
            for line, fault in api_paths.absent_endpoints(self._api, document):
                yield place(path, line, "endpoint", fault)
        for line, fault in alert_rules.differing(self._rules, document):
            yield place(path, line, "rule", fault)
        if self._variables:
            yield from self._unread(path, document)
        for line, _, text in document.blocks:
            yield from (place(path, line, "cron", fault) for fault in cron_faults(text))
            if self._programs and UNIT.search(text):
                yield from (place(path, line, "unit", fault) for fault in self._verified(text))

    def _unread(self, path: str, document: MarkdownDocument) -> Iterator[CheckFinding]:
        """Yield the variables that nobody reads, and that look like those that somebody does.

        In a list of settings of which most are known, every other is meant to be one too.
        """
        own = set(re.findall(r"\$\{?(\w+)", document.text))
        for line, _, text in document.blocks:
            names = [name for name in SET.findall(text) if VARIABLE.fullmatch(name)]
            known = [name for name in names if name in self._variables]
            for name in dict.fromkeys(names):
                at = line + text[: text.index(name)].count("\n")
                is_listed = len(known) > 2 and 2 * len(known) > len(names)
                if name not in own:
                    yield from self._unread_name(path, at, name, is_listed=is_listed)
        for line, text in document.code:
            name = text.partition("=")[0]
            if VARIABLE.fullmatch(name):
                yield from self._unread_name(path, line, name, is_listed=False)

    def _unread_name(
        self, path: str, line: int, name: str, *, is_listed: bool
    ) -> Iterator[CheckFinding]:
        if name in self._variables:
            return
        near = next((known for known in sorted(self._variables) if is_near(name, known)), "")
        if (near or is_listed) and not _is_installed(name):
            fault = f"nothing reads the variable {name}"
            yield place(path, line, "variable", f"{fault}, but {near}" if near else fault)

    def _verified(self, text: str) -> Iterator[str]:
        """Yield what systemd itself does not know in a unit."""
        verifier = shutil.which("systemd-analyze")
        if not verifier:
            return
        name = "guide.timer" if "[Timer]" in text else "guide.service"
        unit = os.path.join(self._tmp, name)
        with open(unit, "w", encoding="utf-8") as file:
            file.write(text)
        command = [verifier, "verify", "--man=no", "--recursive-errors=no", unit]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=30)
        for line in done.stderr.decode(errors="replace").splitlines():
            unknown = re.search(r"Unknown (?:key(?: name)?|lvalue|section) '([^']+)'", line)
            if unknown and not unknown[1].startswith("X-"):
                yield f"systemd knows no {unknown[1]} there"


def _text_below(paths: list[str]) -> str:
    files = (Path(path).read_bytes() for path in files_below(paths, ("",)))
    return "\n".join(text.decode(errors="replace") for text in files)


def _is_installed(name: str) -> bool:
    """Return whether anything that is installed for the project has that name in it."""
    python = shutil.which("python") or ""
    lib = os.path.join(os.path.dirname(os.path.dirname(python)), "lib")
    folders = [lib if os.path.isdir(".venv") else sysconfig.get_paths()["purelib"]]
    grep = ["grep", "-rqwF", name, *filter(os.path.isdir, folders)]
    return subprocess.run(grep, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0


def cron_faults(text: str) -> Iterator[str]:
    """Yield the fields of lines for cron that are beyond what they may be."""
    for fields in CRON.findall(text):
        if all(CRON_FIELD.fullmatch(field) for field in fields) and "*" in "".join(fields):
            for field, (least, most) in zip(fields, CRON_LIMITS, strict=True):
                numbers = [int(number) for number in re.findall(r"(?<!/)\b\d+", field)]
                if any(not least <= number <= most for number in numbers):
                    yield f"cron takes {least} to {most} where {field} stands"


def filler(
    path: str, document: MarkdownDocument, is_asked: Callable[[str], bool]
) -> Iterator[CheckFinding]:
    """Yield what only fills a document: text that means nothing, and sections yet to be written.

    Those whose titles are asked for are judged for themselves.
    """
    for line, text in document.paragraphs:
        words = re.findall(r"[a-z]+", text.lower())
        latin = sum(map(bool, map(FILLER.fullmatch, words)))
        if text.startswith("[^"):
            continue  # a footnote shown as an example
        if latin >= LEAST_FILLER and 2 * latin > len(words):
            yield place(path, line, "filler", f"text that means nothing: {text[:40].strip()}…")
    if NEWS.search(os.path.basename(path)):
        return
    for section in document.all_sections:
        own = section.text.removeprefix(f"{section.title}\n").strip()
        if not section.shows and not is_asked(section.title) and TO_WRITE.fullmatch(own):
            yield place(path, 0, "filler", f"{section.title} is yet to be written")
