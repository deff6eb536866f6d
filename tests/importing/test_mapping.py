"""Sentences of task boards, and the probes that measure all that they say, or none."""

from pathlib import Path

import pytest

from readiness.importing.phrases import load_phrases
from readiness.importing.sentences import Mapper, folders_of
from readiness.load.catalogue import Catalogue
from readiness.model.errors import BoardError
from readiness.propose.new_board import NewProbe
from tests.importing.test_styles import described

LOOKED_AT = ("below", "paths", "url", "target")
NAMED = "`src/api/app.py` `src/services/` src/core/ src/database/migrations/versions/*.py"


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    """What the built-in checks say, on a board that names some folders."""
    return Mapper(load_phrases([]), Catalogue([]), folders_of(NAMED))


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("MyPy errors reduced from 1,029 to below 50", "mypy errors < 50 from 1029"),
        ("MyPy errors below 50 (currently 1029)", "mypy errors < 50 from 1029"),
        ("mypy --strict passes on `src/payments`", "mypy-below below=src/payments"),
        ("Test coverage ≥ ８５％", "coverage percent_statements >= 85 %"),
        (
            "Coverage of src/api/ is at least 80%",
            "coverage below=src/api percent_statements >= 80 %",
        ),
        (
            "Test coverage raised from 22.5% to 50%+",
            "coverage percent_statements >= 50 % from 22.5",
        ),
        ("All unit tests pass", "pytest failed"),
        ("All tests pass in `tests/unit`", "pytest-below below=tests/unit"),
        ("Test suite runs in under 60 seconds", "pytest duration < 60 s"),
        ("API p95 response time < 2s", "load p95 < 2 s"),
        ("P95 latency from 5s to 2s", "load p95 <= 2 s"),
        ("No more than 3 high vulnerabilities", "pip-audit high <= 3"),
        ("`/health` returns 200", "http url=${BASE_URL}/health"),
        ("https://example.com/health returns 204", "http url=https://example.com/health == 204"),
        ("`make lint` passes", "make-target target=lint"),
        ("`make coverage` shows coverage >= 50%", "make-target target=coverage"),
        ("`npm test` passes", "run npm test"),
        ("#13 Unit tests pass", "pytest failed"),
        ("MyPy错误数量从1029个减少到50个以下", "mypy errors < 50 from 1029"),
        ("业务逻辑模块覆盖率达到70%+", "coverage below=src/services percent_statements >= 70 %"),
        ("Reduce MyPy errors to 5", "mypy errors <= 5"),
        ("flake8 reports nothing", "flake8 findings"),
        ("No TODO in app/", "ruff paths=app findings == 0"),
        ("app/ 中没有 TODO", "ruff paths=app findings == 0"),
        ("All links in the README work", "documents paths=README.md"),
        ("README 中的所有链接有效", "documents paths=README.md"),
        ("测试在 5 分钟内完成", "pytest duration <= 5 m"),
        ("All dependencies are pinned", "lock"),
    ],
)
def test_what_is_understood_is_measured(title: str, wanted: str, mapper: Mapper) -> None:
    """In English and in Chinese: the check, what it looks at, the measure, the limit, the start."""
    probe = mapper.probe(title)
    assert isinstance(probe, NewProbe), probe
    assert described(probe, *LOOKED_AT).replace("url=${BASE_URL} ", "") == wanted


@pytest.mark.parametrize(
    "title",
    [
        "Code coverage",  # no limit
        "Coverage below 20%",  # the wrong way
        "Coverage report reviewed by the security team",
        "Coverage of the payment module at least 80%",  # no such folder is named
        "mypy and ruff pass",
        "mypy 1.8 passes",
        "mypy errors reduced by 50",
        "P95 latency below 500 MB",
        "p99 < 1 s at 100 rps",  # two numbers
        "Not all tests pass",
        "Secrets are rotated every 90 days",
        "No NameError or ModuleNotFoundError",  # where?
        "Reduce coverage to 50%",
        "单元测试未通过",
        "`Union` is imported where it is used",
        "`make lint` passes on Windows",
        "`src/api/app.py`",
    ],
)
def test_what_says_more_or_something_else_is_left_to_a_person(title: str, mapper: Mapper) -> None:
    """What is not wholly understood gets no probe: half of it would pass for the whole."""
    assert isinstance(mapper.probe(title), str)


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("P95 of GET /x below 300 ms", "the nearest check is load, which does not measure: /x"),
        ("新代码覆盖率高于 80%", "the nearest check is coverage, which does not measure: 新"),
        ("Code coverage", "the nearest check is coverage, but no limit that fits it is named"),
        ("Team trained", "no known check measures all of it"),
        ("The party is up to date", "no known check measures all of it"),
        ("`rm -rf build` works", "deletes"),
        ("`npm run deploy` succeeds", "may have side effects"),
        ("`make lint && git push` works", "publishes"),
    ],
)
def test_what_is_no_probe_says_why(title: str, why: str, mapper: Mapper) -> None:
    """What the nearest check leaves open, or what a command does besides looking."""
    refusal = mapper.probe(title)
    assert isinstance(refusal, str)
    assert why in refusal


def test_a_check_of_ones_own_is_one_file(tmp_path: Path) -> None:
    """Its words stand in its file; nothing else has to know of it."""
    (tmp_path / "spelling.yaml").write_text(
        "run: codespell --count docs\n"
        "exit: {ok: [0, 65]}\n"
        "measures: {mistakes: {as: text, regex: '^\\d+$', unit: words, better: lower}}\n"
        "expect: '== 0'\n"
        "phrases:\n  - says: [spelling mistake|error, 拼写 错误]\n",
        encoding="utf-8",
    )
    folders = [str(tmp_path)]
    mapper = Mapper(load_phrases(folders), Catalogue(folders), [])
    for title, expect in (("No spelling mistakes", "== 0"), ("拼写错误少于10个", "< 10")):
        probe = mapper.probe(title)
        assert isinstance(probe, NewProbe)
        assert (probe.check, probe.expect) == ("spelling", expect)


def test_a_phrase_names_what_its_check_has(tmp_path: Path) -> None:
    """A parameter or a measure that is not there is a fault of the file, with its place."""
    (tmp_path / "c.yaml").write_text(
        "run: c\nphrases:\n  - says: [c]\n    measure: nothing\n    with: {path: x}\n",
        encoding="utf-8",
    )
    with pytest.raises(BoardError) as error:
        load_phrases([str(tmp_path)])
    assert 'c.yaml:4:14: unknown measure "nothing"' in str(error.value)
    assert 'c.yaml:5:12: unknown parameter "path"' in str(error.value)


def test_every_phrase_can_be_said() -> None:
    """The needed words of each phrase, with the facts that it takes and a limit, mean its check."""
    phrases = load_phrases([])
    mapper = Mapper(phrases, Catalogue([]), folders_of(NAMED))
    facts = {"part": "src/api/", "path": "docs/a.md", "url": "`/health`", "target": "`make x`"}
    limits = [" at least 80%", " at least 8", " below 9", " below 9%", " below 9 ms", ""]
    for phrase in phrases:
        words = [word.split("|")[0] for word in phrase.says.split() if not word.endswith("?")]
        named = [fact for name, fact in facts.items() if name in phrase.takes]
        title = " ".join([*words, *named]).replace("_", " ")
        probes = [
            mapper.probe(f"{title}{limit}", near={"sibling": "lint", "place": "src"})
            for limit in limits
        ]
        checks = {probe.check for probe in probes if isinstance(probe, NewProbe)}
        assert phrase.check in checks, (phrase.says, probes[-1])
