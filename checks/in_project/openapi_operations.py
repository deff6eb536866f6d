"""Count the operations of an application's OpenAPI document; runs in the project's own Python."""

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from typing import Any, TextIO

from .common import CheckFinding, Params, emit, not_measured, place

READING = {"get", "head", "options", "trace"}
METHODS = READING | {"delete", "patch", "post", "put"}
Operation = Mapping[str, Any]


def application(app: str) -> Any:
    """Import the application, or have its factory make it."""
    module, _, name = app.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        target: Any = importlib.import_module(module)
        for part in (name or "app").split("."):
            target = getattr(target, part)
        return target if hasattr(target, "openapi") else target()
    except Exception as error:  # noqa: BLE001 - whatever the application raises
        not_measured(f"{app} gave no application: {type(error).__name__}: {error}")


def document(app: str) -> Mapping[str, Any]:
    """Make the application's document."""
    try:
        made: Mapping[str, Any] = application(app).openapi()
    except Exception as error:  # noqa: BLE001 - whatever the application raises
        not_measured(f"{app} gave no OpenAPI document: {type(error).__name__}: {error}")
    return made


def routes(app: str) -> dict[str, list[str]]:
    """Map each path that is served, also those that no document has, to its methods.

    What serves any path below one, such as a folder of files, has no methods here.
    """
    made = application(app)
    known = {path: [name.upper() for name in row] for path, row in made.openapi()["paths"].items()}
    for path, methods in _served(made.routes, ""):
        known[path] = [*known.get(path, []), *methods]
    return known


def _served(below: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:
    for route in below:
        router = getattr(
            route, "original_router", None
        )  # newer releases of FastAPI keep what is included
        if router is not None:
            included = getattr(getattr(route, "include_context", None), "prefix", "")
            yield from _served(router.routes, prefix + included)
        else:
            yield prefix + getattr(route, "path", ""), list(getattr(route, "methods", None) or [])


def operations(api: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    """Each operation, by its method and path."""
    for path, methods in api.get("paths", {}).items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def protected(name: str, operation: Operation, api: Mapping[str, Any]) -> bool:
    """Return whether it only reads, or asks who calls; an empty demand is met by anybody."""
    demands = operation.get("security", api.get("security", []))
    return name.split()[0].lower() in READING or bool(demands and all(demands))


def described(operation: Operation) -> bool:
    """Return whether some good answer has a schema that says something, or no body at all."""
    for status, answer in operation.get("responses", {}).items():
        if str(status) in {"204", "205"} or str(status).startswith("3"):
            return True
        bodies = answer.get("content", {}).values() if str(status).startswith("2") else ()
        if any(body.get("schema") for body in bodies):
            return True
    return False


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Count and name; with the word `routes` list what is served."""
    params = Params(env)
    if argv == ["routes"]:
        with redirect_stdout(sys.stderr):
            known_routes = routes(params.text("app"))
        emit({"routes": known_routes})
        return 0
    api = document(params.text("app"))
    public = {" ".join(line.split()) for line in params.text("public").splitlines()}
    known = dict(operations(api))
    if not known:
        not_measured("the OpenAPI document has no operation")
    if unknown := public - {"", *known}:
        not_measured(f"there is no operation {min(unknown)}, which `public` names")
    open_ones = [
        name
        for name, operation in known.items()
        if name not in public and not protected(name, operation, api)
    ]
    bare = [name for name, operation in known.items() if not described(operation)]
    source = f"{params.text('app').partition(':')[0].replace('.', '/')}.py"
    findings: list[CheckFinding] = [
        *(
            place(source, 0, "unprotected", f"{name} changes something for anybody")
            for name in open_ones
        ),
        *(place(source, 0, "undescribed", f"{name} does not say what it answers") for name in bare),
    ]
    numbers = {"operations": len(known), "unprotected": len(open_ones), "undescribed": len(bare)}
    emit(numbers, findings)
    return 0
