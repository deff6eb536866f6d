"""Files of the base, laid over a copy of the head."""

import os
from collections.abc import Iterable
from contextlib import suppress

from readiness.guard.tree import Commit


def lay_over(base: Commit, folder: str, paths: Iterable[str]) -> None:
    """Restore these files below `folder` as they are in the commit, or remove them.

    Nothing outside of the folder is written, whatever the head made of folders on the way.
    """
    wanted = set(paths)
    for path in wanted:
        whole = os.path.join(folder, path)
        for above in _above(path):
            place = os.path.join(folder, above)
            if os.path.islink(place) or os.path.isfile(place):
                os.unlink(place)
        if os.path.islink(whole) or os.path.isfile(whole):
            os.unlink(whole)
        _clear(folder, path)
    base.export(folder, wanted.__contains__)


def _clear(folder: str, path: str) -> None:
    """Remove the folders that a removed file leaves empty, as no commit has them."""
    with suppress(OSError):
        for above in reversed(_above(path)):
            os.rmdir(os.path.join(folder, above))


def _above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
