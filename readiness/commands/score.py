"""Run the probes and print the score and the gate, for CI."""

from typing import TYPE_CHECKING, Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, shared_switch
from readiness.run.processes.supervise import supervise
from readiness.terminal.ending import protected

if TYPE_CHECKING:  # the watcher is split off before it is imported
    from readiness.model.settings import RunSettings
    from readiness.record.document import RunDocument
    from readiness.report import Context
    from readiness.terminal.blocks import Block


def score(
    recorded: Annotated[
        list[str] | None, argument("[RUN.json]...", "Score these recorded runs together.")
    ] = None,
    board_file: options.Board = None,
    profile: options.Profile = None,
    jobs: options.Jobs = None,
    reports: options.Reports = None,
    output_format: options.ReportFormat = "table",
    explain: Annotated[
        bool, shared_switch("--explain", "Show how the score adds up, line by line.")
    ] = False,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    base: options.Base = None,
    hold_line: options.HoldLine = False,
    exit_zero: options.ExitZero = False,
    project: options.Project = None,
    timeout: options.Timeout = None,
    fail_fast: options.FailFast = False,
    reuse: options.Reuse = False,
    history: options.History = None,
    accepted: options.Accepted = None,
    shard: options.Shard = None,
    on: options.On = None,
    repository: options.Repository = None,
) -> int:
    """Run the board, or join recorded runs, and print score, gate and reasons."""
    # That nothing gets worse is for a change to show, which is no release.
    parameters = {**locals(), "release": not hold_line}

    def perform() -> int:
        from readiness.pipeline.run import run_and_report

        return run_and_report(asked(parameters), _print)

    if recorded:
        return _join(asked(parameters))
    return perform() if dry_run else supervise(lambda: protected(perform))


def _join(settings: "RunSettings") -> int:
    from readiness.model.errors import UsageError
    from readiness.pipeline.joining import join_and_report
    from readiness.text.worded import worded

    if settings.base is not None:
        raise UsageError(worded("usage.base_recorded"))
    if settings.shard is not None:
        raise UsageError(worded("usage.shard_recorded"))
    return join_and_report(settings, _print)


def _print(document: "RunDocument", settings: "RunSettings", context: "Context") -> str:
    from readiness.report import render
    from readiness.terminal.blocks import Line, text_lines
    from readiness.terminal.output import drawn

    if settings.output_format != "table":
        return render(settings.output_format, document, context)
    explained = [*explanation(document), Line()] if settings.explain else []
    told = summary(document)
    return drawn([*explained, *text_lines(*(told[-1:] if context.quiet else told))], context)


def summary(document: "RunDocument") -> list[str]:
    """Score, gate and reasons; last, one plain line for programs that grep."""
    from readiness.record.localised import localised
    from readiness.record.scores import over
    from readiness.report._reasons import also_bad, first_reasons, placed_reasons
    from readiness.report._shown import accepted_by, line
    from readiness.text.layout import percentage
    from readiness.text.sentences import sentences, spoken

    document = localised(document, spoken(document.board.language))
    score = document.score
    gate = document.gate
    say = sentences(document.board.language)
    decision = say(f"decision.{gate.decision}").lower()
    lines = [f"{document.board.title}"]
    if document.base is not None:
        lines.append(say("score.base", ref=document.base.ref, commit=document.base.commit))
    lines.append(
        say("score.gate", decision=decision, status=gate.exit_status) + accepted_by(gate, say)
    )
    if gate.line is not None:
        lines.append(say("score.line", line=line(gate.line, say)))
    lines += [f"  - {reason}" for reason in placed_reasons(document)]
    lines += [f"  {bad}" for bad in first_reasons(also_bad(document), say)]
    measured, scope, total = score.measured, score.in_scope, score.total
    lines.append(say("score.measured", measured=measured, scope=scope, total=total))
    if score.attested:
        lines.append(say("score.attested", share=f"{score.attested:.1%}"))
    if score.value is None:
        why = say("score.nothing") if document.whole else say("score.part")
        lines.append(say("score.unknown", why=why))
    else:
        percent, of = percentage(score.shown), over(score, say)
        lines.append(say("score.readiness", percent=percent, score=score.shown, over=of))
    return lines


def explanation(document: "RunDocument") -> "list[Block]":
    """Explain the score line by line: points and rounding add up to the printed score."""
    from decimal import Decimal

    from readiness.terminal.blocks import table, text_lines
    from readiness.text.sentences import for_reader

    say = for_reader(document.board.language)
    counted = [record for record in document.criteria() if record.points_possible]
    points = [Decimal(str(record.points)) for record in counted]
    rounding = Decimal(str(document.score.rounding))
    if not document.whole:
        return [*text_lines(say("score.part"))]
    total = sum(points, rounding)
    places = max(-int(each.as_tuple().exponent) for each in (*points, rounding, Decimal("0.01")))

    def exact(number: "Decimal | float") -> str:
        return f"{number:.{places}f}"

    rows = [
        [
            record.id,
            say(f"verdict.{record.verdict}"),
            exact(earned),
            exact(record.points_possible),
            record.title,
        ]
        for record, earned in zip(counted, points, strict=True)
    ]
    if rounding:
        rows.append([say("score.rounded"), "", exact(rounding), "", ""])
    rows.append([say("score.sum"), "", exact(total), exact(10), ""])
    return [table(rows, say.heads("score.heads"), right=(2, 3), flexible=4)]


VERB = Verb(score)
