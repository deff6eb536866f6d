"""`fleet --on`: each project is measured by a worker of a cluster, in a checkout of its commit."""

import os
import time
from collections.abc import Mapping, Sequence
from functools import partial

from readiness.cluster.client import Cluster, Over
from readiness.cluster.part import WorkerPart
from readiness.fleet.checkouts import cache_folder, history_of
from readiness.fleet.measuring import Known, Observer, Wanted, board_of, known, recorded
from readiness.fleet.project import ProjectState
from readiness.fleet.sources import Source, SourceKind
from readiness.fleet.states import unknown
from readiness.history.store import History, board_key
from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.settings import RunSettings, history_path
from readiness.pipeline.facts import run_id
from readiness.pipeline.features.on import in_repository, origin, run_of
from readiness.project.git import Asking
from readiness.record.document import RunDocument
from readiness.report import Context, render, write_report
from readiness.text.worded import worded, words_of


class FleetOnCluster:
    """Makes all projects of a fleet known by the cluster at `address`. `stop` gives up the rest.

    Recorded runs are read here. Folders are measured as their commit is in `repository`, or in the
    remote origin of each.
    """

    def __init__(
        self,
        wanted: Wanted,
        environ: Mapping[str, str],
        *,
        address: str,
        repository: str | None,
    ) -> None:
        self._wanted = wanted
        self._environ = environ
        self._address = address
        self._repository = repository
        self._topic = f"readiness-fleet-{run_id(time.time())}"
        self._stopped = False

    def measure(self, projects: Sequence[Source], observe: Observer) -> list[ProjectState]:
        """Measure each project; return their states in order, whatever one of them is.

        Raises `UsageError` for a cluster that is not there.
        """
        states: dict[int, ProjectState] = {}

        def know(place: int, state: ProjectState, messages: str = "") -> None:
            states[place] = state
            observe(state, messages)

        with Cluster(self._address) as cluster:
            parts = []
            for place, source in enumerate(projects):
                if source.kind is SourceKind.RECORDED:
                    know(place, *known(source, self._wanted.today, partial(recorded, source)))
                    continue
                try:
                    parts.append(self._part(source, place))
                except UsageError as error:
                    know(place, unknown(source, words_of(error)))
            for event in cluster.run(parts, self._topic):
                if self._stopped:
                    break
                if isinstance(event, Over):
                    source = projects[event.number]
                    obtain = partial(self._obtained, source, event)
                    know(event.number, *known(source, self._wanted.today, obtain))
        return [
            states.get(place) or unknown(source, worded("fleet.stopped"))
            for place, source in enumerate(projects)
        ]

    def stop(self) -> None:
        """Have what still runs on the workers ended, and begin nothing more."""
        self._stopped = True

    def _part(self, source: Source, place: int) -> WorkerPart:
        """Return what a worker is to do. Raises `UsageError` where none could fetch the project."""
        address, revision, file = source.place, source.revision, ""
        if source.kind is not SourceKind.ADDRESS:
            board = _board(source)
            folder = os.path.dirname(board)
            file, revision = in_repository(board, folder, Asking(folder).answer())
            address = self._repository or origin(folder)
        return WorkerPart(
            number=place,
            address=address,
            revision=revision,
            board=file,
            settings=self._wanted.settings,
        )

    def _obtained(self, source: Source, event: Over) -> Known:
        """Record and show what the worker found, as if it had been measured here."""
        run, why = run_of(event)
        if run is None or event.answer is None:
            raise UsageError(why)
        told = [event.answer.said, self._kept(source, run)]
        page = self._wanted.page_of(source, event.number)
        if page:
            try:
                write_report(page, render("html", run, Context()))
            except NotWrittenError as error:
                told.append(words_of(error))
                page = ""
        return Known(run, "\n".join(filter(None, told)), page)

    def _kept(self, source: Source, run: RunDocument) -> str:
        """Record the run in the project's own history; why that fails, or ""."""
        if source.kind is SourceKind.ADDRESS:
            path = history_of(source, cache_folder(self._environ))
        else:
            path = history_path(RunSettings(), _board(source))
        history = History(path)
        try:
            history.begin(run.id, board_key(run.board.path), run.profile, run.started_at)
            history.finish(run, {}, {})
        except NotWrittenError as error:
            return words_of(error)
        finally:
            history.close()
        return ""


def _board(source: Source) -> str:
    return source.place if source.kind is SourceKind.BOARD else board_of(source.place)
