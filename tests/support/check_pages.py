"""The pages of docs/checks, one a check, and the overview in docs/checks.md, from the catalogue."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from readiness.model.board import Check

GROUPS = {
    "Python": ("python",),
    "Node.js, Go and Rust": ("node", "go", "rust"),
    "Scripts and settings": ("files",),
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
USUAL = ("paths", "source")
PROPOSED = re.compile(
    r"^propose:\n  - title: (.+)\n    task: (.+)\n    priority: (.+)$", re.MULTILINE
)
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def in_a_cell(text: str) -> str:
    """A text that does not end its table cell."""
    return text.replace("|", "\\|")


TEMPLATES.filters["in_a_cell"] = in_a_cell


def grouped(catalogue: Mapping[str, Check]) -> dict[str, list[Check]]:
    """The checks by group, each in one."""
    folders = {folder: group for group, names in GROUPS.items() for folder in names}
    groups: dict[str, list[Check]] = {group: [] for group in GROUPS}
    for _, check in sorted(catalogue.items()):
        groups[folders[Path(check.path).parent.name]].append(check)
    return groups


def overview(groups: Mapping[str, list[Check]]) -> str:
    """The page that leads to all others, a table for each group."""
    count = sum(map(len, groups.values()))
    return TEMPLATES.get_template("checks.md.jinja").render(count=count, groups=groups)


def contents(groups: Mapping[str, list[Check]]) -> str:
    """The pages as the site's contents name them, in mkdocs.yml."""
    lines = ["  - Checks:", "      - checks.md"]
    for group, checks in groups.items():
        lines += [f"      - {group}:", *(f"          - checks/{each.name}.md" for each in checks)]
    return "\n".join([*lines, ""])


def page(check: Check, group: str) -> str:
    """One check: on a board, its work, a table of its measures and parameters, what it needs.

    The board has one criterion, titled as `init` does where it proposes the check.
    """
    proposed = PROPOSED.search(Path(check.path).read_text("utf-8"))
    title, task, priority = proposed.groups() if proposed else ("{", group, "P1")
    if "{" in title:
        title = re.split("[,:;]", check.summary)[0]
    params = {each.name: each.default for each in check.params if each.name in USUAL}
    params |= {each.name: _sample(each.help) for each in check.params if each.default is None}
    params = {name: value for name, value in params.items() if value}
    written = yaml.safe_dump(params, default_flow_style=True, sort_keys=False, width=200).strip()
    return TEMPLATES.get_template("check_page.md.jinja").render(
        check=check, group=group, title=title, task=task, priority=priority,
        params=written if params else "",
    )  # fmt: skip


def _sample(text: str) -> str:
    """The example that the help of a parameter gives."""
    example = re.search(r"such as `([^`]+)`", text)
    assert example, f"a parameter that must be set names no example: {text}"
    return example[1]
