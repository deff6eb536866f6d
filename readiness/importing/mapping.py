"""From a criterion's sentence to the probe that measures it, or to the reason why none does.

A sentence is mapped where everything that it says is understood: the words of a check's phrase, one
limit, a command, a folder, and words that add nothing. What says more than a check measures is left
to a person: half of it measured would pass for the whole.
"""

import itertools
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

import msgspec

from readiness.importing.amounts import Amount, Amounts, amounts, expectation, normal
from readiness.importing.commands import NamedCommand, command
from readiness.importing.phrases import FACT, Phrase
from readiness.importing.words import pattern, vocabulary
from readiness.load.catalogue import Catalogue
from readiness.model.words import Better
from readiness.propose.new_board import NewProbe
from readiness.text.worded import joined, worded

_ISSUE: Final = re.compile(r"(?<![\w])#\d+(?!\w)")
_SPAN: Final = re.compile(r"`([^`]+)`")
_LOCATION: Final = re.compile(r"`(?:GET |HEAD )?(/[^\s`]*)`")
_URL: Final = re.compile(r"https?://[^\s`，。；）)]+")
# A path as such: in `code`, with an ending, below a folder of a usual name, or told to be a folder.
_FOLDERS: Final = "src|tests?|docs?|lib|app|apps|packages|scripts|config|ops|deploy"
_PATH: Final = re.compile(
    r"(?<=`)(?:\./)?(?:[\w.-]+/)+[\w.*-]*(?=`)"
    rf"|(?<![\w/.:`-])(?:\./[\w.*/-]+|(?:{_FOLDERS})/[\w.*/-]*|(?:[\w.-]+/)+(?![\w/.-]))"
    r"|(?<![\w/.:-])(?:[\w.-]+/)*[\w-]+\.(?:py|md|rst|txt|ya?ml|toml|json|ini|cfg|lock|html)(?![\w/])"
)
_MEANS: Final = re.compile(r"[a-z0-9<>≥≤=%]|[^\W\d_]")


class Unmapped(msgspec.Struct, frozen=True):
    """Why nothing measures a criterion."""

    why: str


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion's title with what stands around it.

    `limit` is what a table says in its own column; `commands` are those that the board names to
    verify it; `sibling` is the make target of another criterion of the task, `place` what another
    one looks at.
    """

    title: str
    limit: str = ""
    start: Amount | None = None
    commands: tuple[NamedCommand, ...] = ()
    sibling: str = ""
    place: str = ""


class _Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase that explains a whole sentence; `size` is how much of it is the phrase's own."""

    phrase: Phrase
    facts: dict[str, str]
    limit: Amount | None
    size: int


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

    def probe(self, sentence: Sentence) -> NewProbe | Unmapped:
        """Return the probe of a sentence; a command that the board names for it comes first."""
        if sentence.commands:
            return _commands(sentence.commands)
        spans = _SPAN.findall(sentence.title)
        own = list(filter(None, (command(span, self._catalogue) for span in spans)))
        fits = self._fits(sentence, own)
        largest = max((fit.size for fit in fits), default=0)
        best = [fit for fit in fits if fit.size == largest]
        means = {fit.phrase.key: fit for fit in best}
        if len(means) == 1:
            return self._made(best[0])
        if means:
            checks = joined(sorted({str(key[0]) for key in means}), "or")
            return Unmapped(worded("import.may_mean", checks=checks))
        if refused := _refused(own):
            return refused
        if own and not _unexplained(_blank(sentence.title, own), "outcome") and not sentence.limit:
            return _commands(own)
        return Unmapped(worded("import.no_check"))

    # --- phrases ----------------------------------------------------------------------------------

    def _fits(self, sentence: Sentence, own: Sequence[NamedCommand]) -> list[_Fit]:
        fits = []
        target = " ".join(named.params.get("target", "") for named in own).strip()
        for phrase in self._phrases:
            named = "target" in phrase.takes
            if named and not (len(own) == 1 and target):
                continue
            text = _blank(sentence.title, own) if named else sentence.title
            facts = {"target": target, "sibling": sentence.sibling, "place": sentence.place}
            if fit := self._fit(phrase, text, sentence, facts):
                fits.append(fit)
        return fits

    def _fit(
        self, phrase: Phrase, text: str, sentence: Sentence, facts: dict[str, str]
    ) -> _Fit | None:
        said = normal(text)
        if not all(expression.search(said) for expression in phrase.needed):
            return None  # soon: most phrases end here
        if phrase.takes & {"part", "path", "url"}:
            text, more = self._places(phrase, text)
            facts = {**facts, **more}
        elif any(place.search(text) for place in (_PATH, _URL, _LOCATION)):
            # It is about a part of the project, and this check would look at all of it.
            return None
        folded = normal(text)
        rest = phrase.taken_from(folded)
        if rest is None:
            return None
        size = len("".join(folded.split())) - len("".join(rest.split()))
        if "part" in phrase.takes and not facts.get("part"):
            facts["part"], rest = self._part(rest)
        if not all(facts.get(name) for name in phrase.takes - {"number", "least"}):
            return None
        read = _read(rest, sentence)
        if (
            read is None
            or not self._has_limit(phrase, read.limit)
            or _unexplained(read.rest, "")
            or not _is_meant(phrase, read, folded)
        ):
            return None
        limit = read.limit
        if limit:
            facts["number"] = limit.number
            above = math.floor(float(limit.number)) + 1
            facts["least"] = str(above) if limit.operator == ">" else limit.number
        return _Fit(phrase=phrase, facts=facts, limit=limit, size=size)

    def _has_limit(self, phrase: Phrase, limit: Amount | None) -> bool:
        if "number" in phrase.takes:
            return limit is not None and limit.operator in ("", ">=", "==")
        if limit is None:
            return phrase.expect is not None
        return phrase.has_number and (expectation(limit, phrase.better, phrase.unit) is not None)

    def _places(self, phrase: Phrase, text: str) -> tuple[str, dict[str, str]]:
        """Return what is left of a sentence without its addresses or paths, and these."""
        facts = {}
        if "url" in phrase.takes:
            urls = [*_URL.findall(text), *_LOCATION.findall(text)]
            if len(urls) == 1:
                facts["url"] = f"${{BASE_URL}}{urls[0]}" if urls[0][0] == "/" else urls[0]
                text = _URL.sub(" ", _LOCATION.sub(" ", text))
        else:
            paths = list(dict.fromkeys(_PATH.findall(text)))
            plain = " ".join(re.sub(r"/?\*.*$", "", path).rstrip("/") for path in paths)
            facts = {"path": plain, "part": plain}
            text = _PATH.sub(" ", text)
        return text, facts

    def _part(self, text: str) -> tuple[str, str]:
        """Return the folders of the part that a sentence is about, if any, and its rest."""
        match = _parts().search(text)
        if match is None:
            return "", text
        words = {word: key for key, words in vocabulary("parts").items() for word in words}
        longest = sorted(words, key=len, reverse=True)
        own = next(word for word in longest if re.fullmatch(pattern([word]), match[0]))
        paths = [self._folder(name) for name in words[own].split()]
        # The first name is the part's own; without a folder of that it is not known.
        known = " ".join(filter(None, paths)) if paths[0] else ""
        return known, text.replace(match[0], " ")

    def _folder(self, names: str) -> str:
        """Return the first folder that has one of some names, the earlier name before the later."""
        paths = (
            path
            for name in names.split("|")
            for path in self._folders
            if os.path.basename(path) == name
        )
        return next(paths, "")

    def _made(self, fit: _Fit) -> NewProbe:
        phrase, limit = fit.phrase, fit.limit

        def filled(text: str) -> str:
            return FACT.sub(lambda name: fit.facts.get(name[1], ""), text)

        expect = phrase.expect or ""
        baseline = ""
        if limit and "number" not in phrase.takes:
            expect = expectation(limit, phrase.better, phrase.unit) or ""
            unit = limit.start_unit or limit.unit
            baseline = limit.start if unit in ("", phrase.unit) or not phrase.unit else ""
        return NewProbe(
            check=phrase.check,
            params={
                **phrase.project_params(self._known),
                **{name: text for name, value in phrase.params.items() if (text := filled(value))},
            },
            matrix={name: list(map(filled, values)) for name, values in phrase.matrix.items()},
            measure=phrase.measure,
            expect=expect,
            baseline=baseline if phrase.better is not None else "",
        )


def _commands(commands: Sequence[NamedCommand]) -> NewProbe | Unmapped:
    if refused := _refused(commands):
        return refused
    if len(commands) == 1 and commands[0].check:
        return NewProbe(check=commands[0].check, params=commands[0].params)
    return NewProbe(run="\n".join(dict.fromkeys(named.text for named in commands)))


def _refused(commands: Iterable[NamedCommand]) -> Unmapped | None:
    refused = next((named.refused for named in commands if named.refused), "")
    return Unmapped(worded("import.no_probe", why=refused)) if refused else None


def _read(rest: str, sentence: Sentence) -> Amounts | None:
    if not sentence.limit:
        return amounts(rest)
    # The title may say the limit once more, but no other.
    column = amounts(normal(sentence.limit))
    title = amounts(rest)
    if column is None or title is None or column.limit is None or _unexplained(column.rest, ""):
        return None
    if title.limit and title.limit.number != column.limit.number:
        return None
    limit = column.limit
    if sentence.start and not limit.start:
        start = sentence.start
        limit = msgspec.structs.replace(limit, start=start.number, start_unit=start.unit)
    return Amounts(limit=limit, rest=title.rest)


def _blank(title: str, own: Iterable[NamedCommand]) -> str:
    texts = {named.text for named in own}
    return _SPAN.sub(lambda span: " " if span[1].strip() in texts else span[0], title)


def _is_meant(phrase: Phrase, read: Amounts, sentence: str) -> bool:
    """Return whether a sentence wants what its check calls good, unlike "no tests"."""
    words = vocabulary("senses")
    if read.limit and read.limit.worded and not re.search(pattern(words["bad"]), sentence):
        return False
    wrong = {Better.HIGHER: words["down"], Better.LOWER: words["up"], None: []}[phrase.better]
    return not (wrong and re.search(pattern(wrong), read.rest))


@cache
def _parts() -> re.Pattern[str]:
    return re.compile(pattern(itertools.chain(*vocabulary("parts").values())))


@cache
def _empty(also: str) -> re.Pattern[str]:
    words = list(vocabulary("filler")["words"])
    if also:
        words += vocabulary("outcome")["words"]
    return re.compile(pattern(words))


@cache
def _lead() -> re.Pattern[str]:
    """Return the pattern of the topic before a sentence: `Types: …`."""
    return re.compile(rf"^\s*(?:{pattern(vocabulary('leads')['words'])})\s*[:：]")


def _unexplained(rest: str, also: str) -> bool:
    """Return whether anything with a meaning is left of a sentence; an issue's number has none."""
    text = _lead().sub("", _ISSUE.sub(" ", normal(rest)))
    return bool(_MEANS.search(_empty(also).sub(" ", text)))


def folders_of(text: str) -> set[str]:
    """Return the folders that a board names anywhere, and those that they lie in."""
    folders: set[str] = set()
    for path in re.findall(r"(?<![\w/.:-])(?:[\w.-]+/)+", text):
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." not in parts:
            folders |= {"/".join(parts[:size]) for size in range(1, len(parts) + 1)}
    return folders
