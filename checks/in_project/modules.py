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
