"""What a check's parameters become in a project: texts with `{facts}` in them, filled in."""

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from readiness.propose.facts import RunCommand, Subproject
from readiness.propose.layout import PYTEST, is_inside
from readiness.propose.steps import ASSIGNED
from readiness.propose.tree import lookup, words_of

_OWNS: Final = re.compile(r"--[^=]*|-[crmkpnoW]")
_FACT: Final = re.compile(r"(?<!\$)\{([^{}]+)\}")


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """What in a project speaks for a check, in words; with the step, or the files, that do.

    `steps` are all those that speak as loudly. With `asked`, the project runs it, or has settings
    for it and runs nothing.
    """

    text: str = ""
    step: RunCommand | None = None
    steps: tuple[RunCommand, ...] = ()
    files: tuple[str, ...] = ()
    config: str = ""
    asked: bool = False


def value_of(
    candidates: str | list[str], part: Subproject, evidence: Sign, options: Sequence[str]
) -> str:
    """Return the first candidate whose facts are all known, filled in; "" where there is none."""
    for text in [candidates] if isinstance(candidates, str) else candidates:
        known = {name: _fact(name, part, evidence, options) for name in _FACT.findall(text)}
        if all(known.values()):
            return _FACT.sub(lambda name, known=known: known[name[1]], text).strip()  # type: ignore[misc]
    return ""


def _fact(name: str, part: Subproject, evidence: Sign, options: Sequence[str]) -> str:
    if name.startswith("-"):
        of_all = evidence.steps if name.endswith("*") else evidence.steps[:1]
        values = [path for step in of_all for path in _option(name.rstrip("*"), step, part)]
        return " ".join(dict.fromkeys(values))
    if ":" in name:
        listed = words_of(lookup(part.settings, part.folder, name))
        return " ".join(_existing(listed, part, part.folder))
    if "." in name or name[0].isupper():
        return " ".join(_existing([name], part, part.folder))
    step = evidence.step
    folders = [path for path in part.source if not path.endswith(".py")]
    facts: dict[str, Iterable[str]] = {
        "source": part.source,
        "source_folders": folders or [part.folder or "."],
        "source_modules": [] if folders else part.source,
        "tests": part.tests,
        "tests_beside": [path for path in part.tests if not is_inside(path, part.source)],
        "file": evidence.files[:1],
        "files": evidence.files,
        "config": [evidence.config] if evidence.config else [],
        # Without a path a tool looks at the folder in which it was started: `cd tests && pytest`.
        "command": named_paths(step, part, options) or _entered(step, part) if step else [],
        "everywhere": [part.folder or "."] if step and step.words[:1] == (PYTEST,) else [],
        "options": _common_options(evidence, options),
        "argument": _arguments(step)[:1] if step else [],
        "words": _kept_words(step.words, options) if step else [],
        "rest": _kept_words(step.words, options)[1:] if step else [],
        "folder": [part.folder] if part.folder else [],
    }
    return " ".join(text for text in facts[name] if name == "options" or " " not in text)


def _option(name: str, step: RunCommand, part: Subproject) -> list[str]:
    kept = kept_options(step.words, [f"{name}="])
    values = [option.removeprefix(f"{name}=") for option in kept if option != name]
    return _existing(values, part, step.folder)


def says_all(step: RunCommand) -> bool:
    """Return whether the words of a command, run in the project's folder, do all that it does."""
    is_plain = re.fullmatch(r"[\w./:=@%+,\s-]+", " ".join(step.words))
    return bool(is_plain) and not step.folder and not ASSIGNED.search(step.text)


def _kept_words(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return the words of a command without the options that a rule does not keep."""
    kept: list[str] = []
    for before, word in zip(("", *words), words, strict=False):
        names = (word, f"{word.partition('=')[0]}=", f"{before}=")
        if not any(f"{name}!" in options for name in names):
            kept.append(word)
    return kept


def _entered(step: RunCommand, part: Subproject) -> list[str]:
    return [step.folder] if step.folder and step.folder != part.folder else []


def _existing(paths: Iterable[str], part: Subproject, folder: str) -> list[str]:
    whole = (os.path.normpath(os.path.join(folder, path)) for path in paths)
    return [path for path in whole if _is_there(path, part)]


def _is_there(path: str, part: Subproject) -> bool:
    return path == (part.folder or ".") or any(
        file == path or file.startswith(f"{path}/") for file in part.files
    )


def _arguments(step: RunCommand) -> list[str]:
    return [word for word in step.words[1:] if not word.startswith("-") and "=" not in word]


def breadth(step: RunCommand, part: Subproject, flags: Sequence[str]) -> int:
    """Return how many files of the part a command is about; it is about all where it names none."""
    tops = named_paths(step, part, flags) or [step.folder or part.folder or "."]
    return sum("." in tops or is_inside(path, tops) for path in part.files)


def named_paths(step: RunCommand, part: Subproject, flags: Sequence[str]) -> list[str]:
    """Return the files and folders that a command names, but for options' values and settings.

    Of a long option nobody knows whether the next word is its own, unless it is one of `flags`,
    where `--check!` is one that a rule does not keep.
    """

    def is_flag(word: str) -> bool:
        return word in flags or f"{word}!" in flags

    named = []
    for before, word in zip(step.words, step.words[1:], strict=False):
        if not word.startswith("-") and (is_flag(before) or not _OWNS.fullmatch(before)):
            path = os.path.normpath(os.path.join(step.folder, word))
            if _is_there(path, part) and not path.endswith((".toml", ".ini", ".cfg", ".txt")):
                named.append(path)
    return list(dict.fromkeys(named))


def _common_options(evidence: Sign, options: Sequence[str]) -> Sequence[str]:
    """Return the options that a rule keeps; those with `*` where all commands have the same.

    Jobs that ask for other tests each, the fast ones and the slow ones, are about all of them.
    """
    anywhere = [option for option in options if "*" not in option]
    common = [option.replace("=*", "=") for option in options]
    kept = {tuple(kept_options(step.words, common)) for step in evidence.steps}
    if len(kept) == 1:
        return kept.pop()
    return kept_options(evidence.steps[0].words if kept else (), anywhere)


def kept_options(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return the options of a command that a rule keeps; `--config=` is one with a value.

    With `*` these are all but those with `!`, quoted. No option is kept where one of them is more
    than a plain word, or a value that only CI knows.
    """
    kept = []
    waiting = ""
    for word in words[1:]:
        if waiting:
            kept += [f"{waiting}={word}"] if waiting.startswith("--") else [waiting, word]
            waiting = ""
            continue
        name, equals, _ = word.partition("=")
        attached = word[1:2] != "-" and word[2:] and f"{word[:2]}=" in options  # `-Pci`
        dropped = {f"{start}{end}" for start in (name, word[:2]) for end in ("!", "=!")}
        if (equals and f"{name}=" in options) or word in options or attached:
            kept.append(word)
        elif f"{word}=" in options:
            waiting = word
        elif "*" in options and word.startswith("-") and dropped.isdisjoint(options):
            kept.append(word)
    if "*" in options:
        return [] if "$" in "".join(kept) else [shlex.quote(word) for word in kept]
    return [] if re.search(r"['\"$*\s]", "".join(kept)) else kept
