"""The pages of docs/checks, one a check, and the overview in docs/checks.md, from the catalogue."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from readiness.model.board import Check

GROUPS = {
    "Python": ("python",),
    "Tests": ("tests", "django"),
    "Databases": ("database",),
    "Services and monitoring": ("services", "performance"),
    "Servers": ("servers",),
    "Supply chain": ("locks", "packages"),
    "Security": ("security", "silence"),
    "CI": ("ci", "make"),
    "Documents and reports": ("documents", "reports"),
}
"""Each group of checks, and the folders below checks/ whose checks are in it."""
OVERVIEW = """# The checks

The {count} checks that come with readiness, as `readiness checks` lists them. In a criterion, name
one with `check:`, set its parameters with `with:` and, to read another measure than the first, add
`measure:`. For anything else, write a command of your own, as in [the cookbook](cookbook.md), or
[a check file](writing-checks.md).
"""
BOARD = """version: 1
title: My project
tasks:
  - id: T1
    title: {task}
    priority: {priority}
    criteria:
      - """
USUAL = ("paths", "source")
PROPOSED = re.compile(
    r"^propose:\n  - title: (.+)\n    task: (.+)\n    priority: (.+)$", re.MULTILINE
)
NO_TOOL = "Nothing: it comes with readiness."


def grouped(catalogue: Mapping[str, Check]) -> dict[str, list[Check]]:
    """The checks by group, each in one."""
    folders = {folder: group for group, names in GROUPS.items() for folder in names}
    groups: dict[str, list[Check]] = {group: [] for group in GROUPS}
    for _, check in sorted(catalogue.items()):
        groups[folders[Path(check.path).parent.name]].append(check)
    return groups


def overview(groups: Mapping[str, list[Check]]) -> str:
    """The page that leads to all others, a table for each group."""
    parts = [OVERVIEW.format(count=sum(map(len, groups.values())))]
    for group, checks in groups.items():
        parts += [f"## {group}\n", "| check | what it measures | passes at | needs |"]
        parts += ["| --- | --- | --- | --- |", *map(_row, checks), ""]
    return "\n".join(parts)


def _row(check: Check) -> str:
    expect = f"`{check.expect.text}`" if check.expect else ""
    tools = ", ".join(check.tools) or ("a library" if check.install else "")
    link = f"[{check.name}](checks/{check.name}.md)"
    return f"| {link} | {in_a_cell(check.summary)} | {expect} | {tools} |"


def contents(groups: Mapping[str, list[Check]]) -> str:
    """The pages as the site's contents name them, in mkdocs.yml."""
    lines = ["  - Checks:", "      - checks.md"]
    for group, checks in groups.items():
        lines += [f"      - {group}:", *(f"          - checks/{each.name}.md" for each in checks)]
    return "\n".join([*lines, ""])


def page(check: Check, group: str) -> str:
    """One check: what it measures, on a board, what its numbers mean, its parameters, its tools."""
    parts = [f"# {check.name}\n", f"{check.summary}.\n", "```yaml", _board(check, group), "```\n"]
    parts += ["## What it does\n", f"{check.work}\n"]
    if check.by_hand:
        parts += [f"By hand: `{check.by_hand}`\n"]
    parts += ["## What its numbers mean\n", *_numbers(check), ""]
    if check.params:
        parts += ["## Parameters\n", "| parameter | default | what it is |", "| --- | --- | --- |"]
        for param in check.params:
            default = "required" if param.default is None else f"`{param.default}`"
            default = default.replace("``", "empty")
            parts.append(f"| `{param.name}` | {default} | {in_a_cell(param.help)} |")
        parts.append("")
    parts += ["## What it needs\n", f"```sh\n{check.install}\n```" if check.install else NO_TOOL]
    if check.tried:
        tried = ", ".join(f"{tool} `{limits}`" for tool, limits in check.tried.items())
        parts.append(f"\nTried with {tried}.")
    return "\n".join([*parts, "", f"All checks: [overview](../checks.md#{_anchor(group)})", ""])


def _anchor(group: str) -> str:
    return group.lower().replace(" ", "-")


def _board(check: Check, group: str) -> str:
    """A whole board with one criterion, titled as `init` does where it proposes the check."""
    proposed = PROPOSED.search(Path(check.path).read_text("utf-8"))
    title, task, priority = proposed.groups() if proposed else ("{", group, "P1")
    title = re.split("[,:;]", check.summary)[0] if "{" in title else title
    params = {each.name: each.default for each in check.params if each.name in USUAL}
    params |= {each.name: _sample(each.help) for each in check.params if each.default is None}
    params = {name: value for name, value in params.items() if value}
    criterion = [
        _yaml({"title": title}),
        f"check: {check.name}",
        *([f"with: {_yaml(params, flow=True)}"] if params else []),
        *([f"expect: {json.dumps(check.expect.text)}"] if check.expect else []),
    ]
    return BOARD.format(task=task, priority=priority) + "\n        ".join(criterion)


def _yaml(values: object, *, flow: bool = False) -> str:
    text: str = yaml.safe_dump(values, default_flow_style=flow, sort_keys=False, width=200)
    return text.strip()


def _sample(text: str) -> str:
    """The example that the help of a parameter gives."""
    example = re.search(r"such as `([^`]+)`", text)
    assert example, f"a parameter that must be set names no example: {text}"
    return example[1]


def _numbers(check: Check) -> Iterator[str]:
    first = check.measures[0]
    if check.expect:
        yield f"A criterion reads `{first.name}` and passes at `{check.expect.text}`,"
        yield "unless it has a `measure` and an `expect` of its own."
    if first.of:
        yield f"The number is out of `{first.of.name}`; out of none is an error, not a pass."
    yield "\n| measure | unit | out of | better |\n| --- | --- | --- | --- |"
    for each in check.measures:
        of = f"`{each.of.name}`" if each.of else ""
        yield f"| `{each.name}` | {each.unit} | {of} | {each.better or ''} |"


def in_a_cell(text: str) -> str:
    """A text that does not end its table cell."""
    return text.replace("|", "\\|")
