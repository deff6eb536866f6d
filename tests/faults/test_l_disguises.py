"""Section D: a secret in another form reaches no output, report or history."""

import csv
import html
import io
import json
import subprocess
from collections.abc import Callable
from urllib.parse import quote

import pytest

from readiness.report import FORMATS
from readiness.text.disguise import undisguised
from tests.faults.rows import plain
from tests.faults.test_g_secrets import everything
from tests.support.program import Project, a_board

SECRET = "S3cr\"t/pa ss&word'<1>+\\x"
PUBLIC = "P5bl\"c/va lu&eword'<1>+\\x"


def _csv(text: str) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([text])
    return line.getvalue().strip()


def _printf(text: str) -> str:
    made = subprocess.run(["bash", "-c", 'printf %q "$1"', "-", text], capture_output=True)
    return made.stdout.decode()


FORMS: dict[int, list[Callable[[str], str]]] = {
    4001: [
        lambda text: f"{text[:8]}\x1b[1m{text[8:]}",
        lambda text: f"{text[:4]}\x1b[38;5;1m{text[4:9]}\x1b[0m{text[9:]}",
    ],
    4003: [lambda text: json.dumps(json.dumps(text)), lambda text: json.dumps({"a": text})],
    4005: [
        lambda text: quote(text, safe="").lower(),
        lambda text: quote(text, safe="").replace("%2F", "%2f"),
    ],
    4007: [html.escape, lambda text: "".join(f"&#{ord(each)};" for each in text)],
    4009: [_printf, lambda text: "'" + text.replace("'", "'\\''") + "'"],
    4011: [
        lambda text: quote(quote(text, safe=""), safe=""),
        lambda text: json.dumps(quote(quote(text))),
    ],
    4013: [_csv, lambda text: _csv(json.dumps(text))],
}


@pytest.mark.parametrize("row", FORMS)
def test_4001_to_4013_a_secret_in_another_form(project: Project, row: int) -> None:
    """It is masked wherever it would be shown. Twin: a value that is no secret stays."""
    hidden = [form(SECRET) for form in FORMS[row]]
    shown = [form(PUBLIC) for form in FORMS[row]]
    # The forms are read from the environment: in a file of the project they would be found.
    command = 'printenv FORMS; printenv FORMS >&2; echo "name $(printenv FORMS | head -n 1)" >&3'
    command = f'exec 3> "$READINESS_TMP/out"; {command}; exit 1'
    read = {"from": "$READINESS_TMP/out", "as": "text", "regex": "name (.*)"}
    board = a_board(
        plain(command.removesuffix("; exit 1"), read=read, expect="matches ^nothing"),
        plain("printenv FORMS; exit 1"),
        secrets=["DEPLOY_TOKEN"],
    )
    project.write(board)
    reports = tuple(f"--report={name}=run.{name}" for name in FORMATS)
    env = {"DEPLOY_TOKEN": SECRET, "FORMS": "\n".join([*hidden, *shown])}
    ended = project("check", "--verbose", "--output-format", "json", *reports, env=env)
    assert ended.status == 1, ended
    written = everything(project, ended) + project("show", "T1", env=env).out
    for form in hidden:
        for part in (form, json.dumps(form)[1:-1], html.escape(form)):
            assert part not in written
    assert "S3cr" not in written
    assert "s3cr" not in written
    printed = ended.run.probes[1].stdout.head
    assert "***" in printed
    assert undisguised(printed).count("5bl") == len(shown)
