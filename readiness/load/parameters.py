"""What a criterion gives to its check, and in which folder: for each combination of its matrix."""

import math
import os
import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from msgspec import UNSET

from readiness.load.catalogue import Catalogue
from readiness.load.definitions import CriterionFile, Parameters
from readiness.load.faults import Problems, shown, suggestion
from readiness.load.readers import switched
from readiness.load.variables import Variables, expanded
from readiness.load.yamlfile import Path
from readiness.model.board import Check
from readiness.text.worded import worded

MAX_COMBINATIONS: Final = 1000
NOTHING: Final[tuple[dict[str, str], ...]] = ({},)


class ParameterLoader:
    """What all criteria of a board share of it: the catalogue and the variables.

    `unset_env` maps entries of `env` to the variables they lacked; `unset` names those which every
    criterion needs, for the working folder.
    """

    def __init__(
        self,
        problems: Problems,
        catalogue: Catalogue,
        variables: Variables,
        *,
        defaults: dict[str, Parameters],
        unset_env: dict[str, str],
        unset: tuple[str, ...],
    ) -> None:
        self.defaults = defaults
        self.problems = problems
        self.catalogue = catalogue
        self.variables = variables
        self.unset = unset
        self.mentions = [
            (re.compile(rf"\$(?:{name}\b|\{{{name}\b)"), name, lacked)
            for name, lacked in unset_env.items()
        ]

    def load(
        self,
        file: CriterionFile,
        path: Path,
        check: Check,
        written: dict[str, str],
        workdir: tuple[str, Path],
    ) -> tuple[dict[str, str], tuple[dict[str, str], ...], tuple[str, ...], tuple[str, ...]]:
        """Return parameters, combinations of the matrix, their folders, and unset names."""
        values, places = self._values(file, path, check, written)
        plain = not values and file.matrix is UNSET and not (workdir[0] or self.mentions)
        if plain and not (check.params or written):
            return {}, NOTHING, (), self.unset
        unset = list(self.unset)
        params = {**{param.name: param.default for param in check.params}, **written}
        switches = {param.name for param in check.params if param.is_switch}
        texts = [workdir[0]]
        for value in values.values():
            texts += [value] if isinstance(value, str) else value
        axes = self._axes(file, path, check, texts, switches, unset)
        matrix = NOTHING
        if axes:
            matrix = self._combinations(axes, (*path, "matrix")) or NOTHING
        made = [self._made(values, places, matrix[0], workdir, switches, unset)]
        for combination in matrix[1:]:
            varies = any(_mentions(text, name) for text in texts for name in combination)
            made.append(
                self._made(values, places, combination, workdir, switches, unset)
                if varies
                else made[0]
            )
        params.update(made[0][0])
        params.update(
            {name: axis[0] for name, axis in axes.items() if axis and params.get(name) is None}
        )
        for name, default in params.items():
            if default is None and not self._is_given(path, name):
                message = worded("fault.check_needs_parameter", check=check.name, name=name)
                self.problems.add((*path, "with"), message, worded("hint.add_to_with", name=name))
        if self.mentions:
            self._mentioned(check, params, unset)
        first = {name: value for name, value in params.items() if value is not None}
        differing = tuple(
            {
                **{name: text for name, text in own.items() if text != made[0][0][name]},
                **combination,
            }
            for combination, (own, _) in zip(matrix, made, strict=True)
        )
        folders = tuple(folder for _, folder in made)
        return first, differing, folders if any(folders) else (), tuple(dict.fromkeys(unset))

    def _values(
        self, file: CriterionFile, path: Path, check: Check, written: dict[str, str]
    ) -> tuple[Parameters, dict[str, Path]]:
        """Return the parameters that the criterion or the board's defaults set, and where."""
        own = {} if file.with_ is UNSET else file.with_
        theirs = {*own, *written, *(() if file.matrix is UNSET else file.matrix)}
        shared = self.defaults.get(check.name, {})
        shared = {name: value for name, value in shared.items() if name not in theirs}
        places: dict[str, Path] = {name: ("defaults", check.name, name) for name in shared}
        places.update({name: (*path, "with", name) for name in own})
        both = {**shared, **own}
        known = [name for name in both if is_parameter(name, check, places[name], self.problems)]
        return {name: both[name] for name in known}, places

    def _axes(
        self,
        file: CriterionFile,
        path: Path,
        check: Check,
        texts: list[str],
        switches: set[str],
        unset: list[str],
    ) -> dict[str, list[str]]:
        """Return the values of each name of the matrix: a parameter, or what others refer to."""
        if file.matrix is UNSET:
            return {}
        axes: dict[str, list[str]] = {}
        for name, values in file.matrix.items():
            here = (*path, "matrix", name)
            used = any(_mentions(text, name) for text in texts)
            if used or is_parameter(name, check, here, self.problems):
                axes[name] = [
                    self._text(value, (*here, index), unset, self.variables, name in switches)
                    for index, value in enumerate(values)
                ]
        return axes

    def _made(
        self,
        values: Parameters,
        places: dict[str, Path],
        combination: dict[str, str],
        workdir: tuple[str, Path],
        switches: set[str],
        unset: list[str],
    ) -> tuple[dict[str, str], str]:
        """Return the parameters and the folder of one combination."""
        variables = self.variables.having(combination) if combination else self.variables
        own = {
            name: self._text(value, places[name], unset, variables, name in switches)
            for name, value in values.items()
        }
        text, place = workdir
        folder = self._text(text, (*place, "workdir"), unset, variables, False) if text else ""
        if os.path.isabs(folder) or os.path.normpath(folder).startswith(".."):
            message = worded("fault.not_below", path=shown(folder))
            self.problems.add((*place, "workdir"), message)
        return own, folder and os.path.normpath(folder)

    def _is_given(self, path: Path, name: str) -> bool:
        """Return whether the criterion has a value for a parameter, if a faulty one."""
        return any(
            self.problems.broken((*path, field)) or self.problems.broken((*path, field, name))
            for field in ("with", "matrix")
        )

    def _text(
        self,
        value: str | list[str],
        path: Path,
        unset: list[str],
        variables: Variables,
        is_switch: bool,
    ) -> str:
        """Return a value of the board as text, its variables replaced."""
        text = value if isinstance(value, str) else " ".join(value)
        lacking = len(unset)
        text = expanded(text, variables, path, self.problems, unset)
        if is_switch and len(unset) == lacking:
            switched(text, path, self.problems)
        return text

    def _combinations(self, axes: dict[str, list[str]], path: Path) -> tuple[dict[str, str], ...]:
        count = math.prod(map(len, axes.values()))
        if count > MAX_COMBINATIONS:
            message = worded("fault.combinations", count=count)
            self.problems.add(path, message, worded("hint.the_most", most=MAX_COMBINATIONS))
            return NOTHING
        return tuple(dict(zip(axes, values, strict=True)) for values in product(*axes.values()))

    def _mentioned(self, check: Check, params: dict[str, str | None], unset: list[str]) -> None:
        """Add the variables that the command needs and that the board's `env` could not set."""
        for each in self._commands(check):
            for mention, name, lacked in self.mentions:
                if name not in params and mention.search(each):
                    unset.append(lacked)

    def _commands(self, check: Check) -> Iterator[str]:
        yield check.run
        for each in check.measures:
            yield each.reader.source
        for name in check.after:
            producer = self.catalogue.find(name)
            if producer is not None:
                yield from self._commands(producer)


def is_parameter(name: str, check: Check, path: Path, problems: Problems) -> bool:
    """Return whether a check takes it, as a command of the board takes any; records where not."""
    known = [param.name for param in check.params]
    if not check.name or name in known:
        return True
    hint = suggestion(name, known, otherwise=worded("hint.parameters_are"))
    message = worded("fault.check_no_parameter", check=check.name, name=name)
    problems.add(path, message, hint, key=True)
    if hint.startswith("did"):
        problems.break_field((*path[:-2], "with", hint.split('"')[1]))
    return False


def _mentions(text: str, name: str) -> bool:
    return any(f"${{{name}{after}" in text for after in ("}", ":"))
