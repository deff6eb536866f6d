"""Every sentence stands in en.toml and zh.toml, in both alike, and nowhere else."""

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import readiness
from readiness.agents.forms import AGENTS
from readiness.fleet.merges import GuardDecision
from readiness.guard.change_proof import Proving
from readiness.guard.changes import Direction, Kind
from readiness.load.validate import RULES
from readiness.model.judgement import TrialOutcome
from readiness.model.words import Better, Decision, Lack, Priority, ReasonCode, Verdict
from readiness.propose import ci_lines, layout
from readiness.propose.effects import Deed
from readiness.propose.templates import templates
from readiness.prove.document import ProofOutcome, World
from readiness.record.comparison import Movement
from readiness.report import openmetrics
from readiness.report.board import RISKS
from readiness.statistics.sequences import Flakiness
from readiness.text.languages import Language
from readiness.text.sentences import sentences
from readiness.text.worded import JOINTS
from readiness.timeline.difference import BOARD, ROUNDING, SCOPE
from readiness.timeline.period import ReportKind
from tests.support.said import (
    Asked,
    asked,
    asked_in_template,
    sentences_of,
    sentences_of_template,
)

PACKAGE = Path(readiness.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted([*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.md")])
HARMFUL = [deed for deed in Deed if deed not in (Deed.LOOKS, Deed.NEUTRAL, Deed.UNKNOWN)]
SPEAKERS = [
    path
    for path in MODULES
    if re.search(r"text\.(sentences|worded) import|\bSAY\b", path.read_text("utf-8"))
]
LISTINGS = ("list", "next", "diff", "show", "trend", "history", "doctor", "score")
RENDERERS = [
    path
    for path in MODULES
    if {"report", "timeline"} & set(path.relative_to(PACKAGE).parts)
    or (path.parent.name == "commands" and path.stem in LISTINGS)
]
FIRST = ("commands/init.py", "commands/import.py")
BEGINNERS = [
    path
    for path in MODULES
    if path.parent.name in ("propose", "importing") or path.relative_to(PACKAGE).as_posix() in FIRST
]
"""What tells of a first board: it refuses in both languages too."""

FAMILIES: Mapping[str, object] = {
    "verdict": Verdict,
    "decision": Decision,
    "meaning": Decision,
    "report.line_lack": Lack,
    "report.since": Movement,
    "joint": JOINTS,
    "flakiness": Flakiness,
    "code": ReasonCode,
    "kind": [kind.name.lower() for kind in Kind],
    "change": ("changed", "added", "removed"),
    "guard.part": Direction,
    "checks.better": Better,
    "line.fault": (
        *("command", "command_near", "option", "option_near", "no_argument"),
        *("no_option", "no_value", "no_switch", "extra", "value"),
    ),
    "prove.outcome": ProofOutcome,
    "prove.where": World,
    "prove.world": [world.value for world in World if world is not World.NORMAL],
    "prove.meaning": [world.value for world in World if world is not World.NORMAL],
    "trial.why": [one for one in TrialOutcome if one.cannot_fail or one.in_doubt],
    "trial.hint": [one for one in TrialOutcome if one.cannot_fail or one.in_doubt],
    "rule": set(RULES.values()),
    "rule_hint": set(RULES.values()),
    "complaint": ("fails", "unmeasured", "uncompared", "aside", "worse"),
    "report.milestone": ("met", "undecided", "overdue", "not_met"),
    "report.cause": (BOARD, SCOPE, ROUNDING),
    "prove.said": Proving,
    "hook.next": [agent.name for agent in AGENTS],
    "shards.another": ("tool", "profile", "commit", "tree", "count", "plan"),
    "history.state": ("running", "unreadable"),
    "backtest.decision": GuardDecision,
    "diff.what": ("new", "gone", "better", "worse", "other", "board", "apart"),
    "show.fact": ("priority", "owner", "estimate", "risk", "depends_on", "tags", "problem"),
    "board.chapter": Priority,
    "board.name": Priority,
    "board.meaning": Priority,
    "board.level": Priority,
    "board.unit": "mhdw",
    "board.risk_level": RISKS,
    "team.kind": ReportKind,
    "team.alarm": ("regression", "overdue", "loosened"),
    "team.plan": ReportKind,
    "formats.notification": ("gate", "left-out", "not-measured"),
    "propose.deed": HARMFUL,
    "metric": sorted(
        set(re.findall(r'"(readiness_\w+)"', Path(openmetrics.__file__).read_text("utf-8")))
    ),
}
"""What is asked for by a word that is not known before, and all the words that there are."""

ENGLISH = ("formats.", "metric.")
"""What programs read, English for every board."""

CHINESE = ("unit.", "measure.", "template.")
"""Words of checks, boards and templates, which English says as they are written."""

FORMAT = {
    '<?xml version="1.0" encoding="utf-8"?>\n{}\n',
    "task weight",
    "bold red",
    "img-src data:",
    "not measured yet",
    "preinstalled on Debian",
    "run {} is not in this history",
    "not measured: ",
    "it measured commit {}, not {}",
    "it measured {} with uncommitted changes, not the commit itself",
}
"""What belongs to a format, JSON among them: nobody reads it as a sentence."""

FIRST_BOARD = {
    "pip install ",
    "pip install {}",
    "apt-get install ",
    "sudo apt-get install -y {}",
    "hatch run",
    "require_proof: true",
    *(
        text
        for module in (ci_lines, layout)
        for name, text in vars(module).items()
        if isinstance(text, str) and "\n" in text and name != "__doc__"
    ),
}
"""What is written for programs, or names of files: keys of a board, commands, lines of CI."""

READ = {
    r"(\d+(?:\.\d+)?)(?:\s*/\s*10|\s+(?:out )?of (?:10|ten)|\s*分?\s*[(（]?\s*满分\s*10)(?!\.?\d)",
    (
        r"(?:[^\w\n]|\b(?:is|of|at least)\b|为|是|至少|达到)*?"
        r"(\d+(?:\.\d+)?)(?!\.?\d|[^\S\n]*(?!points?\b|分|以上)[%\w/])"
    ),
    r"\d+(?:\.\d+)?(?:\s*[-–]\s*\d+(?:\.\d+)?)?\s*(?:h|d|w|hrs?|days?|hours?|weeks?|天|小时|周)",
}
"""Words that are looked for in a task board, in whatever language it is."""


def flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    """The sentences of a file by their whole keys."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            assert isinstance(value, str), name
            yield before + name, value


def in_file(language: Language) -> dict[str, str]:
    """What tomllib reads of a language."""
    return dict(flat(tomllib.loads((PACKAGE / "text" / f"{language}.toml").read_text("utf-8"))))


def by_form(sentences_by_key: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The forms of each sentence; one that is the same for every number has one."""
    forms: dict[str, dict[str, str]] = {}
    for key, text in sentences_by_key.items():
        whole, _, last = key.rpartition(".")
        key, form = (whole, last) if f"{whole}.one" in sentences_by_key else (key, "other")
        forms.setdefault(key, {})[form] = text
    return forms


def gaps(text: str) -> set[str]:
    """The names of a sentence's placeholders; each has a name."""
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    assert all(name.isidentifier() for name in names), text
    return set(names)


EN, ZH = by_form(in_file(Language.EN)), by_form(in_file(Language.ZH))


def asked_for() -> Iterator[tuple[str, Asked]]:
    """Every key that the package asks for, and where."""
    for path in SPEAKERS:
        for asking in asked(path.read_text("utf-8")):
            yield f"{path.relative_to(PACKAGE)}:{asking.line}", asking
    for path in TEMPLATES:
        for asking in asked_in_template(path.read_text("utf-8")):
            yield f"{path.relative_to(PACKAGE)}:{asking.line}", asking


@pytest.mark.parametrize("language", Language)
def test_the_file_is_read_as_toml_is(language: Language) -> None:
    """Line by line, and yet exactly what tomllib makes of the whole."""
    say = sentences(language)
    for key, text in in_file(language).items():
        assert say(key) == text


def unlike(english: Mapping[str, str], chinese: Mapping[str, str]) -> set[str]:
    """The keys that one of two languages lacks, or that are filled in or divided otherwise."""
    here, there = by_form(english), by_form(chinese)
    differing = set(here.keys() ^ there.keys())
    for key in here.keys() & there.keys():
        one, other = here[key].get("one", here[key]["other"]), here[key]["other"]
        wanted = gaps(other)
        fitting = gaps(there[key]["other"]) == wanted and wanted - {"count"} <= gaps(one) <= wanted
        if not fitting or other.count(" | ") != there[key]["other"].count(" | "):
            differing.add(key)
    return differing


def test_both_languages_say_the_same() -> None:
    """No key is in one of them alone, and both fill in the same."""
    english = in_file(Language.EN)
    both = {key: text for key, text in english.items() if not key.startswith(ENGLISH)}
    chinese = in_file(Language.ZH)
    assert (
        unlike(both, {key: t for key, t in chinese.items() if not key.startswith(CHINESE)}) == set()
    )


def test_chinese_is_chinese() -> None:
    """What has a word in English has Chinese in its place, not the same nor another's."""
    word, sign = re.compile(r"[^\W\d_]{2}"), re.compile("[\u4e00-\u9fff]")
    for key in EN.keys() & ZH.keys() - {"page.cpu", "notice.readiness"}:
        english, chinese = (re.sub(r"\{\w+\}", "", said[key]["other"]) for said in (EN, ZH))
        assert bool(word.search(english)) == bool(sign.search(chinese)), key


def test_whatever_is_asked_for_is_there_and_filled_in() -> None:
    """A key is written out where it is asked for, with the facts that its sentence needs."""
    for place, asking in asked_for():
        if asking.family:
            keys = [key for key in EN if key.startswith(f"{asking.key}.")]
            assert asking.key in FAMILIES, place
            assert set().union(*map(facts_of, keys)) == asking.facts, place
        else:
            assert asking.key in EN, f"{place}: {asking.key or 'no literal key'}"
            assert facts_of(asking.key) == asking.facts, f"{place}: {asking.key}"


def facts_of(key: str) -> set[str]:
    """What a sentence has to be filled in with."""
    return gaps(EN[key]["other"]) | ({"count"} if "one" in EN[key] else set())


def test_whatever_is_there_is_asked_for() -> None:
    """A sentence that nothing says is taken out."""
    keys = {one.key for _, one in asked_for()}
    families = tuple(f"{one.key}." for _, one in asked_for() if one.family)
    assert {key for key in EN if key not in keys and not key.startswith(families)} == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_all_its_words(family: str) -> None:
    """None is missing, and none is too much."""
    words = {key.removeprefix(f"{family}.") for key in EN if key.startswith(f"{family}.")}
    assert words == {str(word) for word in FAMILIES[family]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", RENDERERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_renderer_holds_a_sentence(path: Path) -> None:
    """What people read of a run is said in both languages, or belongs to a format."""
    found = sentences_of(path.read_text("utf-8"))
    assert [(line, text) for line, text in found if text not in FORMAT] == []


@pytest.mark.parametrize("path", BEGINNERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_first_board_is_told_by_the_code(path: Path) -> None:
    """What is proposed, left out or refused is said in both languages, and so are comments."""
    found = sentences_of(path.read_text("utf-8"), raised=True)
    assert [(line, text) for line, text in found if text not in FIRST_BOARD | READ] == []


def test_what_is_excused_is_there() -> None:
    """No text is excused that nothing holds."""
    held = {found for path in BEGINNERS for _, found in sentences_of(path.read_text("utf-8"))}
    assert (FIRST_BOARD | READ) - held == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_word(path: Path) -> None:
    """Not even one."""
    assert list(sentences_of_template(path.read_text("utf-8"))) == []


def test_each_template_is_told_in_chinese() -> None:
    """None is missing, and none is too much."""
    told = {key.removeprefix("template.") for key in ZH if key.startswith("template.")}
    assert told == set(templates())
