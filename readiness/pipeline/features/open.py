"""The page of a run, opened in the browser of whoever asked for the run."""

import os
import webbrowser
from pathlib import Path

import msgspec

from readiness.history.database import make_folder
from readiness.model.settings import ReportTarget, RunSettings, find_board, history_path
from readiness.pipeline.features import Command, Feature, Printer
from readiness.terminal.ending import tell

FORMAT = "html"
NAME = "page.html"


class OpenedPage(Feature):
    """A run whose page is opened at its end."""

    def around(self, command: Command) -> Command:
        """Return what opens the page after the command."""
        if self.settings.watch:  # it opens the page itself, once the first of its runs is over
            return command

        def opening(settings: RunSettings, printer: Printer) -> int:
            asked = with_page(settings)
            status = command(asked, printer)
            open_page(asked)
            return status

        return opening


def with_page(settings: RunSettings) -> RunSettings:
    """Add a page to the reports of the settings, beside the history, where none is asked for."""
    if any(target.format == FORMAT for target in settings.reports):
        return settings
    board = find_board(settings, os.environ, os.getcwd())
    history = history_path(settings, board) or history_path(RunSettings(), board)
    folder = os.path.dirname(os.path.abspath(history))
    make_folder(folder)
    target = ReportTarget(FORMAT, os.path.join(folder, NAME))
    return msgspec.structs.replace(settings, reports=(*settings.reports, target))


def open_page(settings: RunSettings) -> None:
    """Open the page that was written; where no browser can be opened, tell where it is."""
    path = next(target.path for target in settings.reports if target.format == FORMAT)
    if not os.path.exists(path):
        return
    tell(f"page: {path}")
    if _there_is_a_screen():
        webbrowser.open(Path(path).absolute().as_uri())


def _there_is_a_screen() -> bool:
    """Return whether a browser would be a window of its own, not a program in this terminal."""
    return any(name in os.environ for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))


FEATURE = OpenedPage
