"""A plan run in this process: its probes are run and settled, its criteria judged."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import msgspec

from readiness.measure import close as close_helper
from readiness.model.board import Board
from readiness.model.plan import Plan, Planned
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.concluding import conclude
from readiness.pipeline.facts import Facts, Outcome, Start
from readiness.pipeline.features import Feature
from readiness.pipeline.seen import Recipes
from readiness.pipeline.settle import Execution, Readings
from readiness.plan import secret_values
from readiness.record.criteria import Recorder, with_versions
from readiness.run.run import run
from readiness.run.scratch import scratch_folder
from readiness.terminal.progress import shown_progress
from readiness.text.clean import Redactor
from readiness.text.sentences import sentences, spoken
from readiness.text.worded import in_language


def execute(
    board: Board,
    plan: Plan,
    start: Start,
    settings: RunSettings,
    *,
    versions: Mapping[str, str],
    scratch: str = "",
    features: Sequence[Feature] = (),
    recipes: Recipes | None = None,
    limited: bool = True,
) -> Outcome:
    """Run every probe of `plan`, judge every criterion, and return the whole run as a document.

    `versions` are those that need not be asked for. `scratch` is an empty folder that the caller
    removes, after the result is shown; without it, one of the run's own goes at its end. Of the
    settings, what asks for a feature counts only where that is among `features`. With
    `recipes` commands that pass are tried. Progress tells values where nothing is `limited` yet.
    Never raises for what a probe does.
    """
    jobs = settings.jobs or len(os.sched_getaffinity(0))
    recorder = Recorder(Redactor(secret_values(board, os.environ)))
    readings = Readings(board, plan, recorder, start.day())
    with ExitStack() as stack:
        scratch = scratch or stack.enter_context(scratch_folder(os.environ))
        stack.callback(close_helper)
        execution = Execution(
            board=board,
            plan=plan,
            start=start,
            readings=readings,
            recorder=recorder,
            scratch=scratch,
            left=plan,
            settle=readings.settle,
        )
        for feature in features:
            execution = feature.running(execution)
        language = spoken(board.language)
        say = sentences(language)

        def judge(planned: Planned) -> tuple[Verdict | None, str]:
            judgement = readings.judge(planned)
            if not limited and judgement.value is not None:
                return None, recorder.text(in_language(judgement.shown, say))
            return judgement.verdict, recorder.text(in_language(judgement.reason, say))

        # Where nothing is tried, it is the trial itself: what is bad there is meant to be.
        known = judge if recipes is not None else None
        observer = shown_progress(execution.left, jobs, settings, language, os.environ, known)
        stack.callback(observer.close)
        began, limit = time.monotonic(), settings.run_timeout or board.run_timeout
        signal = run(
            execution.left,
            execution.settle,
            jobs=jobs,
            more=0 if settings.jobs else max(1, jobs // 2),
            run_timeout=limit,
            over_at=settings.over_at,
            scratch=scratch,
            observe=observer,
            may_stop=execution.may_stop,
        )
        observer.close()
        if recipes is not None and signal is None:
            if start.git is not None:
                from readiness.pipeline.tree_changes import note_tree_changes

                note_tree_changes(execution, [report.path for report in settings.reports])
            readings.trials.update(recipes.tried(execution))
            signal = recipes.signal
            if any(one.sampling and one.sampling.against_base for one in board.criteria()):
                from readiness.pipeline.paired import pairs_of

                readings.pairs, ended_by = pairs_of(execution, settings, began + limit)
                signal = signal or ended_by or None
        judgements = [readings.judge(planned) for planned in plan.planned]
        known_versions = {**versions, **readings.versions}
        probes = with_versions(readings.records(), plan.version_keys, known_versions)
        for feature in features if signal is None else ():
            start = feature.judged(execution, judgements, probes)
            execution = msgspec.structs.replace(execution, start=start)
    kept = [keep for feature in features if (keep := feature.kept(execution)) is not None]
    if recipes is not None:
        kept.append(recipes.keep)
    facts = Facts(
        probe_ids=plan.probe_ids(),
        # Once more, as what is kept of a probe is named in its record by now.
        probes=with_versions(readings.records(), plan.version_keys, known_versions),
        findings=readings.findings(),
        folders=recorder.folders(plan),
        put_aside=plan.put_aside,
        elapsed=time.monotonic() - began,
        partial=plan.partial,
        empty=plan.empty,
        signal=signal or start.stopped,
        shard=plan.shard,
    )
    document = conclude(board, judgements, start, facts, recorder)
    if start.seen is not None:
        start = msgspec.structs.replace(start, loosened=start.seen(document), seen=None)
        document = conclude(board, judgements, start, facts, recorder)
    return Outcome(
        document=document,
        durations=readings.durations,
        versions=readings.versions,
        kept=kept,
    )
