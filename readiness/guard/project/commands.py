"""Commands in make targets, workflows and scripts: what hides their failures or leaves things out.

Also what commands of the board reach: the recipes of make targets, and scripts of the project.
"""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

import msgspec

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import Differing, line_of, lines_of, surplus
from readiness.guard.project.rules import TABLE
from readiness.load.yamlfile import Document, Path
from readiness.load.yamlfile import parse as parse_yaml
from readiness.shell import masks as masks_of

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL
_RULE = re.compile(
    r"^(?P<targets>[^\s#=:][^#=:]*?)\s*:{1,2}(?![=:])(?P<needs>[^=#;]*)(?:;(?P<first>.*))?$"
)
_IGNORING = re.compile(
    r"^\.IGNORE\s*:.*|^\s*(?:export\s+)?MAKEFLAGS\s*[+:?]?=.*(?:-\w*[ik]|--ignore-errors|--keep-going).*"
)
_WORD = re.compile(r"[\w./@%+=:-]+")
_SEPARATORS: Final = re.compile(r"&&|\|\||[;&|\n(){}]")
_ERREXIT = re.compile(r"^[ \t]*set[ \t]+-\w*e|^#!.*[ \t]-\w*e", re.MULTILINE)


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of shell: whose they are, and where they begin."""

    owner: str
    text: str
    path: str
    line: int
    errexit: bool = False
    pipefail: bool = False


class Loophole(msgspec.Struct, frozen=True, kw_only=True):
    """Something that hides a failure or leaves something out."""

    kind: Kind
    owner: str
    text: str
    hidden: str
    path: str
    line: int


def commands(files: Differing, used: Collection[str]) -> Iterator[Change]:
    """Compare masks and flags, and the recipes and scripts that the commands `used` reach."""
    old = [mark for path, text in files.before.items() for mark in _marks(path, text)]
    new = [mark for path, text in files.after.items() for mark in _marks(path, text)]
    gone, come = surplus(old, new, lambda mark: (mark.kind, mark.text, mark.hidden))
    yield from (_change(mark, SAME if _is_apart(mark, files, used) else LOOSE) for mark in come)
    yield from (_change(mark, TIGHT) for mark in gone)
    yield from _recipes(files, used)
    yield from _scripts(files, used)


def _is_apart(mark: Loophole, files: Differing, used: Collection[str]) -> bool:
    """Return whether a loophole is in a new make target that no command of the board reaches."""
    if not (TABLE.makefiles.search(mark.path) and mark.owner):
        return False
    before, after = (_targets(mark.path, text) for text in files.both(mark.path))
    words = {word for text in used for word in _WORD.findall(text)}
    owners = set(mark.owner.split())
    return owners.isdisjoint(before) and owners.isdisjoint(_reached(words, after))


def _change(mark: Loophole, direction: Direction) -> Change:
    shown = f"{mark.text} (of {mark.hidden})" if mark.hidden else mark.text
    is_added = direction is not TIGHT
    return Teller(f"{mark.path} {mark.owner}".strip(), mark.path, mark.line)(
        mark.kind, direction, "" if is_added else shown, shown if is_added else ""
    )


# --- what hides failures --------------------------------------------------------------------------


def _marks(path: str, text: str) -> Iterator[Loophole]:
    if TABLE.workflows.search(path):
        document = parse_yaml(text.encode("utf-8", "replace"), path)
        yield from _switched_off(path, document)
        shell_texts: Iterable[Command] = _in_workflow(path, document)
    elif TABLE.makefiles.search(path):
        yield from _ignoring(path, text)
        shell_texts = _in_makefile(path, text)
    elif TABLE.scripts.search(path):
        strict = bool(_ERREXIT.search(text))
        shell_texts = [Command(owner="", text=text, path=path, line=1, errexit=strict)]
    else:
        return
    for command in shell_texts:
        yield from _of_command(command)


def _of_command(command: Command) -> Iterator[Loophole]:
    for mask in masks_of(command.text, errexit=command.errexit, pipefail=command.pipefail):
        yield Loophole(
            kind=Kind.MASK,
            owner=command.owner,
            text=mask.text,
            hidden=" ".join(mask.command.split()),
            path=command.path,
            line=command.line + mask.line - 1,
        )
    for flag in TABLE.flags.finditer(command.text):
        yield Loophole(
            kind=Kind.FLAG,
            owner=command.owner,
            text=" ".join(flag[0].split()),
            hidden="",
            path=command.path,
            line=command.line + command.text.count("\n", 0, flag.start()),
        )


def _ignoring(path: str, text: str) -> Iterator[Loophole]:
    for number, line in enumerate(lines_of(text), start=1):
        if _IGNORING.match(line):
            yield Loophole(
                kind=Kind.MASK, owner="", text=line.strip(), hidden="", path=path, line=number
            )


def _in_makefile(path: str, text: str) -> Iterator[Command]:
    """Yield the recipe lines of every target, each with its continuations."""
    owner, start, lines = "", 0, list[str]()
    for number, line in enumerate([*lines_of(text), ""], start=1):
        if lines:
            lines.append(line.removeprefix("\t"))
        elif line.startswith("\t"):
            start, lines = number, [line[1:]]
        elif rule := _RULE.match(line):
            owner = rule["targets"].strip()
            if (rule["first"] or "").strip():
                start, lines = number, [rule["first"].strip()]
        if lines and not lines[-1].endswith("\\"):
            yield Command(owner=owner, text="\n".join(lines), path=path, line=start)
            lines = []


def _in_workflow(path: str, document: Document) -> Iterator[Command]:
    """Yield every text below a key that means commands, with the name of its job or step."""
    for place, key, value in _entries(document, document.data, ()):
        if key in TABLE.commands:
            texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
            for text in texts:
                if isinstance(text, str):
                    # Without `shell: bash`, GitHub runs bash with -e and without pipefail.
                    yield Command(
                        owner=_named(document, place),
                        text=text,
                        path=path,
                        line=document.position(place).line + ("\n" in text),
                        errexit=True,
                    )


def _switched_off(path: str, document: Document) -> Iterator[Loophole]:
    for place, key, value in _entries(document, document.data, ()):
        setting = str(value).strip(" ${}").lower()
        if setting in TABLE.off.get(key, ()):
            yield Loophole(
                kind=Kind.MASK,
                owner=_named(document, place),
                text=f"{key}: {setting}",
                hidden=_named(document, place),
                path=path,
                line=document.position(place, key=True).line,
            )


def _entries(document: Document, data: object, place: Path) -> Iterator[tuple[Path, str, object]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*place, key), key, value
            yield from _entries(document, value, (*place, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _entries(document, value, (*place, number))


def _named(document: Document, place: Path) -> str:
    """Return the job, and the step's name or the first line of what it runs."""
    job = place[1] if len(place) > 2 and place[0] == "jobs" else place[0]
    around = document.at(place[:-1])
    step = ""
    if isinstance(around, dict) and len(place) > 3:
        step = str(around.get("name") or around.get("run") or "").strip().split("\n", 1)[0]
    return f"{job}: {step}" if step else str(job)


# --- what probes reach ----------------------------------------------------------------------------


def _recipes(files: Differing, used: Collection[str]) -> Iterator[Change]:
    """Yield changes of the make targets that the board's commands reach."""
    words = {word for text in used for word in _WORD.findall(text)}
    for path in files.paths():
        if not TABLE.makefiles.search(path):
            continue
        before, after = (_targets(path, text) for text in files.both(path))
        for name in sorted(_reached(words, before) | _reached(words, after)):
            old, new = before.get(name, ""), after.get(name, "")
            if old != new and not _only_masked(old, new):
                yield Teller(
                    f"{path} {name}", path, line_of(files.after.get(path, ""), f"{name}:")
                )(
                    Kind.RECIPE,
                    LOOSE if old else TIGHT,
                    old.strip(),
                    new.strip(),
                    "used by the board",
                    unsure=bool(old),
                )


def _targets(path: str, text: str) -> dict[str, str]:
    """Map each target to its needs and its recipe, as one text."""
    contents: dict[str, str] = {}
    for line in lines_of(text):
        rule = _RULE.match(line) if not line.startswith("\t") else None
        if rule:
            for name in rule["targets"].split():
                contents[name] = contents.get(name, "") + " ".join(rule["needs"].split())
    for command in _in_makefile(path, text):
        for name in command.owner.split():
            contents[name] = f"{contents.get(name, '')}\n{command.text.strip()}"
    return contents


def _reached(words: Collection[str], targets: dict[str, str]) -> set[str]:
    """Return the targets among these words, and those that they need or make in turn."""
    reached: set[str] = set()
    waiting = [name for name in targets if name in words]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [word for word in _WORD.findall(targets[name]) if word in targets]
    return reached


def reached_targets(path: str, text: str, words: Collection[str]) -> str:
    """Return the part of a makefile that targets named by these lower-case words reach.

    That is everything outside of rules, and the rules that are reached; all of it where none is.
    """
    targets = _targets(path, text)
    named = {name for name in targets if set(re.findall(r"[a-z0-9]+", name.lower())) <= {*words}}
    rules = _reached(named, targets)
    if not rules:
        return text
    kept, inside = [], True
    for line in lines_of(text):
        rule = None if line.startswith("\t") else _RULE.match(line)
        if rule:
            inside = bool(rules & set(rule["targets"].split())) or rule["targets"][0] == "."
        elif not line.startswith("\t"):
            inside = True
        if inside:
            kept.append(line)
    return "\n".join(kept)


def built_targets(path: str, text: str) -> set[str]:
    """Return the makefile targets that are not built where a file of their name exists."""
    targets = _targets(path, text)
    phony = set(targets.get(".PHONY", "").split())
    return {name for name in targets if name not in phony and not name.startswith(".")}


def _only_masked(old: str, new: str) -> bool:
    """Return whether the recipes differ in masks alone, which are reported on their own."""

    def bare(text: str) -> Counter[str]:
        lines = []
        for line in text.split("\n"):
            for mask in masks_of(line, errexit=False):
                line = mask.command if mask.text == "-" else line.replace(mask.text, "")
            lines.append(" ".join(line.split()))
        return Counter(lines)

    return bare(old) == bare(new)


def _scripts(files: Differing, used: Collection[str]) -> Iterator[Change]:
    """Yield changes of the project's scripts that the board's commands run."""
    named = {
        os.path.normpath(os.path.join(files.workdir, word))
        for text in used
        for word in scripts_in(text)
    }
    for path in sorted(named & set(files.paths())):
        before, after = files.both(path)
        yield Teller(path, path)(
            Kind.SCRIPT,
            LOOSE,
            "as in the base" if before else "",
            "other text" if after else "",
            "run by the board",
            unsure=True,
        )


def scripts_in(command: str) -> list[str]:
    """Return the words of a command that a shell would run as files: `./x`, `python tools/x.py`."""
    scripts = []
    for part in _SEPARATORS.split(command):
        words = [word.strip("\"'") for word in part.split()]
        words = [word for word in words if not re.match(r"\w+=", word)]
        while words:
            word = words.pop(0)
            if os.path.basename(word) in TABLE.interpreters or word in ("env", "exec", "time"):
                words = [each for each in words if not each.startswith("-")]
                continue
            if "/" in word or "." in word:
                scripts.append(word)
            break
    return scripts
