"""`python -m ops.stack up|down|status [--state DIR]`, `stop|start|reload SERVICE`."""

import argparse
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ops.stack import certificates, namespaces, processes, services
from ops.stack.state import PROJECT, State, free_ports, is_root, load

DEFAULT = PROJECT.parents[1] / ".stack"
WHOLE = ("up", "down", "status", "missing")
SINGLE = ("stop", "start", "reload")


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="ops.stack", description=__doc__)
    parser.add_argument("command", choices=(*WHOLE, *SINGLE))
    parser.add_argument("service", nargs="?", help="for stop, start and reload")
    parser.add_argument("--state", type=Path, default=DEFAULT, metavar="DIR")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another setting for the service itself, with start",
    )
    parser.add_argument(
        "--monitoring",
        action="store_true",
        help="with up: Prometheus, Alertmanager and the channel alone, on free ports",
    )
    options = parser.parse_args()
    folder: Path = options.state.resolve()
    if options.command == "missing":
        print(" ".join(services.missing()))
        return 0
    if options.command == "up":
        return up(folder, monitoring=options.monitoring)
    state = load(folder)
    if state is None:
        print(f"no stack in {folder}")
        return 0 if options.command == "down" else 1
    if options.command in SINGLE:
        if options.service not in state.processes:
            parser.error(f"SERVICE is one of {', '.join(state.processes)}")
        changed = dict(setting.split("=", 1) for setting in options.set)
        return single(state, options.command, options.service, changed)
    return down(state) if options.command == "down" else status(state)


def single(state: State, command: str, name: str, changed: dict[str, str]) -> int:
    """Stop or start one service, or have it read its settings again."""
    if command == "reload":
        processes.reload(state, name)
        return 0
    processes.stop(state, name)
    if command == "start":
        try:
            services.start_again(state, name, changed)
        except processes.NotStartedError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def up(folder: Path, *, monitoring: bool = False) -> int:
    """Start everything; what failed is taken down again."""
    if absent := services.missing():
        print(f"missing: apt-get install {' '.join(absent)}", file=sys.stderr)
        return 1
    old = load(folder)
    if old is not None:
        down(old)
    state = plan(folder, is_alone=not monitoring)
    began = time.monotonic()
    try:
        (bring_up_monitoring if monitoring else bring_up)(state)
    except (processes.NotStartedError, subprocess.CalledProcessError, OSError) as error:
        output = getattr(error, "stderr", None) or b""
        print(f"the stack did not start: {error}", file=sys.stderr)
        sys.stderr.buffer.write(output if isinstance(output, bytes) else output.encode())
        down(state, keep_logs=True)
        return 1
    except BaseException:
        down(state)
        raise
    print(f"the stack is up after {time.monotonic() - began:.1f} s, in {folder}")
    print(f"  {folder}/run readiness check --profile production")
    return 0


def plan(folder: Path, *, is_alone: bool = True) -> State:
    """Decide on names, ports and secrets; what runs beside another stack has no namespace."""
    for name in ("", "log", "nginx"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    isolated = is_alone and is_root() and namespaces.possible()
    number = secrets.randbelow(250) + 2
    state = State(
        folder=str(folder),
        name=secrets.token_hex(3),
        ports=free_ports(isolated),
        isolated=isolated,
        preferred=is_alone and processes.may_prefer(),
        network=f"10.77.{number}" if isolated else "",
        secrets={name: secrets.token_hex(16) for name in ("database", "redis", "grafana", "api")},
    )
    state.save()
    return state


def bring_up(state: State) -> None:
    """Start the services in the order in which they need each other."""
    if state.isolated:
        namespaces.make(state)
    certificates.make(state)
    services.firewall(state)
    services.ssh(state)
    services.postgres(state)
    services.redis(state)
    services.stand_ins(state)
    services.service(state)
    services.nginx(state)
    services.monitoring(state)
    write_environment(state)


def bring_up_monitoring(state: State) -> None:
    """Start what alerts go through, with Prometheus itself as the service that is watched."""
    state.ports["service"] = state.ports["prometheus"]
    services.start_stand_in(state, "channel")
    services.monitoring(state)
    write_environment(state)


def write_environment(state: State) -> None:
    """Write `env`, and `run`, which runs a command where the services are reached."""
    lines = [f"export {name}={shlex.quote(text)}" for name, text in state.environment().items()]
    environment = state.path("env")
    environment.write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment.chmod(0o600)
    enter = f"exec ip netns exec {state.services} " if state.services else "exec "
    run = state.path("run")
    run.write_text(
        f"#!/bin/sh\n# Runs a command where the services of the stack are reached.\n"
        f'. {shlex.quote(str(environment))}\n{enter}"$@"\n',
        encoding="utf-8",
    )
    run.chmod(0o700)


def down(state: State, *, keep_logs: bool = False) -> int:
    """End everything and leave nothing behind."""
    processes.stop_all(state)
    namespaces.remove(state)
    services.forget_ssh(state)
    for entry in state.path().iterdir():
        if keep_logs and entry.name == "log":
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if not any(state.path().iterdir()):
        state.path().rmdir()
    return 0


def status(state: State) -> int:
    """Tell of each service whether it runs."""
    alive = {name: processes.is_alive(*known) for name, known in state.processes.items()}
    for name, runs in alive.items():
        print(f"{name:14} {'runs' if runs else 'is gone'}")
    return 0 if all(alive.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
