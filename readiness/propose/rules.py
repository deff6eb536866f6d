"""What check files say of the projects that they apply to."""

import os
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from readiness.load.catalogue import check_paths
from readiness.load.check_definitions import CheckFile, ProposeFile
from readiness.load.definitions import TEXT_UNDER
from readiness.load.faults import Problems, suggestion
from readiness.load.validate import convert
from readiness.load.yamlfile import parse, read
from readiness.model.errors import BoardError
from readiness.text.fault import Fault
from readiness.text.worded import worded


class ProposalRule(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a check applies: the check by its name and file, and its terms."""

    check: str
    file: CheckFile
    propose: ProposeFile


def load_rules(folders: Sequence[str]) -> tuple[ProposalRule, ...]:
    """Load the rules of all checks, those of an earlier folder in place of built-in ones.

    Only files that propose anything are read as checks. Raises `BoardError` for a rule that names
    what its check does not have.
    """
    faults: list[Fault] = []
    rules = [
        rule
        for name, file, problems in check_files(folders, "propose", faults)
        for rule in _rules(name, file, problems)
    ]
    if faults:
        raise BoardError(faults)
    return tuple(rules)


def check_files(
    folders: Sequence[str], key: str, faults: list[Fault]
) -> Iterator[tuple[str, CheckFile, Problems]]:
    """Yield the check files that say something under `key`, those of an earlier folder first.

    What is wrong with one is added to `faults` when the next is asked for.
    """
    seen = set()
    for _, path in check_paths(folders):
        name = os.path.splitext(os.path.basename(path))[0]
        if name in seen:
            continue
        seen.add(name)
        content = read(path)
        if f"\n{key}:".encode() not in content:
            continue
        problems = Problems(parse(content, path, text_under=TEXT_UNDER))
        file, _ = convert(CheckFile, problems)
        if file is not None:
            yield name, file, problems
        faults += problems.faults


def known_names(
    file: CheckFile,
    params: Iterable[str],
    measure: str,
    place: tuple[str | int, ...],
    problems: Problems,
) -> None:
    """Record parameters and a measure that the check does not have."""
    for param in params:
        if param not in file.params:
            hint = suggestion(param, file.params, otherwise=worded("hint.parameters_are"))
            message = worded("fault.no_parameter", name=param)
            problems.add((*place, "with", param), message, hint, key=True)
    if measure and measure not in file.measures:
        hint = suggestion(measure, file.measures, otherwise=worded("hint.measures_are"))
        problems.add((*place, "measure"), worded("fault.no_measure", name=measure), hint)


def _rules(name: str, file: CheckFile, problems: Problems) -> list[ProposalRule]:
    for index, terms in enumerate(file.propose):
        known_names(file, terms.with_, terms.measure, ("propose", index), problems)
    return [ProposalRule(check=name, file=file, propose=terms) for terms in file.propose]
