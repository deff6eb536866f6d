"""Count the results of reports in SARIF 2.1.0, by level, and keep where they are."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn, TextIO
from urllib.parse import unquote

from checks.in_project.common import Params, emit, not_measured
from checks.reports.handed_in import HandedIn, ListedFiles, refuse
from checks.reports.json_reader import JsonReader

RUN = ("runs", "*")
TOOLS = ((*RUN, "tool", "driver"), (*RUN, "tool", "extensions", "*"))
OPENED = {
    *((), RUN[:1], RUN, (*RUN, "results"), (*RUN, "tool"), (*RUN, "tool", "extensions")),
    *TOOLS,
    *((*tool, "rules") for tool in TOOLS),
}
LEVELS = {"error": "errors", "warning": "warnings", "note": "notes"}
MOST = 5_000
Entry = dict[str, Any]


def _marks(result: Entry, kind: str) -> dict[str, str]:
    """Return what the tool knows a result by; a phrase, such as `requires login`, fits them all."""
    marks = {name: str(mark) for name, mark in (result.get(kind) or {}).items()}
    return {name: mark for name, mark in marks.items() if re.fullmatch(r"\S*\d\S*", mark)}


class SarifReport:
    """Reads one report into the counts of all; `run` and what follows are of its newest run."""

    def __init__(self, path: str, handed_in: HandedIn, counts: Counter[str]) -> None:
        self.path, self.handed_in, self.counts = path, handed_in, counts
        self.findings: list[Entry] = []
        self.runs = 0

    def _begin(self) -> None:
        """Begin a run; the rules that decide levels may stand after the results."""
        self.runs += 1
        self.run = f"run {self.runs}"
        self.has_results = self.ended = False
        self.rules = 0
        self.undecided: Counter[tuple[str, int]] = Counter()
        self.levels: dict[object, str] = {}

    def read(self) -> None:
        """Read the whole report; what was broken off or is not of SARIF 2.1.0 ends the check."""
        version = "no version"
        for keys, value in JsonReader(self.path, OPENED):
            if keys == ("version",):
                version = str(value)
                self._must_be_current(version)
            elif keys == RUN:
                self._close()
                self._begin()
            elif keys[:2] == RUN:
                try:
                    self._part(keys[2:], value)
                except (AttributeError, IndexError, TypeError, ValueError) as error:
                    self._refuse(f"{'.'.join(keys)} is not as SARIF 2.1.0 has it: {error}")
        self._must_be_current(version)
        self._close()
        if not self.runs:
            self._refuse("it has no run", "see what the command prints")

    def _must_be_current(self, version: str) -> None:
        if version != "2.1.0":
            self._refuse(f"expected SARIF 2.1.0, found {version}", "have the tool write 2.1.0")

    def _refuse(self, why: str, remedy: str = "") -> NoReturn:
        refuse(self.path, 1, 1, why, remedy)

    def _part(self, keys: tuple[str, ...], value: Any) -> None:
        if keys == ("results",):
            self.has_results = value is ...
        elif keys == ("results", "*"):
            self._result(value)
        elif keys == ("tool", "driver", "name"):
            self.run += f" ({value})"
        elif keys[-2:] == ("rules", "*"):
            level = (value.get("defaultConfiguration") or {}).get("level", "warning")
            self.levels |= {value.get("id"): level, self.rules: level}
            self.rules += 1
        elif keys == ("invocations",):
            for invocation in value:
                self._invocation(invocation)
        elif keys == ("externalPropertyFileReferences",) and value.get("results"):
            self._refuse("its results are in other files", "have the tool write a single one")

    def _invocation(self, invocation: Entry) -> None:
        """Refuse what did not end well, or says that something was left out."""
        self.ended = invocation.get("executionSuccessful") is True
        self.handed_in.check_date(self.path, str(invocation.get("endTimeUtc", "")))
        for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for notification in invocation.get(kind) or ():
                if notification.get("level") == "error":
                    text = (notification.get("message") or {}).get("text", "")
                    self._refuse(f"{self.run} could not do all of its work: {text[:200]}")
        if invocation.get("executionSuccessful") is False:
            self._refuse(f"{self.run} did not succeed", "see what the command prints")

    def _result(self, result: Entry) -> None:
        """Count a result, unless it is gone, put aside, or says that all is well."""
        if result.get("kind", "fail") != "fail" or result.get("baselineState") == "absent":
            return
        states = {one.get("status", "accepted") for one in result.get("suppressions") or ()}
        self.counts["suppressed" if states == {"accepted"} else "results"] += 1
        if states == {"accepted"}:
            return
        self.counts["compared"] += "baselineState" in result
        self.counts["new"] += result.get("baselineState") == "new"
        rule = result.get("rule") or {}
        name = str(result.get("ruleId") or rule.get("id") or "")
        if level := result.get("level"):
            self.counts[LEVELS.get(level, "others")] += 1
        else:
            self.undecided[name, int(result.get("ruleIndex", rule.get("index", -1)))] += 1
        if len(self.findings) >= MOST:
            return
        place = ((result.get("locations") or [{}])[0]).get("physicalLocation") or {}
        marks = _marks(result, "fingerprints") or _marks(result, "partialFingerprints")
        finding = {
            "path": unquote((place.get("artifactLocation") or {}).get("uri") or self.path),
            "line": (place.get("region") or {}).get("startLine", 0),
            "rule": name,
            "message": str((result.get("message") or {}).get("text", ""))[:500],
            "fingerprint": json.dumps(marks, sort_keys=True) if marks else "",
        }
        self.findings.append(finding)

    def _close(self) -> None:
        """Decide the levels that rules decide, and refuse a run of which nothing is known."""
        if not self.runs:
            return
        if not self.has_results:
            self._refuse(f"{self.run} has no results, not even an empty list")
        for (name, index), number in self.undecided.items():
            keys = (index, name, name.rpartition("/")[0])  # `CA1000/1` is one of CA1000
            level = next((self.levels[key] for key in keys if key in self.levels), "warning")
            self.counts[LEVELS.get(level, "others")] += number
        if self.handed_in.status is None and not self.ended and not self.counts["results"]:
            self._refuse(f"{self.run} does not say that it succeeded")


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Have the reports written, or take those of CI, and count."""
    params = Params(env)
    handed_in = HandedIn(params)
    files = ListedFiles(*params.words("paths")).files
    if not files:
        not_measured(f"Git lists no file in {params.text('paths')}; correct `paths`")
    counts: Counter[str] = Counter(dict.fromkeys((*LEVELS.values(), "results", "suppressed"), 0))
    reports = [SarifReport(path, handed_in, counts) for path in handed_in.paths]
    for report in reports:
        report.read()
    handed_in.must_fit(counts["results"])
    new = counts["new"] if counts["compared"] == counts["results"] else None
    findings = [finding for report in reports for finding in report.findings]
    emit({**counts, "new": new, "files": len(files)}, findings)
    return 0
