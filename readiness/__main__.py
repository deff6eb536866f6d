"""The entry point. What can be answered without an import is answered without one."""

import gc
import os
import sys


def main() -> int:
    """Run the program with `sys.argv`. Does not return: it ends the process with its status."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        from readiness import __version__

        sys.stdout.write(f"readiness {__version__}\n")
        return 0
    if not sys.warnoptions:  # a library's warnings are for who develops this, not who uses it
        sys.warnoptions.append("ignore")
        if "warnings" in sys.modules:
            sys.modules["warnings"].simplefilter("ignore")
    # A run lives for seconds and makes few cycles; to look for them costs more than they hold.
    gc.disable()
    status = 70  # until it is known better: Python's own status for a bug, 1, says "not ready"
    try:
        status = _run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody takes what is left to write
        status = status or 5
    except KeyboardInterrupt:
        status = 130
    except ImportError as error:
        os.write(2, f"readiness: cannot start: {error}\n".encode())
    # Taking the interpreter apart would cost as much as a small run.
    os._exit(status)


def _run(arguments: list[str]) -> int:
    from readiness.ending import die_of_interrupts, protected, secure_streams
    from readiness.quick import read

    die_of_interrupts()
    secure_streams()
    found = read(arguments, os.environ)
    if found is None:
        from readiness.cli import main

        return main(arguments)
    command, settings = found
    if command == "check":
        from readiness.commands.check import check

        return protected(lambda: check(settings))
    from readiness.commands.score import score

    return protected(lambda: score(settings))


if __name__ == "__main__":
    sys.exit(main())
