"""The catalogue: folders of check files, each read when it is first asked for."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from readiness.builtin import builtin_checks
from readiness.load.definitions import TEXT_UNDER, Parameters
from readiness.load.faults import Problems, suggestion
from readiness.load.readers import (
    EXIT,
    EXIT_IS_ZERO,
    can_be_missed,
    exit_statuses,
    expectation,
    fit,
    measure,
    pattern,
    proof_of,
    reader,
    seconds,
    switched,
    words,
)
from readiness.load.validate import convert
from readiness.load.yamlfile import parse, read
from readiness.model.board import (
    SWITCHED,
    Check,
    Control,
    Expectation,
    Measure,
    Parameter,
    StandsFor,
)
from readiness.model.errors import BoardError, UsageError
from readiness.model.words import Format
from readiness.startup.patterns import later
from readiness.text.fault import Fault
from readiness.text.tables import look_beside
from readiness.text.worded import worded

if TYPE_CHECKING:
    from readiness.load.check_definitions import CheckFile

_NAME: Final = later(r"[A-Za-z0-9._-]+")
_ENDINGS: Final = (".yaml", ".yml")


def check_paths(folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the folder and the path of every check file, the built-in ones last.

    The built-in ones stand in rooms, which are folders; a folder of a board's own has none.
    """
    builtin = builtin_checks()
    for folder in folders:
        yield from ((folder, path) for path in _definitions(folder))
    for path in _definitions(builtin):
        yield builtin, path
    for room in _entries(builtin):
        yield from ((builtin, path) for path in _definitions(os.path.join(builtin, room)))


def _definitions(folder: str) -> Iterator[str]:
    for entry in _entries(folder):
        if entry.endswith(_ENDINGS) and not entry.startswith("."):
            yield os.path.join(folder, entry)


def _entries(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def load_catalogue(folders: Sequence[str]) -> dict[str, Check]:
    """Load every check of the folders and the built-in ones, by name; an earlier folder wins.

    Raises BoardError with all faults of all files.
    """
    catalogue = Catalogue(folders)
    for name in catalogue.names():
        catalogue.find(name)
    if faults := catalogue.faults:
        raise BoardError(faults)
    return {name: catalogue.checks[name] for name in catalogue.names()}


class Catalogue:
    """Checks by name, those without a fault. What is found in files goes to the lists."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.checks: dict[str, Check] = {}
        self.faults: list[Fault] = []
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._read: set[str] = set()
        self._underway: list[str] = []
        self._standing: dict[str, tuple[Check, ...]] = {}
        look_beside(folders)
        for folder, path in check_paths(folders):
            self._files.setdefault(os.path.splitext(os.path.basename(path))[0], path)
            self._folders[path] = folder

    def names(self) -> list[str]:
        """Return the names of all checks, sorted."""
        return sorted(self._files)

    def knows(self, name: str) -> bool:
        """Return whether there is a file for this check."""
        return name in self._files

    def find(self, name: str) -> Check | None:
        """Return a known check, with what it comes after loaded too; None where it has faults."""
        if name not in self._read:
            self._read.add(name)
            self._underway.append(name)
            check = self._load(name)
            self._underway.pop()
            if check is not None:
                self.checks[name] = check
        return self.checks.get(name)

    def standing_for(self, program: str) -> tuple[Check, ...]:
        """Return the checks that replace a program's plain commands.

        Their names begin with the program's, so that no other file is opened.
        """
        if program not in self._standing:
            self._standing[program] = tuple(self._stand_for(program))
        return self._standing[program]

    def _stand_for(self, program: str) -> Iterator[Check]:
        for name, path in self._files.items():
            if name.startswith(program) and name[len(program) :][:1] in ("", "-"):
                with suppress(OSError), open(path, "rb") as file:
                    if b"\nstands_for:" in file.read() and (check := self.find(name)):
                        yield check

    def settings_env(self) -> tuple[str, ...]:
        """Return the variables that tools obey, as all check files say, hidden ones too.

        Only the lines that say so are read, as this is done at every start.
        """
        variables: dict[str, None] = {}
        for path in self._folders:
            with suppress(OSError), open(path, "rb") as file:
                _, key, rest = (b"\n" + file.read()).partition(b"\nsettings_env:")
                if key:
                    variables.update(dict.fromkeys(_patterns(rest.decode("utf-8", "replace"))))
        return tuple(variables)

    def _load(self, name: str) -> Check | None:
        from readiness.load.check_definitions import CheckFile

        path = self._files[name]
        try:
            document = parse(read(path), path, text_under=TEXT_UNDER)
        except UsageError as error:
            message = str(error).removeprefix(f"{path}: ")
            self.faults.append(Fault(path=path, line=1, column=1, message=message))
            return None
        problems = Problems(document)
        if not _NAME.fullmatch(name):
            problems.add((), worded("fault.check_name", name=name), worded("rule_hint.id"))
        file, _ = convert(CheckFile, problems)
        check = None
        if file is not None:
            check = _check(file, name, path, self._folders[path], problems)
            self._follow(check, file, problems)
        self.faults.extend(problems.faults)
        return None if problems.faults else check

    def _follow(self, check: Check, file: "CheckFile", problems: Problems) -> None:
        """Load the checks that it comes after, and verify that they get their parameters."""
        own_params = {param.name for param in check.params}
        for index, name in enumerate(check.after):
            place = ("after",) if isinstance(file.after, str) else ("after", index)
            if name in self._underway:
                circle = " after ".join([*self._underway[self._underway.index(name) :], name])
                problems.add(place, worded("fault.checks_wait", names=circle))
            elif not self.knows(name):
                hint = suggestion(name, self._files)
                problems.add(place, worded("fault.no_check", name=name), hint)
            elif producer := self.find(name):
                for param in producer.params:
                    if param.default is None and param.name not in own_params:
                        hint = worded("hint.same_parameter")
                        problems.add(
                            place,
                            worded("fault.needs_parameter", name=name, parameter=param.name),
                            hint,
                        )


def _patterns(rest: str) -> list[str]:
    """Return the words of a list in YAML, whichever way it is written: up to the next key."""
    value = re.split(r"\n(?=[A-Za-z])", rest, maxsplit=1)[0]
    lines = (line.partition(" #")[0] for line in value.splitlines())
    return re.findall(r"[A-Za-z_][A-Za-z0-9_]*\*?", " ".join(lines))


def _check(file: "CheckFile", name: str, path: str, folder: str, problems: Problems) -> Check:
    measures = _measures(file, problems) or (EXIT,)
    proof = proof_of(file, file.run, (), problems)
    findings = None
    if file.findings is not UNSET:
        findings = reader(file.findings, ("findings",), problems, one_value=False)
    flaky = None
    if file.flaky is not UNSET:
        flaky = reader(file.flaky, ("flaky",), problems, one_value=False)
    expected = _expectation(file, measures[0], problems)
    if file.idle:
        pattern(file.idle, ("idle",), problems)
    return Check(
        name=name,
        run=file.run,
        measures=measures,
        summary=file.summary,
        work=" ".join(file.work.split()),
        path=path,
        folder=os.path.abspath(folder),
        tools=words(file.tool),
        version=file.version,
        install=file.install,
        by_hand=" ".join(file.by_hand.split()),
        tried=_tried(file, problems),
        params=_parameters(file),
        after=words(file.after),
        exit_ok=exit_statuses(file.exit, measures),
        proof=proof,
        reject=file.reject,
        idle=file.idle,
        expect=expected,
        findings=findings,
        flaky=flaky,
        ignores=words(file.ignores),
        reuse=file.reuse,
        max_age=seconds(file.max_age, ("max_age",), problems),
        timeout=seconds(file.timeout, ("timeout",), problems),
        exclusive=words(file.exclusive),
        stands_for=_stands_for(file, problems),
        control=_control(file, measures, problems),
    )


def _tried(file: "CheckFile", problems: Problems) -> dict[str, str]:
    tools = words(file.tool)
    for tool in file.tried:
        if tool not in tools:
            hint = suggestion(tool, tools, otherwise="its tools are")
            problems.add(("tried", tool), f'"{tool}" is no tool of this check', hint)
    return file.tried


def _measures(file: "CheckFile", problems: Problems) -> tuple[Measure, ...]:
    measures = {
        key: measure(key, definition, ("measures", key), problems)
        for key, definition in file.measures.items()
    }
    for key, definition in file.measures.items():
        if not definition.of:
            continue
        total = measures.get(definition.of)
        if total is None or definition.of == key:
            others = [name for name in measures if name != key]
            hint = suggestion(definition.of, others, otherwise=worded("hint.others_are"))
            problems.add(
                ("measures", key, "of"), worded("fault.no_other_measure", name=definition.of), hint
            )
        elif not definition.unit or not total.unit:
            problems.add(("measures", key, "of"), worded("hint.numbers_with_units"))
        measures[key] = msgspec.structs.replace(measures[key], of=total)
    return tuple(measures.values())


def _stands_for(file: "CheckFile", problems: Problems) -> StandsFor | None:
    definition = file.stands_for
    if definition is UNSET:
        return None
    command = tuple(definition.command.split())
    named = [word[1:-1] for word in command if word[0] == "{"]
    for name in (*named, *definition.with_):
        if name not in file.params:
            hint = suggestion(name, file.params, otherwise=worded("hint.parameters_are"))
            problems.add(("stands_for",), worded("fault.no_parameter", name=name), hint)
    return StandsFor(
        command=command, values=words(definition.values), params=_texts(definition.with_)
    )


def _control(
    file: "CheckFile", measures: tuple[Measure, ...], problems: Problems
) -> Control | None:
    definition = file.control
    if definition is UNSET:
        return None
    if bool(definition.files) == bool(definition.run):
        hint = worded("hint.sample")
        problems.add(("control",), worded("fault.not_one_sample"), hint)
    for path in definition.files:
        if path.startswith("/") or ".." in path.split("/"):
            message = worded("fault.control_files")
            problems.add(("control", "files", path), message, key=True)
    for name, value in definition.with_.items():
        param = file.params.get(name)
        if param is not None and param.default in SWITCHED:
            switched(" ".join(_items(value)), ("control", "with", name), problems)
        if name not in file.params:
            hint = suggestion(name, file.params, otherwise=worded("hint.parameters_are"))
            problems.add(
                ("control", "with", name), worded("fault.no_parameter", name=name), hint, key=True
            )
    names = [each.name for each in measures]
    for index, name in enumerate(definition.measures):
        if name not in names:
            hint = suggestion(name, names, otherwise=worded("hint.measures_are"))
            problems.add(
                ("control", "measures", index), worded("fault.no_measure", name=name), hint
            )
    return Control(
        files=definition.files,
        run=definition.run,
        params=_texts(definition.with_),
        measures=tuple(definition.measures) or (names[0],),
        times=definition.times,
    )


def _texts(given: Parameters) -> dict[str, str]:
    return {name: " ".join(_items(value)) for name, value in given.items()}


def _parameters(file: "CheckFile") -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            name=name,
            help=param.help,
            default=None if param.default is UNSET else " ".join(_items(param.default)),
        )
        for name, param in file.params.items()
    )


def _items(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _expectation(file: "CheckFile", first: Measure, problems: Problems) -> Expectation | None:
    if file.expect is UNSET:
        return EXIT_IS_ZERO if first.reader.format is Format.EXIT else None
    expected = expectation(file.expect, ("expect",), problems)
    sound = not problems.broken(("measures",))
    if expected is not None and sound and fit(expected, first, ("expect",), problems):
        can_be_missed(expected, first, exit_statuses(file.exit, (first,)), ("expect",), problems)
    return expected
