"""The format of check files, and where checks are found."""

from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.builtin import builtin_checks
from readiness.load import catalogue, load_catalogue
from readiness.model.board import Check, Control
from readiness.model.errors import BoardError
from readiness.model.words import Format, Pick

FULL = """\
summary: Errors that mypy reports
tool: [mypy, git]
version: mypy --version
tried: {mypy: ">=1.11,<3"}
install: pip install mypy
params:
  paths: {default: [src, 3.10], help: files and folders to check}
  args: {default: "", help: further options}
  must: {help: has no default}
after: [first]
run: mypy --output json $args $paths
exit: {ok: [0, 1]}
proof: {from: output, as: text, regex: 'Success: (no) (issues)|Found \\d+ errors?'}
reject: Traceback
measures:
  errors: {from: stdout, as: jsonl, query: "length(@)", unit: errors, better: lower}
  lines: {from: $READINESS_TMP/x, as: text, regex: '(\\d+)', pick: sum}
  status: {as: exit}
expect: "== 0"
findings: {as: text, regex: '(?P<path>.*):(?P<line>\\d+): (?P<message>.*)'}
ignores: ["**/*.md", docs]
reuse: false
timeout: 10m
exclusive: [database, network]
control: {files: {"bad_{n}.py": "x: int = ''"}, with: {paths: [., 1.10]},
  measures: [lines], times: 3}
"""
FIRST = "run: make first\nparams: {must: {help: x}}\n"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Check]]:
    """Load a catalogue of check files given by name, without the built-in ones."""
    (tmp_path / "builtin").mkdir()
    (tmp_path / "checks").mkdir()
    monkeypatch.setattr(catalogue, "builtin_checks", lambda: str(tmp_path / "builtin"))
    monkeypatch.chdir(tmp_path)

    def load(**files: str) -> dict[str, Check]:
        for name, text in files.items():
            (tmp_path / "checks" / f"{name}.yaml").write_text(text)
        return load_catalogue(["checks"])

    return load


def faults(load: Callable[..., dict[str, Check]], **files: str) -> list[str]:
    """Return the lines that are printed for faulty checks."""
    with pytest.raises(BoardError) as caught:
        load(**files)
    return str(caught.value).splitlines()


def test_a_check_says_all_that_the_contract_lists(
    load: Callable[..., dict[str, Check]], tmp_path: Path
) -> None:
    """Every key of a check file is in the model."""
    check = load(full=FULL, first=FIRST)["full"]
    assert (check.name, check.path) == ("full", "checks/full.yaml")
    assert check.folder == str(tmp_path / "checks")
    assert (check.tools, check.version) == (("mypy", "git"), "mypy --version")
    assert check.tried == {"mypy": ">=1.11,<3"}
    assert [(p.name, p.default) for p in check.params] == [
        *(("paths", "src 3.10"), ("args", ""), ("must", None))
    ]
    assert (check.after, check.exit_ok, check.reject) == (("first",), (0, 1), "Traceback")
    assert check.proof is not None
    assert (check.proof.source, check.proof.format) == ("output", Format.TEXT)
    assert [m.name for m in check.measures] == ["errors", "lines", "status"]
    assert (check.measures[0].unit, check.measures[1].reader.pick) == ("errors", Pick.SUM)
    assert check.expect is not None
    assert check.findings is not None
    assert (check.ignores, check.reuse, check.timeout) == (("**/*.md", "docs"), False, 600)
    assert check.exclusive == ("database", "network")
    assert check.control == Control(
        files={"bad_{n}.py": "x: int = ''"},
        params={"paths": ". 1.10"},
        measures=("lines",),
        times=3,
    )


@pytest.mark.parametrize(
    ("control", "complaint"),
    [
        ("{}", "exactly one sample"),
        ("{run: x, files: {a: b}}", "exactly one sample"),
        ("{files: {../a: b}}", "a folder of their own"),
        ("{run: x, with: {pahts: b}}", 'did you mean "paths"?'),
        ("{run: x, measures: [total]}", 'unknown measure "total"'),
        ("{run: x, times: 0}", "too small"),
    ],
)
def test_a_control_that_cannot_be_tried_is_a_fault(
    load: Callable[..., dict[str, Check]], control: str, complaint: str
) -> None:
    """A control is one sample, in a folder of their own, for what the check has."""
    lines = faults(
        load, bad=f"run: x $paths\nparams: {{paths: {{default: .}}}}\ncontrol: {control}\n"
    )
    assert len(lines) == 1
    assert complaint in lines[0]


def test_a_check_may_be_one_line(load: Callable[..., dict[str, Check]]) -> None:
    """A command alone is judged by its exit status."""
    check = load(short="run: make x")["short"]
    assert [m.reader.format for m in check.measures] == [Format.EXIT]
    assert (check.exit_ok, check.expect and check.expect.text) == (None, "== 0")


def test_a_measure_may_say_what_it_is_counted_among(load: Callable[..., dict[str, Check]]) -> None:
    """`of` names another measure of the check, which may stand below; `work` is one line."""
    n = "n: {as: text, count: a, unit: errors, of: m}"
    m = "m: {as: text, count: b, unit: files}"
    text = f"run: x\nwork: >\n  To do: all.\n  Done: all.\nmeasures: {{{n}, {m}}}"
    check = load(one=text)["one"]
    assert check.measures[0].of == check.measures[1]
    assert check.work == "To do: all. Done: all."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("measures: {s: {as: exit}}", None),
        ("measures: {s: {as: exit}}\nexit: {ok: [0, 1]}", (0, 1)),
        ("measures: {s: {as: exit}, n: {as: text, count: x}}", (0,)),
    ],
)
def test_statuses_after_which_output_is_read(
    load: Callable[..., dict[str, Check]], text: str, expected: tuple[int, ...] | None
) -> None:
    """Status 0 alone, unless declared; only a check of the status itself takes any."""
    assert load(one=f"run: x\n{text}")["one"].exit_ok == expected


FAULTS = [
    ("summary: x", '1:1: "run" is missing'),
    ("run: x\nmesures: {}", '2:1: unknown key "mesures"; did you mean "measures"?'),
    ("run: x\nmeasures: {n: {as: text, regex: (a)(b)}}", "2:33: 2 groups, but a single value"),
    ("run: x\nmeasures: {n: {as: text, count: a, unit: a, of: m}}", "2:49: there is no other"),
    (
        "run: x\nmeasures: {n: {as: text, count: a, unit: a, of: n}}",
        '2:49: there is no other measure "n"',
    ),
    (
        "run: x\nmeasures:\n  n: {as: text, count: a, of: m}\n  m: {as: text, count: b, unit: b}",
        "3:31: both must be numbers",
    ),
    ("run: x\nfindings: {as: text, regex: '('}", '2:29: "(" is not a regular expression'),
    ("run: x\nexpect: '>= 0'", '2:9: ">= 0" can never fail'),
    (
        "run: x\nmeasures: {n: {as: text, count: a, unit: ms}}\nexpect: < 5 MiB",
        '3:9: "< 5 MiB" d',
    ),
    ("run: x\nafter: gone", '2:8: unknown check "gone"'),
    ("run: x\nafter: [bad]", "2:9: these checks depend on each other: bad after bad"),
    ('run: x\ntool: [ruff]\ntried: {rufff: ">=1"}', '3:16: "rufff" is no tool of this check'),
    (
        "run: x\ntool: ruff\ntried: {ruff: 0.7 and up}",
        '3:15: "0.7 and up" is not a range of versions',
    ),
]


@pytest.mark.parametrize(("text", "start"), FAULTS)
def test_each_mistake_in_a_check_is_one_fault(
    load: Callable[..., dict[str, Check]], text: str, start: str
) -> None:
    """A mistake gives one line, with its place in the check's own file."""
    (line,) = faults(load, bad=text)
    assert line.startswith(f"checks/bad.yaml:{start}"), line


def test_faults_of_all_checks_come_together(load: Callable[..., dict[str, Check]]) -> None:
    """One bad check does not hide the next."""
    lines = faults(
        load, a="rum: x", b="run: x\nafter: c", c="run: x\nafter: b", d="[\n", e="run: x"
    )
    assert [line.split(": ")[0] for line in lines] == [
        *("checks/a.yaml:1:1", "checks/c.yaml:2:8", "checks/d.yaml:2:1")
    ]


def test_a_producer_gets_its_parameters(load: Callable[..., dict[str, Check]]) -> None:
    """What runs first must find its own required parameters in the check that follows."""
    (line,) = faults(load, first=FIRST, then="run: x\nafter: first")
    assert line.startswith('checks/then.yaml:2:8: "first" needs the parameter must')


def test_earlier_folders_win(load: Callable[..., dict[str, Check]], tmp_path: Path) -> None:
    """A board's own check takes the place of a built-in one of the same name."""
    (tmp_path / "builtin" / "x.yaml").write_text("run: builtin")
    (tmp_path / "builtin" / "y.yml").write_text("run: builtin")
    (tmp_path / "builtin" / "scripts").mkdir()
    (tmp_path / "builtin" / "README.md").write_text("no check")
    found = load(x="run: own")
    assert {name: check.run for name, check in found.items()} == {"x": "own", "y": "builtin"}


def test_what_is_not_a_file_is_a_fault(
    load: Callable[..., dict[str, Check]], tmp_path: Path
) -> None:
    """A folder or a bad name in the catalogue is told, and nothing waits for it."""
    (tmp_path / "checks" / "odd.yaml").mkdir()
    (tmp_path / "checks" / "a b.yaml").write_text("run: x")
    found = [line.split("; ")[0] for line in faults(load)]
    assert found == [
        'checks/a b.yaml:1:1: "a b" cannot be the name of a check',
        "checks/odd.yaml:1:1: a folder",
    ]


def test_the_built_in_checks_are_beside_the_package() -> None:
    """In a checkout the catalogue is the top-level folder, in a wheel a folder of the package."""
    assert Path(builtin_checks()).name == "checks"
