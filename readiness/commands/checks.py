"""List the catalogue of checks, or document one."""

import os
from collections.abc import Mapping

from readiness.commands._options import Argument, Verb
from readiness.load import board_folders, load_catalogue
from readiness.model.board import Check, Measure
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import BoardSettings, find_board
from readiness.terminal.output import line_limit, put_json, put_text, wants_json
from readiness.text.layout import columns, wrap
from readiness.text.nearest import suggestion
from readiness.text.worded import worded

Catalogue = dict[str, Check]
"""What `--output-format json` gives: each check by its name."""


def checks(settings: BoardSettings, name: str | None = None) -> int:
    """List every check, or document the one called `name`."""
    as_json = wants_json(settings.output_format)
    catalogue = load_catalogue(_folders(settings))
    if name is not None and name not in catalogue:
        raise UsageError(_unknown(name, catalogue))
    chosen = catalogue if name is None else {name: catalogue[name]}
    if as_json:
        put_json(chosen)
    elif name is None:
        put_text(_listing(catalogue))
    else:
        put_text(documentation(catalogue[name]))
    return ExitStatus.READY


def documentation(check: Check) -> str:
    """One check, as a page of plain text."""
    lines = [check.name, f"  {check.summary}", ""]
    if check.work:
        lines += ["Work to do, work done", _indent("\n".join(wrap(check.work, 98))), ""]
    if check.tools or check.install:
        lines += [f"Needs {', '.join(check.tools) or 'a library'}: {check.install}"]
        lines += [f"Tried with {tool} {limits}" for tool, limits in check.tried.items()]
        lines += [""]
    lines += ["Measures (the first is the default)"]
    lines.append(_indent(columns([_measure(m) for m in check.measures])))
    if check.expect is not None:
        lines.append(f"  expected unless the board says otherwise: {check.expect.text}")
    if check.params:
        lines += ["", "Parameters (given by `with:`)"]
        rows = [
            [p.name, p.help, "required" if p.default is None else f"default: {p.default!r}"]
            for p in check.params
        ]
        lines.append(_indent(columns(rows)))
    if check.after:
        lines += ["", f"Runs after {', '.join(check.after)}"]
    if check.control is not None:
        names = ", ".join(check.control.measures)
        lines += ["", f"Has a bad sample that it must reject, for {names}: `readiness prove`"]
    if check.by_hand:
        lines += ["", "By hand", f"  {check.by_hand}"]
    lines += ["", "Command", _indent(check.run.strip()), "", f"Defined in {check.path}"]
    return "\n".join(lines)


def _folders(settings: BoardSettings) -> list[str]:
    try:
        path = find_board(settings, os.environ, os.getcwd())
    except UsageError:
        return []
    return board_folders(path)


def _listing(catalogue: Mapping[str, Check]) -> str:
    rows = [
        [check.name, ", ".join(m.name for m in check.measures), check.summary]
        for check in sorted(catalogue.values(), key=lambda check: check.name)
    ]
    heads, limit = ["check", "measures", "summary"], line_limit(os.environ)
    table = columns(rows, heads, flexible=2, limit=limit, spare=(1,))
    return f"{table}\n\nMore: readiness checks NAME"


def _measure(measure: Measure) -> list[str]:
    better = f"{measure.better} is better" if measure.better is not None else ""
    among = f"of {measure.of.name}" if measure.of is not None else ""
    return [measure.name, measure.unit, better, among]


def _indent(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def _unknown(name: str, catalogue: Mapping[str, Check]) -> str:
    advice = suggestion(name, catalogue, worded("hint.list_checks"))
    return worded("usage.no_check", name=name, advice=advice)


VERB = Verb(
    checks,
    Argument("name", "[NAME]", "Document this check."),
    takes="board output_format",
    prints=Catalogue,
)
