"""What each format says, read back as the programs read it that the format is made for.

A reader returns what a report tells of a run; `agrees` holds it against the run document. A new
format joins by a line in `READERS`.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from html5lib import HTMLParser
from junitparser import Error, Failure, JUnitXml, Skipped
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument, from_json
from readiness.text.languages import Language
from readiness.text.layout import inert, literal
from readiness.text.sentences import sentences

ALL = frozenset(Verdict)
UNTOLD = object()


class Told(NamedTuple):
    """What a report tells; a format with no room for something leaves it out.

    `verdicts` gives, by id, what a criterion may be as far as the format can tell. Criteria with
    a verdict that is in `silent` are not in it. `ready` says whether the report reads as ready.
    `shown` is how people are told what was measured, and `shown_score` the score.
    """

    verdicts: dict[str, frozenset[Verdict]]
    silent: frozenset[Verdict] = frozenset()
    values: dict[str, Any] | None = None
    counts: dict[Verdict, int] | None = None
    decision: str | None = None
    score: Any = UNTOLD
    ready: bool | None = None
    shown: dict[str, str] | None = None
    shown_score: str | None = None


def agrees(report: Told, run: RunDocument) -> None:
    """Assert that a report tells of this run: verdicts, values, counts, score and decision."""
    criteria = {key(criterion.id): criterion for criterion in run.criteria()}
    listed = {name for name, each in criteria.items() if each.verdict not in report.silent}
    assert {key(name) for name in report.verdicts} == listed
    for name, possible in report.verdicts.items():
        assert criteria[key(name)].verdict in possible, name
    for name, value in (report.values or {}).items():
        assert value == criteria[key(name)].value, name
    unshown = report.silent | {Verdict.SKIP}
    for criterion in criteria.values() if report.shown is not None else ():
        # Text that was measured is cut and escaped as the format needs it.
        if (
            isinstance(criterion.value, int | float)
            and criterion.verdict not in unshown
            and not criterion.attestation
        ):
            assert (report.shown or {})[key(criterion.id)] == criterion.shown, criterion.id
    if report.counts is not None:
        verdicts = [criterion.verdict for criterion in criteria.values()]
        assert report.counts == {verdict: verdicts.count(verdict) for verdict in Verdict}
    if report.decision is not None:
        assert report.decision == run.gate.decision
    if report.score is not UNTOLD:
        assert report.score == run.score.value
    if report.shown_score is not None and run.score.value is not None:
        assert report.shown_score == run.score.shown
    if report.ready is not None:
        assert report.ready == (run.gate.decision is Decision.READY and not run.interrupted)


def key(name: str) -> str:
    """An id as any report may show it: on one line, with nothing in it that a log obeys."""
    return inert(literal(name))


def strict_json(text: str) -> Any:
    """Read JSON as its standard has it: no NaN, no key twice."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)

    text.encode("utf-8")
    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


def _exactly(verdicts: dict[str, str]) -> dict[str, frozenset[Verdict]]:
    return {name: frozenset({Verdict(verdict)}) for name, verdict in verdicts.items()}


def _json(text: str) -> Told:
    run = from_json(text.encode(), "report")
    criteria = list(run.criteria())
    return Told(
        verdicts={each.id: frozenset({each.verdict}) for each in criteria},
        values={each.id: each.value for each in criteria},
        decision=run.gate.decision,
        score=run.score.value,
        ready=run.gate.decision is Decision.READY,
    )


_SCORE = re.compile(r"(?:Score |得分 |\*\*: |ready |就绪 |% \(|%（)([\d.]+)(?: of |/| / )10")
_ROW = re.compile(r"^  (\S+)  +[✓!✗?~-] (\w+)", re.MULTILINE)
_SAID = [sentences(language) for language in Language]
_WORDS = {say(f"verdict.{verdict}"): verdict for say in _SAID for verdict in Verdict}
_READY = tuple(say("decision.ready") for say in _SAID)
_LINE = sentences(Language.EN)("formats.line_gate")
_PARTIAL = tuple(say("decision.partial") for say in _SAID)


def _table(text: str) -> Told:
    ending = text.splitlines()[-1][2:]
    matches = [match for match in _ROW.finditer(text) if match[2] in _WORDS]
    rows = {match[1]: _cells(text, match.start()) for match in matches}
    return Told(
        verdicts={match[1]: frozenset({_WORDS[match[2]]}) for match in matches},
        silent=frozenset({Verdict.SKIP} if ending.startswith(_PARTIAL) else ()),
        ready=ending.startswith(_READY),
        shown_score=_score(text),
        shown={name: cells[3] for name, cells in rows.items() if len(cells) > 3},
    )


def _score(text: str) -> str | None:
    """The first score that is told of in words."""
    found = _SCORE.search(text)
    return found and found[1]


def _cells(text: str, start: int) -> list[str]:
    """The cells of the row that starts there: id, verdict, title, value and so on."""
    row, below, *_ = text[start:].split("\n", 2)
    below = below if below[:12].isspace() else ""  # where it goes on
    places = [match.span() for match in re.finditer(r"\S+(?: \S+)*", row)]
    return [f"{row[start:end]} {below[start:end].strip()}".strip() for start, end in places]


def _junit(text: str) -> Told:
    report = JUnitXml.fromstring(text.encode())
    verdicts: dict[str, frozenset[Verdict]] = {}
    facts: dict[str, str] = {}
    values = {}
    for number, suite in enumerate(report):
        properties = {each.name: each.value for each in suite.properties()}
        if number == 0:
            facts = properties
            (gate,) = suite
            continue
        names = [name.removesuffix(".verdict") for name in properties if name.endswith(".verdict")]
        for name, case in zip(names, suite, strict=True):
            assert case.name.startswith(name.strip()[:20])
            verdict = Verdict(properties[f"{name}.verdict"])
            assert verdict in _junit_verdicts(case)
            verdicts[name] = frozenset({verdict})
            if value := properties[f"{name}.value"]:
                values[name] = _value(value)
    score = None if facts["score"] == "unknown" else float(facts["score"])
    return Told(
        verdicts=verdicts,
        values=values,
        decision=facts["decision"],
        score=score,
        ready=not gate.result and gate.name != _LINE,
    )


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _junit_verdicts(case: Any) -> frozenset[Verdict]:
    results = [type(result) for result in case.result]
    return {
        (): frozenset({Verdict.PASS, Verdict.WARN}),
        (Failure,): frozenset({Verdict.FAIL}),
        (Error,): frozenset({Verdict.ERROR}),
        (Skipped,): frozenset({Verdict.WAIVED, Verdict.SKIP}),
    }[tuple(results)]


def _sarif(text: str) -> Told:
    (run,) = strict_json(text)["runs"]
    facts = run["properties"]["readiness"]
    verdicts = {name: each["verdict"] for name, each in facts["criteria"].items()}
    for result in run["results"]:
        name = result["ruleId"].removeprefix("readiness/")
        word = result["message"]["text"].partition(":")[0]
        if result["ruleId"].startswith("readiness/") and name != "gate":
            assert verdicts[name] == word
            assert ("suppressions" in result) == (word == "waived")
    gate = [result for result in run["results"] if result["ruleId"] == "readiness/gate"]
    return Told(
        verdicts=_exactly(verdicts),
        values={name: each["value"] for name, each in facts["criteria"].items()},
        counts={Verdict(verdict): count for verdict, count in facts["counts"].items()},
        decision=facts["decision"],
        score=facts["score"],
        ready=not gate,
    )


def _openmetrics(text: str) -> Told:
    samples = {family.name: family.samples for family in text_string_to_metric_families(text)}
    (decision,) = [
        sample.labels["decision"] for sample in samples["readiness_gate_decision"] if sample.value
    ]
    score = [sample.value for sample in samples.get("readiness_score", [])]
    return Told(
        verdicts=_exactly(
            {
                sample.labels["criterion"]: sample.labels["verdict"]
                for sample in samples.get("readiness_criterion_verdict", [])
            }
        ),
        values={
            sample.labels["criterion"]: sample.value
            for sample in samples.get("readiness_criterion_value", [])
        },
        counts={
            Verdict(sample.labels["verdict"]): sample.value
            for sample in samples["readiness_criteria"]
        },
        decision=decision,
        score=score[0] if score else None,
    )


def _gitlab(text: str) -> Told:
    entries = {entry["check_name"]: entry["description"] for entry in strict_json(text)}
    ready = entries.pop("readiness/gate", None) is None
    return Told(
        verdicts=_exactly(
            {
                name.removeprefix("readiness/"): description.partition(":")[0]
                for name, description in entries.items()
                if name.startswith("readiness/")
            }
        ),
        silent=frozenset({Verdict.PASS, Verdict.SKIP}),
        ready=ready,
    )


def _badge(text: str) -> Told:
    badge = strict_json(text)
    return Told(
        verdicts={},
        silent=ALL,
        ready=badge["color"] == "brightgreen",
        shown_score=_score(badge["message"]),
    )


def _in_toto(text: str) -> Told:
    predicate = strict_json(text)["predicate"]
    facts = predicate["configuration"][0]["annotations"]
    lists = {
        "passedTests": frozenset({Verdict.PASS}),
        "warnedTests": frozenset({Verdict.WARN, Verdict.WAIVED}),
        "failedTests": frozenset({Verdict.FAIL, Verdict.ERROR}),
    }
    verdicts = {name: possible for word, possible in lists.items() for name in predicate[word]}
    verdicts |= dict.fromkeys(facts["skippedTests"], frozenset({Verdict.SKIP}))
    assert predicate["result"] == "FAILED" or facts["decision"] == "ready"
    return Told(verdicts=verdicts, decision=facts["decision"], score=facts["score"])


def _html(text: str) -> Told:
    root = HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    main = next(item for item in root.iter("main"))
    head = next(item for item in main.iter("div") if "verdict" in str(item.get("class")))
    rows = [item[0] for item in main.iter("details") if item.get("class") == "c"]
    rows += [
        item
        for section in main.iter("section")
        if section.get("aria-labelledby") == "skipped"
        for item in section.iter("li")
    ]
    counts = dict.fromkeys(Verdict, 0)
    chips = [item for item in head.iter("ul") if item.get("class") == "counts"]
    for item in (item for listed in chips for item in listed.iter("li")):
        _, count, word = "".join(item.itertext()).split()
        counts[_WORDS[word]] = int(count)
    return Told(
        verdicts={
            "".join(next(row.iter("b")).itertext()): frozenset(
                {_WORDS["".join(next(row.iter("span")).itertext()).split()[1]]}
            )
            for row in rows
        },
        counts=counts,
        shown={
            _text_of(row, "b"): _text_of(row, "span", "x") for row in rows if row.tag == "summary"
        },
        shown_score=_text_of(
            next(item for item in main.iter("p") if item.get("class") == "number"), "b"
        ),
        decision=str(head.get("class")).split(" d-")[1],
        ready="d-ready" in str(head.get("class"))
        and "".join(next(root.iter("title")).itertext()).split()[1] in _READY,
    )


def _text_of(item: Any, tag: str, kind: str | None = None) -> str:
    """The text of the first part with that tag and class."""
    (part, *_) = (each for each in item.iter(tag) if kind in (None, each.get("class")))
    return "".join(part.itertext())


_MET = (Verdict.PASS, Verdict.WARN)
_EMOJI = {"✅": Verdict.PASS, "⚠️": Verdict.WARN, "❌": Verdict.FAIL, "❓": Verdict.ERROR}
_EMOJI |= {"📝": Verdict.WAIVED, "➖": Verdict.SKIP}
_EMOJI_UNNAMED = f"(?:{'|'.join(_EMOJI)})"
_ANY_EMOJI = f"({'|'.join(_EMOJI)})"
_DECIDED = {say(f"decision.{one}"): one for say in _SAID for one in Decision}
_BOX = re.compile(rf"^- \[([ x])\] \*\*(\S+)\*\* .*? · {_ANY_EMOJI} ", re.MULTILINE)
_FOUND = re.compile(
    rf"^- \[[ x]\] \*\*(\S+)\*\* .*? · {_EMOJI_UNNAMED} \S+ · (.*?) · ", re.MULTILINE
)
_ESCAPE = re.compile(r"\\(?=[^\w\s])")
_CELLS = re.compile(rf"^\| (\S+) \| {_ANY_EMOJI} \S+ \|", re.MULTILINE)
_ANNOTATED = re.compile(r"^::(?:error|warning) .*title=(\S+) (\S+)%3A ", re.MULTILINE)


def _decision(line: str) -> Decision:
    """The decision that stands in a line; the longest, as NOT READY has READY in it."""
    return _DECIDED[max((word for word in _DECIDED if word in line), key=len)]


def _board(text: str) -> Told:
    verdicts = {}
    for box, name, emoji in _BOX.findall(text):
        assert (box == "x") == (_EMOJI[emoji] in _MET), name
        verdicts[name] = frozenset({_EMOJI[emoji]})
    (state,) = re.findall(r"^- \*\*(?:State of the board|看板状态)\*\*: (.*)$", text, re.MULTILINE)
    decision = _decision(state)
    return Told(
        verdicts=verdicts,
        decision=decision,
        ready=decision is Decision.READY,
        shown={name: _ESCAPE.sub("", found) for name, found in _FOUND.findall(text)},
        shown_score=_score(text),
    )


def _markdown(text: str) -> Told:
    rows = {name: frozenset({_EMOJI[emoji]}) for name, emoji in _CELLS.findall(text)}
    decision = _decision(text.splitlines()[1])
    return Told(
        verdicts=rows, decision=decision, ready=decision is Decision.READY, shown_score=_score(text)
    )


def _github(text: str) -> Told:
    named = {name: _WORDS[word] for name, word in _ANNOTATED.findall(text) if word in _WORDS}
    decision = _decision(text.splitlines()[0])
    return Told(
        verdicts={name: frozenset({verdict}) for name, verdict in named.items()},
        silent=frozenset({Verdict.PASS, Verdict.WAIVED, Verdict.SKIP}),
        decision=decision,
        ready=decision is Decision.READY,
        shown_score=_score(text),
    )


READERS: dict[str, Callable[[str], Told]] = {
    "badge": _badge,
    "board": _board,
    "github": _github,
    "gitlab": _gitlab,
    "html": _html,
    "in-toto": _in_toto,
    "json": _json,
    "junit": _junit,
    "markdown": _markdown,
    "openmetrics": _openmetrics,
    "sarif": _sarif,
    "table": _table,
}
