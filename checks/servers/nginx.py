"""How many servers a configuration of nginx has."""

import glob
import os
import re

from checks.in_project.common import read_text

_COMMENT = re.compile(r"#.*")
_INCLUDE = re.compile(r"\binclude\s+[\"']?([^;\"']+)")
_SERVER = re.compile(r"(?:^|[\s;{}])server\s*\{")


def count_servers(text: str) -> int:
    """Count the blocks of servers in a configuration."""
    return len(_SERVER.findall(_COMMENT.sub("", text)))


def with_includes(path: str) -> str:
    """Return the text of a configuration file and of all files that it includes."""
    folder = os.path.dirname(os.path.abspath(path))
    texts: dict[str, str] = {}
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file not in texts:
            texts[file] = _COMMENT.sub("", read_text(file))
            for pattern in _INCLUDE.findall(texts[file]):
                waiting += glob.glob(os.path.join(folder, pattern.strip()))
    return "\n".join(texts.values())
