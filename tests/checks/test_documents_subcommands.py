"""Subcommands in documents that their program lacks, and that nothing else is ever started."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checking import build, run_check
from tests.support.projects import Files

STACK = """
import argparse

parser = argparse.ArgumentParser(prog="stack")
parser.add_argument("command", choices=("up", "down"))
print(parser.parse_args().command)
"""
PROJECT: Files = {
    "ops/stack/__main__.py": STACK,
    "ops/far/__main__.py": "from ops.far.line import main\n\nmain()\n",
    "ops/far/line.py": "import argparse\n\ndef main():\n"
    "    parser = argparse.ArgumentParser()\n    parser.add_subparsers().add_parser('up')\n"
    "    parser.parse_args()\n",
    "ops/plain.py": "import sys\n\nopen('ran', 'w').close()\nsys.exit(f'no {sys.argv[1]}')\n",
}


def problems(project: str, text: str, path: str = "") -> list[str]:
    """What is wrong with the commands of a document."""
    build(project, {"docs/a.md": f"# A\n\n{text}\n"})
    given = {"paths": "docs/a.md", "min_words": "0", "min_headings": "0"}
    return [
        found["message"] for found in run_check("documents", project, given, path=path).findings
    ]


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("```sh\nalembic upgrad head\n```", "alembic has no upgrad"),
        ("```console\n$ alembic rollback\n```", "alembic has no rollback"),
        ("    ruff chek src", "ruff has no chek"),
        ("Then run `ruff chek src`.", "ruff has no chek"),
        ("Then run `python -m ruff chek src`.", "python -m ruff has no chek"),
        ("```sh\nmake x=1 || A=1 coverage rnu -m pytest\n```", "coverage has no rnu"),
        ("```sh\nuv run pip instal app\n```", "pip has no instal"),
        ("`python -m ops.stack strat`", "python -m ops.stack has no strat"),
        ("`python3 -m ops.far dwon`", "python -m ops.far has no dwon"),
        ("```sh\nalembic upgrade head && ruff check src && ruff format\n```", ""),
        ("```sh\nalembic -x a=b upgrad head\npytest tests\nmypy src\nuvicorn main\n```", ""),
        ("```sh\nuvx pycowsay now\njust deploy\npip install app\n```", ""),
        ("`python -m ops.stack up`, `python -m ops.stack --help`, `python -m ops.far up`", ""),
        ("`ruff <command>`, `ruff …`, `ruff $COMMAND`, `alembic/versions`, `ruff.toml`", ""),
        ("Then `pip` or `alembic`: see `docs alembic` and `chek ruff`.", ""),
        ("```python\nruff chek\n```", ""),
        ("```sh\ngit comit\nls nothing\nnosuchtool strat\n```", ""),
    ],
)
def test_a_subcommand_exists(project: str, text: str, lacks: str) -> None:
    """Wherever it stands, its program is asked; what is no plain word behind it is let alone."""
    build(project, PROJECT)
    found = problems(project, text)
    assert len(found) == int(bool(lacks)), found
    assert lacks in "".join(found)


def test_a_program_says_it_in_its_own_words(project: str) -> None:
    """Its line about the word, without the list of all that it has."""
    found = problems(project, "`ruff chek`")
    assert found == ["ruff has no chek: error: unrecognized subcommand 'chek'"]


def test_a_module_that_may_not_read_its_words_is_not_run(project: str) -> None:
    """A module of the project that imports nothing which reads command lines."""
    build(project, PROJECT)
    assert problems(project, "`python -m ops.plain strat`") == []
    assert not os.path.exists(os.path.join(project, "ran"))


LISTS = """
if sys.argv[1:] == ["--help"] or sys.argv[1:2] == ["up"]:
    print("Commands:\\n  up    Start it\\n  down  End it")
    sys.exit(0)
"""
REFUSES = "sys.exit(f'there is no {sys.argv[1]}')\n"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment that holds Python alone."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


def install(environment: Path, body: str) -> str:
    """Have `tool` be a program of the environment; returns what stands on PATH."""
    packages = next(environment.glob("lib/*/site-packages"))
    script = f"#!{environment}/bin/python\nimport tool\n"
    named = f"import os, subprocess, socket, sys\n{body}"
    build(
        str(packages),
        {
            "tool.py": named,
            "tool-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tool\nVersion: 1\n",
            "tool-1.dist-info/RECORD": "tool.py,,\n",
            "tool-1.dist-info/entry_points.txt": "[console_scripts]\ntool = tool:main\n",
        },
    )
    build(str(environment / "bin"), {"tool": script})
    (environment / "bin" / "tool").chmod(0o755)
    return f"{environment}/bin{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (LISTS + REFUSES, True),
        ("open(os.path.expanduser('~/log'), 'w').close()\n" + LISTS + REFUSES, True),
        ("s = socket.socket()\ns.bind(('127.0.0.1', 0))\n" + LISTS + REFUSES, True),
        (REFUSES, False),
        (LISTS.replace('"up"', '"none"') + REFUSES, False),
        (LISTS + "sys.exit('nothing is set up')\n", False),
        (LISTS + "import nosuchmodule_strat\n", False),
        ("print('no app', file=sys.stderr)\n" + LISTS + REFUSES, False),
        (LISTS, False),
    ],
    ids=[
        *(
            "refuses",
            "writes below its home",
            "tries a port",
            "lists nothing",
            "has not what it lists",
        ),
        *("fails otherwise", "breaks", "complains beforehand", "takes any word"),
    ],
)
def test_a_program_is_believed_only_where_it_is_sure(
    project: str, bare: Path, body: str, told: bool
) -> None:
    """It lists subcommands, has what it lists, and refuses the word by name."""
    found = problems(project, "`tool strat`", install(bare, body))
    assert found == (["tool has no strat: there is no strat"] if told else [])


def test_a_command_that_a_program_offers_elsewhere_is_no_problem(project: str, bare: Path) -> None:
    """Its code knows it, such as one for projects of its own kind alone."""
    knows = "def rollback(): pass\n\n@command()\ndef strat(): pass\n"
    path = install(bare, f"command = lambda: print\n{knows}{LISTS}{REFUSES}")
    assert problems(project, "`tool strat`", path) == []
    assert len(problems(project, "`tool rollback`", path)) == 1


HARM = {
    "writes": "open('ran', 'w').close()\n",
    "writes without a buffer": "os.close(os.open('ran', os.O_CREAT | os.O_WRONLY))\n",
    "makes a folder": "os.mkdir('ran')\n",
    "removes": "os.remove('kept')\n",
    "renames": "os.rename('kept', 'ran')\n",
    "starts what it is told to": "subprocess.call(sys.argv[1:])\n",
    "starts a shell": "os.system('touch ran')\n",
    "becomes another": "os.execvp('touch', ['touch', 'ran'])\n",
    "forks": "os.fork()\n",
    "connects": "socket.create_connection(('127.0.0.1', int(open('port').read())))\n",
    "serves": "s = socket.socket()\ns.bind(('127.0.0.1', 8_472))\nopen('ran', 'w').close()\n",
}


@pytest.mark.parametrize("harm", HARM)
def test_a_program_may_only_print(project: str, bare: Path, harm: str) -> None:
    """Whatever else a program does with a word that it does not list, it is ended before."""
    path = install(bare, LISTS + HARM[harm] + REFUSES)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        build(project, {"kept": "", "port": str(server.getsockname()[1])})
        assert problems(project, "`tool strat`", path) == []
        with pytest.raises(BlockingIOError):
            server.accept()
    assert sorted(os.listdir(project)) == ["docs", "kept", "port"]
