"""The files that say what a command does: scripts that it names, and what runners read."""

import os
import re
import stat
from collections.abc import Iterator
from typing import Final

from readiness.builtin import builtin_checks
from readiness.model.board import Check, Criterion

_LARGEST_SCRIPT: Final = 2**20
_MOST_SCRIPTS: Final = 200
_WORD: Final = re.compile(rb"[\w.@%+,=/-]+")
_PATH: Final = re.compile(rb"(?<![\w.$}*/-])/[\w.+-]+(?:/[\w.+-]+)+")
_READ_BY: Final = {
    **dict.fromkeys((b"make", b"gmake"), (b"GNUmakefile", b"makefile", b"Makefile")),
    **dict.fromkeys((b"npm", b"npx", b"pnpm", b"yarn", b"bun"), (b"package.json",)),
    b"just": (b"justfile",),
    b"tox": (b"tox.ini", b"tox.toml"),
    b"nox": (b"noxfile.py",),
    **dict.fromkeys((b"pre-commit", b"prek"), (b".pre-commit-config.yaml",)),
    **dict.fromkeys((b"invoke", b"inv"), (b"tasks.py",)),
    b"task": (b"Taskfile.yml",),
}
"""Files that runners of commands read without being told to, by their names."""

RUNNER_FILES: Final = frozenset(os.fsdecode(name) for names in _READ_BY.values() for name in names)


def is_own(check: Check) -> bool:
    """Return whether the project says what is run: the board, its catalogue, or a recipe.

    The other checks that come with readiness were seen to fail when they were made.
    """
    builtin = bool(check.name) and check.folder.startswith(builtin_checks())
    return not builtin or check.stands_for is not None


def recipe_files(criterion: Criterion, workdir: str) -> dict[str, bytes]:
    """Return the contents, by path, of the files that a criterion's command names, and they name.

    Each is below a folder in which it runs. What its runner reads without being told counts too.
    """
    command, places = command_of(criterion)
    folders = [os.path.join(workdir, folder) for folder in places]
    return {path: text for folder in folders for path, text in _named(command, folder)}


def paths_in(criterion: Criterion, workdir: str) -> set[str]:
    """Return the paths from the root that a command has, or a file that it names."""
    texts = (command_of(criterion)[0].encode(), *recipe_files(criterion, workdir).values())
    return {os.fsdecode(path) for text in texts for path in _PATH.findall(text)}


def command_of(criterion: Criterion) -> tuple[str, tuple[str, ...]]:
    """Return the words of a criterion's command, and the folders in which it runs."""
    check = criterion.check
    words = [check.run, *check.tools, *criterion.params.values()] if check else []
    return " ".join(words), criterion.workdirs or ("",)


def _named(command: str, folder: str) -> Iterator[tuple[str, bytes]]:
    known: set[str] = set()
    words: set[bytes] = set()
    texts = [command.encode(errors="surrogateescape")]
    while texts:
        named = _WORD.findall(texts.pop())
        for word in (own for each in named for own in _READ_BY.get(each, (each,))):
            if word in words:
                continue
            words.add(word)
            path = os.path.normpath(os.path.join(folder, os.fsdecode(word)))
            if not path.startswith(os.path.join(folder, "")):
                continue
            try:
                is_folder = stat.S_ISDIR(os.stat(path).st_mode)
            except OSError:  # a word like any other
                continue
            # `make -C docs`: what stands in a folder that is named says what is run there.
            below = RUNNER_FILES if is_folder else ("",)
            for file in (os.path.join(path, name) if name else path for name in sorted(below)):
                if file in known or len(known) >= _MOST_SCRIPTS:
                    continue
                if (text := _text_of(file)) is not None:
                    known.add(file)
                    texts.append(text)
                    yield file, text


def _text_of(path: str) -> bytes | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST_SCRIPT:
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
