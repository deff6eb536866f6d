"""List the catalogue of checks, or describe one."""

import os
from collections.abc import Mapping
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked
from readiness.load import board_folders, board_language, load_catalogue
from readiness.model.board import Check, Measure, Parameter
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import BoardSettings, find_board
from readiness.terminal.output import line_limit, put_json, put_text, wants_json
from readiness.text.languages import Language
from readiness.text.layout import columns, wrap
from readiness.text.nearest import suggestion
from readiness.text.sentences import Sentences, for_reader, suit
from readiness.text.worded import in_language, worded

WIDEST = 100
"""Columns of a page of text, where the terminal has as many."""

Catalogue = dict[str, Check]
"""What `--output-format json` gives: each check by its name."""


def checks(
    name: Annotated[str | None, argument("[NAME]", "The check to describe.", "checks")] = None,
    board_file: options.Board = None,
    output_format: options.OutputFormat = "table",
) -> int:
    """List every check, or document the one called `name`."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    catalogue = load_catalogue(_folders(settings))
    if name is not None and name not in catalogue:
        raise UsageError(_unknown(name, catalogue))
    chosen = catalogue if name is None else {name: catalogue[name]}
    if as_json:
        put_json(chosen)
    elif name is None:
        put_text(_listing(catalogue, for_reader()))
    else:
        put_text(documentation(catalogue[name], for_reader(), line_limit(os.environ)))
    return ExitStatus.READY


def documentation(check: Check, say: Sentences, limit: int | None = None) -> str:
    """One check, as a page of plain text."""
    lines = [check.name, f"  {in_language(check.summary, say)}", ""]
    if check.work:
        wide = WIDEST if limit is None else min(limit, WIDEST)
        work = wrap(in_language(check.work, say), wide - 2)
        lines += [say("checks.work"), _indent("\n".join(work)), ""]
    if check.tools or check.install:
        tools = ", ".join(check.tools) or say("checks.library")
        lines += [say("checks.needs", tools=tools, how=check.install)]
        lines += [
            say("checks.tried", tool=tool, limits=limits) for tool, limits in check.tried.items()
        ]
        lines += [""]
    lines += [say("checks.measures")]
    lines.append(_indent(columns([_measure(m, say) for m in check.measures])))
    if check.expect is not None:
        lines.append(f"  {say('checks.expected', expect=check.expect.text)}")
    if check.params:
        lines += ["", say("checks.params")]
        lines.append(_indent(columns([_param(p, say) for p in check.params])))
    if check.after:
        lines += ["", say("checks.after", names=", ".join(check.after))]
    if check.control is not None:
        lines += ["", say("checks.control", names=", ".join(check.control.measures))]
    if check.by_hand:
        lines += ["", say("checks.by_hand"), f"  {check.by_hand}"]
    lines += ["", say("checks.command"), _indent(check.run.strip())]
    lines += ["", say("checks.defined", path=check.path)]
    return "\n".join(lines)


def _folders(settings: BoardSettings) -> list[str]:
    try:
        path = find_board(settings, os.environ, os.getcwd())
    except UsageError:
        return []
    suit(board_language(path) or Language.EN)
    return board_folders(path)


def _listing(catalogue: Mapping[str, Check], say: Sentences) -> str:
    rows = [
        [check.name, ", ".join(m.name for m in check.measures), in_language(check.summary, say)]
        for check in sorted(catalogue.values(), key=lambda check: check.name)
    ]
    heads, limit = say.heads("checks.heads"), line_limit(os.environ)
    table = columns(rows, heads, flexible=2, limit=limit, spare=(1,))
    return f"{table}\n\n{say('checks.more')}"


def _measure(measure: Measure, say: Sentences) -> list[str]:
    better = say(f"checks.better.{measure.better}") if measure.better is not None else ""
    among = say("checks.of", measure=measure.of.name) if measure.of is not None else ""
    return [measure.name, measure.unit, better, among]


def _param(param: Parameter, say: Sentences) -> list[str]:
    purpose = in_language(param.help, say)
    if param.default is None:
        return [param.name, purpose, say("checks.required")]
    return [param.name, purpose, say("checks.default", value=repr(param.default))]


def _indent(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def _unknown(name: str, catalogue: Mapping[str, Check]) -> str:
    advice = suggestion(name, catalogue, worded("hint.list_checks"))
    return worded("usage.no_check", name=name, advice=advice)


VERB = Verb(checks, prints=Catalogue)
