"""The files of a project, and those among them that hold settings, as data."""

import configparser
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

import yaml

from readiness.project.environments import text_of
from readiness.propose.facts import Data

MOST_FILES: Final = 50_000
LARGEST: Final = 1_000_000
# What others put into a project's folder, or what tools leave there.
_NOT_OURS: Final = frozenset(["__pycache__", "node_modules", "site-packages", "venv"])
_NOT_OURS_ON_TOP: Final = frozenset(
    ["env", "build", "dist", "htmlcov", "vendor", "third_party", "target"]
)
SAMPLES: Final = frozenset(
    ["tests", "test", "testing", "fixtures", "testdata", "examples", "samples"]
)
_SHOWN: Final = (".github", ".gitlab", ".circleci", ".config")


def list_files(root: str) -> tuple[str, ...]:
    """Return the files below `root`, relative and sorted, without what belongs to others.

    Links to folders are not followed.
    """
    paths: list[str] = []
    for folder, folders, names in os.walk(root):
        inner = os.path.relpath(folder, root)
        foreign = _NOT_OURS | (_NOT_OURS_ON_TOP if inner == "." else frozenset())
        folders[:] = sorted(
            name for name in folders if name not in foreign and _is_ours(folder, name)
        )
        paths += [os.path.normpath(os.path.join(inner, name)) for name in sorted(names)]
        if len(paths) > MOST_FILES:
            break
    return tuple(sorted(paths[:MOST_FILES]))


def _is_ours(folder: str, name: str) -> bool:
    if name.startswith(".") and name not in _SHOWN:
        return False
    if name.endswith(".egg-info"):
        return False
    return not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))


def matching(patterns: Iterable[str], files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the files, by their names, that patterns name; without `**` in no deeper folder.

    Samples are left out.
    """
    return tuple(
        dict.fromkeys(
            path
            for pattern in patterns
            for name, path in files.items()
            if fnmatchcase(name, pattern)
            and ("**" in pattern or name.count("/") <= pattern.count("/"))
            and not SAMPLES & set(name.split("/")[:-1])
        )
    )


def read_text(root: str, path: str) -> str:
    """Return a file's text; "" where it is no file, too large, or cannot be read."""
    return text_of(os.path.join(root, path), LARGEST)


def read_settings(root: str, files: Iterable[str]) -> dict[str, Data]:
    """Return the data of each settings file by its path; leave out what cannot be read as one."""
    settings = {}
    for path in files:
        name = os.path.basename(path)
        if name.endswith((".toml", ".cfg", ".ini")) or name.startswith(".") or name == "Pipfile":
            settings[path] = settings_of(path, read_text(root, path))
    return {path: data for path, data in settings.items() if data}


def settings_of(path: str, text: str) -> Data:
    """Parse the text of a settings file by its name; {} where it is broken or of no known kind."""
    name = os.path.basename(path)
    try:
        if name.endswith(".toml") or name == "Pipfile":
            return tomllib.loads(text)
        if name.endswith((".yaml", ".yml", ".json")):
            return read_yaml(text)
        if name.endswith((".cfg", ".ini")) or re.fullmatch(r"\.\w+", name):
            return _ini(text)
    except (ValueError, configparser.Error, RecursionError):
        pass
    return {}


def _ini(text: str) -> Data:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections()}


class _Loader(yaml.SafeLoader):
    """Reads YAML of other programs: tags of theirs become nothing."""


_Loader.add_multi_constructor("", lambda *_: None)
# As in YAML 1.2: `on` is a word, and a key of workflows.
_Loader.yaml_implicit_resolvers = {
    first: kinds for first, kinds in _Loader.yaml_implicit_resolvers.items() if first not in "oO"
}


def read_yaml(text: str) -> Data:
    """Parse a YAML or JSON document of another program; {} where it is broken or no mapping."""
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, Mapping) else {}


def lookup(settings: Mapping[str, Data], folder: str, reference: str) -> object:
    """Return what `FILE:table.key` names in the settings of a folder; None where nothing is there.

    Sections of INI files may have dots and colons of their own: the longest name wins.
    """
    file, _, keys = reference.partition(":")
    here: object = settings.get(os.path.join(folder, file))
    rest = keys
    while rest:
        if not isinstance(here, Mapping):
            return None
        name = next(
            (
                rest[:end]
                for end in range(len(rest), 0, -1)
                if (end == len(rest) or rest[end] == ".") and rest[:end] in here
            ),
            None,
        )
        if name is None:
            return None
        here, rest = here[name], rest[len(name) + 1 :]
    return here


def words_of(value: object) -> list[str]:
    """Return the texts of a list in settings, or the words of a text that stands for one."""
    if isinstance(value, str):
        return list(filter(None, re.split(r"[,\s]+", value)))
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


class _Dumper(yaml.SafeDumper):
    """Writes lines as lines."""


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _lines)


def yaml_text(data: object, indent: int) -> str:
    """Return data as the lines of a YAML file, so many columns in."""
    dumped = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return "".join(f"{' ' * indent}{line}".rstrip() + "\n" for line in dumped.splitlines())
