"""Compare what documents say of alerts with the rules that are evaluated."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NamedTuple, cast

import yaml

from checks.documents.markdown import MarkdownDocument
from checks.in_project.common import files_below, not_measured, read_text

COMPARED = re.compile(r"(==|!=|<=|>=|<|>)(?:\s*bool)?\s*(-?\d[\d_.]*(?:[eE][+-]?\d+)?)(?![\w.%])")
DURATION = re.compile(r"(?<![\w.-])((?:\d+(?:ms|[smhdwy]))+)(?!\w)")
STATED = re.compile(
    r"(?:above|over|exceeds?|below|under|(?:more|less|greater) than|超过|低于|[<>]=?)"
    r"\s*(\d+(?:\.\d+)?)\s*(%|ms|s|seconds|MB|MiB|GB|GiB|秒|毫秒)(?!\w)",
    re.IGNORECASE,
)
SCALES = {
    "%": ("1", "0.01"),
    "ms": ("1", "0.001"),
    "毫秒": ("1", "0.001"),
    "mb": ("1", "1e6", "1048576"),
    "mib": ("1", "1048576"),
    "gb": ("1", "1e9", "1073741824"),
    "gib": ("1", "1073741824"),
}


class RuleNumbers(NamedTuple):
    """An alert, with all that is compared in its expression, and its durations."""

    name: str
    comparisons: frozenset[tuple[str, Decimal]]
    durations: frozenset[str]
    severity: str


def read_rules(paths: list[str]) -> dict[str, RuleNumbers]:
    """Read the rules of Prometheus in files; an alert that has several rules is left out."""
    rules: dict[str, list[RuleNumbers]] = {}
    for path in files_below(paths, (".yml", ".yaml", ".rules")):
        try:
            data = yaml.load(read_text(path), yaml.CSafeLoader)
            data = data.get("spec", data)  # of an object of Kubernetes
            groups = cast("list[dict[str, list[dict[str, object]]]]", data["groups"])
            rows = [row for group in groups for row in group["rules"] if "alert" in row]
        except (yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
            not_measured(f"{path} is no file of rules: {type(error).__name__}")
        for row in rows:
            rule = _rule(row)
            rules.setdefault(rule.name, []).append(rule)
    if not rules:
        not_measured(f"there is no alert in {' '.join(paths)}")
    return {name: same[0] for name, same in rules.items() if len(same) == 1}


def _rule(row: dict[str, object]) -> RuleNumbers:
    expression = re.sub(r"\"(?:\\.|[^\"])*\"|'(?:\\.|[^'])*'", '""', str(row.get("expr", "")))
    periods = " ".join(str(row.get(key, "")) for key in ("for", "keep_firing_for"))
    times = DURATION.findall(re.sub(r"[\[\]:,()]", " ", f"{expression} {periods}"))
    labels = row.get("labels")
    severity = str(labels.get("severity", "")) if isinstance(labels, dict) else ""
    comparisons = frozenset(_comparisons(expression))
    return RuleNumbers(str(row["alert"]), comparisons, frozenset(times), severity)


def _comparisons(text: str) -> Iterator[tuple[str, Decimal]]:
    for sign, number in COMPARED.findall(text):
        try:
            yield sign, Decimal(number.replace("_", "")).normalize()
        except InvalidOperation:
            continue


def differing(
    rules: dict[str, RuleNumbers], document: MarkdownDocument
) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of each number that an alert's rule does not have.

    A line speaks of an alert that it names, if it names one alone; a section, of its heading's.
    """
    severities = {rule.severity for rule in rules.values()} - {""}
    headings = dict(document.headings)
    below = ""
    for number, line in enumerate(document.text.splitlines(), 1):
        words = re.findall(r"\w+", line)
        if number in headings:
            below = headings[number].strip().split(" ")[0]
        named = {word for word in words if word in rules} or {below} & rules.keys()
        if len(named) == 1:
            rule = rules[named.pop()]
            yield from ((number, fault) for fault in _line_faults(rule, line, severities))


def _line_faults(rule: RuleNumbers, line: str, severities: set[str]) -> Iterator[str]:
    code = [text.replace("\\|", "|") for text in re.findall(r"`([^`]+)`", line)]
    bare = [re.sub(r"\"[^\"]*\"", '""', text) for text in code]
    claimed = [pair for text in bare for pair in _comparisons(text)]
    numbers = {number for _, number in rule.comparisons}
    for sign, number in claimed:
        if (sign, number) not in rule.comparisons and rule.comparisons:
            limits = ", ".join(sorted(f"{sign} {limit:f}" for sign, limit in rule.comparisons))
            yield f"{rule.name} is not {sign} {number:f}; its rule has {limits}"
    for number, unit in STATED.findall(re.sub(r"`[^`]*`", "", line)):
        scales = SCALES.get(unit.lower(), ("1",))
        if numbers and not any(Decimal(number) * Decimal(each) in numbers for each in scales):
            limits = ", ".join(sorted(f"{limit:f}" for limit in numbers))
            yield f"{rule.name} is not {number} {unit}; its rule has {limits}"
    cells = [cell.strip().strip("`*") for cell in line.split("|")] if line.count("|") > 2 else []
    if not cells or not claimed:
        return
    # A row of a table that has the expression has the rest of the rule too.
    for period in DURATION.findall(re.sub(r"[\[\]:,()]", " ", line)):
        if period not in rule.durations:
            yield f"{rule.name}: its rule has no {period}, but {', '.join(sorted(rule.durations))}"
    for cell in cells:
        if cell in severities and rule.severity and cell != rule.severity:
            yield f"{rule.name} has the severity {rule.severity}, and not {cell}"
