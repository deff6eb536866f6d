"""Find the imports of a file that lead nowhere, in every branch and function.

Run by the project's Python, in a process that has imported the file's own module.
"""

import ast
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import resolve_name

Wanted = tuple[int, str, str]
"""A line, a module, and a name that is imported from it; empty for the module itself."""

CATCHING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
TELLING = ("sys", "platform", "typing", "typing_extensions")
"""Modules that tell which interpreter and system this is, and whether types are checked."""
OF_SYSTEMS = ("ctypes", "os", "select", "signal", "socket")
"""Modules that have other names on other systems."""
DYNAMIC = (
    *(b"sys.modules", b"__path__", b"meta_path"),
    *(b"globals()", b"setattr(", b"__dict__", b"vars("),
)
"""Source that may define modules or names by other means than statements."""


def missing_imports(path: str, package: str) -> list[Wanted]:
    """List what a file of that package imports somewhere and nobody has."""
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    found = _Imports(package, tree)
    found.follow(tree.body, found.wanted)
    return found.missing()


def is_of_another_system(error: BaseException) -> bool:
    """Return whether a module gives up because of the system or interpreter that imports it.

    It lacks a module of the standard library, as `winreg`, by itself or from `six.moves`, or what
    one has on another system, or it asserts or raises by what it asks of `sys` or `platform`.
    """
    if isinstance(error, ModuleNotFoundError):
        return (error.name or "").partition(".")[0] in sys.stdlib_module_names
    if isinstance(error, AttributeError):
        return getattr(getattr(error, "obj", None), "__name__", "") in OF_SYSTEMS
    if name := re.match(r"cannot import name '(\w+)'", str(error)):
        return name[1] in sys.stdlib_module_names
    place = traceback.extract_tb(error.__traceback__)[-1]
    if place.name != "<module>" or place.lineno is None:
        return False
    with open(place.filename, "rb") as file:
        tree = ast.parse(file.read())
    imports = _Imports("", tree)
    return any(
        isinstance(node, ast.If | ast.Assert)
        and node.lineno <= place.lineno <= (node.end_lineno or node.lineno)
        and imports.is_of_the_machine(node.test)
        for node in ast.walk(tree)
    )


class _Imports:
    """What a file imports, and what of it need not be there."""

    def __init__(self, package: str, tree: ast.Module) -> None:
        self._package = package
        self._telling = _names_of_telling(tree)
        self._optional: set[str] = set()
        self._tries: list[tuple[list[Wanted], list[ast.stmt], list[ast.stmt]]] = []
        self.wanted: list[Wanted] = []

    def missing(self) -> list[Wanted]:
        """List what is wanted and not there. Who catches that it is missing need not have it."""
        while self._tries:
            tried, instead, after = self._tries.pop()
            failed = [module for _, module, name in tried if not _is_there(module, name)]
            self._optional.update(module.partition(".")[0] for module in failed)
            if failed:
                self.follow(instead, self.wanted)
            elif all(_is_loaded(module, name) for _, module, name in tried):
                self.follow(after, self.wanted)
        return [
            (line, module, name)
            for line, module, name in self.wanted
            if module.partition(".")[0] not in self._optional and not _is_there(module, name)
        ]

    def follow(self, nodes: Iterable[ast.AST], into: list[Wanted]) -> None:
        """Collect what is imported below some nodes."""
        for node in nodes:
            if isinstance(node, ast.Try) and any(_catches(each.type) for each in node.handlers):
                instead = [each for handler in node.handlers for each in handler.body]
                self._try(node.body, instead, node.orelse)
                self.follow(node.finalbody, into)
            elif isinstance(node, ast.With) and any(map(_suppresses, node.items)):
                self._try(node.body, [], [])
            elif isinstance(node, ast.If) and "find_spec" in map(_last_name, ast.walk(node.test)):
                self._try(node.body, [], [])
                self.follow(node.orelse, into)
            elif isinstance(node, ast.If) and self.is_of_the_machine(node.test):
                # What this machine imports of it is tried by importing the module.
                continue
            else:
                into.extend(self._imported(node))
                self.follow(ast.iter_child_nodes(node), into)

    def is_of_the_machine(self, test: ast.expr) -> bool:
        """Return whether a condition asks which interpreter or system this is."""
        return "os.name" in ast.unparse(test) or not self._telling.isdisjoint(_names_in(test))

    def _try(self, body: list[ast.stmt], instead: list[ast.stmt], after: list[ast.stmt]) -> None:
        tried: list[Wanted] = []
        self.follow(body, tried)
        self._tries.append((tried, instead, after))

    def _imported(self, node: ast.AST) -> Iterator[Wanted]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            module = self._absolute("." * node.level + (node.module or ""))
            for alias in node.names:
                yield node.lineno, module, alias.name.replace("*", "")
        elif (
            isinstance(node, ast.Call)
            and _last_name(node.func) in ("import_module", "__import__")
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.lineno, self._absolute(node.args[0].value), ""

    def _absolute(self, name: str) -> str:
        try:
            return resolve_name(name, self._package)
        except ImportError:  # beyond the package, or in none
            return name


def _names_of_telling(tree: ast.Module) -> set[str]:
    """Return what a file calls the modules in TELLING, and what it has or makes from them."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.asname or each.name for each in node.names if each.name in TELLING}
        elif isinstance(node, ast.ImportFrom) and node.module in TELLING:
            names |= {each.asname or each.name for each in node.names}
        elif isinstance(node, ast.Assign) and not names.isdisjoint(_names_in(node.value)):
            names.update(*map(_names_in, node.targets))
    return names


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _is_loaded(module: str, name: str) -> bool:
    """Return whether a module was imported, or has a name: its file alone says neither."""
    loaded = sys.modules.get(module)
    return loaded is not None and (not name or name in vars(loaded))


@cache
def _is_there(module: str, name: str) -> bool:
    """Return whether a module has that name (or exists, for ""); True where it cannot be told.

    Nothing is imported: an import in a function runs only when somebody calls the function.
    """
    try:
        spec = _spec_of(module)
        if spec is None:
            return _may_be_made(module)
        return not name or _has_name(module, spec, name) or _is_there(f"{module}.{name}", "")
    except Exception:  # noqa: BLE001 - finders of installed packages may raise anything
        return True


def _spec_of(module: str) -> ModuleSpec | None:
    """Find a module without importing its parents; None if no finder knows it."""
    loaded = sys.modules.get(module)
    if loaded is not None:
        return getattr(loaded, "__spec__", None) or ModuleSpec(module, None)
    parent = module.rpartition(".")[0]
    path = None
    if parent:
        spec = _spec_of(parent)
        if spec is None or spec.submodule_search_locations is None:
            return None
        path = list(spec.submodule_search_locations)
    finders = (finder for finder in sys.meta_path if hasattr(finder, "find_spec"))
    return next(filter(None, (each.find_spec(module, path) for each in finders)), None)


def _may_be_made(module: str) -> bool:
    """Return whether a parent that is not imported yet may make the module itself, as six does."""
    parent = module.rpartition(".")[0]
    if not parent or parent in sys.modules:
        return False
    spec = _spec_of(parent)
    return _may_be_made(parent) if spec is None else _is_dynamic(_source_of(spec))


def _has_name(module: str, spec: ModuleSpec, name: str) -> bool:
    """Return whether a module defines the name, or may: by `__getattr__`, `*` or other means."""
    loaded = vars(sys.modules[module]) if module in sys.modules else {}
    if loaded:
        return name in loaded or "__getattr__" in loaded
    source = _source_of(spec)
    if source is None or _is_dynamic(source):
        return True
    names = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.alias():
                names.add((node.asname or node.name).partition(".")[0])
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
    return bool(names & {name, "*", "__getattr__"})


def _source_of(spec: ModuleSpec) -> bytes | None:
    """Read the source of a module; None for a compiled one. A namespace package has no text."""
    if spec.origin is None and spec.submodule_search_locations is not None:
        return b""
    if not spec.has_location or not str(spec.origin).endswith(".py"):
        return None
    with open(str(spec.origin), "rb") as file:
        return file.read()


def _is_dynamic(source: bytes | None) -> bool:
    return source is None or any(text in source for text in DYNAMIC)


def _catches(kind: ast.expr | None) -> bool:
    """Return whether a handler of that kind is reached where something cannot be imported."""
    return kind is None or bool(CATCHING & {_last_name(each) for each in ast.walk(kind)})


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    return (
        isinstance(call, ast.Call)
        and _last_name(call.func) == "suppress"
        and any(map(_catches, call.args))
    )


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
