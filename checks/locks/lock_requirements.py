"""Write the pins of a lock file as requirements, for tools that read no other format.

Arguments: the lock, and a folder to write to. Prints the paths of what is to be read, one a line.
"""

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import not_measured
from checks.in_project.locks import is_of_a_tool, read_pins, requirement_files


def main(argv: list[str], _env: Mapping[str, str], _stdin: TextIO) -> int:
    """Print the lock itself where it is of requirements, else what was written."""
    lock, folder = argv
    if not is_of_a_tool(lock):
        sys.stdout.write(f"{lock}\n")
        return 0
    pins = read_pins(lock)
    if not pins:
        not_measured(f"{lock} pins no package")
    for number, text in enumerate(requirement_files(pins)):
        path = os.path.join(folder, f"pins{number}.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        sys.stdout.write(f"{path}\n")
    return 0
