"""The files that measures read, brought back from the machine of a cluster that wrote them."""

import os
from collections.abc import Collection, Iterator

from readiness.cluster.part import Answer
from readiness.measure.documents import STREAMS, path_of
from readiness.measure.problem import NotMeasuredError
from readiness.model.errors import NotWrittenError
from readiness.model.plan import Plan
from readiness.model.words import Format
from readiness.report import write_report
from readiness.text.worded import worded, words_of

NO_FILE = (*STREAMS, "output")


def files_of(plan: Plan, criteria: Collection[str], root: str) -> tuple[str, ...]:
    """List the files in the repository at `root` that are read for these criteria, below it."""
    home = os.path.realpath(root)
    found = {
        os.path.relpath(os.path.realpath(path), home)
        for one in plan.planned
        if one.criterion.id in criteria
        for index in one.probes
        for path in _read(plan, index)
    }
    return tuple(sorted(name for name in found if {"..", ".git"}.isdisjoint(name.split(os.sep))))


def _read(plan: Plan, index: int) -> Iterator[str]:
    """Yield the files that are read of a probe, as far as it is known before where they are."""
    probe = plan.probes[index]
    for reader in probe.check.readers():
        if reader.source in NO_FILE or reader.format is Format.EXIT:
            continue
        try:
            yield path_of(reader.source, probe.workdir, {**plan.environment, **probe.env})
        except NotMeasuredError:  # in a folder that the run alone has
            continue


def put_back(answer: Answer, asked: Collection[str], root: str) -> Iterator[str]:
    """Put the files of a part where a run here would have left them; yield what goes wrong."""
    home = os.path.realpath(root)
    for name in filter(answer.files.__contains__, asked):
        path = os.path.join(home, name)
        folder = os.path.realpath(os.path.dirname(path))
        if folder != home and not folder.startswith(home + os.sep):
            continue  # a link was put in its way
        try:
            os.makedirs(folder, exist_ok=True)
            write_report(path, answer.files[name])
        except OSError as error:
            yield worded("notice.warning", what=f"{name}: {error.strerror}")
        except NotWrittenError as error:
            yield worded("notice.warning", what=words_of(error))
    for name in answer.left:
        yield worded("cluster.left", file=name, worker=answer.worker)
