"""The packages of the stack: installed without a service that starts, now or at the next boot."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.football import EXAMPLE

INSTALL = EXAMPLE / "ops" / "install.sh"

# In a world of its own of these folders; the package brings a unit, and a link as sysvinit has it.
WORLD = """\
for folder in /etc/systemd/system /etc/rc2.d; do
    mkdir -p "$1/$folder"
    cp -a "$folder/." "$1/$folder/" 2>/dev/null || true
    mount --bind "$1/$folder" "$folder" 2>/dev/null || true
done
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -sf /dev/null /etc/systemd/system/multi-user.target.wants/mine.service
PATH="$1/bin:$PATH" INSTALLED="$1/installed" sh "$2" some-package
ls /etc/systemd/system/multi-user.target.wants > "$1/left"
"""
APT = """\
#!/bin/sh
[ "$1" = install ] || exit 0
/usr/sbin/policy-rc.d some-package start
[ $? = 101 ] && echo "$*" > HERE/asked
ln -s /dev/null /etc/systemd/system/multi-user.target.wants/some-package.service
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a world of its own")
def test_what_is_installed_is_not_enabled(tmp_path: Path) -> None:
    """Its unit is not wanted at boot; what was enabled before still is, and its name is kept."""
    if subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("this machine makes no mount namespaces")
    (tmp_path / "bin").mkdir()
    apt = tmp_path / "bin" / "apt-get"
    apt.write_text(APT.replace("HERE", str(tmp_path)))
    apt.chmod(0o755)
    world = tmp_path / "world.sh"
    world.write_text(WORLD)
    command = ["unshare", "--mount", "sh", "-eu", str(world), str(tmp_path), str(INSTALL)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    left = (tmp_path / "left").read_text().split()
    assert "mine.service" in left
    assert "some-package.service" not in left
    assert "some-package" in (tmp_path / "asked").read_text()
    assert (tmp_path / "installed").read_text() == "some-package\n"
