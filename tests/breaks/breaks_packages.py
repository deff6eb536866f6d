"""Breaks of the locked packages, and of what scans them."""

from tests.breaks.table import Row, append
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


ROWS = (
    a_lock("-ops", "T3.1"),
    a_lock("-dev", "T3.1"),
    a_lock("", "T3.1"),
    a_lock("-ops", "T3.2"),
    a_lock("-ops", "T3.4"),
    a_lock("-ops", "T3.3"),
)
