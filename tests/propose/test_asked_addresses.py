"""A ready-made board gets the addresses that it needs: typed or of the environment, tried once."""

import os
import pty
import re
import select
from contextlib import suppress

from tests.support.monitoring_servers import web
from tests.support.program import Project
from tests.support.servers import LOOPBACK, free_port


def board_of(project: Project) -> str:
    """The text of the board that was written."""
    return (project.folder / "board.yaml").read_text(encoding="utf-8")


def test_addresses_of_the_environment_are_tried_and_written(project: Project) -> None:
    """Who answers is said, who does not, what was not given, and what is for the host."""
    with web() as server:
        env = {
            "BASE_URL": server.url,
            "PROMETHEUS_URL": f"http://{LOOPBACK}:{free_port()}/prom",
            "DATABASE_URL": f"postgresql://app:hunter2@{server.url.partition('://')[2]}/shop",
            "PROMETHEUS_TOKEN": "hunter3",
            "ALERTMANAGER_URL": 'http://h/"x',
        }
        ended = project("init", "--ask", env=env)
    assert ended.status == 0, ended
    lines = ended.out.splitlines()
    assert lines[:2] == ["BASE_URL: answers with status 404", "DATABASE_URL: answers"]
    assert "  PROMETHEUS_URL: nobody answers: Connection refused" in lines
    assert "  ALERTS_RECEIVED_URL: no address was given" in lines
    kept = "ALERTMANAGER_URL, DATABASE_URL, PROMETHEUS_TOKEN"
    assert f"Not written into the board, so set them wherever it runs: {kept}" in lines
    told = ended.out.partition("looks at the machine itself")[2]
    assert all(f"    {name}\n" in told for name in ("firewall", "sshd", "nginx", "lynis"))
    text = board_of(project)
    assert f'url: "${{BASE_URL:-{server.url}}}/health"' in text
    assert 'url: "${ALERTMANAGER_URL}"' in text
    assert "hunter" not in text + ended.out + ended.err
    assert project("validate").status == 0


def test_what_is_not_asked_for_is_asked_of_nobody(project: Project) -> None:
    """The board is the same as ever without the option: no address is tried or written."""
    with web() as server:
        ended = project("init", "--template", "service", env={"BASE_URL": server.url})
    assert (ended.status, "answers" in ended.out) == (0, False)
    assert 'url: "${BASE_URL}/health"' in board_of(project)


def test_addresses_are_asked_for_on_a_terminal(project: Project) -> None:
    """With what each is for; what is left open stays open, and defaults stay what they are."""
    main, terminal = pty.openpty()
    with web() as server:
        words = ("init", "--ask", "--template", "service")
        process = project.start(*words, stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        shown, typed = b"", {b"BASE_URL": server.url.encode(), b"PROMETHEUS_TOKEN": b"hunter9"}
        with suppress(OSError):
            while select.select([main], [], [], 60)[0]:
                shown += os.read(main, 65536)
                if shown.endswith(b"\n> "):
                    name = re.findall(rb"^([A-Z_]+): ", shown, re.MULTILINE)[-1]
                    os.write(main, typed.get(name, b"") + b"\n")
        os.close(main)
        ended = project.end(process)
    assert ended.status == 0, shown.decode()
    text = shown.decode()
    assert "hunter9" not in text
    assert "BASE_URL: the address to request, such as " in text
    assert re.search(r"LOAD_USERS: number of concurrent users \(Enter: 100\)", text)
    assert "BASE_URL: answers with status 404" in text
    assert f'host: "${{BASE_URL:-{server.url}}}"' in board_of(project)
    assert '"${LOAD_USERS:-100}"' in board_of(project)


def test_left_out_is_data_as_well(project: Project) -> None:
    """In JSON, where nobody is asked."""
    told = project("init", "--ask", "--output-format", "json").json
    names = {one["what"] for one in told["left_out"]}
    assert {"BASE_URL", "DATABASE_URL", "firewall"} <= names
    assert not names & {"LOAD_USERS", "PROMETHEUS_TOKEN"}
