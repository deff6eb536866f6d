"""The entry point: a version, and the hooks of agents, are answered without the application."""

from __future__ import annotations

import gc
import os
import sys

FEWEST_FILES = 32
"""So many files a run of one probe may have open at once, with room to spare."""


def main() -> int:
    """Run the program with `sys.argv`. Does not return: it ends the process with its status."""
    arguments = sys.argv[1:]
    _import_nothing_from_here()
    if arguments in (["--version"], ["-V"]):
        from readiness import __version__

        sys.stdout.write(f"readiness {__version__}\n")
        return 0
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        _start_again_in_utf8()
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
        from readiness.terminal.ending import cannot_start

        status = cannot_start(error)
    # Taking the interpreter apart would cost as much as a small run.
    os._exit(status)


def _import_nothing_from_here() -> None:
    """Take the caller's folder off the search path, where `python -m` puts it first.

    A project's own `yaml.py` there would be imported, and so run, in place of the library.
    """
    own = os.path.abspath(__file__)
    started_by_m = not sys.flags.safe_path and sys.argv[0] == own
    if started_by_m and sys.path[0] != os.path.dirname(os.path.dirname(own)):
        del sys.path[0]


def _start_again_in_utf8() -> None:
    """Boards, names of files and arguments are UTF-8, whatever the caller's locale can say."""
    os.environ["PYTHONUTF8"] = "1"
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def _run(arguments: list[str]) -> int:
    from readiness.terminal.ending import (
        die_of_interrupts,
        protected,
        secure_streams,
        too_few_files,
    )

    die_of_interrupts()
    secure_streams()
    if 0 < os.sysconf("SC_OPEN_MAX") < FEWEST_FILES:
        return too_few_files(os.sysconf("SC_OPEN_MAX"))
    if _is_hook(arguments):
        return _answer_hook(arguments)

    def perform() -> int:
        from readiness.command_line.application import run

        return run(arguments)

    return protected(perform)


def _is_hook(arguments: list[str]) -> bool:
    """Return whether a line is as agents' settings have it: `hook EVENT --agent NAME`, and more."""
    known = {"--agent", "--base", "--board", "--profile"}
    if arguments[:1] != ["hook"] or "--agent" not in arguments or len(arguments) % 2:
        return False
    if any(name.startswith("READINESS_") for name in os.environ):
        return False
    return arguments[1][:1] != "-" and known.issuperset(arguments[2::2])


def _answer_hook(arguments: list[str]) -> int:
    from readiness.agents.hook import answer
    from readiness.model.settings import RunSettings

    values = dict(zip(arguments[2::2], arguments[3::2], strict=True))
    settings = RunSettings(
        board=values.get("--board"), profile=values.get("--profile"), base=values.get("--base")
    )
    return answer(arguments[1], values["--agent"], settings)


if __name__ == "__main__":
    sys.exit(main())
