"""Tell which named flows have a passing test and no failing one, from the shared run of pytest."""

import ast
import os

import yaml
from _common import emit, not_measured, param, place, read_text, words
from _session import Case, below, numbers, read_session
from _syntax import functions, parse


def wanted() -> list[str]:
    """Return the names of the flows; there must be some."""
    if names := words("flows"):
        return names
    path = param("flows_file")
    try:
        found: object = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        not_measured(f"{path} is not YAML: {error}")
    level = param("level")
    if isinstance(found, dict) and all(isinstance(each, dict | list) for each in found.values()):
        below_names = [os.path.basename(os.path.normpath(top)) for top in words("below")]
        levels = [level] if level else [name for name in below_names if name in found] or found
        found = [name for each in levels for name in found.get(each, [])]
    elif level:
        not_measured(f"{path} has no levels")
    if not isinstance(found, list | dict) or not found:
        not_measured(f"{path} names no flow")
    return [str(name) for name in found]


def marked(path: str, marker: str) -> dict[str, set[str]]:
    """Map the test functions of a file to the flows that their markers name."""
    return {
        function.name: {
            argument.value
            for decorator in function.decorator_list
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") == marker
            for argument in decorator.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        }
        for function in functions(parse(path))
    }


def by_flow(cases: list[Case], marker: str) -> dict[str, list[Case]]:
    """Group the tests by flow."""
    markers = {
        path: marked(path, marker) for path in {c.path for c in cases} if os.path.exists(path)
    }
    groups: dict[str, list[Case]] = {}
    for case in cases:
        flows = {value for name, value in case.properties if name == marker}
        for flow in flows | markers.get(case.path, {}).get(case.function, set()):
            groups.setdefault(flow, []).append(case)
    return groups


def main() -> None:
    """Compare the flows that are wanted with those that were walked through."""
    cases = read_session(os.path.join(os.environ["READINESS_TMP_PYTEST"], "tests.jsonl")).cases
    selected = below(cases, words("below"))
    counted = numbers(selected)
    groups = by_flow(selected, param("marker", "flow"))
    findings = []
    for flow in (names := wanted()):
        outcomes = [case.outcome for case in groups.get(flow, [])]
        if "failed" in outcomes or "passed" not in outcomes:
            why = "a test fails" if "failed" in outcomes else "no test passed"
            where = groups[flow][0] if flow in groups else None
            at = (where.path, where.line) if where else (param("flows_file"), 0)
            findings.append(place(*at, "flow", f"{flow}: {why}"))
    covered = len(names) - len(findings)
    flows = {"missing": len(findings), "covered": covered, "flows": len(names)}
    emit({**flows, **counted}, findings)


if __name__ == "__main__":
    main()
