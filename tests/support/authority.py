"""A throw-away certificate authority for tests, made with the openssl command."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.servers import Missing, need

HOST = "football.test"


def openssl(folder: Path, *words: str) -> None:
    """Run openssl in a folder; Missing where it cannot do what is asked."""
    need("openssl")
    done = subprocess.run(
        ["openssl", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Missing(f"openssl {words[0]}: {done.stderr.strip()}")


def authority(folder: Path, *, days: int = 3650) -> Path:
    """Make `ca.pem` and `ca.key` in the folder; return the former."""
    openssl(
        *(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Throw-away authority"),
        *("-days", str(days), "-addext", "keyUsage=critical,keyCertSign"),
    )
    return folder / "ca.pem"


def certificate(
    folder: Path,
    name: str,
    *,
    days: int = 90,
    names: str = f"DNS:{HOST}",
    key: str = "ec",
) -> Path:
    """Make `NAME.pem` and `NAME.key`, signed by the folder's authority; good for so many days."""
    openssl(
        *(folder, "req", "-newkey", key, "-nodes"),
        *(("-pkeyopt", "ec_paramgen_curve:P-256") if key == "ec" else ()),
        *("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=football"),
        *("-addext", f"subjectAltName={names}"),
    )
    now = datetime.now(UTC)
    # A minute more, so that whoever counts whole days soon after counts all of them.
    times = (now - timedelta(days=400), now + timedelta(days=days, minutes=1))
    start, end = (each.strftime("%Y%m%d%H%M%SZ") for each in times)
    openssl(
        *(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-copy_extensions", "copy", "-not_before", start, "-not_after", end),
        *("-out", f"{name}.pem"),
    )
    return folder / f"{name}.pem"
