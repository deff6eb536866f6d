"""Submodules that are at another commit than before: their files count as the project's."""

import os
from collections.abc import Mapping

from readiness.guard.tree import Commit, Folder, files_of, work_tree
from readiness.project.git import GitError, head_of


class Whole(Commit):
    """A commit with the files that its submodules had, where these are at another commit now.

    `moved` are the folders of these, `missing` of those whose commit is not in their repository;
    `alone` is the commit without them.
    """

    def __init__(self, commit: Commit) -> None:
        super().__init__(commit.root, commit.commit)
        self.alone = commit
        self.moved: list[str] = []
        self.missing: list[str] = []
        self._parts: dict[str, Commit] = {}
        for path, oid in self.submodules.items():
            place = os.path.join(self.root, path)
            if not os.path.exists(os.path.join(place, ".git")) or head_of(place) in ("", oid):
                continue
            try:
                part = Commit(place, oid)
            except GitError:
                self.missing.append(path)
                continue
            self.moved.append(path)
            for name, blob in part.blobs.items():
                self.blobs[f"{path}/{name}"] = blob
                self._parts[blob.oid] = part

    def _contents(self, oids: Mapping[str, str]) -> dict[str, bytes]:
        contents = super()._contents({p: oid for p, oid in oids.items() if oid not in self._parts})
        for part in {self._parts[oid] for oid in oids.values() if oid in self._parts}:
            asked = {path: oid for path, oid in oids.items() if self._parts.get(oid) is part}
            contents |= part._contents(asked)
        return contents


def with_submodules(commit: Commit) -> Commit:
    """Return a commit with its submodules, where any has moved."""
    whole = Whole(commit) if commit.submodules else None
    return whole if whole and (whole.moved or whole.missing) else commit


def whole_tree(base: Commit) -> Folder:
    """Return the work tree, with all files of the submodules that moved."""
    moved = base.moved if isinstance(base, Whole) else []
    files = (f"{path}/{name}" for path in moved for name in files_of(f"{base.root}/{path}"))
    return work_tree(base.root, base, files)
