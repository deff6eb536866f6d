"""The entry point. What can be answered without an import is answered without one."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from readiness.command_line.options import Verb
    from readiness.command_line.reader import HelpWanted, LineError


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
    from readiness.command_line.reader import HelpWanted, LineError, read, runs_probes
    from readiness.terminal.ending import die_of_interrupts, secure_streams, too_few_files

    die_of_interrupts()
    secure_streams()
    if 0 < os.sysconf("SC_OPEN_MAX") < FEWEST_FILES:
        return too_few_files(os.sysconf("SC_OPEN_MAX"))
    if "_READINESS_COMPLETE" in os.environ:
        from readiness.command_line.application import complete

        return complete(os.environ)
    try:
        verb, values = read(arguments, os.environ)
    except (HelpWanted, LineError) as asked:
        return _answer(asked, arguments)
    if not runs_probes(verb, values):
        return _perform(verb, values)
    # The watcher is split off before anything large is imported: what both have costs twice.
    from readiness.run.processes.supervise import supervise

    return supervise(lambda: _perform(verb, values))


def _answer(asked: HelpWanted | LineError, arguments: list[str]) -> int:
    from readiness.terminal.ending import protected

    def perform() -> int:
        from readiness.command_line.application import answer

        return answer(asked, arguments)

    return protected(perform)


def _perform(verb: Verb, values: dict[str, Any]) -> int:
    from readiness.terminal.ending import protected

    def perform() -> int:
        import readiness.startup.libraries  # noqa: F401 - first, as others import them too
        from readiness.terminal import idle

        if not values.get("quiet"):
            idle.allow(os.environ)
        try:
            return verb.perform(values)
        finally:
            idle.hide()

    return protected(perform)


if __name__ == "__main__":
    sys.exit(main())
