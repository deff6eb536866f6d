"""Tell under which name, and from which folder, a file is imported. Standard library only."""

import os


def module_of(path: str) -> tuple[str, str]:
    """Return the folder that must be on the search path, and the module's dotted name.

    The packages around the file are those folders that hold an `__init__.py`.
    """
    folder, file = os.path.split(os.path.abspath(path))
    names = [] if file == "__init__.py" else [file.removesuffix(".py")]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    return folder, ".".join(names)


def found_at(path: str, name: str) -> str:
    """Return the project's file that a module's name stands for in a file; "" for others."""
    dots = len(name) - len(name.lstrip("."))
    parts = list(filter(None, name.lstrip(".").split(".")))
    folder = os.path.dirname(path)
    if dots:
        tops = [os.path.join(folder, *[os.pardir] * (dots - 1))]
    else:
        tops = [".", "src", folder]
        while folder:
            folder = os.path.dirname(folder)
            tops.append(folder or ".")
    for top in tops:
        for end in ((*parts[:-1], f"{parts[-1]}.py") if parts else (), (*parts, "__init__.py")):
            if end and os.path.isfile(file := os.path.normpath(os.path.join(top, *end))):
                return file
    return ""
