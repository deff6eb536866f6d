"""A change has one place: what is added to a copy of the package takes the files that it should.

To add a case: a function that adds something to a `House` and sees that the program has it, and a
row in `PLACES` with the number of files that it may take. Tests and documents are not counted.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import ROOT, Ended, Project, a_board


class House:
    """A copy of the package and its checks, in which files are written, counted, and run."""

    def __init__(self, folder: Path, project: Project) -> None:
        self.folder = folder
        self.project = project
        self.touched: set[str] = set()
        for name in ("readiness", "checks"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc"))

    def add(self, name: str, text: str) -> None:
        """Write a file that is not there yet."""
        with open(self.folder / name, "x", encoding="utf-8") as file:
            file.write(text)
        self.touched.add(name)

    def change(self, name: str, before: str, after: str) -> None:
        """Put a text in the place of another, which stands there once."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} has {before!r} {text.count(before)} times"
        path.write_text(text.replace(before, after), encoding="utf-8")
        self.touched.add(name)

    def run(self, *arguments: str) -> Ended:
        """Run the program of this house in the project."""
        return self.project(*arguments, env={"PYTHONPATH": str(self.folder)})


def a_check(house: House) -> None:
    """A check of the catalogue: its file."""
    house.add(
        "checks/documents/lines.yaml",
        "summary: Lines of a file\n"
        "params:\n  path: {help: the file}\n"
        "run: grep -c '' $path\n"
        "measures:\n  lines: {from: stdout, as: text, regex: '\\d+', unit: lines}\n",
    )
    uses = {"check": "lines", "with": {"path": "three"}, "expect": "== 3"}
    house.project.write(a_board(uses))
    (house.project.folder / "three").write_text("a\nb\nc\n", encoding="utf-8")
    assert "lines" in house.run("checks").out
    assert house.run("check").status == 0


def a_check_with_a_program(house: House) -> None:
    """A check of the catalogue that a query cannot read: its file, and the program beside it."""
    house.add(
        "checks/documents/longest.yaml",
        "summary: The longest line\n"
        "params:\n  path: {help: the file}\n"
        'run: \'"$READINESS_PYTHON" "$READINESS_CHECK_DIR/run.py" documents/longest < $path\'\n'
        "measures:\n  length: {as: json, query: length, unit: characters}\n",
    )
    house.add(
        "checks/documents/longest.py",
        "from checks.in_project.common import emit\n\n\n"
        "def main(argv, env, stdin):\n"
        '    emit({"length": max(len(line.strip()) for line in stdin)})\n'
        "    return 0\n",
    )
    house.project.write(a_board({"check": "longest", "with": {"path": "three"}, "expect": "== 3"}))
    (house.project.folder / "three").write_text("a\nbbb\nc\n", encoding="utf-8")
    assert house.run("check").status == 0


def a_format(house: House) -> None:
    """A format of reports: its file."""
    house.add(
        "readiness/report/brief.py",
        '"""The title alone."""\n\n\n'
        "def render(run, context):\n"
        '    """Return the title."""\n'
        '    return f"brief: {run.board.title}\\n"\n',
    )
    assert house.run("check", "--output-format", "brief").out == "brief: A board\n"
    assert house.run("check", "--report", "brief=told").status == 0
    assert (house.project.folder / "told").read_text(encoding="utf-8") == "brief: A board\n"
    assert "brief" in house.run("check", "--report", "bref=told").err


def a_command(house: House) -> None:
    """A command: its file, with its help, its options and what it prints."""
    house.add(
        "readiness/commands/count.py",
        '"""Count the criteria of a board."""\n\n'
        "from typing import Annotated\n\n"
        "from readiness.command_line import options\n"
        "from readiness.command_line.options import Verb, argument, asked, shared, switch\n"
        "from readiness.command_line.values import whole_number\n"
        "from readiness.pipeline.opening import open_board\n"
        "from readiness.terminal.output import put_json, put_text, wants_json\n\n\n"
        "def count(\n"
        '    task: Annotated[str, argument("TASK", "Of which task.")],\n'
        "    least: Annotated[\n"
        "        int,\n"
        '        shared("--least -l", "N", "How many there must be.", parser=whole_number),\n'
        "    ] = 1,\n"
        '    names: Annotated[bool, switch("--names", "Print their ids.")] = False,\n'
        "    board_file: options.Board = None,\n"
        '    output_format: options.OutputFormat = "table",\n'
        ") -> int:\n"
        '    """Print the number."""\n'
        "    settings = asked(locals())\n"
        "    ids = [each.id for task in open_board(settings).tasks for each in task.criteria]\n"
        "    if wants_json(settings.output_format):\n"
        "        put_json(ids)\n"
        "    else:\n"
        "        put_text(f'{task} {least} {ids if names else len(ids)}')\n"
        "    return 0 if len(ids) >= least else 1\n\n\n"
        "VERB = Verb(count, prints=list[str])\n",
    )
    assert "count     Count the criteria of a board." in house.run("--help").out
    shown = house.run("count", "--help").out
    for part in ("default: 1", "--least", "--board", "TASK", "--names"):
        assert part in shown
    assert house.run("count", "T1").out == "T1 1 1\n"
    assert house.run("count", "-l", "2", "T1", "--names").out == "T1 2 ['T1.1']\n"
    assert house.run("count", "-l2", "T1").status == 1
    assert house.run("count", "T1", "--output-format", "json").json == ["T1.1"]
    assert house.run("schema", "count").json["items"] == {"type": "string"}
    assert "Missing argument 'TASK'" in house.run("count").err
    assert "Did you mean count" in house.run("coutn").err


def an_option(house: House) -> None:
    """An option of the commands that run a board: its row, its field, and who takes it."""
    a_row(house, 'Mood = Annotated[str, shared("--mood -m", "WORD", "How the run feels.")]')
    house.change(
        "readiness/model/settings.py",
        "    hold_line: bool = False\n",
        '    hold_line: bool = False\n    mood: str = "calm"\n',
    )
    taken(house, 'mood: options.Mood = "calm"', "check", "score")
    spy = (
        "import sys\n"
        "from unittest import mock\n"
        "from readiness.command_line.application import run\n"
        "from readiness.pipeline import run as pipeline\n"
        "def told(settings, _):\n"
        "    print(settings.mood)\n"
        "    return 0\n"
        "with mock.patch.object(pipeline, 'run_and_report', told):\n"
        "    for line in (['check'], ['check', '-m', 'x'], ['score', '--mood=y']):\n"
        "        run([*line, '--dry-run'])\n"
    )
    seen = house.project.start(source=spy, env={"PYTHONPATH": str(house.folder)})
    assert house.project.end(seen).out.split() == ["calm", "x", "y"]
    for command in ("check", "score"):
        assert "--mood" in house.run(command, "--help").out
    assert "--mood" not in house.run("list", "--help").out
    assert house.run("check", "--mood", "glad").status == 0


def a_row(house: House, row: str) -> None:
    """Define an option among those that commands share."""
    house.change(
        "readiness/command_line/options.py", "\nOn = Annotated[", f"\n{row}\nOn = Annotated["
    )


def taken(house: House, parameter: str, *commands: str) -> None:
    """Have commands take an option."""
    for name in commands:
        on = "    on: options.On = None,\n"
        house.change(f"readiness/commands/{name}.py", on, f"    {parameter},\n{on}")


def a_reader(house: House) -> None:
    """A reader of outputs: its file."""
    house.add(
        "readiness/measure/read_ini.py",
        '"""INI: an object for each section, all values text."""\n\n'
        "import configparser\n\n"
        "IN_PLACE = 4 * 1024\n"
        "TEXT_ONLY = True\n\n\n"
        "def parse(text):\n"
        '    """Return the sections as an object."""\n'
        "    parser = configparser.ConfigParser(interpolation=None)\n"
        "    try:\n"
        "        parser.read_string(text)\n"
        "    except configparser.Error as error:\n"
        "        raise ValueError(str(error)) from None\n"
        "    return {name: dict(parser[name]) for name in parser.sections()}\n",
    )
    read = {"as": "ini", "query": "tests.failed", "unit": "tests"}
    house.project.write(
        a_board({"run": "printf '[tests]\\nfailed = 3\\n'", "read": read, "expect": "< 5"})
    )
    (found,) = house.run("check", "--output-format", "json").json["tasks"][0]["criteria"]
    assert (found["verdict"], found["value"], found["unit"]) == ("pass", 3, "tests")
    assert '"ini"' in house.run("schema", "check").out
    house.project.write(a_board({"run": "echo lost", "read": read, "expect": "< 5"}))
    assert "cannot be read as ini" in house.run("check").out


def a_verdict(house: House) -> None:
    """A verdict: its row, from which the gate, the score and every report know what it means."""
    house.change(
        "readiness/model/words.py",
        '    WARN = "warn", 2,',
        '    HELD = "held", 2, True, Standing.GOOD, "=", "🤝", Tone.WARN\n    WARN = "warn", 2,',
    )
    assert house.run("check", "--history", "", "--report", "json=run.json").status == 0
    path = house.project.folder / "run.json"
    text = path.read_text(encoding="utf-8")
    assert text.count('"verdict":"pass"') == 1
    path.write_text(text.replace('"verdict":"pass"', '"verdict":"held"'), encoding="utf-8")
    joined = house.run("score", "run.json", "--output-format", "json")
    assert joined.status == 0
    assert joined.json["score"]["value"] == 10
    (found,) = joined.json["tasks"][0]["criteria"]
    assert (found["verdict"], joined.json["tasks"][0]["done"]) == ("held", True)
    for form in ("table", "markdown", "board", "html", "junit", "sarif", "openmetrics"):
        told = house.run("score", "run.json", "--report", f"{form}=told.{form}")
        assert told.status == 0, told.err
        shown = (house.project.folder / f"told.{form}").read_text(encoding="utf-8")
        assert "held" in shown, form


def a_feature(house: House) -> None:
    """A feature of a run: its file, beside the row and the field of the option that asks for it."""
    a_row(house, 'Brief = Annotated[bool, shared_switch("--brief", "Run one probe.")]')
    taken(house, "brief: options.Brief = False", "check")
    house.change(
        "readiness/model/settings.py",
        "    hold_line: bool = False\n",
        "    hold_line: bool = False\n    brief: bool = False\n",
    )
    option = set(house.touched)
    house.add(
        "readiness/pipeline/features/brief.py",
        '"""`--brief`: no more than one probe is run."""\n\n'
        "from msgspec.structs import replace\n\n"
        "from readiness.pipeline.features import Feature\n\n\n"
        "class Brief(Feature):\n"
        '    """The run is of one probe."""\n\n'
        "    def around(self, command):\n"
        '        """Say so before the run."""\n'
        "        print('around', flush=True)\n"
        "        return command\n\n"
        "    def opened(self, start, board, history):\n"
        '        """Say so before the plan."""\n'
        "        print('opened', board.title, flush=True)\n"
        "        return start\n\n"
        "    def planned(self, plan, start, board):\n"
        '        """Plan one probe."""\n'
        "        print('planned', len(plan.order), flush=True)\n"
        "        return replace(plan, order=plan.order[:1])\n\n"
        "    def running(self, execution):\n"
        '        """Say how an attempt is settled."""\n'
        "        settle = execution.settle\n\n"
        "        def settled(attempt):\n"
        "            print('settled', attempt.exit_status, flush=True)\n"
        "            return settle(attempt)\n\n"
        "        return replace(execution, settle=settled)\n\n"
        "    def recorded(self, document, board):\n"
        '        """Say what came out."""\n'
        "        print('recorded', document.gate.decision, flush=True)\n"
        "        return ['the feature is told of']\n\n\n"
        "FEATURE = Brief\n",
    )
    house.touched -= option  # those of an option are counted above
    house.project.write(a_board({"run": "true"}, {"run": "test 1"}))
    ended = house.run("check", "--brief", "--quiet")
    assert ended.out.splitlines()[:5] == [
        "around",
        "opened A board",
        "planned 2",
        "settled 0",
        "recorded undecided",
    ]
    assert "the feature is told of" in ended.err
    assert "around" not in house.run("check", "--quiet").out


PLACES = [
    (a_check, 1),
    (a_check_with_a_program, 2),
    (a_format, 1),
    (a_command, 1),
    (an_option, 4),
    (a_feature, 1),
    (a_reader, 1),
    (a_verdict, 1),
]


@pytest.mark.parametrize(
    ("adding", "files"), PLACES, ids=lambda each: getattr(each, "__name__", each)
)
def test_what_is_added_has_its_place(
    adding: Callable[[House], None], files: int, tmp_path: Path, project: Project
) -> None:
    """It takes so many files, and the program has it."""
    project.write(a_board({"run": "test -d ."}))
    house = House(tmp_path / "house", project)
    assert os.path.exists(house.folder / "readiness" / "__main__.py")
    adding(house)
    assert len(house.touched) == files, sorted(house.touched)
