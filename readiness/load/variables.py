"""`${NAME}`, `${NAME:-default}`, `${NAME:+text}` and `$$` in a board, replaced at loading."""

import re
from collections.abc import Mapping
from typing import Final

from readiness.load.faults import Problems
from readiness.load.yamlfile import Path
from readiness.startup.patterns import later
from readiness.text.worded import worded, words_of

# Either a whole reference, or the start of one that is not.
_REFERENCE: Final = later(
    r"\$(?:(?P<dollar>\$)|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"(?::(?P<sign>[-+])(?P<other>(?:[^{}]|\$\{[^{}]*\})*))?\}|(?P<bad>\{))"
)
_SITE: Final = later(
    r"(?P<scheme>\w+)://(?:[^@/?#]*@)?(?P<host>\[[^]]+\]|[^:/?#]+)(?::(?P<port>\d+))?"
)
PORTS: Final = {"http": "80", "https": "443"}
MAX_STEPS: Final = 10_000
MAX_LENGTH: Final = 128 * 1024
RULE: Final = "write ${NAME} or ${NAME:-default}, and $$ for one $"


def broken_reference(text: str) -> str:
    """Return the part of the text that starts like `${` and is not a reference, or ""."""
    for reference in _REFERENCE.finditer(text):
        if reference["bad"]:
            end = text.find("}", reference.start())
            return text[reference.start() : end + 1 if end >= 0 else len(text)]
        if broken := broken_reference(reference["other"] or ""):
            return broken
    return ""


class Variables:
    """What the names in a board stand for: the environment, then its layers of `env`, in order.

    An entry may refer to others; one that comes back to itself means what the layers after it say.
    """

    def __init__(self, environ: Mapping[str, str], *layers: Mapping[str, str]) -> None:
        self.environ = environ
        self.layers = layers
        self._underway: list[tuple[int, str]] = []
        self._steps = 0

    def having(self, values: Mapping[str, str]) -> "Variables":
        """Return the same with other values for some names, which take precedence."""
        from collections import ChainMap

        return Variables(ChainMap(dict(values), dict(self.environ)), *self.layers)

    def expand(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return the text with its references replaced, and the names that are unset.

        Raises ValueError where the references multiply beyond any use.
        """
        if "$" not in text:
            return text, ()
        self._steps = self._steps + 1 if self._underway else 0
        missing: list[str] = []

        def replace(reference: re.Match[str]) -> str:
            name = reference["name"]
            if not name:
                return "$" if reference["dollar"] else reference[0]
            value, lacking = self._look_up(name)
            if reference["sign"] and bool(value) == (reference["sign"] == "+"):
                value, lacking = self.expand(reference["other"])
            elif reference["sign"]:
                value, lacking = value or "", ()
            elif value is None:
                value, lacking = self._derived(name, lacking)
            if value is None or lacking:
                missing.extend(lacking)
                return ""
            return value

        expanded = _REFERENCE.sub(replace, text)
        if self._steps > MAX_STEPS or len(expanded) > MAX_LENGTH:
            raise ValueError(worded("fault.variables_endless"))
        return expanded, tuple(dict.fromkeys(missing))

    def entries(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the `env` of all layers expanded (the first layer wins), and the unset names.

        The second maps an entry's name to the variable it lacked.
        """
        made: dict[str, str] = {}
        unset: dict[str, str] = {}
        for depth, layer in enumerate(self.layers):
            for name in layer:
                if name in made or name in unset:
                    continue
                value, missing = self._entry(depth, name)
                if missing:
                    unset[name] = missing[0]
                else:
                    made[name] = value
        return made, unset

    def _look_up(self, name: str) -> tuple[str | None, tuple[str, ...]]:
        if name in self.environ:
            return self.environ[name], ()
        for depth, layer in enumerate(self.layers):
            if name in layer and (depth, name) not in self._underway:
                value, missing = self._entry(depth, name)
                return (None, missing) if missing else (value, ())
        return None, (name,)

    def _derived(self, name: str, lacking: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
        """Return what follows from X_URL, for X_HOST and X_ADDRESS, its host and port."""
        stem, _, part = name.rpartition("_")
        if not stem or part not in ("HOST", "ADDRESS"):
            return None, lacking
        url, lacks = self._look_up(f"{stem}_URL")
        site = _SITE.match(url or "")
        if site is None:
            return None, lacks if any(f"{stem}_URL" in layer for layer in self.layers) else lacking
        host, port = site["host"], site["port"] or PORTS.get(site["scheme"])
        derived = host if part == "HOST" else port and f"{host}:{port}"
        return (derived, ()) if derived else (None, lacking)

    def _entry(self, depth: int, name: str) -> tuple[str, tuple[str, ...]]:
        self._underway.append((depth, name))
        try:
            return self.expand(self.layers[depth][name])
        finally:
            self._underway.pop()


def expanded(
    text: str, variables: Variables, path: Path, problems: Problems, unset: list[str]
) -> str:
    """Replace the variables of a text; unset names are added to `unset`."""
    if "$" not in text:
        return text
    if broken := broken_reference(text):
        problems.add(path, worded("fault.no_variable", text=broken), RULE)
        return ""
    try:
        value, missing = variables.expand(text)
    except ValueError as error:
        problems.add(path, words_of(error))
        return ""
    unset.extend(missing)
    return value
