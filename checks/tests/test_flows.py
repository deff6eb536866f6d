"""Tell which named flows have tests that pass, and that fail where the flow's code fails.

The first is known from the shared run of pytest; for the second the tests are run again in a copy.
"""

import os
from collections.abc import Mapping
from typing import TextIO

import yaml

from checks.in_project.common import (
    CheckFinding,
    Params,
    emit,
    not_measured,
    place,
    read_text,
)
from checks.tests.broken import FaultAttempt, Flow, try_broken
from checks.tests.session import SeenTest, below, numbers, read_session


def wanted(params: Params) -> list[str]:
    """Return the names of the flows; there must be some."""
    if names := params.words("flows"):
        return names
    path = params.text("flows_file")
    try:
        data: object = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        not_measured(f"{path} is not YAML: {error}")
    level = params.text("level")
    if isinstance(data, dict) and all(
        isinstance(level_flows, dict | list) for level_flows in data.values()
    ):
        below_names = [os.path.basename(os.path.normpath(top)) for top in params.words("below")]
        levels = [level] if level else [name for name in below_names if name in data] or data
        data = [name for each in levels for name in data.get(each, [])]
    elif level:
        not_measured(f"{path} has no levels")
    if not isinstance(data, list | dict) or not data:
        not_measured(f"{path} names no flow")
    return [str(name) for name in data]


def by_flow(cases: list[SeenTest], marker: str) -> dict[str, list[SeenTest]]:
    """Group the tests by flow."""
    groups: dict[str, list[SeenTest]] = {}
    for case in cases:
        for flow in {value for name, value in case.properties if name == marker}:
            groups.setdefault(flow, []).append(case)
    return groups


def through(params: Params, names: list[str]) -> dict[str, list[str]]:
    """Return what each flow walks through, as `path:function`."""
    functions: dict[str, list[str]] = {}
    for entry in params.words("through"):
        name, _, where = entry.partition("=")
        if name not in names or not where.rpartition(":")[0]:
            not_measured(f"through: {entry} is not FLOW=path/to/file.py:function of a flow here")
        if not os.path.isfile(where.rpartition(":")[0]):
            not_measured(f"through: {where.rpartition(':')[0]} does not exist")
        functions.setdefault(name, []).append(where)
    return functions


def unnoticed(
    params: Params, groups: dict[str, list[SeenTest]], named: dict[str, list[str]]
) -> list[CheckFinding]:
    """List the flows whose tests go on to pass where what they walk through fails."""
    passed = [case for cases in groups.values() for case in cases if case.outcome == "passed"]
    files = sorted({case.id.partition("::")[0] for case in passed})
    flows: list[Flow] = [
        {
            "name": flow,
            "tests": [case.id for case in cases if case.outcome == "passed"],
            "through": named.get(flow, []),
        }
        for flow, cases in groups.items()
    ]
    if not flows:
        return []
    broken = try_broken(
        params,
        {
            "paths": files if all(map(os.path.isfile, files)) else params.words("paths"),
            "source": params.words("source"),
            "args": params.words("args"),
            "seconds": params.number("seconds") or 0,
            "mutants": 0,
            "seed": "",
            "tests": [case.id for case in passed],
            "took": {case.id: case.seconds for case in passed},
            "flows": flows,
        },
    )
    outcomes = broken.get("tests", {})
    for flow in flows:
        if bad := [test for test in flow["tests"] if outcomes.get(test, "passed") != "passed"]:
            not_measured(f"{bad[0]} passes here, and does not in a copy of the project")
    wanted = sum(max(len(flow["through"]), 1) for flow in flows)
    if len(broken["attempts"]) < wanted:
        not_measured(f"the seconds were enough for {len(broken['attempts'])} of {wanted} tries")
    return [
        place(groups[each["flow"]][0].path, groups[each["flow"]][0].line, "flow", why)
        for each in broken["attempts"]
        if (why := _why(each))
    ]


def _why(attempt: FaultAttempt) -> str:
    """Say what is wrong with a flow; "" where its tests noticed."""
    where = ", ".join(attempt["broken"][:3]) or "none"
    if attempt["noticed"] == "unknown":
        return f"{attempt['flow']}: {attempt['path']} has no function {attempt['named']}"
    if attempt["noticed"]:
        return ""
    named = f"{where} of {attempt['path']}" if attempt["path"] else "all the code that they run"
    return f"{attempt['flow']}: its tests pass also where {named} fails"


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Compare the flows that are wanted with those that were walked through."""
    params = Params(env)
    cases = read_session(os.path.join(params.env["READINESS_TMP_PYTEST"], "tests.jsonl")).cases
    selected = below(cases, params.words("below"))
    counted = numbers(selected)
    groups = by_flow(selected, params.text("marker", "flow"))
    named = through(params, names := wanted(params))
    findings = []
    walked = {}
    for flow in names:
        outcomes = [case.outcome for case in groups.get(flow, [])]
        if "failed" in outcomes or "passed" not in outcomes:
            why = "a test fails" if "failed" in outcomes else "no test passed"
            where = groups[flow][0] if flow in groups else None
            at = (where.path, where.line) if where else (params.text("flows_file"), 0)
            findings.append(place(*at, "flow", f"{flow}: {why}"))
        else:
            walked[flow] = groups[flow]
    missing = len(findings)
    if params.text("broken") != "false":
        found = unnoticed(params, walked, named)
        findings += found
        missing += len({each["message"].partition(":")[0] for each in found})
    flows = {"missing": missing, "covered": len(names) - missing, "flows": len(names)}
    emit({**flows, **counted}, findings)
    return 0
