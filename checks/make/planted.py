"""Plant flaws in a copy of the project, of which each must make the target fail."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from itertools import chain, product, starmap

from checks.in_project.common import not_measured, require
from checks.make.started import Watched

DOC = '"""A flaw that is to be noticed."""\n'
RUFF = {
    "B006": "\n\ndef gather(into: list[int] = []) -> list[int]:\n    return into\n",
    "C401": "\nNAMES = set(name for name in dir())\n",
    "E501": f'\nTEXT = "{200 * "x"}"\n',
    "E711": "\nIS_NONE = __name__ == None\n",
    "F401": "\nimport os\n",
    "F821": "\nprint(undefined_name)\n",
    "F841": "\n\ndef forget() -> None:\n    forgotten = 1\n",
    "I001": "\nimport sys\nimport os\n\nprint(os, sys)\n",
    "RET505": (
        "\n\ndef sign(number: int) -> int:\n"
        "    if number > 0:\n        return 1\n    else:\n        return -1\n"
    ),
    "SIM102": "\nif __name__:\n    if __doc__:\n        print(1)\n",
    "UP032": '\nprint("{}".format(__name__))\n',
}
MYPY = {
    "arg-type": '\n\ndef twice(number: int) -> int:\n    return 2 * number\n\n\ntwice("2")\n',
    "attr-defined": "\nNOTHING = __name__.nothing\n",
    "no-untyped-def": "\n\ndef twice(number):\n    return 2 * number\n",
    "return-value": '\n\ndef number() -> int:\n    return "1"\n',
    "type-arg": "\n\ndef first(numbers: list) -> None:\n    print(numbers)\n",
}
BANDIT = {
    "B105": '\nPASSWORD = "secret"\n',
    "B110": "\ntry:\n    print(__doc__)\nexcept Exception:\n    pass\n",
    "B301": "\nimport pickle\n\nprint(pickle.loads(input().encode()))\n",
    "B307": "\nprint(eval(input()))\n",
    "B324": '\nimport hashlib\n\nprint(hashlib.md5(b""))\n',
    "B602": "\nimport subprocess\n\nsubprocess.call(input(), shell=True)\n",
}
CODE = {
    **RUFF,
    **MYPY,
    **BANDIT,
    "format": "\nNUMBERS = [ 1,\n  2 ]\n",
    "test": "\n\ndef test_planted() -> None:\n    assert 1 + 1 == 3\n",
}
"""Flaws by the rule of ruff or bandit, the error of mypy, or what else notices them; all formatted
well but `format`."""
TOOLS = {"ruff": RUFF, "mypy": MYPY, "bandit": BANDIT}


@dataclass(frozen=True)
class Flaw:
    """What is planted, and in which folder."""

    kind: str
    folder: str

    @property
    def path(self) -> str:
        """Return the file that has this flaw alone; no other has its name."""
        name = re.sub(r"\W", "_", f"planted_{self.kind}_in_{self.folder}").lower()
        return os.path.join(self.folder, f"{'test_' * (self.kind == 'test')}{name}.py")


def flaws(words: list[str]) -> list[list[Flaw]]:
    """Read `ruff=src F401,E501=src/*,tests`: what a word lists is planted together.

    A tool stands for its flaws, ruff for those that the settings select; `src/*` are packages.
    """
    listed: list[list[Flaw]] = []
    for each in words:
        kinds, _, folders = each.partition("=")
        named = chain(*map(noticed_by, kinds.split(",")))
        listed.append([*starmap(Flaw, product(named, chain(*map(packages, folders.split(",")))))])
    for flaw in chain(*listed):
        if flaw.kind not in CODE:
            not_measured(
                f"{flaw.kind!r} is no flaw to plant; there are {', '.join([*TOOLS, *CODE])}"
            )
    return listed


def noticed_by(tool: str) -> list[str]:
    """Return the flaws of a tool, of ruff's those that the project selects; a flaw is itself."""
    flawed = [*TOOLS.get(tool, [tool])]
    if tool == "ruff":
        require("ruff")
        shown = subprocess.run(["ruff", "check", "--show-settings", "."], capture_output=True)
        flawed = [kind for kind in flawed if f"({kind})".encode() in shown.stdout]
    return flawed or not_measured("the settings of ruff select none of the flaws to plant")


def packages(folder: str) -> list[str]:
    """Return the folders with Python files that `src/*` names; another folder is itself."""
    if not folder.endswith("/*"):
        return [folder]
    found = sorted({os.path.dirname(path) for path in glob(f"{folder}/*.py")})
    return found or not_measured(f"there is no Python in {folder}")


def unnoticed(watched: Watched, command: list[str], planted: list[Flaw]) -> list[str]:
    """Say which flaws, planted together, the target passes with.

    Those that it does not name by their paths are tried apart.
    """
    ends_well, left = _tried(watched, command, planted)
    if not ends_well:
        kinds = dict.fromkeys(flaw.kind for flaw in left)
        by_kind = ([flaw for flaw in left if flaw.kind == kind] for kind in kinds)
        left = [*chain(*(_apart(watched, command, mine) for mine in by_kind))]
    if not left:
        return []
    return [f"ends well with this planted in {in_words(left)}"]


def in_words(planted: list[Flaw]) -> str:
    """Name the folders, then the kinds."""
    names = ", ".join(dict.fromkeys(flaw.kind for flaw in planted))
    folders = ", ".join(dict.fromkeys(flaw.folder for flaw in planted))
    return f"{folders}: {names}"


@contextmanager
def planting(top: str, planted: list[Flaw]) -> Iterator[None]:
    """Have the flaws in the folder of a project while the block runs."""
    paths = {flaw: os.path.join(top, flaw.path) for flaw in planted}
    for flaw, path in paths.items():
        if not os.path.isdir(os.path.dirname(path)):
            not_measured(f"there is no folder {flaw.folder} to plant a flaw in")
        with open(path, "w", encoding="utf-8") as file:
            file.write(DOC + CODE[flaw.kind])
    yield
    for path in paths.values():
        os.remove(path)


def _apart(watched: Watched, command: list[str], planted: list[Flaw]) -> list[Flaw]:
    """Return those flaws of one kind with which the target ends well."""
    ends_well, left = _tried(watched, command, planted)
    if ends_well or not planted[1:]:
        return planted if ends_well else []
    return [flaw for flaw in left if _tried(watched, command, [flaw])[0]]


def _tried(watched: Watched, command: list[str], planted: list[Flaw]) -> tuple[bool, list[Flaw]]:
    """Return whether the target ends well with these flaws, and which of them it does not name."""
    with planting(watched.copy.folder, planted):
        status, output = watched.run(command, quiet=True)
    named = [] if not status else [flaw for flaw in planted if flaw.path in output]
    return not status, [flaw for flaw in planted if flaw not in named]
