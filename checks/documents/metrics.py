"""Read which metrics the code defines, and find names of metrics in a document that are none.

The code is read and not run: an application may make its metrics only as it starts.
"""

import ast
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set

from checks.documents.markdown import MarkdownDocument
from checks.documents.texts import text_of, texts_by_name
from checks.git import git
from checks.in_project.common import (
    CheckFinding,
    Params,
    files_below,
    not_measured,
    place,
    read_text,
)
from checks.python.syntax import parse

LIBRARY = "prometheus_client"
PARTS = ("namespace", "subsystem", "name")
SAMPLES = {
    "Counter": ("_total", "_created"),
    "Enum": ("",),
    "Gauge": ("",),
    "Histogram": ("", "_bucket", "_sum", "_count", "_created"),
    "Info": ("_info",),
    "StateSet": ("",),
    "Summary": ("", "_sum", "_count", "_created"),
}
"""What stands behind a metric's name, for each class of prometheus_client; "" the name alone."""
UNITS = ("_seconds", "_bytes", "_ratio", "_percent")
ENDS = (*UNITS, *{end for ends in SAMPLES.values() for end in ends if end})
QUERIED = {"", "bash", "console", "json", "promql", "sh", "shell", "text", "yaml", "yml"}
"""The languages of blocks in which a word may be a metric, and no variable of a program."""
ALIKE = 0.85
RECORD = re.compile(r"^\s*-?\s*record:\s*[\"']?([\w:]+)", re.MULTILINE)


def metric_names(params: Params) -> set[str]:
    """Name all samples of the metrics that the code defines, and those that rules record."""
    if not params.words("metrics"):
        return set()
    trees = {path: parse(path) for path in files_below(params.words("metrics"))}
    texts = _texts(trees.values())
    defined = {name for path, tree in trees.items() for name in _defined(path, tree, texts)}
    if not defined:
        not_measured(f"{params.words('metrics')[0]} defines no metric of prometheus_client")
    return defined | {
        name for file in params.words("alerts") for name in RECORD.findall(read_text(file))
    }


def absent_metrics(
    path: str, document: MarkdownDocument, known: Set[str]
) -> Iterator[CheckFinding]:
    """Yield the words in code that begin as several metrics do, as names of one, and are none."""
    first = Counter(name.partition("_")[0] for name in known)
    starts = [re.escape(word) for word, count in first.items() if word and count > 1]
    if not starts:
        return
    name = re.compile(rf"(?<![\w:./@-])(?:{'|'.join(starts)})_\w*")
    blocks = [
        (line + number, text, False)
        for line, language, block in document.blocks
        if language in QUERIED
        for number, text in enumerate(block.splitlines())
    ]
    for line, text, alone in (*blocks, *((line, text, True) for line, text in document.code)):
        for found in name.finditer(text):
            if _is_absent(found, known, alone=alone and found[0] == text):
                yield place(path, line, "metric", f"there is no metric {found[0]}")


def _is_absent(match: re.Match[str], known: Set[str], *, alone: bool) -> bool:
    """Whether a word, which may stand `alone` as code, is the name of a metric that is not there.

    It may be the name of something else: then it stands in the project's files too.
    """
    word, after = match[0], match.string[match.end() :][:1]
    if word in known or (after and after in ".-/:@(=!"):
        return False
    if word.endswith("_") or (after and after in "*…<"):
        return not any(name.startswith(word) for name in known)
    if (after and after in "{[") or word.endswith(ENDS):
        return True
    return bool(difflib.get_close_matches(word, known, 1, ALIKE)) or (alone and _is_new(word))


def _is_new(word: str) -> bool:
    return git("grep", "--quiet", "--untracked", "-wF", word, "--", ":!*.md").returncode == 1


def _texts(trees: Iterable[ast.Module]) -> Mapping[str, str]:
    """Return the texts to which modules give a name; none that two of them give to other texts."""
    meanings: dict[str, set[str]] = {}
    for tree in trees:
        for name, text in texts_by_name(tree).items():
            meanings.setdefault(name, set()).add(text)
    known = {name: texts.pop() for name, texts in meanings.items() if len(texts) == 1}
    return known | {f".{name}": text for name, text in known.items()}


def _defined(path: str, tree: ast.Module, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of the samples of each metric that is made in a module."""
    classes: dict[str, str] = {}
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(LIBRARY):
            classes |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            modules |= {
                alias.asname or alias.name for alias in node.names if alias.name.startswith(LIBRARY)
            }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in classes:
                kind = classes[name]
            case ast.Call(func=ast.Attribute(attr=kind) as func) if (
                ast.unparse(func.value) in modules
            ):
                pass
            case _:
                continue
        ends = SAMPLES.get(kind.removesuffix("MetricFamily"))
        if ends:
            yield from (_name(path, node, ends, texts) + end for end in ends)


def _name(path: str, call: ast.Call, ends: tuple[str, ...], texts: Mapping[str, str]) -> str:
    """Return the name of a metric as the library makes it, without what its samples end with."""
    arguments = {each.arg: each.value for each in call.keywords}
    arguments |= {"name": call.args[0]} if call.args else {}
    parts = [text_of(arguments[part], texts) for part in PARTS if part in arguments]
    if None in parts or "name" not in arguments:
        not_measured(f"{path}:{call.lineno}: the name of a metric is made as the code runs")
    name = "_".join(part for part in parts if part)
    unit = text_of(arguments["unit"], texts) if "unit" in arguments else ""
    for end in ends if "" not in ends else ():
        name = name.removesuffix(end)
    return f"{name}_{unit}" if unit and not name.endswith(f"_{unit}") else name
