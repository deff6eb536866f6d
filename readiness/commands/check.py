"""Run the probes and show the criteria, the score and the gate."""

from __future__ import annotations

import os
import sys

from readiness.command_line.options import SELECTORS, Switch, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:  # imported before the watcher is split off, as little as possible
    from readiness.model.settings import RunSettings
    from readiness.record.document import RunDocument
    from readiness.report import Context


FRESH = Switch("fresh", "Measure everything, though results could be reused.")


def check(settings: RunSettings, *, fresh: bool = False) -> int:
    """Run the board and print the report on stdout; the result is the exit status.

    On a terminal, people are spared what an earlier run with `--reuse` saw to depend on nothing
    that has changed, unless the run speaks for others too: a CI job, the rules of a base, a part
    of a board. Only who asks for it waits for what is seen: that takes twice as long.
    """
    from msgspec.structs import replace

    from readiness.pipeline.run import run_and_report

    for_others = os.environ.get("CI") or settings.base or settings.shard or settings.on
    reuse = settings.reuse or (sys.stdout.isatty() and not for_others)
    asked = replace(settings, reuse=reuse and not fresh, traces=settings.reuse)
    return run_and_report(asked, _print)


def _print(document: RunDocument, settings: RunSettings, context: Context) -> str:
    from readiness.report import render

    return render(settings.output_format, document, context)


VERB = Verb(check, SELECTORS, FRESH)
