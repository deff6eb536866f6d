"""Which tests runners collected in copies of a change, and which of them are gone."""

import os
from collections.abc import Callable, Collection, Container, Iterable, Mapping

from readiness.guard.changes import Change
from readiness.guard.collected import Case, gone, missing, names_of, printed_cases, read_cases
from readiness.guard.findings import Findings
from readiness.guard.following import OF_TESTS, Followers
from readiness.guard.states import States
from readiness.prove.trials import BETWEEN, TrialPlan, probes_of, renamed
from readiness.prove.worlds import Copied
from readiness.record.document import RunDocument
from readiness.text.sentences import Sentences

_NAMED = 4


class TestLists:
    """The tests that were collected, by the ids of criteria as they were tried."""

    __test__ = False

    def __init__(self, states: States, logs: str) -> None:
        """Read what runners said of copies; `logs` begins the names of their folders of logs."""
        self._states = states
        self._logs = logs
        self._cases: dict[str, set[Case]] = {}

    def record(self, parts: Iterable[TrialPlan], copies: Mapping[str, Copied]) -> None:
        """Record which tests were collected in copies, by their labels."""
        for part in parts:
            for planned in part.plan.planned:
                label = planned.criterion.id.partition(BETWEEN)[2]
                cases = self._cases.setdefault(planned.criterion.id, set())
                for probe in probes_of(part.plan, planned.probes):
                    log = os.path.join(self._logs, f"{label}-logs", probe.id)
                    cases |= read_cases(log, copies[label].root)

    def note(self, document: RunDocument) -> None:
        """Record the tests that commands printed, where their runner reported none by itself."""
        probes = {probe.id: probe for probe in document.probes}
        for record in document.criteria():
            streams = [probes[probe].stdout for probe in record.probes]
            if not self._cases.get(record.id) and not any(stream.cut for stream in streams):
                text = "\n".join(f"{stream.head}{stream.tail}" for stream in streams)
                self._cases.setdefault(record.id, set()).update(printed_cases(text))

    def heard(self, names: Iterable[str]) -> list[str]:
        """Return the criteria of which pytest itself reported what it collects."""
        known = {
            name.partition(BETWEEN)[0]
            for name, cases in self._cases.items()
            if any(case.path.endswith(".py") for case in cases)
        }
        return [name for name in names if name in known]

    def gone(
        self,
        names: Iterable[str],
        labels: tuple[Collection[str], str],
        is_cut_short: Callable[[str], bool],
        read: Collection[Change],
        known: tuple[Container[tuple[str, str]], Followers],
        say: Sentences,
    ) -> tuple[dict[str, list[Change]], Findings]:
        """Return the tests that only the base's rules collect, and what is known of all tests.

        `labels` are those of the copies before, and the one after; what is `known` are tests that
        are gone with their code, and files that only follow it.
        """
        kept, followers = known
        fewer: dict[str, list[Change]] = {}
        unseen: list[str] = []
        before, now = set[Case](), set[Case]()
        for name in names:
            ruled = set[Case]().union(
                *(self._cases.get(renamed(name, label), ()) for label in labels[0])
            )
            head = self._cases.get(renamed(name, labels[1]), set())
            if not (is_short := is_cut_short(renamed(name, labels[1]))):
                before |= ruled
                now |= head
            if not ruled or is_short:
                unseen.append(name)
                continue
            lost = followers.without(missing(ruled, head, self._states), kept)
            if changes := list(gone(lost, read)):
                fewer[name] = changes
        left_out = missing(before, now, self._states)
        remarks = [say("guard.not_collected", names=", ".join(unseen))] if unseen else []
        if not unseen and (unread := self._unread(before | now)):
            remarks.append(say("guard.not_read", files=", ".join(unread[:_NAMED])))
        return fewer, Findings(
            remarks=remarks,
            collected=frozenset(case.path for case in before),
            missing=frozenset(named for case in left_out for named in names_of(case)),
        )

    def _unread(self, cases: Collection[Case]) -> list[str]:
        """Return the changed tests in other languages of which no runner said what they are."""
        if not all(case.path.endswith(".py") for case in cases):
            return []
        paths = (path for path in self._states.changed if not path.endswith(".py"))
        return [path for path in paths if OF_TESTS.search(path)]
