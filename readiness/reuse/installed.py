"""What is installed where probes find their tools: by names, sizes and times."""

import json
import os
from contextlib import suppress
from functools import cache
from glob import escape, glob
from typing import Final
from urllib.parse import unquote, urlsplit

from readiness.project.environments import is_environment, text_of

PACKAGES: Final = (
    *("lib/python*/site-packages", "lib/python*/dist-packages", "conda-meta"),
    # Of what stands behind the programs of a version manager.
    *("versions/*/lib/python*/site-packages", "installs/*/*/lib/python*/site-packages"),
)
"""Where distributions are, below the folder of an environment."""

SYSTEM: Final = ("/var/lib/dpkg", "/lib/apk/db", "/var/lib/rpm")
"""Where package managers of the system note what they install."""

TELLING: Final = (".dist-info", ".egg-info")
"""The ends of the names of folders that come and go with one distribution."""

ORIGIN: Final = "lib/python*/site-packages/*.dist-info/direct_url.json"


class Installed:
    """The programs and distributions of a machine at one moment, each folder looked at once.

    `linked` are folders elsewhere from which a distribution is imported in place.
    """

    def __init__(self) -> None:
        self.linked: set[str] = set()
        self._look = cache(self._look_into)
        self.on_path = cache(self._on_path)

    def _on_path(self, path: str, workdir: str) -> str:
        """Return what the folders of a PATH hold, and the environments that they belong to."""
        folders = [os.path.realpath(os.path.join(workdir, one)) for one in path.split(os.pathsep)]
        looks = [*map(self._look, (*folders, *SYSTEM))]
        above = {*map(os.path.dirname, folders)}
        for origin in (file for folder in above for file in _matching(folder, ORIGIN)):
            if '"editable"' in (text := text_of(origin)):
                with suppress(ValueError, KeyError, AttributeError):
                    self.linked.add(unquote(urlsplit(json.loads(text)["url"]).path))
        places = sorted(above.union(*(behind for _, behind in looks)))
        return "\n".join([*(names for names, _ in looks), *map(self.environment, places)])

    def environment(self, folder: str) -> str:
        """Return the programs and distributions of one environment."""
        is_own = is_environment(folder) or os.path.basename(folder) == "node_modules"
        places = _matching(folder, *(("", "bin") if is_own else ()), *PACKAGES)
        return "\n".join([self._look(place)[0] for place in places])

    def _look_into(self, folder: str) -> tuple[str, set[str]]:
        """Return what a folder holds, and the environments to which links there lead."""
        lines, behind = [folder], set()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_symlink():
                    behind.add(os.path.dirname(os.path.dirname(os.path.realpath(entry.path))))
                # Python makes a folder in that of a package as it is first imported.
                if entry.is_dir() and not entry.name.endswith(TELLING):
                    lines.append(entry.name)
                    continue
                with suppress(OSError):  # a link that leads nowhere
                    status = entry.stat()
                    lines.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
        return "\n".join(lines), {*filter(is_environment, behind)}


def _matching(folder: str, *patterns: str) -> list[str]:
    each = (sorted(glob(os.path.join(escape(folder), pattern))) for pattern in patterns)
    return [path for paths in each for path in paths]
