"""A throw-away certificate authority, and the certificate of the service."""

import subprocess

from ops.stack.state import HOST, State


def make(state: State, *, days: int = 90) -> None:
    """Make both anew, with keys that only their owner reads."""
    folder = state.path("ca")
    folder.mkdir(exist_ok=True)
    names = f"subjectAltName=DNS:{HOST},DNS:localhost,IP:127.0.0.1,IP:{state.address}"
    extensions = folder / "names.cnf"
    extensions.write_text(f"{names}\nbasicConstraints=CA:FALSE\n", encoding="utf-8")
    new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    for line in (
        f"req -x509 {new_key} -keyout ca.key -out ca.pem -days 365"
        " -subj /CN=football-throw-away-ca",
        f"req {new_key} -keyout server.key -out server.csr -subj /CN={HOST}",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
        f" -out server.pem -days {days} -extfile names.cnf",
    ):
        subprocess.run(["openssl", *line.split()], cwd=folder, check=True, capture_output=True)
    for key in folder.glob("*.key"):
        key.chmod(0o600)
