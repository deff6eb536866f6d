"""Breaks of the locked packages, and of what scans them."""

from tests.breaks.table import Change, Row, all_of, append, edit
from tests.support.osv_server import advisory

HASH = "0" * 64
KNOWN = advisory("GHSA-cccc-cccc-cccc", "demo-flaw", "1.0", fixed="2.0", label="HIGH")


def a_lock(name: str, criterion: str) -> Row:
    """Make a row of a vulnerable release in a lock, and a mended one."""
    path = f"requirements{name}.lock"
    return Row(
        "packages: a lock",
        criterion,
        f"a vulnerable package in {path}",
        append(path, f"demo-flaw==1.0 --hash=sha256:{HASH}\n"),
        append(path, f"demo-flaw==2.0 --hash=sha256:{HASH}\n"),
        profile="online",
        advisories=(KNOWN,),
    )


SCAN = "scripts/security_scan.py"
EVAL = "\n\ndef worked_out(text: str) -> object:\n    return eval(text)"


def bandit(options: str) -> Change:
    """Give bandit more options."""
    return edit(SCAN, r'"--recursive", ', rf'"--recursive", {options}, ')


def settings(text: str) -> Change:
    """Have bandit read settings of the project."""
    return all_of(
        append("pyproject.toml", f"\n[tool.bandit]\n{text}\n"), bandit('"-c", "pyproject.toml"')
    )


def beside(options: str, file: str, text: str) -> Change:
    """Have bandit read a file of its own."""
    return all_of(lambda football: football.write(file, text), bandit(options))


def audit(name: str, broken: Change, neighbour: Change) -> Row:
    """Make a row of a report for an audit that leaves something out."""
    return Row(
        "packages: a report", "T3.5", name, broken, neighbour, profile="online", advisories=(KNOWN,)
    )


LOCKED = append("requirements-ops.lock", f"demo-flaw==1.0 --hash=sha256:{HASH}\n")
PIP_AUDIT = r'(    command \+= \["--disable-pip", "--require-hashes")'


def ignoring(identifier: str) -> Change:
    """Have pip-audit ignore an advisory, where a lock has a package with one."""
    return all_of(LOCKED, edit(SCAN, PIP_AUDIT, rf'\1, "--ignore-vuln", "{identifier}"'))


REPORTS = (
    audit(
        "bandit leaves a layer out",
        bandit('"-x", "src/api"'),
        bandit('"-x", "src/build"'),
    ),
    audit(
        "the settings of bandit leave a layer out",
        settings('exclude_dirs = ["src/services"]'),
        settings('exclude_dirs = ["build"]'),
    ),
    audit(
        "the settings of bandit skip a rule",
        settings('skips = ["B105"]'),
        settings('skips = ["B501"]'),
    ),
    audit("a rule is skipped", bandit('"--skip", "B602"'), bandit('"--skip", "B501"')),
    audit(
        "hardly a rule",
        bandit('"--tests", "B101,B602"'),
        bandit('"--tests", "B101,B105,B110,B301,B307,B324,B602"'),
    ),
    audit("high severity alone", bandit('"-lll"'), bandit('"-l"')),
    audit(
        "high confidence alone",
        bandit('"--confidence-level", "high"'),
        bandit('"--confidence-level", "low"'),
    ),
    audit(
        "a file of settings is named",
        beside('"--ini", "ops/bandit"', "ops/bandit", "[bandit]\nexclude: src/database\n"),
        beside('"--ini", "ops/bandit"', "ops/bandit", "[bandit]\nexclude: build\n"),
    ),
    audit(
        "a file of settings beside the code",
        lambda football: football.write("src/.bandit", "[bandit]\nskips: B301\n"),
        lambda football: football.write("src/.bandit", "[bandit]\nskips: B501\n"),
    ),
    audit(
        "bandit scans two layers",
        edit(SCAN, r'^SOURCES = \("src",\)', 'SOURCES = ("src/api", "src/core")'),
        edit(SCAN, r'^SOURCES = \("src",\)', 'SOURCES = ("src", "scripts")'),
    ),
    audit(
        "findings are not written down",
        edit(SCAN, '"output": item.output', '"output": None'),
        edit(SCAN, '"findings": item.findings', '"findings": len(item.findings)'),
    ),
    audit(
        "a finding of bandit is dropped",
        edit(
            SCAN,
            r"^    if result.output is None:\n        return result\n    for item",
            '    result.output["results"] = result.output["results"][:9]\n    for item',
        ),
        append("src/core/logging.py", f"{EVAL}  # nosec B307\n"),
    ),
    audit(
        "a lock is left out",
        edit(SCAN, r', "requirements-ops.lock"\)', ")"),
        edit(SCAN, r'^LOCKS = \("requirements.lock", (.*), (.*)\)', r"LOCKS = (\2, \1)"),
    ),
    audit(
        "two locks are left out",
        edit(SCAN, r"^LOCKS = .*", 'LOCKS = ("requirements.lock",)'),
        edit(SCAN, r"^LOCKS = .*", 'LOCKS = ("requirements-dev.lock", "requirements-ops.lock")'),
    ),
    audit("an advisory is ignored", ignoring(KNOWN["id"]), ignoring("GHSA-dddd-dddd-dddd")),
    audit(
        "packages are dropped",
        edit(SCAN, r"(= result.output\[\"dependencies\"\])$", r"\1\n    del dependencies[40:]"),
        LOCKED,
    ),
)

ROWS = (
    a_lock("-ops", "T3.1"),
    a_lock("-dev", "T3.1"),
    a_lock("", "T3.1"),
    a_lock("-ops", "T3.2"),
    a_lock("-ops", "T3.4"),
    a_lock("-ops", "T3.3"),
    *REPORTS,
)
