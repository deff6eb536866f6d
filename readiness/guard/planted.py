"""Faults that tools are known to find, planted among the project's files in a copy.

Each check has files of its own that it must reject. Where a script or a recipe changes, those of
the tools that it started are put beside the code, and both versions are run: what the base's
rejects and names, the head's has to reject and name too, whatever either looks like.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatch
from typing import Final

from readiness.load.catalogue import Catalogue
from readiness.model.board import Board
from readiness.project.git import GitError, ask
from readiness.prove.trials import BETWEEN, TrialPlan, TrialRunner, joined, renamed
from readiness.prove.worlds import Worlds
from readiness.record.document import CriterionRecord, RunDocument

_NUMBER: Final = "{n}"
_MOST_FOLDERS: Final = 50
_QUICK_S: Final = 30.0
_PLACE: Final = re.compile(r"(?<!/test_)\b(?!test_)\w+_planted_\d+\.\w+(?::\d+)?")


class PlantedFaults:
    """Runs criteria of the base's board over planted faults, by the base's and the head's rules.

    `lay` puts the base's files into a copy. `tools` are the leaves that criteria start by the
    base's rules, the first of which ends many. `started` are those by the head's: another tool in
    the place of one names other places.
    """

    def __init__(
        self,
        board: Board,
        lay: Callable[[str, Iterable[str]], None],
        worlds: Worlds,
        timeout: float | None,
    ) -> None:
        self._board = board
        self._lay = lay
        self._worlds = worlds
        self._timeout = timeout
        self._catalogue = Catalogue(board.catalogues)
        self._took: dict[str, float] = {}
        self.tools: Mapping[str, Iterable[str]] = {}
        self.started: Mapping[str, Iterable[str]] = {}

    def note(self, document: RunDocument) -> None:
        """Note how long criteria took, in whichever world: one that takes long is not run again."""
        seconds = {probe.id: probe.duration_s for probe in document.probes}
        for record in document.criteria():
            took = sum(seconds.get(probe, 0.0) for probe in record.probes)
            self._took[record.id.partition(BETWEEN)[0]] = took

    def unnoticed(self, rules: Mapping[str, Iterable[str]], run: TrialRunner) -> dict[str, str]:
        """Return the criteria that pass over faults which they reject by the base's `rules`.

        `rules` are the files that decide, by criterion. The result names a tool for each.
        """
        tools: dict[str, list[str]] = {}
        for name in rules:
            is_quick = self._took.get(name, _QUICK_S) < _QUICK_S
            for leaf in self.tools.get(name, ()) if is_quick else ():
                tools.setdefault(leaf.rpartition(" ")[2], []).append(name)
        unnoticed: dict[str, str] = {}
        for tool, names in sorted(tools.items()):
            parts = {
                label: part
                for label, over in ((f"{tool}-base", rules), (f"{tool}-head", {}))
                if (part := self._planted(label, tool, names, over))
            }
            if len(parts) == 2:
                document = run(joined(self._board, [*parts.values()]))
                records = {record.id: record for record in document.criteria()}
                for name in names:
                    base, head = (records[renamed(name, label)] for label in parts)
                    is_same = any(leaf.endswith(tool) for leaf in self.started.get(name, ()))
                    if not base.verdict.good and (
                        head.verdict.good or (is_same and _names_less(document, base, head))
                    ):
                        unnoticed[name] = tool
        return unnoticed

    def _planted(
        self, label: str, tool: str, names: list[str], rules: Mapping[str, Iterable[str]]
    ) -> TrialPlan | None:
        """Plan criteria in a copy with the faults of a tool; None where no place is for any."""
        faults = faults_of(self._catalogue, tool)
        if not faults:
            return None
        copy = self._worlds.make(f"planted-{label}")
        self._lay(copy.root, {path for name in names for path in rules.get(name, ())})
        if not plant(copy.root, faults):
            return None
        return copy.part(copy.criteria(names), label, timeout=self._timeout)


def faults_of(catalogue: Catalogue, tool: str) -> dict[str, str]:
    """Return the files that a tool's check must reject, by the patterns of their names."""
    check = catalogue.find(tool) if catalogue.knows(tool) else None
    files = check.control.files if check and check.control else {}
    named = ((os.path.basename(path), text) for path, text in files.items())
    return {name: text for name, text in named if _NUMBER in name}


def _names_less(document: RunDocument, base: CriterionRecord, head: CriterionRecord) -> bool:
    """Return whether the head names some of the places that the base names, and not all.

    One that names none says it in a way of its own. A run of tests may end with the first failure.
    """
    probes = {probe.id: probe for probe in document.probes}
    named = []
    for record in (base, head):
        streams = (
            stream
            for probe in map(probes.__getitem__, record.probes)
            for stream in (probe.stdout, probe.stderr)
        )
        said = "\n".join(f"{stream.head}{stream.tail}" for stream in streams)
        named.append(set(_PLACE.findall(said)))
    by_base, by_head = named
    files = {place.partition(":")[0] for place in by_base - by_head}
    is_elsewhere = files - {place.partition(":")[0] for place in by_head}
    return bool(by_head) and (by_head < by_base or bool(is_elsewhere))


def plant(folder: str, faults: Mapping[str, str]) -> bool:
    """Put faults wherever a copy's repository has files of their kind; return whether it has."""
    with suppress(GitError):
        tracked = os.fsdecode(ask(folder, "ls-files", "-z")).split("\0")
        planted = list(_plant(folder, tracked, faults))
        if planted:
            ask(folder, "add", "--force", "--", *planted)
            return True
    return False


def _plant(folder: str, tracked: Iterable[str], faults: Mapping[str, str]) -> Iterator[str]:
    present = [path for path in tracked if os.path.isfile(os.path.join(folder, path))]
    for name, text in faults.items():
        is_test = name.startswith("test_")
        kinds = ("test_*.py", "*_test.py") if is_test else (f"*{os.path.splitext(name)[1]}",)
        tops = {
            os.path.dirname(path)
            for path in present
            if any(fnmatch(os.path.basename(path), kind) for kind in kinds)
        }
        for number, top in enumerate(sorted(tops)[:_MOST_FOLDERS]):
            # One name everywhere would be one module twice to some tools.
            path = os.path.join(top, name.replace(f"_{_NUMBER}", f"_planted_{number}"))
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)
            yield path
