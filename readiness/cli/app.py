"""The Typer application that the commands register with."""

import typer

app = typer.Typer(
    name="readiness",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Exit status: 0 ready, 1 not ready, 2 wrong command line or board, 3 undecided,"
        " 4 loosened, 5 a report was not written, 70 internal error, 128+n ended by signal n."
    ),
)


@app.callback()
def readiness() -> None:
    """Decide whether a project is ready for release, by measuring."""
