"""One criterion of a board file → the model, with its check, parameters and expectation."""

import os
from typing import Final

import msgspec
from msgspec import UNSET

from readiness.load import decisions
from readiness.load.catalogue import Catalogue
from readiness.load.definitions import AttestFile, CriterionFile, MeasureFile, Parameters
from readiness.load.faults import Problems, suggestion
from readiness.load.parameters import ParameterLoader
from readiness.load.readers import (
    EXIT,
    EXIT_IS_ZERO,
    can_be_missed,
    exit_statuses,
    expectation,
    fit,
    fits,
    measure,
    number,
    proof_of,
    seconds,
    words,
)
from readiness.load.standing import standing
from readiness.load.variables import Variables
from readiness.load.yamlfile import Path
from readiness.model import expect
from readiness.model.board import Check, Criterion, Expectation, Measure, Position, Sampling
from readiness.model.words import Format
from readiness.text.worded import worded

ATTESTED: Final = expect.parse("true")

COMMAND: Final = "command"
"""The parameter of a check that is `run` beside it; such a check has a `report` too."""

_KINDS: Final = ("check", "run", "attest")
_OF_INLINE: Final = ("read", "exit", "proof", "reject", "ignores", "max_age", "exclusive")
_OF_PROBES: Final = (
    *("with", "matrix", "workdir", "measure", "expect", "warn", *_OF_INLINE, "timeout", "baseline"),
    *("samples", "confidence", "tolerance", "against", "wait", "retries", "allow_changes"),
)


class CriterionLoader:
    """What all criteria of a board share: the catalogue, the variables, the profiles.

    `unset_env` maps entries of `env` to the variables they lacked; `unset` names those which every
    criterion needs, for the working folder. `longest_waiver` is in seconds.
    """

    def __init__(
        self,
        problems: Problems,
        catalogue: Catalogue,
        variables: Variables,
        *,
        profiles: tuple[str, ...],
        defaults: dict[str, Parameters],
        unset_env: dict[str, str],
        unset: tuple[str, ...] = (),
        longest_waiver: float | None = None,
        flaky_blocks: bool = False,
    ) -> None:
        self.flaky_blocks = flaky_blocks
        self.problems = problems
        self.catalogue = catalogue
        self.profiles = profiles
        self.longest_waiver = longest_waiver
        self.read: dict[MeasureFile, Measure] = {}
        self.parameters = ParameterLoader(
            problems, catalogue, variables, defaults=defaults, unset_env=unset_env, unset=unset
        )
        path = problems.document.path
        self.board = path
        self.folder = os.path.dirname(os.path.abspath(path))

    def load(
        self,
        file: CriterionFile,
        path: Path,
        task: str,
        own_id: str,
        position: Position,
        workdir: tuple[str, Path],
    ) -> Criterion | None:
        """Return the criterion; None, with faults, where not enough of it is known.

        `workdir` is the folder that it or its task names, and which of them does.
        """
        self._common(file, path)
        weight = number(file.weight, (*path, "weight"), self.problems, above=0)
        waive = None
        if file.waive is not UNSET:
            place = (*path, "waive")
            waive = decisions.waiver(file.waive, place, self.problems, self.longest_waiver)
        kinds = [name for name in _KINDS if getattr(file, name) is not UNSET]
        if len(kinds) != 1 and not self._takes_command(file, kinds):
            if any(self._broken(path, name) for name in _KINDS):
                return None
            found = " and ".join(kinds) or worded("fault.none_of_them")
            hint = worded("hint.one_of_three")
            self.problems.add(path, worded("fault.has_kinds", what=found), hint)
            return None
        if file.attest is not UNSET:
            self._refuse(path, _OF_PROBES, "attest")
            return Criterion(
                id=own_id,
                title=file.title or _attested(file.attest),
                task=task,
                position=position,
                expect=ATTESTED,
                weight=weight,
                profiles=tuple(file.profiles),
                elsewhere=file.elsewhere is UNSET,
                attest=decisions.attestation(file.attest, (*path, "attest"), self.problems),
                waive=waive,
            )
        check = self._check(file, path)
        standing_params: dict[str, str] = {}
        if check is not None and not check.name:
            check, standing_params = standing(self.catalogue, file, check)
        elif file.run is not UNSET:
            standing_params = {COMMAND: file.run}
        chosen = self._measure(file, path, check) if check is not None else None
        if check is None or chosen is None:
            return None
        expected = self._expected(file, path, check, chosen)
        if expected is None:
            return None
        if waive is not None and waive.up_to is not None:
            fit(waive.up_to, chosen, (*path, "waive", "up_to"), self.problems)
        params, matrix, workdirs, unset = self.parameters.load(
            file, path, check, standing_params, workdir
        )
        own = file.run if file.run is not UNSET and check.name else ""
        written = own if file.check is UNSET else ""
        samples, sampling = self._samples(file, path, expected, chosen)
        return Criterion(
            id=own_id,
            title=file.title or own.strip() or check.name or check.run.strip().split("\n", 1)[0],
            task=task,
            position=position,
            expect=expected,
            check=check,
            measure=chosen,
            params=params,
            matrix=matrix,
            workdirs=workdirs,
            unset=unset,
            written=written,
            warn=self._warn(file, path, chosen),
            baseline=None
            if file.baseline is UNSET
            else number(file.baseline, (*path, "baseline"), self.problems),
            ratchet=file.ratchet,
            trial=file.trial is not False,
            insists=file.trial is True,
            weight=weight,
            profiles=tuple(file.profiles),
            elsewhere=file.elsewhere is UNSET,
            samples=samples,
            sampling=sampling,
            wait=seconds(file.wait, (*path, "wait"), self.problems) or 0.0,
            retries=file.retries,
            flaky_blocks=self.flaky_blocks,
            allow_changes=words(file.allow_changes),
            timeout=check.timeout
            if file.timeout is UNSET or file.check is UNSET
            else seconds(file.timeout, (*path, "timeout"), self.problems),
            waive=waive,
        )

    # --- what every criterion has -----------------------------------------------------------------

    def _common(self, file: CriterionFile, path: Path) -> None:
        for index, name in enumerate(file.profiles):
            if name not in self.profiles:
                hint = suggestion(name, self.profiles, otherwise=worded("hint.profiles_are"))
                message = worded("fault.no_profile", name=name)
                self.problems.add((*path, "profiles", index), message, hint)
        if file.ratchet and file.baseline is UNSET and not self._broken(path, "baseline"):
            self.problems.add((*path, "ratchet"), worded("fault.ratchet"))

    def _broken(self, path: Path, field: str) -> bool:
        return bool(self.problems.faults) and self.problems.broken((*path, field))

    def _refuse(self, path: Path, fields: tuple[str, ...], kind: str) -> None:
        """Record fields that have no meaning beside `check`, `run` or `attest`."""
        mapping = self.problems.document.at(path)
        assert isinstance(mapping, dict)  # noqa: S101 - a criterion is a mapping
        for field in fields:
            if field in mapping:
                message = worded("fault.beside", field=field, kind=kind)
                hint = worded("hint.belongs_check") if kind == "check" else ""
                self.problems.add((*path, field), message, hint, key=True)

    def _takes_command(self, file: CriterionFile, kinds: list[str]) -> bool:
        """Return whether `run` beside `check` is what the check runs, and the only command."""
        if kinds != ["check", "run"] or file.check is UNSET or not self.catalogue.knows(file.check):
            return False
        check, given = self.catalogue.find(file.check), {} if file.with_ is UNSET else file.with_
        names = {param.name for param in check.params} if check is not None else set()
        return names >= {COMMAND, "report"} and COMMAND not in given

    # --- its check --------------------------------------------------------------------------------

    def _check(self, file: CriterionFile, path: Path) -> Check | None:
        if file.run is not UNSET and file.check is UNSET:
            return self._inline(file, file.run, path)
        if file.check is UNSET:
            return None
        self._refuse(path, _OF_INLINE, "check")
        if not self.catalogue.knows(file.check):
            message = worded("fault.no_check", name=file.check)
            hint = suggestion(file.check, self.catalogue.names())
            self.problems.add((*path, "check"), message, hint)
            return None
        check = self.catalogue.find(file.check)
        return check and (check if file.reuse else msgspec.structs.replace(check, reuse=False))

    def _inline(self, file: CriterionFile, command: str, path: Path) -> Check | None:
        """Create the check of a probe that the board defines in place."""
        if file.measure is not UNSET:
            message = worded("fault.measure_beside_run")
            self.problems.add((*path, "measure"), message, 'use "read"', key=True)
        if self._broken(path, "read"):
            return None
        problems = self.problems
        read = EXIT if file.read is UNSET else self._read(file.read, (*path, "read"))
        if file.read is not UNSET and file.read.of:
            message = worded("fault.of_alone")
            problems.add((*path, "read", "of"), message, worded("hint.check_file"))
        proof = proof_of(file, command, path, problems)
        return Check(
            name="",
            run=command,
            measures=(read,),
            path=self.board,
            folder=self.folder,
            exit_ok=exit_statuses(file.exit, (read,)),
            proof=proof,
            reject=file.reject,
            ignores=words(file.ignores),
            reuse=file.reuse,
            max_age=seconds(file.max_age, (*path, "max_age"), problems),
            timeout=seconds(file.timeout, (*path, "timeout"), problems),
            exclusive=words(file.exclusive),
        )

    def _read(self, file: MeasureFile, path: Path) -> Measure:
        """Return what a value is read by; on a sound board, one for all that are equal."""
        known = self.read.get(file) or measure("value", file, path, self.problems)
        if not self.problems.faults:
            self.read[file] = known
        return known

    def _measure(self, file: CriterionFile, path: Path, check: Check) -> Measure | None:
        if file.measure is UNSET or not check.name:
            return None if self._broken(path, "measure") else check.measures[0]
        for candidate in check.measures:
            if candidate.name == file.measure:
                return candidate
        names = [candidate.name for candidate in check.measures]
        hint = suggestion(file.measure, names, otherwise=worded("hint.measures_are"))
        message = worded("fault.check_no_measure", check=check.name, name=file.measure)
        self.problems.add((*path, "measure"), message, hint)
        return None

    # --- what is expected -------------------------------------------------------------------------

    def _expected(
        self, file: CriterionFile, path: Path, check: Check, chosen: Measure
    ) -> Expectation | None:
        here = (*path, "expect")
        if file.expect is not UNSET:
            expected = expectation(file.expect, here, self.problems)
        elif self._broken(path, "expect"):
            return None
        elif check.expect is not None and fits(check.expect, chosen):
            expected = check.expect
        elif chosen.reader.format is Format.EXIT:
            return EXIT_IS_ZERO
        else:
            of = worded("fault.expectation_of", measure=chosen.name)
            what = "" if chosen is check.measures[0] else of
            self.problems.add(
                here, worded("fault.nothing_expected", more=what), worded("hint.add_expect")
            )
            return None
        if expected is None or not fit(expected, chosen, here, self.problems):
            return None
        can_be_missed(expected, chosen, check.exit_ok, here, self.problems)
        return expected

    def _samples(
        self, file: CriterionFile, path: Path, expected: Expectation, chosen: Measure
    ) -> tuple[int, Sampling | None]:
        asked = (file.confidence, file.tolerance, file.against)
        if asked == (UNSET, UNSET, UNSET) and isinstance(file.samples, int):
            return file.samples, None
        from readiness.load.sampling import sampled

        return sampled(file, path, expected, chosen, self.problems)

    def _warn(self, file: CriterionFile, path: Path, chosen: Measure) -> Expectation | None:
        if file.warn is UNSET:
            return None
        here = (*path, "warn")
        warn = expectation(file.warn, here, self.problems)
        if warn is not None:
            fit(warn, chosen, here, self.problems)
        return warn


def _attested(file: AttestFile) -> str:
    return "to be attested" if file.by is UNSET else f"attested by {file.by}"
