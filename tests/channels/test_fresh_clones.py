"""What a pull request is told in CI: the files as they stand, in fresh clones.

Each row is a branch, while `main` goes on. Its clone has no history, no cache and a home of its
own, and is as deep as the file says. What installs something is left out: all is installed already.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.channels import Runner, documents, gitlab_jobs
from tests.support.few_programs import few_own_programs
from tests.support.program import ROOT, Ended, a_board
from tests.support.repositories import Content, commit, git, write

SHOP: Final = "def price(count):\n    return 3 * count\n"
LATER: Final = "def refund(count):\n    return 0\n"
TESTS: Final = "from shop import price\n\n\ndef test_one():\n    assert price(1) == 3\n"
TWO: Final = "\n\ndef test_two():\n    assert price(2) == 6\n"
REFUND: Final = "from later import refund\n\n\ndef test_refund():\n    assert refund(2) == -6\n"
BOARD: Final = json.dumps(
    a_board(
        {"check": "pytest", "with": {"paths": "tests", "source": "."}},
        {"check": "ruff", "with": {"paths": "."}, "expect": "<= 1"},
        {"run": "test -f LICENSE"},
        {"run": "grep -q '^## 1.1' CHANGELOG.md"},
        {"run": "test -z \"$(find . -name '*.orig')\""},
        {"check": "ruff", "with": {"paths": "old"}},
        {"check": "pytest", "with": {"paths": "refunds", "source": "."}},
    ),
    indent=1,
)
BASE: Final[dict[str, Content]] = {
    ".gitignore": ".readiness/\n.pytest_cache/\n.ruff_cache/\n__pycache__/\n",
    "board.yaml": BOARD,
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    "CHANGELOG.md": "# Changes\n\n## 1.0\n",
    "old/notes.orig": "old\n",
    "old/a.py": "import os\n",
    "shop.py": SHOP,
    "later.py": LATER,
    "tests/test_shop.py": TESTS + TWO,
    "tests/test_gone.py": "def test_gone():\n    assert sum((1, 2)) == 3\n",
    "refunds/test_refund.py": REFUND,
}


@dataclass(frozen=True)
class Row:
    """A branch: what it changes, the status that it ends with, and what it says."""

    change: Mapping[str, Content]
    status: int
    says: str


ROWS: Final = {
    "honest": Row({"more.py": "def more():\n    return 1\n"}, 0, "HELD"),
    "breaks a test": Row({"shop.py": SHOP.replace("3 *", "4 *")}, 1, "WORSE"),
    "adds a finding": Row({"more.py": "import os\n"}, 1, "WORSE"),
    "weakens a test": Row(
        {"tests/test_shop.py": TESTS + TWO.replace("== 6", "> 0")}, 4, "test_two"
    ),
    "eases the board": Row({"board.yaml": BOARD.replace("<= 1", "<= 9")}, 4, "T1.2"),
    "mends what failed": Row(
        {
            "LICENSE": "MIT\n",
            "CHANGELOG.md": "# Changes\n\n## 1.1\n\n## 1.0\n",
            "old/notes.orig": None,
            "old/a.py": "x = 1\n",
            "later.py": LATER.replace("0", "-3 * count"),
        },
        0,
        "HELD",
    ),
    "has a test follow its code": Row(
        {
            "shop.py": SHOP.replace("3 *", "4 *"),
            "tests/test_shop.py": (TESTS + TWO).replace("3", "4").replace("6", "8"),
        },
        0,
        "HELD",
    ),
}
WRITTEN: Final = {"github": ".github/workflows/readiness.yml", "gitlab": ".gitlab-ci.yml"}
INSTALLS: Final = ("pip install", "pipx install")
LABEL: Final = {"name": "readiness-accepted"}


class Machine(Runner):
    """A machine with the tested checkout and the project's tools, and nothing else."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, home)
        self.environment |= {"PATH": few_own_programs(), "XDG_CACHE_HOME": str(home / "cache")}

    def clone(self, origin: Path, ref: str, depth: int) -> None:
        """Check out a ref as runners do: of all branches, or of so many commits."""
        refs = [f"--depth={depth}"] if depth else ["+refs/heads/*:refs/remotes/origin/*"]
        git(self.project, "init", "-q")
        git(self.project, "remote", "add", "origin", f"file://{origin}")
        git(self.project, "fetch", "-q", "origin", *refs, f"+{ref}:refs/remotes/{ref}")
        git(self.project, "checkout", "-q", "--force", f"refs/remotes/{ref}")


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose files for both CIs `init` wrote, with a branch of each row and its merge."""
    machine = Machine(tmp_path_factory.mktemp("origin"))
    project = machine.project
    commit(project, BASE)
    for kind in WRITTEN:
        ended = machine.bash(f"readiness init --ci {kind}")
        assert ended.status == 0, ended
    commit(project, {})
    git(project, "tag", "left")
    commit(project, {"tests/test_gone.py": None})
    for number, row in enumerate(ROWS.values()):
        git(project, "checkout", "-q", "-B", f"change-{number}", "left")
        commit(project, dict(row.change))
        git(project, "update-ref", f"refs/pipelines/{number}", "HEAD")
        git(project, "checkout", "-q", "--detach", "main")
        git(project, "merge", "-q", "--no-ff", "-m", "merge", f"change-{number}")
        git(project, "update-ref", f"refs/pull/{number}/merge", "HEAD")
    git(project, "checkout", "-q", "main")
    return project


def number_of(row: Row) -> int:
    """The number of a row's pull request."""
    return list(ROWS.values()).index(row)


def evaluated(text: object, github: Mapping[str, Any]) -> str:
    """Put in what expressions come to, by the context `github`."""

    def look(path: str) -> object:
        value: Any = {"github": github}
        for name in path.split("."):
            value = value.get(name, "") if isinstance(value, dict) else ""
        return value

    def value_of(found: re.Match[str]) -> str:
        words = re.split(r"('[^']*')", " ".join(found[1].split()))
        words[::2] = [
            re.sub(r"\b\w+(?:\.\w+)+", lambda name: f"look({name[0]!r})", word)
            .replace("&&", " and ")
            .replace("||", " or ")
            for word in words[::2]
        ]
        return str(eval("".join(words), {"look": look, "format": str.format}))

    return re.sub(r"\$\{\{(.*?)\}\}", value_of, str(text), flags=re.DOTALL)


def pull_request(number: int, **event: object) -> dict[str, Any]:
    """GitHub's context of an event of a pull request."""
    return {
        "event_name": "pull_request",
        "base_ref": "main",
        "event": {"number": number, "action": "synchronize", **event},
    }


def github(
    steps: list[dict[str, Any]], origin: Path, row: Row, folder: Path, **event: object
) -> Ended:
    """Run the steps of a job on GitHub for a pull request; the last that ran is returned."""
    machine, context = Machine(folder), pull_request(number_of(row), **event)
    (depth,) = [
        step.get("with", {}).get("fetch-depth", 1)
        for step in steps
        if "actions/checkout" in step.get("uses", "")
    ]
    machine.clone(origin, f"refs/pull/{number_of(row)}/merge", int(depth))
    (folder / "event.json").write_text(json.dumps(context["event"]))
    known = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_BASE_REF": "main",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
    }
    ended = Ended(0, b"", b"")
    for step in steps:
        asked = evaluated(f"${{{{ {step.get('if', '1')} }}}}", context)
        if "run" not in step or asked == "False" or step["run"].startswith(INSTALLS):
            continue
        env = {name: evaluated(value, context) for name, value in step.get("env", {}).items()}
        options = ("--noprofile", "--norc", "-eo", "pipefail")
        ended = machine.bash(evaluated(step["run"], context), *options, env=known | env)
        if ended.status:
            break
    return ended


def gitlab(job: Mapping[str, Any], origin: Path, row: Row, folder: Path, **variables: str) -> Ended:
    """Run a job of GitLab for a merge request."""
    machine = Machine(folder)
    is_merged = "CI_MERGE_REQUEST_TARGET_BRANCH_SHA" in variables
    ref = f"pull/{number_of(row)}/merge" if is_merged else f"pipelines/{number_of(row)}"
    machine.clone(origin, f"refs/{ref}", int(job["variables"]["GIT_DEPTH"]))
    known = {
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": str(number_of(row)),
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(origin, "rev-parse", "left"),
        "GITLAB_USER_LOGIN": "mallory",
        **variables,
    }
    lines = [line for line in job["script"] if not line.startswith(INSTALLS)]
    return machine.bash("\n".join(lines), "-eo", "pipefail", env=known)


def written(kind: str, origin: Path) -> Any:
    """What `init` wrote for a CI: the steps for GitHub, the job for GitLab."""
    if kind == "gitlab":
        return gitlab_jobs(origin / WRITTEN[kind])["readiness"]
    (job,) = documents(origin / WRITTEN[kind])[0]["jobs"].values()
    return job["steps"]


FORGES: Final = {"github": github, "gitlab": gitlab}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("kind", FORGES)
def test_a_branch_is_told_what_it_did(kind: str, row: Row, origin: Path, tmp_path: Path) -> None:
    """And what `main` did meanwhile is not taken for its own."""
    ended = FORGES[kind](written(kind, origin), origin, row, tmp_path)
    assert (ended.status, row.says in ended.out) == (row.status, True), ended


@pytest.mark.parametrize("name", ["honest", "eases the board"])
def test_gitlab_merges_first(name: str, origin: Path, tmp_path: Path) -> None:
    """Where pipelines run for the result of a merge, it is compared with what was merged into."""
    merged = {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": git(origin, "rev-parse", "main")}
    ended = gitlab(written("gitlab", origin), origin, ROWS[name], tmp_path, **merged)
    assert ended.status == ROWS[name].status, ended


ACCEPTING: Final = {
    "github": {"action": "labeled", "label": LABEL, "sender": {"login": "ada"}},
    "gitlab": {
        "CI_MERGE_REQUEST_LABELS": "bug,readiness-accepted",
        "READINESS_MAINTAINERS": "grace ada",
        "GITLAB_USER_LOGIN": "ada",
    },
}


@pytest.mark.parametrize("kind", FORGES)
def test_a_label_accepts_it(kind: str, origin: Path, tmp_path: Path) -> None:
    """Of who set it, or ran the pipeline with it: the name is told."""
    run: Any = FORGES[kind]
    ended = run(written(kind, origin), origin, ROWS["eases the board"], tmp_path, **ACCEPTING[kind])
    assert (ended.status, "accepted by ada: label of" in ended.out) == (0, True), ended


@pytest.mark.parametrize(
    "event",
    [
        {
            "action": "synchronize",
            "pull_request": {"labels": [LABEL], "title": "readiness-accepted"},
        },
        {"action": "labeled", "label": {"name": "bug"}, "sender": {"login": "ada"}},
        {"action": "opened", "sender": {"login": "readiness-accepted"}},
    ],
    ids=["a push behind it", "another label", "words of the author"],
)
def test_github_takes_it_from_that_label_alone(event: dict[str, object], origin: Path) -> None:
    """At the very commit for which it was set."""
    (step,) = [
        step for step in written("github", origin) if "READINESS_ACCEPTED" in step.get("env", {})
    ]
    assert evaluated(step["env"]["READINESS_ACCEPTED"], pull_request(7, **event)) == ""
    accepted = pull_request(7, **ACCEPTING["github"])
    assert evaluated(step["env"]["READINESS_ACCEPTED"], accepted) == "ada: label of pull request 7"
    assert "${{" not in step["run"]


@pytest.mark.parametrize(
    ("changed", "accepted"),
    [
        ({}, "ada: label of merge request 7"),
        ({"GITLAB_USER_LOGIN": "mallory"}, ""),
        ({"CI_MERGE_REQUEST_LABELS": "readiness-accepted-not,x"}, ""),
        ({"CI_MERGE_REQUEST_LABELS": ""}, ""),
        ({"READINESS_MAINTAINERS": ""}, ""),
        ({"CI_MERGE_REQUEST_LABELS": "readiness-accepted, m y", "GITLAB_USER_LOGIN": "m"}, ""),
    ],
    ids=["as it is meant", "a push behind it", "another label", "no label", "nobody", "a trick"],
)
@pytest.mark.parametrize("file", ["written", "template"])
def test_gitlab_takes_it_from_those_who_may(
    file: str, changed: dict[str, str], accepted: str, origin: Path, tmp_path: Path
) -> None:
    """By a label, and by who runs the pipeline."""
    template = gitlab_jobs(ROOT / "templates/readiness.yml")["readiness"]
    job = written("gitlab", origin) if file == "written" else template
    (line,) = [line for line in job["script"] if "READINESS_MAINTAINERS" in line]
    known = {**ACCEPTING["gitlab"], "CI_MERGE_REQUEST_IID": "7", **changed}
    script = f'{line}\necho -n "${{READINESS_ACCEPTED-}}"'
    ended = Machine(tmp_path).bash(script, "-eo", "pipefail", env=known)  # type: ignore[arg-type]
    assert (ended.status, ended.out) == (0, accepted), ended


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("ci", "honest"),
        ("ci", "breaks a test"),
        ("ci", "eases the board"),
        ("guard", "eases the board"),
    ],
)
def test_steps_of_the_documents_do_it(page: str, name: str, origin: Path, tmp_path: Path) -> None:
    """As they stand there."""
    blocks = re.findall(
        r"```yaml\n(.*?)```", (ROOT / f"docs/{page}.md").read_text("utf-8"), re.DOTALL
    )
    (text,) = [block for block in blocks if "actions/checkout" in block and "run:" in block]
    write(tmp_path, {"steps.yml": text})
    (steps,) = documents(tmp_path / "steps.yml")
    ended = github(steps, origin, ROWS[name], tmp_path / "machine")
    assert ended.status == ROWS[name].status, ended
