"""What check files say of the projects that they apply to."""

import os
from collections.abc import Sequence

import msgspec

from readiness.load.catalogue import builtin_checks
from readiness.load.definitions import TEXT_UNDER, CheckFile, ProposeFile
from readiness.load.faults import Problems, suggestion
from readiness.load.readers import words
from readiness.load.validate import convert
from readiness.load.yamlfile import parse, read
from readiness.model.errors import BoardError, Fault


class ProposalRule(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a check applies: what its file says, and what of the check it needs.

    `required` are parameters without a default, `after` the checks whose parameters are its own.
    """

    check: str
    propose: ProposeFile
    tools: tuple[str, ...]
    install: str
    params: tuple[str, ...]
    required: tuple[str, ...]
    after: tuple[str, ...]


def load_rules(folders: Sequence[str]) -> tuple[ProposalRule, ...]:
    """The rules of all checks, those of an earlier folder in place of built-in ones.

    Only files that propose anything are read as checks. Raises `BoardError` for a rule that names
    what its check does not have.
    """
    faults: list[Fault] = []
    found: dict[str, tuple[ProposalRule, ...]] = {}
    for folder in (*folders, builtin_checks()):
        for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            name, ending = os.path.splitext(entry)
            if ending in (".yaml", ".yml") and name not in found:
                path = os.path.join(folder, entry)
                found[name] = tuple(_rules(name, path, read(path), faults))
    if faults:
        raise BoardError(faults)
    return tuple(rule for rules in found.values() for rule in rules)


def _rules(name: str, path: str, content: bytes, faults: list[Fault]) -> list[ProposalRule]:
    if b"\npropose:" not in content:
        return []
    problems = Problems(parse(content, path, text_under=TEXT_UNDER))
    file, _ = convert(CheckFile, problems)
    for index, each in enumerate(file.propose if file else ()):
        assert file is not None  # noqa: S101 - there is something to enumerate
        place = ("propose", index)
        for param in each.with_:
            if param not in file.params:
                hint = suggestion(param, file.params, otherwise="its parameters are")
                message = f'there is no parameter "{param}"'
                problems.add((*place, "with", param), message, hint, key=True)
        if each.measure and each.measure not in file.measures:
            hint = suggestion(each.measure, file.measures, otherwise="its measures are")
            problems.add((*place, "measure"), f'there is no measure "{each.measure}"', hint)
    faults += problems.faults
    if file is None:
        return []
    return [
        ProposalRule(
            check=name,
            propose=each,
            tools=words(file.tool),
            install=file.install,
            params=tuple(file.params),
            required=tuple(
                param for param, given in file.params.items() if given.default is msgspec.UNSET
            ),
            after=words(file.after),
        )
        for each in file.propose
    ]
