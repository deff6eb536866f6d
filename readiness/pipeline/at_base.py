"""What criteria come to on the base of a change: as it is kept, or measured in a copy of it."""

import os
from collections.abc import Collection, Sequence

import msgspec

from readiness.decide.line import is_open
from readiness.guard.base_itself import copy_of_base
from readiness.guard.keeping import KeptResults, anywhere, content_key, result_folder
from readiness.model.board import Board
from readiness.model.judgement import Earlier, Judgement
from readiness.model.settings import RunSettings
from readiness.model.words import ReasonCode
from readiness.pipeline.facts import Start
from readiness.pipeline.measured import running
from readiness.plan import make_plan
from readiness.project.git import GitError
from readiness.prove.trials import BETWEEN, watched
from readiness.prove.worlds import Worlds
from readiness.record.document import CriterionRecord, FindingRecord, ProbeRecord, RunDocument
from readiness.record.values import exact
from readiness.record.wording import sentence_of
from readiness.reuse.fingerprint import Fingerprints
from readiness.reuse.installed import Installed
from readiness.terminal.ending import tell
from readiness.text.worded import worded

_BASE = "base"


class BaseResult(msgspec.Struct, frozen=True):
    """What a criterion came to on the base, and what was found there."""

    record: CriterionRecord
    findings: list[FindingRecord] = []


class AtBase(msgspec.Struct, frozen=True):
    """Says what criteria of a board come to on a commit, with the tools of an ordinary run.

    `scratch` is a folder that is there as long as that takes.
    """

    board: Board
    settings: RunSettings
    scratch: str

    def compared(
        self,
        start: Start,
        judgements: Sequence[Judgement],
        probes: Sequence[ProbeRecord],
        past: RunDocument | None,
    ) -> Start:
        """Return the start with what the base says of all that only the base can tell.

        `past` is a recorded run of it, and lies where the change can write: of that, only what was
        good is believed, of what fails now as the same `probes` say.
        """
        line = start.line
        if line is None or not line.commit:
            return start
        asked = [
            judged
            for judged in judgements
            if is_open(judged) and judged.code is not ReasonCode.NOT_RUN
        ]
        failing = {judged.criterion.id for judged in asked if judged.verdict.measured}
        known = {} if past is None else self._believed(past, probes, failing)
        left = [name for judged in asked if (name := judged.criterion.id) not in known]
        measured, signal = self._results(line.commit, left) if left else ({}, 0)
        known |= measured
        earlier = start.earlier_findings
        there = {name: _earlier(result.record) for name, result in known.items()}
        return msgspec.structs.replace(
            start,
            line=msgspec.structs.replace(line, criteria=there),
            before={name: result.record for name, result in known.items()},
            earlier_findings=lambda: [
                *(one for one in earlier() if one.criterion not in known),
                *(one for result in known.values() for one in result.findings),
            ],
            stopped=signal,
        )

    def _believed(
        self, past: RunDocument, probes: Sequence[ProbeRecord], names: Collection[str]
    ) -> dict[str, BaseResult]:
        """Return what was good, of criteria that are defined as now and had the same tools."""
        if past.board.digest != self.board.digest:
            return {}
        now = {(one.command, one.workdir, one.tool_version) for one in probes}
        then = {one.id: (one.command, one.workdir, one.tool_version) for one in past.probes}
        return {
            record.id: BaseResult(record)
            for record in past.criteria()
            if record.id in names
            and record.verdict.good
            and all(then.get(probe) in now for probe in record.probes)
        }

    # --- as it is kept, or measured now -----------------------------------------------------------

    def _results(self, commit: str, names: Sequence[str]) -> tuple[dict[str, BaseResult], int]:
        """Return what criteria come to, by id, and the signal that ended it, or 0."""
        folder = os.path.join(self.scratch, _BASE)
        os.mkdir(folder)
        worlds = Worlds(self.board, os.environ, folder)
        kept = KeptResults(result_folder(os.environ, "bases"))
        keys = self._keys(commit, names, worlds)
        known = {
            name: msgspec.json.decode(stored, type=BaseResult)
            for name, key in keys.items()
            if (stored := kept.read(key))
        }
        left = [name for name in names if name not in known]
        if not left:
            return known, 0
        if not self.settings.quiet:
            tell(worded("notice.at_base", count=len(left), commit=commit[:10]))
        try:
            copied = copy_of_base(worlds, self.board, commit, _BASE)
        except (OSError, GitError) as error:
            tell(worded("notice.warning", what=str(error)))
            return known, 0
        part = copied.part(copied.criteria(left, watched), _BASE, timeout=self.settings.timeout)
        document = running(self.settings)(part)
        if document.interrupted:
            return known, document.gate.exit_status - 128
        measured = _by_name(document)
        for name, result in measured.items():
            if result.record.verdict.measured:
                kept.write(keys[name], msgspec.json.encode(result))
        return known | measured, 0

    def _keys(self, commit: str, names: Collection[str], worlds: Worlds) -> dict[str, str]:
        """Return a key for each result: of the commit, the recipe and the tools."""
        plan = make_plan(anywhere(self.board), environ=os.environ)
        beside = msgspec.json.encode((self.board.secrets, self.board.quarantine))
        fingerprints = Fingerprints(plan, beside)
        installed = Installed().on_path(worlds.path(), self.board.workdir)
        sites = worlds.sites()
        keys = {}
        for planned in plan.planned:
            if planned.criterion.id not in names:
                continue
            recipe = msgspec.json.encode(planned.criterion).decode()
            about = [commit, recipe, *map(fingerprints.of, planned.probes)]
            keys[planned.criterion.id] = content_key(about, {"": installed}, sites)
        return keys


def _by_name(document: RunDocument) -> dict[str, BaseResult]:
    """Return what was measured, by the ids of criteria here; nothing of what was cut short."""
    by_name: dict[str, list[FindingRecord]] = {}
    for one in document.findings:
        name = one.criterion.partition(BETWEEN)[0]
        by_name.setdefault(name, []).append(msgspec.structs.replace(one, criterion=name))
    records = {record.id.partition(BETWEEN)[0]: record for record in document.criteria()}
    return {
        name: BaseResult(msgspec.structs.replace(record, id=name), by_name.get(name, []))
        for name, record in records.items()
        if not record.cut_short
    }


def _earlier(record: CriterionRecord) -> Earlier:
    return Earlier(
        verdict=record.verdict,
        value=exact(record.value),
        unit=record.unit,
        reason=sentence_of(record, "reason"),
        check=record.check or "",
        measure=record.measure or "",
    )
