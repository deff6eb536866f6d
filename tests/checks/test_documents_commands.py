"""Make targets in the shell blocks of documents; links, files and names."""

import os
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.checking import build, run_check
from tests.support.projects import Files
from tests.support.repositories import commit

PROJECT: Files = {
    "Makefile": projects.MAKEFILE,
    "src/app/__init__.py": "",
    "src/app/run.py": "from app import app\n\n\ndef made():\n    return app\n",
    "scripts/do.sh": "",
    "ops/rules.yml": "",
    ".gitignore": "ops/made/\n",
}


def problems(project: str, text: str, **params: str) -> list[str]:
    """What is wrong with a document."""
    build(project, {**PROJECT, "docs/a.md": f"# A\n\n{text}\n"})
    least = {"min_words": "0", "min_headings": "0"}
    outcome = run_check("documents", project, {"paths": "docs/a.md", **least, **params})
    return [found["message"] for found in outcome.findings]


@pytest.mark.parametrize(
    "block",
    [
        "```bash\nmake nosuch\n```",
        "```sh\nmake nosuch\n```",
        "```shell\npython -m app.run && make nosuch\n```",
        "~~~ bash\nmake nosuch\n~~~",
        "```console\n$ make nosuch\nmake: *** No rule to make target\n```",
        "1. Run:\n\n   ```bash\n   make nosuch\n   ```",
        "```sh\nA='b c' D= make nosuch\n```",
        "```sh\nif true; then sudo make nosuch; fi\n```",
    ],
)
def test_a_target_is_found_in_blocks_for_a_shell(project: str, block: str) -> None:
    """Fenced by backticks or tildes, with a prompt and without."""
    assert problems(project, block) == ["make has no target nosuch"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```sh\nmake good LEVEL=2\nmake <target>\nmake TARGET\nmake\n```", ""),
        ("```sh\nmake good <NAME>\nkill -TTIN <pid>\n```", ""),
        ("Run `make nosuch` in the folder of the pages.", ""),
        ("    make sure that it runs", ""),
        ("```console\n>>> make nosuch\nmake nosuch\n```", ""),
        ("```sh\nA=make nosuch good\nmaker nosuch\n```", ""),
        ("```console\n$ make good \\\n    more=1\ngood\n$ make nosuch\n```", "no target nosuch"),
        ("```python\nmake nosuch\n```", ""),
        ("```\nWe make nosuch.\n```", ""),
        ("```sh\ncd elsewhere\nmake nosuch\n```", ""),
    ],
)
def test_a_target_is_asked_for_by_make_alone(project: str, text: str, message: str) -> None:
    """Placeholders, other folders, sentences and output ask for none."""
    found = problems(project, text)
    assert len(found) == int(bool(message)), found
    assert message in "".join(found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('See <a href="../src/no.md">this</a>.', ["../src/no.md does not exist"]),
        ('<p>\n<img alt="x" src="no.svg">\n</p>', ["no.svg does not exist"]),
        ('See <a href="../src/app/run.py">this</a>, <img src="https://example.org/a">.', []),
        ('See `<a href="no.md">`.\n\n```html\n<a href="no.md">no</a>\n```', []),
        ('<!-- <a href="no.md">no</a> -->', []),
    ],
)
def test_links_in_html_lead_somewhere(project: str, text: str, told: list[str]) -> None:
    """As those of Markdown do; what is shown as code, or is a comment, is no link."""
    assert problems(project, text) == told


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("## One\n\n## One\n\n[a](#one) [b](#one-1) [c](#One_1) [d](#two)", ["#two"]),
        ('<a name="spot"></a><h2 id="x">Big thing</h2>\n\n[a](#spot) [b](#x) [c](#big-thing)', []),
        ("## A {#own}\n\n[](){#two}\n\n(three)=\n\n[a](#own) [b](#two) [c](#three)", []),
        ("## 🚀 Go `x_y`, _now_!\n\n[a](#-go-x_y-now) [b](#go-x_y-now)", []),
        ("::: app.run\n\n[a](#app-run) [b](#app.run)", []),
        ("[a](../src) [b](../src/app/run.py?raw=true) [c](/src/app) [d](/elsewhere)", []),
        ("[a](../../issues) [b](../../../wiki) [c](guide/) [d](label) [e](api/x.html)", []),
        ("[a](../ops/made/x.md) [b]({{base}}/x.md) [c](no.png)", ["no.png"]),
        ("[a](../gone.md) [b](no.md#x)", ["../gone.md", "no.md#x"]),
    ],
)
def test_a_link_is_dead_only_if_nobody_resolves_it(
    project: str, text: str, faults: list[str]
) -> None:
    """Anchors of every maker of sites, folders, addresses of pages, and what Git ignores."""
    commit(Path(project), PROJECT)
    assert [message.split()[0].rstrip(":") for message in problems(project, text)] == faults


@pytest.mark.parametrize(
    ("settings", "faults"),
    [
        ("mkdocs.yml", ["#no", "gone.md", "#no", "gone.md", "LICENSE"]),
        ("docs/conf.py", ["gone.md", "#no", "gone.md", "LICENSE"]),
    ],
)
def test_a_site_resolves_its_own_links(project: str, settings: str, faults: list[str]) -> None:
    """Its theme, labels and pieces of pages are its own; a README is read where it is."""
    text = "# A\n\n[a](#no) [b](gone.md) [c](img/logo.png) [d](b.md) [e](LICENSE)\n"
    build(project, {settings: "", "docs/a.md": text, "README.md": text, "docs/x/b.md": ""})
    build(project, {"b.md": "", "img/logo.png": ""})
    given = {"paths": "docs/a.md README.md", "min_words": "0", "min_headings": "0"}
    messages = [finding["message"] for finding in run_check("documents", project, given).findings]
    assert [message.split()[0].rstrip(":") for message in messages] == faults


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        ({"sub/Makefile": "nosuch:\n"}, 0),
        ({"sub/Makefile": "include rules.inc\n", "sub/rules.inc": "nosuch:\n"}, 0),
        ({"Makefile": "other:\n", ".gitmodules": ""}, 0),
        ({}, 0),
        ({"sub/Makefile": "other:\n"}, 1),
    ],
)
def test_make_may_run_in_any_folder(project: str, files: Files, problems: int) -> None:
    """A target is absent if no Makefile of the project has it, and there is one."""
    build(project, {**files, "README.md": "# A\n\n```sh\nmake nosuch\n```\n"})
    given = {"paths": "README.md", "min_words": "0", "min_headings": "0"}
    assert run_check("documents", project, given).value() == problems


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("See `src/app/run.py` and `ops/rules.yml`.", []),
        ("See `src/app/no.py`.", ["src/app/no.py does not exist"]),
        ("See `ops/no/`.", ["ops/no/ does not exist"]),
        ("See `ops/made/report.json`, which Git ignores.", []),
        ("See `/etc/nginx/nginx.conf`, `elsewhere/no.py`, `and/or`, `src/*.py`, `no.py`.", []),
    ],
)
def test_files_that_are_named_are_there(project: str, text: str, messages: list[str]) -> None:
    """Those below a folder of the project, where that is asked for."""
    build(project, PROJECT)
    commit(Path(project), {})
    assert problems(project, text, files="true") == messages
    assert problems(project, text) == []


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("```sh\nsh scripts/od.sh\n```", "scripts/od.sh"),
        ("Then `python -m tools.rnu --all`.", "tools/rnu.py"),
        ("```console\n$ A=1 python3 scripts/no.py && ls\n```", "scripts/no.py"),
        ("```sh\nsh scripts/do.sh\npython -m tools.run; python -m tools.deep\n```", ""),
        ("```sh\npython -m src.no\npython -m pip.no\nbash ops/made/x.sh\nsh no.sh\n```", ""),
        ("```sh\ncd sub\nsh scripts/od.sh\n```", ""),
        ("```sh\necho ls > scripts/od.sh\nsh scripts/od.sh\n```", ""),
        ("```sh\nsh scripts/$NAME.sh\nsh scripts/<name>.sh\n```", ""),
    ],
)
def test_what_commands_start_is_there(project: str, text: str, absent: str) -> None:
    """Scripts and modules of the project, where that is asked for; some are made on the way."""
    tools = {"tools/__init__.py": "", "tools/run.py": "", "tools/deep/__main__.py": ""}
    commit(Path(project), {**PROJECT, **tools})
    messages = [f"{absent} does not exist"] if absent else []
    assert problems(project, text, files="true") == messages


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("`shop_sales_total` and sum(shop_open{kind='a'})", []),
        ("`shop_sale_total`", ["nothing in the code is called shop_sale"]),
        ("```promql\nshop_opn\n```", ["nothing in the code is called shop_opn"]),
        ("The shop_op is short for `shop_open`", ["nothing in the code is called shop_op"]),
    ],
)
def test_names_that_fit_a_pattern_stand_in_the_code(
    project: str, text: str, messages: list[str]
) -> None:
    """Whole words of any file."""
    code = 'Counter("shop_sales")\nGauge("shop_open")\n'
    build(project, {"src/app/metrics.py": code, "src/app/a.txt": "caf\u00e9"})
    assert problems(project, text, names=r"\b(shop_\w+?)(?:_total)?\b") == messages


@pytest.mark.parametrize(
    ("names", "message"), [("shop_\\w+", "has a name that the pattern"), ("(", "no regular")]
)
def test_a_pattern_that_finds_no_name_is_a_mistake(project: str, names: str, message: str) -> None:
    """Nothing could be missed then."""
    build(project, {**PROJECT, "docs/a.md": "# A\n"})
    given = {"paths": "docs/a.md", "names": names}
    assert message in run_check("documents", project, given).stderr


@pytest.mark.parametrize(
    "makefile",
    [
        "nosuch:\n\ttrue\n",
        "other nosuch:: other\n",
        ".PHONY: nosuch\n",
        "NAMES := other \\\n  nosuch\n$(NAMES):\n\ttrue\n",
        "no%: other\n\ttrue\n",
        ".DEFAULT:\n\ttrue\n",
        "include more.mk\n",
        "-include made.mk\n",
        "include $(wildcard *.mk)\n",
        "define rule\n$(1):\n\ttrue\nendef\n$(eval $(call rule,nosuch))\n",
        "$(foreach name,nosuch,$(eval $(name):;true))\n",
        "$(shell echo nosuch): other\n",
    ],
)
def test_a_target_that_there_is_or_may_be_is_no_fault(project: str, makefile: str) -> None:
    """By name, pattern, variable or another file; make itself is never asked."""
    files = {
        "Makefile": makefile,
        "more.mk": "nosuch:\n",
        "README.md": "# A\n\n```sh\nmake nosuch\n```\n",
    }
    build(project, files)
    given = {"paths": "README.md", "min_words": "1", "min_headings": "0"}
    assert run_check("documents", project, given).findings == []


def test_a_makefile_is_only_read(project: str) -> None:
    """What it runs as make reads it, and what it includes and would make first, are left alone."""
    mark = os.path.join(project, "mark")
    text = f"X := $(shell touch {mark})\nY != touch {mark}\ninclude made.mk\n"
    text += f"made.mk:\n\ttouch {mark} made.mk\nthere:\n"
    document = "# A\n\n```sh\nmake there\nmake nosuch\n```\n"
    build(project, {"Makefile": text, "README.md": document})
    given = {"paths": "README.md", "min_words": "1", "min_headings": "0"}
    assert run_check("documents", project, given).findings == []
    assert not os.path.exists(mark)
