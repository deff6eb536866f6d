"""From a criterion's sentence to the probe that measures it, or to the reason why none does.

A sentence is mapped where everything that it says is understood: the words of a check's phrase, one
limit, a command, a folder, and words that add nothing. What says more than a check measures is left
to a person: half of it measured would pass for the whole.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from readiness.importing.phrases import Amounts, Phrase, amounts, normal
from readiness.importing.words import vocabulary, words_of
from readiness.load.catalogue import Catalogue
from readiness.load.standing import stood_for
from readiness.propose.effects import Deed, effect, unwrapped
from readiness.propose.new_board import NewProbe
from readiness.shell.programs import programs
from readiness.text.worded import joined, worded

_HARMLESS: Final = (Deed.LOOKS, Deed.BUILDS, Deed.NEUTRAL, Deed.UNKNOWN)
_SCRIPT: Final = re.compile(r"\./[\w./-]+|(?:[\w.-]+/)*[\w-]+\.(?:sh|bash)")
SPAN: Final = re.compile(r"`([^`]+)`")
_PROMPT: Final = re.compile(r"^\s*(?:\$|>|%|❯)\s+")
_PLACEHOLDER: Final = re.compile(r"<[A-Za-z][\w -]*>|\.\.\.|…")
_ONLY_LOOKS: Final = re.compile(
    r"curl\b(?!.*\s(?:-X\s*(?!GET|HEAD)|--request|-d|--data|-T|--upload|-F|-o|-O))"
)


class NamedCommand(msgspec.Struct, frozen=True):
    """A command, and its probe or why it is none."""

    text: str
    probe: NewProbe | str


def named_commands(code: str, catalogue: Catalogue) -> list[NamedCommand]:
    """Return the commands in a line, or a block of code as one; of a session what was typed."""
    if "\n" not in code:
        named = [_command(span, catalogue) for span in SPAN.findall(code) or [code]]
        return [command for command in named if command]
    lines = code.strip().splitlines()
    typed = [line for line in lines if _PROMPT.match(line)]
    kept = [_PROMPT.sub("", re.sub(r"(?:^|\s+)#\s.*$", "", line)) for line in typed or lines]
    text = "\n".join(filter(str.strip, kept))
    if "\n" not in text and (command := _command(text, catalogue)):
        return [command]
    started = programs(text)
    return [NamedCommand(text, _refusal(started) or NewProbe(run=text))] if started else []


def combined(commands: Sequence[NamedCommand]) -> NewProbe | str:
    """Return commands as one probe, or why they are none."""
    for command in commands:
        if len(commands) == 1 or isinstance(command.probe, str):
            return command.probe
    return NewProbe(run="\n".join(dict.fromkeys(command.text for command in commands)))


def _command(code: str, catalogue: Catalogue) -> NamedCommand | None:
    """Return the command that a piece of code is; None for anything else, as a name or a path."""
    text = _PROMPT.sub("", code.strip())
    started = programs(text) if text and not _PLACEHOLDER.search(text) else []
    if not started or not _is_known(started[0]):
        return None
    if refusal := _refusal(started):
        return NamedCommand(text, refusal)
    for check, params in stood_for(catalogue, text):
        # In a copy of the project: what the target does there does no harm here.
        always = check.stands_for.params if check.stands_for else {}
        kept = {name: value for name, value in params.items() if value and name not in always}
        return NamedCommand(text, NewProbe(check=check.name, params=kept))
    return NamedCommand(text, NewProbe(run=text))


def _is_known(words: Sequence[str]) -> bool:
    """Return whether these are the words of a command, and no other piece of code."""
    first = words[0]
    if first in vocabulary("programs")["names"] or re.search("[=/]", first):
        # A path alone, such as `src/api/app.py`, may be anything.
        return len(words) > 1 or bool(_SCRIPT.fullmatch(first))
    known = effect(words) not in (Deed.UNKNOWN, Deed.NEUTRAL) or unwrapped(words) != tuple(words)
    return known or bool(_SCRIPT.fullmatch(first))


def _refusal(started: Sequence[Sequence[str]]) -> str:
    """Return why commands are no probe; "" where they may be one."""
    harmful = vocabulary("programs")["harmful"]
    for words in started:
        deed, text = effect(words), " ".join(words)
        parts = [part for word in words for part in re.split(r"[-_:./]", word.lower())]
        if deed not in _HARMLESS and not _ONLY_LOOKS.match(text):
            does = worded("import.does", command=text, deed=worded(f"propose.deed.{deed}"))
            return worded("import.no_probe", why=does)
        if any(part in harmful for part in parts):
            return worded("import.no_probe", why=worded("import.may_do_more", command=text))
    return ""


_ISSUE: Final = re.compile(r"(?<![\w])#\d+(?!\w)")
_URL: Final = re.compile(r"`(?:GET |HEAD )?(/[^\s`]*)`|(https?://[^\s`，。；）)]+)")
# A path as such: in `code`, with an ending, below a folder of a usual name, or told to be a folder.
_FOLDERS: Final = "src|tests?|docs?|lib|app|apps|packages|scripts|config|ops|deploy"
_PATH: Final = re.compile(
    r"(?<=`)(?:\./)?(?:[\w.-]+/)+[\w.*-]*(?=`)"
    rf"|(?<![\w/.:`-])(?:\./[\w.*/-]+|(?:{_FOLDERS})/[\w.*/-]*|(?:[\w.-]+/)+(?![\w/.-]))"
    r"|(?<![\w/.:-])(?:[\w.-]+/)*[\w-]+\.(?:py|md|rst|txt|ya?ml|toml|json|ini|cfg|lock|html)(?![\w/])"
)
_MEANS: Final = re.compile(r"[a-z0-9<>≥≤=%]|[^\W\d_]")


class _Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase whose words a sentence has; `size` is how much of it these are.

    `missing` says why the check does not measure all of the sentence.
    """

    phrase: Phrase
    facts: Mapping[str, str]
    read: Amounts
    size: int
    missing: str


class Mapper:
    """Finds the probes of sentences.

    `folders` are those that the board names or the project has, `known` what the project says of
    each check's parameters.
    """

    def __init__(
        self,
        phrases: Sequence[Phrase],
        catalogue: Catalogue,
        folders: Iterable[str],
        known: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._phrases = phrases
        self._catalogue = catalogue
        self._known = known or {}
        self._folders = sorted(set(folders), key=lambda path: (path.count("/"), len(path), path))

    def probe(
        self,
        title: str,
        code: Sequence[str] = (),
        near: Mapping[str, str] | None = None,
    ) -> NewProbe | str:
        """Return the probe of a sentence, or why it has none.

        The commands in `code`, which the board names for it, come first. `near` is what other
        criteria of its task are about: as `sibling` a make target, as `place` what they look at.
        """
        commands = [named for text in code for named in named_commands(text, self._catalogue)]
        if commands:
            return combined(commands)
        spans = [f"`{span}`" for span in SPAN.findall(title)]
        own = [named for span in spans for named in named_commands(span, self._catalogue)]
        probes = [named.probe for named in own if isinstance(named.probe, NewProbe)]
        targets = [probe.params["target"] for probe in probes if "target" in probe.params]
        known = {**(near or {}), "target": targets[0] if len(own) == len(targets) == 1 else ""}
        places = _places(title), _places(_without(title, own))
        candidates = [
            self._fit(phrase, *places["target" in phrase.takes], known) for phrase in self._phrases
        ]
        fits = sorted(
            (fit for fit in candidates if fit), key=lambda fit: (-fit.size, len(fit.phrase.takes))
        )
        whole = [fit for fit in fits if not fit.missing]
        best = {fit.phrase.key: fit for fit in whole if fit.size == whole[0].size}
        if len(best) == 1:
            (fit,) = best.values()
            return fit.phrase.probe(fit.facts, fit.read, self._known)
        if best:
            checks = sorted({fit.phrase.check for fit in best.values()})
            return worded("import.may_mean", checks=joined(checks, "or"))
        is_outcome = not _unexplained(_without(title, own), "filler", "outcome")
        if own and (is_outcome or isinstance(combined(own), str)):
            return combined(own)
        return fits[0].missing if fits else worded("import.no_check")

    def _fit(
        self,
        phrase: Phrase,
        text: str,
        urls: Sequence[str],
        paths: Sequence[str],
        known: Mapping[str, str],
    ) -> _Fit | None:
        rest = phrase.taken_from(text)
        if rest is None:
            return None
        size = len("".join(text.split())) - len("".join(rest.split()))
        facts = dict(known)
        others: list[str] = []
        if "url" in phrase.takes and len(urls) == 1:
            facts["url"] = urls[0]
        else:
            others += urls
        if phrase.takes & {"part", "path"}:
            facts["path"] = facts["part"] = " ".join(paths)
        else:
            others += paths
        if "part" in phrase.takes and not paths:
            facts["part"], rest = self._part(rest)
        read = amounts(rest, text)
        left = _unexplained(" ".join([read.rest, *others]), "filler")
        unknown = {name for name in phrase.takes - {"number", "least"} if not facts.get(name)}
        if unknown - ({"path", "part", "url"} if left else set()) or len(left) > 2 * size:
            return None
        missing = ""
        if left:
            missing = worded("import.nearest", check=phrase.check, left=left)
        elif phrase.expectation(read) is None:
            missing = worded("import.no_limit", check=phrase.check)
        return _Fit(phrase=phrase, facts=facts, read=read, size=size, missing=missing)

    def _part(self, text: str) -> tuple[str, str]:
        """Return the folders of the part that a sentence is about, if any, and its rest."""
        for names in vocabulary("parts"):
            rest = words_of("parts", names).sub(" ", text)
            if rest != text:
                # The first name is the part's own; without a folder of that it is not known.
                paths = [self._folder(name.split("|")) for name in names.split()]
                return " ".join(filter(None, paths)) if paths[0] else "", rest
        return "", text

    def _folder(self, names: Sequence[str]) -> str:
        """Return the first folder that has one of some names, the earlier name before the later."""
        paths = [path for name in names for path in self._folders if os.path.basename(path) == name]
        return paths[0] if paths else ""


def _places(text: str) -> tuple[str, list[str], list[str]]:
    """Return a sentence in its plain form without the addresses and the paths that it names."""
    urls = [page or f"${{BASE_URL}}{location}" for location, page in _URL.findall(text)]
    text = _URL.sub(" ", text)
    paths = [re.sub(r"/?\*.*$", "", path).rstrip("/") for path in _PATH.findall(text)]
    return normal(_PATH.sub(" ", text)), urls, list(dict.fromkeys(paths))


def _without(title: str, own: Iterable[NamedCommand]) -> str:
    """Return a sentence without the commands that it names."""
    texts = {named.text for named in own}
    return SPAN.sub(lambda span: " " if span[1].strip() in texts else span[0], title)


def _unexplained(rest: str, *tables: str) -> str:
    """Return what with a meaning is left of a sentence; an issue's number has none."""
    text = _ISSUE.sub(" ", normal(rest))
    text = re.sub(rf"^\s*(?:{words_of('leads').pattern})\s*[:：]", " ", text)
    for table in tables:
        text = words_of(table).sub(" ", text)
    return " ".join(text.split()).strip(" `,.;:") if _MEANS.search(text) else ""


def folders_of(text: str) -> set[str]:
    """Return the folders that a board names anywhere, and those that they lie in."""
    folders: set[str] = set()
    for path in re.findall(r"(?<![\w/.:-])(?:[\w.-]+/)+", text):
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." not in parts:
            folders |= {"/".join(parts[:size]) for size in range(1, len(parts) + 1)}
    return folders
