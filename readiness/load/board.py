"""A board file → the model, or all its faults at once."""

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import UNSET

from readiness.load.catalogue import Catalogue
from readiness.load.criteria import CriterionLoader
from readiness.load.decisions import check_acceptance, check_quarantine, day
from readiness.load.definitions import TEXT_UNDER, BoardFile, Parameters, TaskFile
from readiness.load.faults import Problems, shown, suggestion
from readiness.load.milestones import milestones
from readiness.load.parameters import is_parameter
from readiness.load.readers import number, seconds, share
from readiness.load.validate import Walk, convert
from readiness.load.variables import RULE, Variables, broken_reference, expanded
from readiness.load.yamlfile import Document, Path, child, parse, read
from readiness.model.board import Board, Position, PriorityRule, Success, Task
from readiness.model.digests import digest
from readiness.model.errors import BoardError, ReadinessError, UsageError
from readiness.model.words import SELECTOR_WORDS, Priority
from readiness.text.languages import Language
from readiness.text.sentences import suit
from readiness.text.worded import worded, words_of
from readiness.text.yaml_scalars import Data

PRIORITIES: Final = {
    Priority.P0: PriorityRule(weight=Decimal(10), blocking=True),
    Priority.P1: PriorityRule(weight=Decimal("7.5")),
    Priority.P2: PriorityRule(weight=Decimal(5)),
    Priority.P3: PriorityRule(weight=Decimal("2.5")),
}
DEFAULT_CHECKS: Final = "checks"


def load_board(
    path: str, *, profile: str | None, environ: Mapping[str, str], project: str | None = None
) -> Board:
    """Load a board for one profile (None: its first), with variables replaced.

    `project` takes the place of the board's `workdir`. Raises BoardError with every fault of the
    board and of the checks it uses; UsageError where there is no file to read or no such profile.
    """
    return load_board_text(read(path), path, profile=profile, environ=environ, project=project)


def load_board_text(
    content: bytes,
    path: str,
    *,
    profile: str | None,
    environ: Mapping[str, str],
    project: str | None = None,
) -> Board:
    """Load a board from `content` as if it were at `path`. Raises as `load_board` does."""
    problems = Problems(parse(content, path, text_under=TEXT_UNDER))
    try:
        file, walk = convert(BoardFile, problems)
        if file is None:
            raise BoardError(problems.faults)
        suit(file.language)
        return _BoardLoader(file, walk, problems, environ, profile).load(content, project)
    except ReadinessError as error:
        error.language = _language(problems.document.data)
        raise


def _language(data: object) -> Language | None:
    found = data.get("language") if isinstance(data, dict) else None
    return Language(found) if isinstance(found, str) and found in [*Language] else None


def board_language(path: str) -> Language | None:
    """Return the language of a board, whatever else is wrong with it; None if it names none.

    Raises UsageError where there is no file to read.
    """
    return _language(parse(read(path), path).data)


def board_folders(path: str) -> list[str]:
    """Return the catalogue folders of a board, whatever else is wrong with it.

    Raises UsageError where there is no file to read.
    """
    data = parse(read(path), path).data
    named = data.get("checks", DEFAULT_CHECKS) if isinstance(data, dict) else DEFAULT_CHECKS
    names = named if isinstance(named, list) else [named]
    folder = os.path.dirname(path)
    return [os.path.join(folder, name) for name in names if isinstance(name, str)]


class _BoardLoader:
    def __init__(
        self,
        file: BoardFile,
        walk: Walk,
        problems: Problems,
        environ: Mapping[str, str],
        profile: str | None,
    ) -> None:
        self.file = file
        self.walk = walk
        self.problems = problems
        self.document: Document = problems.document
        self.folder = os.path.dirname(self.document.path)
        self.profile = self._profile(profile)
        chosen = file.profiles.get(self.profile)
        self.profile_env = chosen.env if chosen else {}
        self.variables = Variables(environ, self.profile_env, file.env)
        self.folders = tuple(self._folders())
        self.catalogue = Catalogue(self.folders)
        self.ids: dict[str, str] = {}

    def load(self, content: bytes, project: str | None) -> Board:
        file = self.file
        env, unset_env = self._environment()
        unset: list[str] = []
        workdir = self._workdir(project, unset)
        longest_waiver = seconds(file.waivers.max, ("waivers", "max"), self.problems)
        criteria = CriterionLoader(
            self.problems,
            self.catalogue,
            self.variables,
            profiles=tuple(file.profiles),
            defaults=self._defaults(),
            unset_env=unset_env,
            unset=tuple(unset),
            longest_waiver=longest_waiver,
            flaky_blocks=file.flaky == "blocks",
        )
        tasks = tuple(
            self._task(task, self.walk.path(task, ("tasks", index)), criteria)
            for index, task in enumerate(file.tasks)
        )
        self._dependencies()
        for index, acceptance in enumerate(file.accept):
            check_acceptance(acceptance, ("accept", index), self.problems)
        for index, entry in enumerate(file.quarantine):
            check_quarantine(entry, ("quarantine", index), self.problems)
        board = Board(
            path=self.document.path,
            digest=digest(content),
            title=file.title,
            workdir=workdir,
            tasks=tasks,
            checks=self.catalogue.checks,
            catalogues=self.folders,
            priorities=self._priorities(),
            profile=self.profile,
            profiles=tuple(file.profiles),
            language=file.language,
            target=number(file.target, ("target",), self.problems, between=(0, 10)),
            require_proof=file.require_proof,
            longest_waiver=longest_waiver,
            min_measured=share(file.min_measured, ("min_measured",), self.problems),
            baseline=None
            if file.baseline is UNSET
            else number(file.baseline, ("baseline",), self.problems, between=(0, 10)),
            scoring=file.scoring,
            env=env,
            unset_env=unset_env,
            profile_env=tuple(self.profile_env),
            settings_env=self.catalogue.settings_env(),
            secrets=tuple(file.secrets),
            timeout=seconds(file.timeout, ("timeout",), self.problems) or 600.0,
            run_timeout=seconds(file.run_timeout, ("run_timeout",), self.problems) or 3600.0,
            milestones=milestones(self.file.milestones, self.walk, self.problems),
            accept=tuple(file.accept),
            code=tuple(file.code),
            quarantine=tuple(file.quarantine),
            created=self._created(),
            goal=file.goal,
            review=file.review,
            sections=tuple(file.sections),
            key_figures=self._key_figures(),
            subtitle=file.subtitle,
            success=self._success(),
        )
        if faults := self.problems.faults + self.catalogue.faults:
            raise BoardError(faults)
        return board

    # --- where and with what ----------------------------------------------------------------------

    def _profile(self, wanted: str | None) -> str:
        profiles = self.file.profiles
        if wanted is None:
            return next(iter(profiles), "")
        if wanted not in profiles and not self.problems.broken(("profiles",)):
            hint = suggestion(wanted, profiles, otherwise=worded("hint.profiles_are"))
            hint = hint or worded("hint.no_profiles")
            raise UsageError(worded("usage.no_profile", name=shown(wanted), hint=hint))
        return wanted

    def _folders(self) -> Sequence[str]:
        if self.file.checks is UNSET:
            return [os.path.join(self.folder, DEFAULT_CHECKS)]
        folders = [os.path.join(self.folder, name) for name in self.file.checks]
        for index, folder in enumerate(folders):
            if not os.path.isdir(folder):
                self.problems.add(("checks", index), worded("fault.no_folder", path=shown(folder)))
        return folders

    def _environment(self) -> tuple[dict[str, str], dict[str, str]]:
        """Replace variables in every `env`, complaining of those of other profiles too."""
        places: list[Path] = [("env",)]
        places += [("profiles", name, "env") for name in self.file.profiles]
        layers = [self.file.env, *(each.env for each in self.file.profiles.values())]
        sound = True
        for place, layer in zip(places, layers, strict=True):
            for name, text in layer.items():
                if broken := broken_reference(text):
                    self.problems.add((*place, name), f"`{broken}` is not a variable", RULE)
                    sound = False
        if not sound:
            return {}, {}
        try:
            return self.variables.entries()
        except ValueError as error:
            self.problems.add(("env",), words_of(error))
            return {}, {}

    def _workdir(self, project: str | None, unset: list[str]) -> str:
        if project is not None:
            return os.path.abspath(project)
        place = ("workdir",)
        folder = expanded(self.file.workdir, self.variables, place, self.problems, unset)
        return os.path.abspath(os.path.join(self.folder, "" if unset else folder))

    def _defaults(self) -> dict[str, Parameters]:
        """Return the parameters by check, having recorded names that nothing has."""
        for name, values in self.file.defaults.items():
            place = ("defaults", name)
            if not self.catalogue.knows(name):
                hint = suggestion(name, self.catalogue.names())
                self.problems.add(place, worded("fault.no_check", name=name), hint, key=True)
            elif check := self.catalogue.find(name):
                for each in values:
                    is_parameter(each, check, (*place, each), self.problems)
        return self.file.defaults

    # --- tasks ------------------------------------------------------------------------------------

    def _task(self, file: TaskFile, path: Path, criteria: CriterionLoader) -> Task:
        is_named = self._claim(file.id, (*path, "id"))
        raw = self.document.at((*path, "criteria"))
        loaded = []
        for index, entry in enumerate(file.criteria):
            place = self.walk.path(entry, (*path, "criteria", index))
            own_id = entry.id if entry.id is not UNSET else f"{file.id}.{int(place[-1]) + 1}"
            if entry.id is not UNSET or is_named:
                self._claim(own_id, (*place, "id"))
            start = self._start(child(raw, place[-1]))
            own = (entry.workdir, place) if entry.workdir else (file.workdir, path)
            criterion = criteria.load(entry, place, file.id, own_id, start, own)
            if criterion is not None:
                loaded.append(criterion)
        return Task(
            id=file.id,
            title=file.title or file.id,
            priority=file.priority,
            position=self._start(self.document.at(path)),
            criteria=tuple(loaded),
            owner=file.owner,
            estimate=file.estimate,
            risk=file.risk,
            problem=file.problem,
            details=file.details,
            steps=tuple(file.steps),
            notes=self._notes(file.notes, (*path, "notes")),
            weight=number(file.weight, (*path, "weight"), self.problems, above=0),
            depends_on=tuple(file.depends_on),
            tags=tuple(file.tags),
        )

    def _start(self, part: Data) -> Position:
        assert isinstance(part, dict)  # noqa: S101 - tasks and criteria are mappings
        return self.document.start(part)

    def _claim(self, own_id: str, path: Path) -> bool:
        """Return whether the id is free and usable; records a fault where it is not."""
        if self.problems.broken(path):
            return False
        if not own_id.strip("."):
            self.problems.add(
                path, worded("fault.no_id", text=shown(own_id)), worded("rule_hint.id")
            )
            return False
        if own_id in SELECTOR_WORDS:
            what = worded("fault.selects_itself")
            self.problems.add(
                path,
                worded("fault.id_is", id=own_id, what=what, more=own_id),
                worded("hint.another_id"),
            )
            return False
        taken = self.ids.get(own_id.lower())
        if taken is None:
            self.ids[own_id.lower()] = own_id
            return True
        same = (
            worded("fault.used_twice") if taken == own_id else worded("fault.id_case", other=taken)
        )
        self.problems.add(path, worded("fault.id_of", id=own_id, what=same), worded("hint.own_id"))
        return False

    def _dependencies(self) -> None:
        needs = {task.id: task.depends_on for task in self.file.tasks}
        paths: dict[str, Path] = {}
        for index, task in enumerate(self.file.tasks):
            path = paths[task.id] = self.walk.path(task, ("tasks", index))
            for position, name in enumerate(task.depends_on):
                if name not in needs:
                    hint = suggestion(name, needs)
                    place = (*path, "depends_on", position)
                    self.problems.add(place, worded("fault.no_task", name=name), hint)
        for circle in _cycles(needs):
            round_trip = " → ".join([*circle, circle[0]])
            place = (*paths[circle[0]], "depends_on")
            self.problems.add(place, worded("fault.tasks_wait", names=round_trip))

    # --- the rest ---------------------------------------------------------------------------------

    def _priorities(self) -> dict[Priority, PriorityRule]:
        rules = dict(PRIORITIES)
        for name, entry in self.file.priorities.items():
            rule = rules[name]
            place = ("priorities", name.value, "weight")
            rules[name] = PriorityRule(
                weight=rule.weight
                if entry.weight is UNSET
                else number(entry.weight, place, self.problems, above=0),
                blocking=rule.blocking if entry.blocking is UNSET else entry.blocking,
            )
        return rules

    # --- for the rendered board alone -------------------------------------------------------------

    def _created(self) -> str:
        if self.file.created:
            day(self.file.created, ("created",), self.problems)
        return self.file.created

    def _key_figures(self) -> dict[str, str]:
        """Return the names by id, having recorded ids that no criterion has."""
        for name in self.file.key_figures:
            self._expect_criterion(name, ("key_figures", name), key=True)
        return self.file.key_figures

    def _success(self) -> tuple[Success, ...]:
        for index, success in enumerate(self.file.success):
            place = self.walk.path(success, ("success", index))
            for position, name in enumerate(success.criteria):
                self._expect_criterion(name, (*place, "criteria", position))
        return tuple(self.file.success)

    def _expect_criterion(self, name: str, place: Path, *, key: bool = False) -> None:
        criteria = set(self.ids.values()) - {task.id for task in self.file.tasks}
        if name not in criteria:
            message = worded("fault.no_criterion", name=name)
            hint = suggestion(name, sorted(criteria), otherwise=worded("hint.criteria_are"))
            self.problems.add(place, message, hint, key=key)

    def _notes(self, notes: dict[str, str], path: Path) -> dict[str, str]:
        for name in notes:
            day(name, (*path, name), self.problems)
        return notes


def _cycles(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return cycles of names that wait for one another, in waiting order; each name is in one."""
    waiting = {name: [other for other in needs[name] if other in needs] for name in needs}
    circles: list[list[str]] = []
    if not any(waiting.values()):
        return circles
    from graphlib import CycleError, TopologicalSorter

    while True:
        try:
            TopologicalSorter(waiting).prepare()
        except CycleError as error:
            circle = error.args[1][:0:-1]
            circles.append(circle)
            waiting |= {name: [] for name in circle}
        else:
            return circles
