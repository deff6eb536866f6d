"""From a criterion's sentence to the probe that measures it, or to the reason why none does.

A sentence is mapped where everything that it says is understood: the words of a check's phrase, one
limit, a command, a folder, and words that add nothing. What says more than a check measures is left
to a person: half of it measured would pass for the whole.
"""

import re
from collections.abc import Iterable, Sequence
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
    """Finds the probes of sentences. `folders` are those that the board names."""

    def __init__(
        self, phrases: Sequence[Phrase], catalogue: Catalogue, folders: Iterable[str]
    ) -> None:
        self._phrases = phrases
        self._catalogue = catalogue
        self._folders = sorted(set(folders), key=lambda path: (path.count("/"), len(path), path))

    def probe(self, sentence: Sentence) -> NewProbe | Unmapped:
        """Return the probe of a sentence; a command that the board names for it comes first."""
        if sentence.commands:
            return _commands(sentence.commands)
        own = [
            found
            for span in _SPAN.findall(sentence.title)
            if (found := command(span, self._catalogue))
        ]
        fits = self._fits(sentence, own)
        best = [fit for fit in fits if fit.size == max(each.size for each in fits)]
        means = {fit.phrase.key: fit for fit in best}
        if len(means) == 1:
            return self._made(best[0])
        if means:
            checks = joined(sorted({str(key[0]) for key in means}), "or")
            return Unmapped(worded("import.may_mean", checks=checks))
        if refused := next((each.refused for each in own if each.refused), ""):
            return Unmapped(worded("import.no_probe", why=refused))
        if own and not _unexplained(_blank(sentence.title, own), "outcome") and not sentence.limit:
            return _commands(own)
        return Unmapped(worded("import.no_check"))

    # --- phrases ----------------------------------------------------------------------------------

    def _fits(self, sentence: Sentence, own: Sequence[NamedCommand]) -> list[_Fit]:
        found = []
        for phrase in self._phrases:
            named = "target" in phrase.takes
            target = " ".join(each.params.get("target", "") for each in own).strip()
            if named and not (len(own) == 1 and target):
                continue
            text = _blank(sentence.title, own) if named else sentence.title
            facts = {"target": target, "sibling": sentence.sibling, "place": sentence.place}
            if fit := self._fit(phrase, text, sentence, facts):
                found.append(fit)
        return found

    def _fit(
        self, phrase: Phrase, text: str, sentence: Sentence, facts: dict[str, str]
    ) -> _Fit | None:
        whole = normal(text)
        if not all(each.search(whole) for each in phrase.needed):
            return None  # soon: most phrases end here
        if phrase.takes & {"part", "path", "url"}:
            text, more = self._places(phrase, text)
            facts = {**facts, **more}
        elif _PATH.search(text) or _URL.search(text) or _LOCATION.search(text):
            # It is about a part of the project, and this check would look at all of it.
            return None
        said = normal(text)
        rest = phrase.taken_from(said)
        if rest is None:
            return None
        size = len("".join(said.split())) - len("".join(rest.split()))
        if "part" in phrase.takes and not facts.get("part"):
            facts["part"], rest = self._part(rest)
        if not all(facts.get(name) for name in phrase.takes - {"number"}):
            return None
        read = _read(rest, sentence)
        if read is None or _unexplained(read.rest, ""):
            return None
        if not self._has_limit(phrase, read.limit) or not _is_meant(phrase, read, said):
            return None
        if read.limit:
            facts["number"] = read.limit.number
        return _Fit(phrase=phrase, facts=facts, limit=read.limit, size=size)

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
            found = [*_URL.findall(text), *_LOCATION.findall(text)]
            if len(found) == 1:
                facts["url"] = f"${{BASE_URL}}{found[0]}" if found[0][0] == "/" else found[0]
                text = _URL.sub(" ", _LOCATION.sub(" ", text))
        else:
            paths = list(dict.fromkeys(_PATH.findall(text)))
            plain = " ".join(re.sub(r"/?\*.*$", "", path).rstrip("/") for path in paths)
            facts = {"path": plain, "part": plain}
            text = _PATH.sub(" ", text)
        return text, facts

    def _part(self, text: str) -> tuple[str, str]:
        """Return the folders of the part that a sentence is about, if any, and its rest."""
        words = {word: key for key, given in vocabulary().parts.items() for word in given}
        for match in re.finditer(_parts(), text):
            for word, key in sorted(words.items(), key=lambda pair: -len(pair[0])):
                if re.fullmatch(pattern([word]), match[0]):
                    names = key.split()
                    found = [self._folder(name) for name in names]
                    kept = [path for path in found if path]
                    # The first name is the part's own; without a folder of that it is not known.
                    return (" ".join(kept) if found[0] else ""), text.replace(match[0], " ")
        return "", text

    def _folder(self, name: str) -> str:
        found = (
            path
            for each in name.split("|")
            for path in self._folders
            if path.rpartition("/")[2] == each
        )
        return next(found, "")

    def _made(self, fit: _Fit) -> NewProbe:
        phrase, limit = fit.phrase, fit.limit

        def filled(text: str) -> str:
            return FACT.sub(lambda found: fit.facts.get(found[1], ""), text)

        expect = phrase.expect or ""
        baseline = ""
        if limit and "number" not in phrase.takes:
            expect = expectation(limit, phrase.better, phrase.unit) or ""
            unit = limit.start_unit or limit.unit
            baseline = limit.start if unit in ("", phrase.unit) or not phrase.unit else ""
        return NewProbe(
            check=phrase.check,
            params={name: filled(value) for name, value in phrase.params.items()},
            matrix={name: list(map(filled, given)) for name, given in phrase.matrix.items()},
            measure=phrase.measure,
            expect=expect,
            baseline=baseline if phrase.better is not None else "",
        )


def _commands(given: Sequence[NamedCommand]) -> NewProbe | Unmapped:
    if refused := next((each.refused for each in given if each.refused), ""):
        return Unmapped(worded("import.no_probe", why=refused))
    if len(given) == 1 and given[0].check:
        return NewProbe(check=given[0].check, params=given[0].params)
    return NewProbe(run="\n".join(dict.fromkeys(each.text for each in given)))


def _read(rest: str, sentence: Sentence) -> Amounts | None:
    if not sentence.limit:
        return amounts(rest)
    # The title may say the limit once more, but no other.
    given = amounts(normal(sentence.limit))
    said = amounts(rest)
    if given is None or said is None or given.limit is None or _unexplained(given.rest, ""):
        return None
    if said.limit and said.limit.number != given.limit.number:
        return None
    limit = given.limit
    if sentence.start and not limit.start:
        start = sentence.start
        limit = msgspec.structs.replace(limit, start=start.number, start_unit=start.unit)
    return Amounts(limit=limit, rest=said.rest)


def _blank(title: str, own: Iterable[NamedCommand]) -> str:
    texts = {each.text for each in own}
    return _SPAN.sub(lambda span: " " if span[1].strip() in texts else span[0], title)


def _is_meant(phrase: Phrase, read: Amounts, said: str) -> bool:
    """Whether a sentence wants what its check calls good: "no tests", "less coverage" do not."""
    words = vocabulary().senses
    if read.limit and read.limit.worded and not re.search(pattern(words["bad"]), said):
        return False
    wrong = {Better.HIGHER: words["down"], Better.LOWER: words["up"], None: []}[phrase.better]
    return not (wrong and re.search(pattern(wrong), read.rest))


@cache
def _parts() -> re.Pattern[str]:
    return re.compile(pattern(word for given in vocabulary().parts.values() for word in given))


@cache
def _empty(also: str) -> re.Pattern[str]:
    words = list(vocabulary().filler["words"])
    if also:
        words += vocabulary().outcome["words"]
    return re.compile(pattern(words))


@cache
def _lead() -> re.Pattern[str]:
    """Return the pattern of the topic before a sentence: `Types: …`."""
    return re.compile(rf"^\s*(?:{pattern(vocabulary().leads['words'])})\s*[:：]")


def _unexplained(rest: str, also: str) -> bool:
    """Whether something is left of a sentence that means anything, as no issue's number does."""
    said = _lead().sub("", _ISSUE.sub(" ", normal(rest)))
    return bool(_MEANS.search(_empty(also).sub(" ", said)))


def folders_of(text: str) -> set[str]:
    """Return the folders that a board names anywhere, and those that they lie in."""
    found: set[str] = set()
    for path in re.findall(r"(?<![\w/.:-])(?:[\w.-]+/)+", text):
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." not in parts:
            found |= {"/".join(parts[:size]) for size in range(1, len(parts) + 1)}
    return found
