"""`readiness prove`, as a process: it names what would pass whatever happened to its tools."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.program import Project
from tests.support.proving import LINT, equip, executable, proofs, proven

COUNT = {"as": "text", "regex": r"^\d+$", "unit": "lines"}


CHECKED = {"as": "text", "regex": r"checked [1-9]\d* files"}


def worlds(proof: Any) -> dict[str, str]:
    """The verdicts of a criterion by world."""
    return {trial["world"]: trial["verdict"] for trial in proof["trials"]}


MASKED = {
    "T1.1": ({"run": "lint src/*.txt || true"}, "where lint fails silently"),
    "T1.2": (
        {"run": "grep -c BAD src/b.txt || echo 0", "read": COUNT, "expect": "== 0"},
        "where grep fails silently",
    ),
    "T1.3": ({"run": "sh partly.sh"}, "where lint fails silently"),
    "T1.4": ({"run": "echo fine"}, "in an empty project"),
    "T1.5": (
        {"run": "if lint src/*.txt >/dev/null; then echo 0; else echo 0; fi"}
        | {"read": COUNT, "expect": "== 0"},
        "where lint fails silently",
    ),
}


MAKEFILE = ".PHONY: good\ngood:\n\tlint src/*.txt\n"


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Prove a board on which nothing can fail as it should."""
    project = Project(tmp_path_factory.mktemp("masked"))
    equip(project)
    proven(project, *(criterion for criterion, _ in MASKED.values()))
    (project.folder / "src" / "b.txt").write_text("")
    (project.folder / "partly.sh").write_text("set -e\nlint src/*.txt || true\necho done\n")
    yield proofs(project)
    project.close()


@pytest.mark.parametrize("criterion", MASKED)
def test_what_would_pass_without_its_tool_is_named(masked: Any, criterion: str) -> None:
    """Each way to hide a failure is found, and said in words."""
    record = masked[criterion]
    assert record["outcome"] == "still_passes", record
    assert MASKED[criterion][1] in record["why"], record["why"]
    assert record["hint"]


def test_one_that_still_passes_makes_the_status_1(masked: Any) -> None:
    """A gate that can be fooled is not ready."""
    assert masked[""]["exit_status"] == 1
    assert masked[""]["still_passes"] == len(MASKED)


def test_a_good_board_is_0(equipped: Project) -> None:
    """Exit statuses, numbers with a proof, make targets and files, each tried as it can be."""
    proven(
        equipped,
        {"run": "lint src/*.txt"},
        {"run": "make good"},
        {"run": "lint src/*.txt | grep -c checked", "read": COUNT, "expect": "== 1"},
        {
            "run": "lint src/*.txt",
            "exit": {"ok": [0, 1]},
            "proof": CHECKED,
            "read": {"as": "text", "count": "BAD"},
            "expect": "== 0",
        },
        {"run": "test -f src/a.txt"},
        {"run": "[[ $(< src/a.txt) == good ]]"},
        {"run": "lint src/*.txt", "read": {"as": "text", "count": "BAD"}, "expect": "== 0"},
    )
    (equipped.folder / "Makefile").write_text(MAKEFILE)
    results = proofs(equipped)

    assert results[""]["exit_status"] == 0, results
    assert worlds(results["T1.1"]) == {"absent": "error", "failing": "fail"}
    assert worlds(results["T1.3"]) == {"absent": "error", "silent": "error", "failing": "error"}
    assert worlds(results["T1.4"]) == {"absent": "error", "silent": "error", "failing": "error"}
    assert worlds(results["T1.5"]) == worlds(results["T1.6"]) == {"hollow": "fail"}
    assert results["T1.2"]["tools"] == ["lint"]
    assert worlds(results["T1.7"])["silent"] == "error"


def test_a_criterion_about_a_service_is_tried_where_nobody_answers(equipped: Project) -> None:
    """It has no tool and looks at nothing in the project: what it has is a connection."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=equipped.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().split(" port ")[1].split()[0]
        url = f"http://127.0.0.1:{port}/src/"
        proven(
            equipped,
            {"check": "http", "with": {"url": url}},
            {"check": "port", "with": {"host": "127.0.0.1", "open": port}},
        )
        results = proofs(equipped)
        server.terminate()

    assert worlds(results["T1.1"]) == {"hollow": "pass", "unreachable": "error"}
    assert results["T1.1"]["outcome"] == "can_fail"
    assert results["T1.1"]["why"] == "it does not pass where no service answers"
    assert results["T1.2"]["outcome"] == "can_fail", "also by a host and a port of their own"
    assert results[""]["exit_status"] == 0


def test_passing_without_an_answer_proves_nothing(equipped: Project) -> None:
    """A port is closed where nobody is: no reproach, and no proof either."""
    (equipped.folder / "checks").mkdir()
    (equipped.folder / "checks" / "shut.yaml").write_text(
        "params: {at: {help: where}}\nrun: '[ -n \"$at\" ]'\n"
        "measures: {status: {as: exit}}\nexpect: '== 0'\n"
    )
    proven(equipped, {"check": "shut", "with": {"at": "shop.example:4444"}})
    results = proofs(equipped)

    assert worlds(results["T1.1"]) == {"hollow": "pass"}
    assert results["T1.1"]["outcome"] == "not_tried"
    assert "in an empty project" in results["T1.1"]["why"]


def test_what_fails_now_is_tried_all_the_same(equipped: Project) -> None:
    """That it fails today says nothing of the day on which its tool is gone."""
    proven(
        equipped,
        {"run": "grep -c good src/a.txt || echo 0", "read": COUNT, "expect": "== 0"},
        {"run": "lint src/bad.txt"},
    )
    (equipped.folder / "src" / "bad.txt").write_text("BAD\n")
    assert equipped("check").status == 1
    results = proofs(equipped)

    assert results["T1.1"]["now"]["verdict"] == results["T1.2"]["now"]["verdict"] == "fail"
    assert results["T1.1"]["outcome"] == "still_passes"
    assert results["T1.2"]["outcome"] == "can_fail"


def test_what_fails_in_an_unbroken_copy_alone_shows_nothing(equipped: Project) -> None:
    """What it asks for is not in the copy, whatever becomes of tools: a last run or none."""
    number = {"as": "text", "regex": r"(\d+) lines"}
    proven(
        equipped,
        {"run": "lint src/good.txt && test -e .readiness"},
        {"run": "lint src/good.txt && cat .readiness/log", "read": number, "expect": "== 3"},
    )
    (equipped.folder / "src" / "good.txt").write_text("good\n")
    (equipped.folder / ".readiness").mkdir()
    (equipped.folder / ".readiness" / "log").write_text("3 lines\n")
    for run in (None, equipped("check")):
        assert run is None or run.status == 0, run
        results = proofs(equipped)

        both = (results["T1.1"], results["T1.2"])
        assert [one["now"]["verdict"] for one in both] == ["fail", "error"]
        assert [one["outcome"] for one in both] == ["not_tried"] * 2
        assert all("does not pass in an unbroken copy" in one["why"] for one in both)


ENVIRONMENTS = [
    "lint src/*.txt{}",
    ".venv/bin/lint src/*.txt{}",
    "{root}/.venv/bin/lint src/*.txt{}",
    "source .venv/bin/activate; lint src/*.txt{}",
    "PATH=$PWD/.venv/bin:$PATH make good{}",
    "env lint src/*.txt{}",
    "cd src && ../.venv/bin/lint a.txt{}",
]


@pytest.mark.parametrize("command", ENVIRONMENTS)
def test_the_tools_of_the_projects_own_environment_are_taken_away(
    equipped: Project, command: str
) -> None:
    """However they are reached; and what is good stays good."""
    binaries = equipped.folder / ".venv" / "bin"
    executable(binaries / "lint", LINT)
    (binaries.parent / "pyvenv.cfg").write_text("")
    (binaries / "activate").write_text(
        f"VIRTUAL_ENV={binaries.parent}\nPATH=$VIRTUAL_ENV/bin:$PATH\n"
    )
    (equipped.folder / "Makefile").write_text(MAKEFILE)
    good = command.format("", root=equipped.folder)
    proven(equipped, {"run": good}, {"run": command.format(" || true", root=equipped.folder)})
    results = proofs(equipped)

    assert results["T1.1"]["now"]["verdict"] == "pass", results["T1.1"]
    assert results["T1.1"]["tools"] == ["lint"]
    assert results["T1.1"]["outcome"] == "can_fail", results["T1.1"]
    assert worlds(results["T1.2"])["failing"] == "pass", results["T1.2"]


@pytest.mark.parametrize(
    "command",
    ["python3 -m linter", "python3 -I -m platform", "./through.py", "python3 -W error -mlinter"],
)
def test_a_module_that_is_run_as_a_tool_is_taken_away(equipped: Project, command: str) -> None:
    """Python itself stays where only the tool is missing."""
    system = equipped.folder.parent / "system"
    (system / "python3").symlink_to(sys.executable)
    through = "import subprocess, sys\nsys.exit(subprocess.call([sys.executable, '-m', 'linter']))"
    executable(equipped.folder / "through.py", f"#!{sys.executable}\n{through}\n")
    (system / "linter.py").write_text("print('fine')\n")
    env = {"PYTHONPATH": str(system)}
    proven(equipped, {"run": command}, {"run": f"{command} || true"}, env=env)
    results = proofs(equipped)

    isolated = "-I" in command
    assert results["T1.1"]["tools"] == (["python3"] if isolated else ["python -m linter"])
    assert results["T1.1"]["outcome"] == "can_fail", results["T1.1"]
    assert results["T1.2"]["outcome"] == "still_passes"
    if not isolated:
        reasons = [each["reason"] for each in results["T1.1"]["trials"]]
        assert set(reasons) <= {"not found (127)", "exit 1, expected == 0"}


CHECK = """\
summary: Bad lines
tool: lint
params: {{paths: {{default: src/a.txt, help: files}}}}
run: lint $paths
exit: {{ok: [0, 1]}}
proof: {{as: text, regex: checked .* files}}
measures:
  bad: {{as: text, count: BAD, unit: lines, better: lower}}
expect: "== 0"
control: {control}
"""


@pytest.mark.parametrize(
    ("control", "verdict", "outcome"),
    [
        ('{files: {b.txt: "BAD\\n"}, with: {paths: b.txt}}', "fail", "can_fail"),
        ('{files: {"b{n}.txt": "BAD\\n"}, times: 2, with: {paths: b2.txt}}', "fail", "can_fail"),
        ('{files: {b.txt: "fine\\n"}, with: {paths: b.txt}}', "pass", "still_passes"),
        ('{files: {b.txt: "BAD\\n"}, with: {paths: none.txt}}', "pass", "still_passes"),
        ("{run: 'echo BAD; echo checked 1 files'}", "fail", "can_fail"),
        ("{run: 'echo BAD; exit 7'}", "error", "not_tried"),
    ],
)
def test_a_control_must_be_rejected(
    equipped: Project, control: str, verdict: str, outcome: str
) -> None:
    """An error there only means that nobody can tell."""
    checks = equipped.folder / "checks"
    checks.mkdir()
    (checks / "badlines.yaml").write_text(CHECK.format(control=control))
    proven(equipped, {"check": "badlines"})
    results = proofs(equipped)

    assert worlds(results["T1.1"])["control"] == verdict, results["T1.1"]
    assert results["T1.1"]["outcome"] == outcome
    assert results[""]["exit_status"] == {"can_fail": 0, "still_passes": 1, "not_tried": 3}[outcome]


def test_a_control_grows_with_the_limit(equipped: Project) -> None:
    """Three bad files for `<= 2`, and 301 for `<= 300`: a wide limit is missed as well."""
    checks = equipped.folder / "checks"
    checks.mkdir()
    control = '{files: {"b{n}.txt": "BAD\\n"}, with: {paths: "*.txt"}}'
    text = CHECK.format(control=control).replace("lint $paths", "cat $paths; echo checked 1 files")
    (checks / "badlines.yaml").write_text(text)
    wide = [{"check": "badlines", "expect": f"<= {limit}"} for limit in (2, 300)]
    proven(equipped, *wide)
    found = proofs(equipped)

    assert [worlds(found[name])["control"] for name in ("T1.1", "T1.2")] == ["fail", "fail"]


def test_what_could_not_be_tried_is_named_with_the_reason(equipped: Project) -> None:
    """A person's word, a variable that nobody set, and what looks at nothing here."""
    proven(
        equipped,
        {"attest": {"by": "li.wei", "on": "2026-01-01", "valid": "9000d"}},
        {"run": "lint $X", "with": {"X": "${NOBODY_SET_THIS}"}},
        {"run": '[ -n "$HOME" ]'},
        {"run": "/bin/cat /dev/null"},
        {"run": "lint src/*.txt"},
    )
    results = proofs(equipped)

    why = {name: results[name]["why"] for name in ("T1.1", "T1.2", "T1.3", "T1.4")}
    bare = "it runs no tool that could be taken away, and also passes in an empty project"
    assert why == {
        "T1.1": "it rests on the word of li.wei",
        "T1.2": "NOBODY_SET_THIS is not set",
        "T1.3": bare,
        "T1.4": bare,
    }
    assert [results[""][each] for each in ("can_fail", "still_passes", "not_tried")] == [1, 0, 4]
    assert results[""]["exit_status"] == 3


def test_selectors_and_profiles_say_what_is_tried(equipped: Project) -> None:
    """The rest is counted, and not tried."""
    proven(
        equipped,
        {"run": "lint src/*.txt"},
        {"run": "test -d ."},
        {"run": "test -d .", "profiles": ["production"]},
        profiles={"local": {}, "production": {}},
    )
    found = proofs(equipped, "T1.1")
    assert (found[""]["exit_status"], found[""]["skipped"]) == (0, 2)
    assert equipped("prove", "T9").status == 2
    assert equipped("prove", "--output-format", "junit").status == 2
    assert equipped("prove", "--profile", "nowhere").status == 2
