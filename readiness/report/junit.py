"""JUnit XML, as Jenkins and GitLab read it: a suite a task, a case a criterion, and the gate.

It is valid by the schema of Jenkins' xUnit plugin, which knows neither properties nor a file of a
single case: those are at the suite.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from readiness.model.words import Verdict
from readiness.record.document import CriterionRecord, ProbeRecord, RunDocument, TaskRecord
from readiness.report import Context
from readiness.report._evidence import ending, output
from readiness.report._facts import (
    SAY,
    GateState,
    board_file,
    gate_name,
    gate_sentence,
    gate_state,
    name,
    seconds,
    sentence,
)
from readiness.report._shown import badge, is_unattested
from readiness.text.clean import clean, cut
from readiness.text.layout import literal

STREAM_LIMIT = 4_000
"""Characters of each stream of a probe that are shown."""

CASE_LIMIT = 16_000
"""Characters of evidence that a case has; GitLab reads no file above 30 MB."""

_GATE_RESULTS = {GateState.BAD: "failure", GateState.UNKNOWN: "error", GateState.PARTIAL: "skipped"}
_COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
# GitLab takes this, in what a case wrote, for the way to a picture of it.
_ATTACHMENT, _NO_ATTACHMENT = "[[ATTACHMENT|", r"[\[ATTACHMENT|"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_OBEYED = re.compile(r"(?m)^(\s*):(?=:)|(?<=#)#(?=[A-Za-z]*\[)")


def render(run: RunDocument, _: Context) -> str:
    """Return `run` as JUnit XML in UTF-8."""
    root = Element("testsuites", name=literal(run.board.title) or "readiness")
    writer = _Writer(run)
    root.append(writer.gate())
    for task in run.tasks:
        root.append(writer.suite(task))
    _count(root, run.duration_s)
    del root.attrib["skipped"]
    indent(root, " ")
    text = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_OBEYED.sub(_spelled, text)}\n'


class _Writer:
    """Writes the suites of one run."""

    def __init__(self, run: RunDocument) -> None:
        self._run = run
        self._probes = {probe.id: probe for probe in run.probes}
        self._seconds = seconds(run)

    def gate(self) -> Element:
        """Return the suite that holds the decision: without it waivers alone would read green."""
        run = self._run
        title = gate_name(run)
        suite = self._suite("gate", title)
        case = SubElement(suite, "testcase", classname="readiness.gate", name=title)
        case.set("time", _time(0.0))
        state = gate_state(run)
        text = gate_sentence(run)
        _result(case, _GATE_RESULTS.get(state), run.gate.decision.value, text, text)
        score = "unknown" if run.score.value is None else str(run.score.value)
        facts = {
            "decision": run.gate.decision.value,
            "exit_status": str(run.gate.exit_status),
            "score": score,
            "target": str(run.score.target),
            "profile": literal(run.profile),
            "run": literal(run.id),
            "board": f"{board_file(run)} {literal(run.board.digest)}",
            "commit": _commit(run),
        }
        _properties(suite, facts)
        _count(suite, 0.0)
        return suite

    def suite(self, task: TaskRecord) -> Element:
        """Return the suite of one task."""
        identifier = literal(task.id)
        suite = self._suite(identifier, f"{identifier} {literal(task.title)}".strip())
        facts = {"priority": task.priority.value, "owner": literal(task.owner)}
        for criterion in task.criteria:
            suite.append(self._case(task, criterion))
            facts |= _facts(criterion)
        _properties(suite, facts)
        read = dict.fromkeys(each for criterion in task.criteria for each in criterion.probes)
        probes = [self._probes[probe] for probe in read if probe in self._probes]
        _count(suite, sum(probe.duration_s for probe in probes if not probe.reused))
        return suite

    def _suite(self, identifier: str, title: str) -> Element:
        suite = Element("testsuite", id=identifier, name=title, file=board_file(self._run))
        if _MOMENT.match(self._run.started_at):
            suite.set("timestamp", self._run.started_at[:19])
        return suite

    def _case(self, task: TaskRecord, criterion: CriterionRecord) -> Element:
        took = self._seconds[criterion.id]
        case = Element("testcase", classname=f"readiness.{literal(task.id)}", name=name(criterion))
        case.set("time", _time(took))
        evidence = clean("\n".join(self._evidence(task, criterion)), newlines=True)
        evidence = cut(evidence.replace(_ATTACHMENT, _NO_ATTACHMENT), CASE_LIMIT)
        result = "skipped" if is_unattested(criterion) else _result_of(criterion.verdict)
        kind = badge(criterion, SAY).name
        if criterion.verdict.unknown and criterion.reason_code:
            kind = criterion.reason_code
        _result(case, result, kind, sentence(criterion), evidence)
        SubElement(case, "system-out").text = evidence
        return case

    def _evidence(self, task: TaskRecord, criterion: CriterionRecord) -> Iterator[str]:
        """Yield the verdict, its place in the board, what to do, and what probes printed."""
        line = f":{criterion.line}" if criterion.line else ""
        yield f"{badge(criterion, SAY).word}: {sentence(criterion)}"
        yield f"{board_file(self._run)}{line} ({task.priority.value})"
        if criterion.flaky:
            yield SAY("report.flaky")
        if criterion.hint:
            yield f"{SAY('report.next_step')}: {literal(criterion.hint)}"
        for probe in criterion.probes:
            if probe in self._probes:
                yield from _probe_lines(self._probes[probe])


def _probe_lines(probe: ProbeRecord) -> Iterator[str]:
    yield ""
    yield f"$ {literal(probe.by_hand or probe.check or probe.command)}"
    for parameter, value in probe.params.items():
        yield f"  {literal(parameter)}={literal(value)}"
    yield f"  {', '.join(ending(probe, SAY))}"
    for label, stream in (("stdout", probe.stdout), ("stderr", probe.stderr)):
        if text := output(stream):
            yield f"  {label}:"
            yield cut(text, STREAM_LIMIT)


def _result_of(verdict: Verdict) -> str | None:
    """Return the element of a verdict in JUnit XML; a case that passed has none."""
    if verdict.bad:
        return "error" if verdict.unknown else "failure"
    return None if verdict.good else "skipped"


def _result(case: Element, tag: str | None, kind: str, message: str, text: str) -> None:
    """Add how a case ended; one that passed has no such element."""
    if tag is not None:
        SubElement(case, tag, type=kind, message=message).text = text


def _facts(criterion: CriterionRecord) -> dict[str, str]:
    """Return the numbers of one criterion for the properties of its suite."""
    identifier = literal(criterion.id)
    value = "" if criterion.value is None else literal(_text(criterion.value))
    return {
        f"{identifier}.verdict": criterion.verdict.value,
        f"{identifier}.value": value,
        f"{identifier}.unit": literal(criterion.unit),
        f"{identifier}.expect": literal(criterion.expect),
    }


def _text(value: float | bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _commit(run: RunDocument) -> str:
    if run.git is None:
        return SAY("report.no_revision")
    commit = literal(run.git.commit)
    return SAY("report.dirty", revision=commit) if run.git.dirty else commit


def _properties(suite: Element, facts: dict[str, str]) -> None:
    properties = Element("properties")
    for key, value in facts.items():
        SubElement(properties, "property", name=key, value=value)
    suite.insert(0, properties)


def _count(element: Element, took: float) -> None:
    """Count the cases below `element` by how they ended."""
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for attribute, tag in _COUNTS.items():
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))
    element.set("time", _time(took))


def _time(took: float) -> str:
    return f"{took:.3f}"


def _spelled(match: re.Match[str]) -> str:
    """Escape what a CI log would take for a reference; a reader of XML restores it."""
    return f"{match[1]}&#58;" if match[1] is not None else "&#35;"
