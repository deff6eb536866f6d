"""Probes that are run under strace, to see what their results depend on."""

import os
import time
from collections.abc import Collection, Iterator
from functools import partial

import msgspec

from readiness.builtin import builtin_checks
from readiness.model.capture import Capture
from readiness.model.plan import Plan
from readiness.project.git import repository
from readiness.reuse.files import Files
from readiness.reuse.seen import TEMPORARY, Dependence, Setting, dependence
from readiness.reuse.trace import Trace, find_tracer, read_trace, traced
from readiness.text.worded import worded


class Tracing:
    """The traced probes of one run, and what was seen of them."""

    def __init__(self, plan: Plan, wanted: Collection[int], scratch: str) -> None:
        """Trace those that are `wanted`, into the run's `scratch`."""
        self._plan = plan
        self._scratch = scratch
        self._prefixes: dict[int, str] = {}
        self._traces: dict[int, tuple[Trace, float]] = {}
        self._refusals: dict[int, str] = {}
        self.made_again: set[int] = set()
        self._tracer = find_tracer(os.environ.get("PATH", os.defpath))
        if not self._tracer:
            self._refusals = dict.fromkeys(wanted, worded("traced.no_tracer"))
            return
        folder = os.path.join(scratch, "traces")
        os.mkdir(folder, 0o700)
        for index in wanted:
            self._prefixes[index] = os.path.join(folder, str(index), "t")
            os.mkdir(os.path.dirname(self._prefixes[index]))

    def traced(self) -> Plan:
        """Return the plan with the wanted probes traced; as it is without a tracer."""
        probes = tuple(
            traced(probe, self._tracer, self._prefixes[index]) if index in self._prefixes else probe
            for index, probe in enumerate(self._plan.probes)
        )
        return msgspec.structs.replace(self._plan, probes=probes)

    def counted(self, attempt: Capture) -> Capture | None:
        """Return an attempt as it counts; None where the tracer may have hindered it.

        It is made again then, without one, and counts as the first, as for those in `made_again`.
        """
        index = attempt.probe
        if index not in self._prefixes:
            return attempt
        if attempt.attempt > 1:
            number = attempt.attempt - (index in self.made_again)
            return msgspec.structs.replace(attempt, attempt=number)
        if attempt.failure is not None or attempt.failure_text:
            return attempt
        trace = self._read(index)
        is_denied = trace.denied and attempt.exit_status != 0
        if trace.hindered or is_denied or attempt.timed_out or attempt.leaked:
            self._refusals[index] = trace.gap or worded("traced.hindered")
            self.made_again.add(index)
            return None
        self._traces[index] = (trace, attempt.started_at)
        return attempt

    def slows(self, attempt: Capture) -> bool:
        """Return whether an attempt that counts was made under the tracer.

        One that is then made without it looks at the same: what the first saw goes on to hold.
        """
        return attempt.attempt == 1 and attempt.probe in self._traces

    def _read(self, index: int) -> Trace:
        """Read what was seen of a probe; remove what was written of that, as it may be much."""
        prefix, probe = self._prefixes[index], self._plan.probes[index]
        read = partial(read_trace, copies=probe.check.folder == builtin_checks())
        trace = read(prefix, probe.workdir)
        for _ in range(10):  # the tracer may write its last lines a moment after the end
            if not trace.hindered:
                break
            time.sleep(0.02)
            trace = read(prefix, probe.workdir)
        folder = os.path.dirname(prefix)
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        return trace

    def dependences(
        self, lasting: Collection[int], files: Files
    ) -> Iterator[tuple[int, Dependence]]:
        """Yield what the `lasting` probes depend on, as `files` are now, or why that is unknown."""
        for index, refusal in self._refusals.items():
            yield index, Dependence(refusal=refusal)
        for index, (trace, began) in self._traces.items():
            if index in lasting:
                yield index, dependence(trace, files, self._setting(index), began)

    def _setting(self, index: int) -> Setting:
        probe = self._plan.probes[index]
        workdir = os.path.realpath(probe.workdir)
        asked = probe.env.get("TMPDIR") or self._plan.environment.get("TMPDIR")
        return Setting(
            workdir=workdir,
            root=repository(workdir) or workdir,
            scratch=self._scratch,
            command=probe.command,
            checks=probe.check.folder,
            temporary=(asked, *TEMPORARY) if asked else TEMPORARY,
        )
