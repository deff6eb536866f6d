"""The evidence of attestations: the file or folder that is named, and what it holds."""

import os
from collections.abc import Iterable
from hashlib import file_digest, sha256

_MOST_BLANKS = 4096


def locate(path: str, folders: Iterable[str]) -> str:
    """Return the first place at which there is such a file or folder; empty where there is none."""
    for folder in folders:
        found = os.path.join(folder, path)
        if os.path.exists(found):
            return found
    return ""


def is_empty(path: str) -> bool:
    """Return whether a file holds nothing but blanks, or a folder only such files."""
    if os.path.isdir(path):
        return all(map(is_empty, _files(path)))
    try:
        with open(path, "rb") as file:
            return not file.read(_MOST_BLANKS).strip()
    except OSError:
        return False


def content_digest(path: str) -> str:
    """Compute the digest of a file's bytes, or of all the files in a folder with their names.

    Empty where it cannot be read, and for what is neither a file nor a folder.
    """
    try:
        if os.path.isdir(path):
            return f"sha256:{_folder(path)}"
        return f"sha256:{_file(path)}" if os.path.isfile(path) else ""
    except OSError:
        return ""


def _folder(path: str) -> str:
    whole = sha256()
    for name in sorted(_files(path), key=os.fsencode):
        inner = os.fsencode(os.path.relpath(name, path))
        content = _file(name) if os.path.isfile(name) else ""
        whole.update(b"%b\0%b\n" % (inner, content.encode()))
    return whole.hexdigest()


def _files(path: str) -> list[str]:
    return [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]


def _file(path: str) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
