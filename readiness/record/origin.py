"""Where a run document comes from: program, board, commit, and the base it was judged by."""

import msgspec

from readiness.model.board import Section, Success
from readiness.text.languages import Language


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """The program that wrote the document."""

    name: str
    version: str


class BoardRef(msgspec.Struct, frozen=True, kw_only=True):
    """The board that was measured. `digest` is over the file's bytes.

    `path` is as it was given, `file` the same from the root of the repository that was measured;
    only its name where it lies outside. `workdir` is where paths start. `baseline` is the score
    when the board was opened, `created` the day. `goal` is Markdown. `key_figures` names criteria
    by id: what the rendered board shows of their numbers.
    """

    title: str
    path: str
    digest: str
    file: str = ""
    workdir: str = ""
    language: Language = Language.EN
    baseline: float | None = None
    created: str = ""
    goal: str = ""
    review: str = ""
    sections: list[Section] = []
    key_figures: dict[str, str] = {}
    subtitle: str = ""
    success: list[Success] = []


class FolderRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A folder in which probes ran: what the project's own environment there is, and the Python."""

    workdir: str
    kind: str | None
    environment: str | None
    python: str | None


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that was measured; `dirty` where the work tree differed from it."""

    commit: str
    branch: str
    dirty: bool


class Git(Revision, frozen=True, kw_only=True):
    """The revision that was measured; `dirty` where the work tree differs from it.

    `worktree` is a digest of the files that differ, so that two dirty states can be told apart;
    empty where none does. `changes` says of each of them, unless they are very many, what it was.
    `folder` is where the probes ran, from the repository's root; empty for the root itself. `web`
    is where the repository can be read, as its remote says.
    """

    worktree: str = ""
    folder: str = ""
    changes: dict[str, str] = {}
    web: str = ""


class BaseRef(msgspec.Struct, frozen=True, kw_only=True):
    """The revision whose board a run was judged by: its name, its commit, its board.

    `digest` is over that board's bytes. `not_run` names the criteria whose commands only the
    measured revision has: nothing of theirs was started.
    """

    ref: str
    commit: str
    board: str
    digest: str
    not_run: list[str] = []
