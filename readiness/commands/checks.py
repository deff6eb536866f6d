"""List the catalogue of checks, or describe one."""

import os
from collections.abc import Iterator, Mapping
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked
from readiness.load import board_folders, board_language, load_catalogue
from readiness.model.board import Check, Measure, Parameter
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import BoardSettings, find_board
from readiness.terminal.blocks import Block, Line, Style, table, text_lines, title
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.languages import Language
from readiness.text.nearest import suggestion
from readiness.text.sentences import Sentences, for_reader, suit
from readiness.text.worded import in_language, worded

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
        put_blocks(_listing(catalogue, for_reader()))
    else:
        put_blocks(documentation(catalogue[name], for_reader()))
    return ExitStatus.READY


def documentation(check: Check, say: Sentences) -> Iterator[Block]:
    """Yield one check, as a page."""
    yield Line(parts=((check.name, Style.STRONG),))
    yield from text_lines(f"  {in_language(check.summary, say)}")
    if check.work:
        yield from [*title(say("checks.work")), *text_lines(f"  {in_language(check.work, say)}")]
    if check.tools or check.install:
        tools = ", ".join(check.tools) or say("checks.library")
        yield from text_lines("", say("checks.needs", tools=tools, how=check.install))
        for tool, limits in check.tried.items():
            yield from text_lines(say("checks.tried", tool=tool, limits=limits))
    yield from title(say("checks.measures"))
    yield from (_fact(measure.name, *_measure(measure, say)) for measure in check.measures)
    if check.expect is not None:
        yield from text_lines(f"  {say('checks.expected', expect=check.expect.text)}")
    if check.params:
        yield from title(say("checks.params"))
        yield from (_fact(param.name, *_param(param, say)) for param in check.params)
    if check.after:
        yield from text_lines("", say("checks.after", names=", ".join(check.after)))
    if check.control is not None:
        yield from text_lines("", say("checks.control", names=", ".join(check.control.measures)))
    if check.by_hand:
        yield from [*title(say("checks.by_hand")), *text_lines(f"  {check.by_hand}")]
    yield from title(say("checks.command"))
    yield from text_lines(*(f"  {line}" for line in check.run.strip().splitlines()))
    yield from text_lines("", say("checks.defined", path=check.path))


def _fact(name: str, *facts: str) -> Line:
    text = "  ".join(filter(None, facts))
    return Line(label=(name, Style.PLAIN), parts=((text, Style.PLAIN),), indent=2)


def _folders(settings: BoardSettings) -> list[str]:
    try:
        path = find_board(settings, os.environ, os.getcwd())
    except UsageError:
        return []
    suit(board_language(path) or Language.EN)
    return board_folders(path)


def _listing(catalogue: Mapping[str, Check], say: Sentences) -> list[Block]:
    rows = [
        [check.name, ", ".join(m.name for m in check.measures), in_language(check.summary, say)]
        for check in sorted(catalogue.values(), key=lambda check: check.name)
    ]
    listed = table(rows, say.heads("checks.heads"), flexible=2, spare=(1,))
    return [listed, *text_lines("", say("checks.more"))]


def _measure(measure: Measure, say: Sentences) -> list[str]:
    better = say(f"checks.better.{measure.better}") if measure.better is not None else ""
    among = say("checks.of", measure=measure.of.name) if measure.of is not None else ""
    return [measure.unit, better, among]


def _param(param: Parameter, say: Sentences) -> list[str]:
    purpose = in_language(param.help, say)
    if param.default is None:
        return [purpose, say("checks.required")]
    return [purpose, say("checks.default", value=repr(param.default))]


def _unknown(name: str, catalogue: Mapping[str, Check]) -> str:
    advice = suggestion(name, catalogue, worded("hint.list_checks"))
    return worded("usage.no_check", name=name, advice=advice)


VERB = Verb(checks, prints=Catalogue)
