"""The recordings of checks of other things than Python: shell, Node.js, Go, Rust, documents."""

import json
from typing import Final

from readiness.model.board import Control
from tests.support.cases import Case, absent
from tests.support.checking import catalogue
from tests.support.projects import Files

NO_SUCH: Final = {"paths": "nosuch"}


def of_files(clean: Files, failing: Files, broken: Files | None = None) -> list[Case]:
    """Make the cases of a tool that looks at files one by one."""
    return [
        Case("clean", clean),
        Case("failing", {**clean, **failing}),
        *([Case("broken", {**clean, **broken})] if broken else []),
        Case("no-such-folder", clean, NO_SUCH),
        Case("nothing-to-look-at", {"a.txt": ""}),
        absent(clean),
    ]


WORKFLOW: Final = """\
name: CI
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: make
"""
TRIGGERED: Final = WORKFLOW.replace("on: push", "on: pull_request_target").replace(
    "make", "echo ${{ github.event.pull_request.title }}"
)
CI: Final = ".github/workflows/ci.yml"

NODE: Final = {"package.json": '{\n  "name": "shop",\n  "version": "1.0.0"\n}\n'}
RULES: Final = '{"no-undef": "error", "no-unused-vars": "warn"}'
LINTED: Final = {
    **NODE,
    "eslint.config.js": f"module.exports = [{{files: ['src/**'], rules: {RULES}}}];\n",
    "src/a.js": "const a = 1;\n[a].at(0);\n",
}
COMPILER: Final = '"strict": true, "skipLibCheck": true, "types": []'
TYPED: Final = {
    **NODE,
    "tsconfig.json": f'{{"compilerOptions": {{{COMPILER}}}, "include": ["src"]}}\n',
    "src/a.ts": "export const a: number = 1;\n",
}
TESTED: Final = "test('adds', () => { expect(1 + 1).toBe(2) })\ntest.skip('later', () => {})\n"
VITEST: Final = "import {test, expect} from 'vitest'\n"
MODULE: Final = {
    "go.mod": "module example.com/shop\n\ngo 1.21\n",
    "a.go": "package shop\n\nfunc Add(a, b int) int { return a + b }\n",
    "a_test.go": (
        'package shop\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n'
        '\tt.Run("one", func(t *testing.T) {\n\t\tif Add(1, 1) != 2 {\n\t\t\tt.Fatal("no")\n'
        "\t\t}\n\t})\n}\n"
    ),
    "web/web.go": "package web\n",
}
ADVISED: Final = catalogue()["govulncheck"].control or Control(measures=())
ADVISORIES: Final = {path: text for path, text in ADVISED.files.items() if path.startswith("db/")}
CRATE: Final = {
    "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
    "Cargo.lock": 'version = 3\n\n[[package]]\nname = "shop"\nversion = "0.1.0"\n',
    "src/lib.rs": (
        "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n"
        "#[test]\nfn adds() {\n    assert_eq!(add(1, 1), 2);\n}\n"
    ),
}
BROKEN_CRATE: Final = {"src/lib.rs": "pub fn add() -> i32 {\n    nothing_of_that_name\n}\n"}


def of_a_tool(clean: Files, failing: Files, broken: Files, nothing: Files) -> list[Case]:
    """Make the cases of a tool that knows itself what it looks at."""
    return [
        Case("clean", clean),
        Case("failing", {**clean, **failing}),
        Case("broken", {**clean, **broken}),
        Case("nothing-to-look-at", nothing),
        absent(clean),
    ]


HOOKS: Final = ".pre-commit-config.yaml"


def hooks(**entries: str) -> str:
    """The settings of pre-commit with hooks that start programs of every system."""
    lines = [
        f"  - {{id: {name}, name: {name}, language: system, entry: {json.dumps(entry)}}}"
        for name, entry in entries.items()
    ]
    return "\n".join(["repos:", "- repo: local", "  hooks:", *lines, ""])


TOOLS: Final[dict[str, list[Case]]] = {
    "shellcheck": of_files(
        {"a.sh": '#!/bin/sh\necho "$1"\n', "bin/b": "#!/usr/bin/env bash\ntrue\n"},
        {"bin/c": "#!/bin/bash -e\nA=1\n", "d.sh": "#!/bin/zsh\nrm $1\n"},
        {"c.sh": "#!/bin/sh\nif then\n"},
    ),
    "pre-commit": of_a_tool(
        {HOOKS: hooks(good="true"), "a.py": "A = 1\n"},
        {HOOKS: hooks(good="true", bad="false", fixing="sh -c 'echo >> a.py'")},
        {HOOKS: "repos: [\n"},
        {"a.py": "A = 1\n"},
    ),
    "yamllint": of_files({"a.yaml": "---\na: 1\n"}, {"b.yml": "a:    1\na: 2\n"}),
    "hadolint": of_files(
        {"Dockerfile": 'FROM debian:12\nCMD ["a"]\n'},
        {"web/Dockerfile": "FROM debian\nRUN cd /srv && sudo ls\n"},
        {"b.Dockerfile": "FROM debian:12\nFOO bar\n"},
    ),
    "zizmor": of_files(
        {CI: WORKFLOW},
        {".github/workflows/b.yml": TRIGGERED},
        {".github/workflows/b.yml": "on: [\n"},
    ),
    "actionlint": of_files(
        {CI: WORKFLOW},
        {".github/workflows/b.yml": WORKFLOW.replace("make", "echo ${{ nowhere.b }}")},
        {".github/workflows/b.yml": "on: [\n"},
    ),
    "markdownlint": of_files(
        {"a.md": "# A\n\ntext\n"},
        {
            "[b] #1.md": "#B\n\n\n\ntext \n",
            "c.md": "",
            ".markdownlint-cli2.yaml": "ignores: [c.md]\n",
        },
    ),
    "eslint": of_a_tool(
        LINTED,
        {"src/b.js": "nowhere(1);\nconst b = 1;\n"},
        {"src/b.js": "const = 1;\n"},
        {
            **LINTED,
            "src/a.js": "",
            ".eslintignore": "*\n",
            "eslint.config.js": "module.exports = [{ignores: ['**']}]\n",
        },
    ),
    "tsc": of_a_tool(
        TYPED,
        {
            "tsconfig.json": '{"files": [], "references": [{"path": "src"}]}\n',
            "src/tsconfig.json": f'{{"compilerOptions": {{{COMPILER}, "composite": true}}}}\n',
            "src/b.ts": "export const b: number = 'one';\n",
            "c.ts": "",
        },
        {"tsconfig.json": '{"compilerOptions": {"target": "nothing"}}\n'},
        {**NODE, "tsconfig.json": '{"files": [], "references": []}\n'},
    ),
    "prettier": of_a_tool(
        {**NODE, "src/a.js": "const a = 1;\n"},
        {"src/b.js": "const b = {c :1}\n", "src/c.css": "a{}\n", ".prettierignore": "src/c.css\n"},
        {"src/b.js": "const = 1;\n"},
        {"a.txt": ""},
    ),
    "biome": of_a_tool(
        {**NODE, "src/a.js": "export const a = 1;\n"},
        {"src/b.js": "const b = 1;\nb = 2;\nvar c = 1;\n"},
        {"src/b.js": "const = 1;\n"},
        {"a.txt": ""},
    ),
    "jest": of_a_tool(
        {**NODE, "src/a.test.js": TESTED},
        {"src/b.test.js": TESTED.replace("(2)", "(3)")},
        {"src/b.test.js": "require('./nothing')\n"},
        NODE,
    ),
    "vitest": of_a_tool(
        {**NODE, "src/a.test.js": VITEST + TESTED},
        {"src/b.test.js": VITEST + TESTED.replace("(2)", "(3)")},
        {"src/b.test.js": "import './nothing'\n"},
        NODE,
    ),
    "compose-config": [
        *of_a_tool(
            {"compose.yaml": "services: {web: {image: 'a:$TAG', profiles: [a]}, db: {image: b}}\n"},
            {"compose.yaml": "services: {web: {imge: web}}\n"},
            {"compose.yaml": "services: {web: {image: web, env_file: .env}}\n"},
            {"compose.yaml": "services: {}\n"},
        ),
        Case("no-such-file", {}),
    ],
    "npm-audit": [Case("no-lock-file", NODE), absent(NODE)],
    "go-test": of_a_tool(
        MODULE,
        {
            "web/web_test.go": MODULE["a_test.go"]
            .replace("shop", "web")
            .replace("Add(1, 1) != 2", "true")
        },
        {"web/web_test.go": "package web\n\nvar _ = nowhere\n"},
        {"go.mod": MODULE["go.mod"], "a.go": "package shop\n"},
    ),
    "go-vet": of_a_tool(
        MODULE,
        {"b.go": 'package shop\n\nimport "fmt"\n\nfunc init() { fmt.Printf("%d", "one") }\n'},
        {"b.go": "package shop\n\nvar _ = nowhere\n"},
        {"go.mod": MODULE["go.mod"]},
    ),
    "govulncheck": [
        Case(case.name, {**ADVISORIES, **case.files}, dict(ADVISED.params), case.absent)
        for case in of_a_tool(
            MODULE,
            {"web/web.go": 'package web\n\nimport "fmt"\n\nfunc Show() { fmt.Println(1) }\n'},
            {"web/web.go": "package web\n\nvar _ = nowhere\n"},
            {"go.mod": MODULE["go.mod"]},
        )
    ],
    "golangci-lint": [absent(MODULE)],
    "terraform-validate": [absent({"main.tf": ""})],
    "cargo-test": of_a_tool(
        CRATE,
        {"tests/b.rs": "#[test]\nfn b() {\n    assert_eq!(shop::add(1, 1), 3);\n}\n"},
        BROKEN_CRATE,
        {**CRATE, "src/lib.rs": ""},
    ),
    "clippy": of_a_tool(
        CRATE,
        {"src/lib.rs": "#![deny(clippy::all)]\npub fn one() -> i32 {\n    return 1;\n}\n"},
        BROKEN_CRATE,
        {"a.txt": ""},
    ),
    "rustfmt": of_a_tool(
        CRATE,
        {"src/lib.rs": "pub fn one()->i32{ 1 }\n", "other/b.rs": ""},
        {"src/lib.rs": "fn (\n"},
        {"a.txt": ""},
    ),
}
