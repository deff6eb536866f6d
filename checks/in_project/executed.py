"""Tells which files of a project a Python process executes, and which it only opens."""

import os
import sys


def watch(root: str, log: str, module: str) -> None:
    """Have this process note what it does with the files below `root`, a line each, in `log`.

    A line is a letter and a path from the root: "m" with the file that Python was started with,
    "x" with one whose code it executes, "o" with one that it opens to read, "w" with one that it
    writes. Nothing is noted of a program that is not the project's, such as an installed tool.
    `module` is what Python was told to run by `-m`, or empty.
    """
    here = os.path.join(os.path.realpath(root), "")
    main = "" if module else _script(sys.argv[0])
    if not (_has_module(module, here) if module else _is_own(main, here)):
        return
    notes = _Notes(here, log)
    if main:
        notes.add("m", os.path.join(main, "__main__.py") if os.path.isdir(main) else main)
    sys.addaudithook(notes.take)


class _Notes:
    """Notes files below a folder, each once of a kind; what cannot be noted is left out."""

    def __init__(self, here: str, log: str) -> None:
        self._here = here
        self._log = log
        self._opened: dict[str, None] = {}
        self._known: set[tuple[str, str]] = set()

    def take(self, event: str, arguments: "tuple[object, ...]") -> None:
        if event == "exec":
            self.add("x", str(getattr(arguments[0], "co_filename", "")))
        elif event == "compile" and str(arguments[1]).startswith("<"):
            self._add_text(arguments[0])
        elif event == "open" and isinstance(arguments[0], str):
            flags = arguments[2] if isinstance(arguments[2], int) else 0
            self.add("w" if flags & (os.O_WRONLY | os.O_RDWR) else "o", arguments[0])

    def add(self, kind: str, path: str) -> None:
        path = os.path.realpath(path)
        if not path.startswith(self._here) or (kind, path) in self._known:
            return
        self._known.add((kind, path))
        if kind == "o":
            self._opened[path] = None
        try:
            with open(self._log, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(kind + " " + path[len(self._here) :] + "\n")
        except OSError:
            pass

    def _add_text(self, text: object) -> None:
        """Note the file whose text is executed without its name: `exec(open(path).read())`."""
        source = text.encode("utf-8", "replace") if isinstance(text, str) else text
        for path in list(self._opened):
            try:
                with open(path, "rb") as file:
                    if isinstance(source, bytes) and file.read() == source:
                        self.add("x", path)
            except OSError:
                pass


def _script(word: str) -> str:
    """Return the file that Python is started with, which standard input may be; "" for code."""
    if word not in ("", "-"):
        return "" if word == "-c" else word
    try:
        return os.readlink("/proc/self/fd/0")
    except OSError:
        return ""


def _is_own(script: str, here: str) -> bool:
    """Return whether what is executed comes from the project: a file of it, a command, a pipe."""
    path = os.path.realpath(script)
    if not script or not os.path.exists(path):
        return True
    if _is_below(path, os.environ.get("READINESS_CHECK_DIR", "")):  # one of the base's own checks
        return True
    return path.startswith(here) and not path.startswith(os.path.join(sys.prefix, ""))


def _is_below(path: str, folder: str) -> bool:
    return bool(folder) and path.startswith(os.path.join(os.path.realpath(folder), ""))


def _has_module(name: str, here: str) -> bool:
    """Return whether a module is one of the project's."""
    top = name.partition(".")[0]
    places = (os.path.join(os.path.realpath(place), "") for place in (os.getcwd(), *sys.path))
    own = [place for place in places if place.startswith(here)]
    return any(os.path.exists(place + end) for place in own for end in (top, top + ".py"))
