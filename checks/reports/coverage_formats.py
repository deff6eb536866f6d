"""Read what coverage tools write: which lines of which files can run, and which of them did."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass, field

from checks.reports.handed_in import refuse
from checks.reports.json_reader import JsonReader
from checks.reports.xml_reader import CUT_OFF, XmlReader

HIGHEST_LINE = 2_000_000
GO_BLOCK = re.compile(r"(.+):((\d+)\.\d+,(\d+)\.\d+) (\d+) (\d+)")
OTHER_LINES = re.compile(r"(?:mode|TN|VER|LF|LH|BRF|BRH|FN\w*|MC\w*):.*|#.*|")
PART = re.compile(r"\((\d+)/(\d+)\)")
Ways = dict[object, tuple[int, int]]


@dataclass
class CoveredFile:
    """The lines of one file as bits; of branches and of Go's statements how many ran, of how many.

    What is told of twice, as by several runs, ran where it ran once.
    """

    lines: int = 0
    hit: int = 0
    branches: Ways = field(default_factory=dict)
    statements: Ways = field(default_factory=dict)

    def add(self, first: int, hits: int, last: int = 0) -> None:
        """Add a line, or several."""
        if 0 < first <= HIGHEST_LINE and max(first, last) <= HIGHEST_LINE:
            bits = (1 << max(first, last) + 1) - (1 << first)
            self.lines |= bits
            self.hit |= bits * (hits > 0)

    def branch(self, key: object, ran: int, total: int) -> None:
        """Add the ways that a branch can go."""
        self.branches[key] = max(self.branches.get(key, (0, 0)), (ran, total))

    def merge(self, other: "CoveredFile") -> None:
        """Add what another report, or another part of one, says of the same file."""
        self.lines, self.hit = self.lines | other.lines, self.hit | other.hit
        for mine, theirs in (self.branches, other.branches), (self.statements, other.statements):
            mine.update({key: max(mine.get(key, (0, 0)), way) for key, way in theirs.items()})


class CoverageReport:
    """The files of the reports by the names there, and the folders in which they may be."""

    def __init__(self) -> None:
        self.files: defaultdict[str, CoveredFile] = defaultdict(CoveredFile)
        self.roots: list[str] = []

    def read(self, path: str) -> None:
        """Read a report in the format that its content tells."""
        with open(path, "rb") as file:
            start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")[:2]
        if start[:1] == b"<" or start in {b"\xff\xfe", b"\xfe\xff"}:
            CoverageXml(path, self).read()
        elif start[:1] == b"{":
            self._read_json(path)
        else:
            self._read_lines(path)

    def _read_json(self, path: str) -> None:
        """Read the JSON of coverage.py."""
        has_files = False
        for keys, value in JsonReader(path, {(), ("files",)}):
            has_files |= keys == ("files",) and value is ...
            if keys[:1] == ("files",) and len(keys) == 2 and isinstance(value, dict):
                file, summary = self.files[keys[1]], value.get("summary", {})
                for name, hits in (("executed_lines", 1), ("missing_lines", 0)):
                    for line in value.get(name, ()):
                        file.add(int(line), hits)
                ways = (summary.get("covered_branches", 0), summary.get("num_branches", 0))
                file.branch("all", *ways)
        if not has_files:
            refuse(path, 1, 1, "expected the JSON of coverage.py, found no files in it")

    def _read_lines(self, path: str) -> None:
        """Read LCOV or a profile of Go."""
        name, number = "", 0
        with open(path, encoding="utf-8", errors="replace") as text:
            for number, line in enumerate(map(str.strip, text), 1):
                if line.startswith("SF:") or line == "end_of_record":
                    name = line[3:] if line.startswith("SF:") else ""
                    continue
                try:
                    is_known = self._take(line, name)
                except ValueError:
                    refuse(path, number, 1, f"the numbers of {line[:40]!r} cannot be read")
                if not is_known:
                    why = f"expected a line of LCOV or of a profile of Go, found {line[:40]!r}"
                    refuse(path, number, 1, why)
        if name:
            refuse(path, number, 1, CUT_OFF, "expected end_of_record")

    def _take(self, line: str, name: str) -> bool:
        """Take a line of text; return whether it is of one of the formats."""
        kind, _, rest = line.partition(":")
        if kind == "DA":
            self.files[name].add(*map(int, rest.split(",")[:2]))
        elif kind == "BRDA":
            key, _, taken = rest.rpartition(",")
            self.files[name].branch(key, int(taken not in {"-", "0"}), 1)
        elif block := GO_BLOCK.fullmatch(line):
            file, hits, statements = self.files[block[1]], int(block[6]), int(block[5])
            file.add(int(block[3]), hits, int(block[4]))
            ran = (statements * (hits > 0), statements)
            file.statements[block[2]] = max(file.statements.get(block[2], (0, 0)), ran)
        else:
            return bool(OTHER_LINES.fullmatch(line))
        return True


class CoverageXml(XmlReader):
    """Reads Cobertura, JaCoCo, Clover and OpenCover; no element of one means another in others."""

    def __init__(self, path: str, report: CoverageReport) -> None:
        super().__init__(path)
        self.report = report
        self.file, self.class_lines, self.method_lines = (CoveredFile() for _ in range(3))
        self.package = self.source = self.tag = ""
        self.by_id: dict[str, CoveredFile] = {}
        self.in_methods = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take a file, or a line of one."""
        if not self.tag and tag not in {"coverage", "report", "CoverageSession"}:
            expected = "expected Cobertura, JaCoCo, Clover or OpenCover"
            self.refuse(f"{expected}, found <{tag}>", "have the tool write one of these")
        self.tag = tag
        self.in_methods |= tag == "methods"
        try:
            if tag == "line":
                self._line(attributes)
            elif tag in {"SequencePoint", "BranchPoint"}:
                self._point(tag, attributes)
            else:
                self._file(tag, attributes)
        except KeyError as error:
            self.refuse(f"<{tag}> has no {error}", "without it, what ran is not known")
        except ValueError as error:
            self.refuse(f"<{tag}> has no number where one is expected ({error})")

    def text(self, text: str) -> None:
        """Keep the folder that names of files begin in."""
        self.source += text if self.tag == "source" else ""

    def end(self, tag: str) -> None:
        """Take the end of such a folder, of a list of methods, or of a class of Cobertura.

        Lines of methods count only where there are no others: Istanbul adds those of their heads.
        """
        self.in_methods &= tag != "methods"
        if tag == "source":
            self.report.roots.append(self.source.strip())
            self.source = ""
        elif tag == "class":
            self.file.merge(self.class_lines if self.class_lines.lines else self.method_lines)
            self.class_lines, self.method_lines = CoveredFile(), CoveredFile()

    def _file(self, tag: str, of: dict[str, str]) -> None:
        """Take a file; one of OpenCover is referred to by a number."""
        files = self.report.files
        if tag == "package":
            self.package = of.get("name", "")
        elif tag == "class" and "filename" in of:
            self.file = files[of["filename"]]
        elif tag == "sourcefile":
            self.file = files[os.path.join(self.package, of["name"])]
        elif tag == "File":
            self.by_id[of["uid"]] = files[of["fullPath"]]
        elif tag == "FileRef":
            self.file = self.by_id.get(of["uid"], CoveredFile())
        elif tag == "file":
            self.file = files[of.get("path") or of["name"]]

    def _line(self, of: dict[str, str]) -> None:
        """Take a line, by the attributes that its format has."""
        if "nr" in of:  # JaCoCo
            line, ran = int(of["nr"]), int(of.get("cb", 0))
            self.file.add(line, int(of["ci"]))
            self.file.branch(line, ran, ran + int(of.get("mb", 0)))
        elif "num" in of:  # Clover; Istanbul counts the ways of a branch that ran and did not
            line = int(of["num"])
            ways = [int(of.get(name, 0)) for name in ("truecount", "falsecount")]
            self.file.add(line, int(of.get("count", max(ways))))
            own = (sum(way > 0 for way in ways), 2 * ("truecount" in of))
            self.file.branch(line, *((ways[0], sum(ways)) if "count" in of else own))
        else:
            lines = self.method_lines if self.in_methods else self.class_lines
            line, part = int(of["number"]), PART.search(of.get("condition-coverage", ""))
            lines.add(line, int(of["hits"]))
            lines.branch(line, *map(int, part.groups() if part else (0, 0)))

    def _point(self, tag: str, of: dict[str, str]) -> None:
        """Take a statement of OpenCover, which may have several lines, or a way of a branch."""
        file, hits = self.by_id.get(of.get("fileid", ""), self.file), int(of["vc"])
        if tag == "SequencePoint":
            file.add(int(of["sl"]), hits, int(of.get("el", 0)))
        else:
            key = tuple(map(of.get, ("sl", "offset", "path", "ordinal")))
            file.branch(key, int(hits > 0), 1)
