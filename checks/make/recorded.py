"""Run make so that every command line that it executes is recorded, with its real status.

make is given a shell of ours, which runs each line with the shell that the Makefile asks for.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

from checks.make.makefile import MakeDatabase, runs_make
from checks.project_copy import Copy
from readiness.shell.plain import does_nothing
from readiness.shell.programs import simple_commands

# Nothing but what is built into a shell is used: PATH is the project's affair.
# A `$(shell …)` is no line of a recipe: make reads what it prints, through a pipe of its own.
WRAPPER = """\
#!/bin/sh
set -f
{user_shell}
case "$(pwd -P):$READINESS_TARGET" in
{shells}
esac
[ -p /proc/self/fd/1 ] && ! [ /proc/$PPID/fd/1 -ef /proc/self/fd/1 ] && exec $shell "$@"
READINESS_PARENT=$READINESS_LINE
READINESS_LINE=$$
until (set -C && : >{records}/"$READINESS_LINE") 2>/dev/null; do
    READINESS_LINE=$READINESS_LINE.
done
line={records}/$READINESS_LINE
echo "$READINESS_LINE" >>{records}/order
printf '%s\\0' "$READINESS_PARENT" "$READINESS_TARGET" "$@" >"$line"
export READINESS_LINE
$shell "$@"
status=$?
echo "$status" >"$line.status"
exit "$status"
"""

IDLE = frozenset((":", "cd", "exit", "set", "unset", "export", "umask"))
"""Commands that do no work."""

_TALK = IDLE | {"echo", "printf", "true"}


@dataclass(frozen=True)
class RecipeLine:
    """A line of a recipe that was executed: its target, the shell's options, and the command.

    `status` is None where it did not end. `parent` names the line that started its make, if any;
    `root` is the target, of the make that was asked, that it was executed for.
    """

    name: str
    parent: str
    root: str
    target: str
    options: tuple[str, ...]
    command: str
    status: int | None

    @property
    def works(self) -> bool:
        """Whether it does more than start another make, or nothing."""
        return self._has_other_than(IDLE)

    @property
    def talks(self) -> bool:
        """Whether all that it does is to say something."""
        return not self._has_other_than(_TALK)

    def _has_other_than(self, names: frozenset[str]) -> bool:
        if does_nothing(self.command):
            return False
        started = simple_commands(self.command)
        # What has no command is a test of the shell's own.
        return not started or any(
            (name := os.path.basename(words[0])) not in names and not runs_make(name)
            for words in started
        )


class RecipeRecorder:
    """Makes targets in a copy of the project, or in the project, and keeps what was executed."""

    def __init__(self, copy: Copy, database: MakeDatabase) -> None:
        self.copy = copy
        self.database = database
        self.folder = os.path.join(copy.env["READINESS_TMP"], "recorded")
        self.records = os.path.join(self.folder, "lines")
        os.makedirs(self.records)

    def run(self, command: list[str], extra: dict[str, str]) -> tuple[int, str]:
        """Run make; return its status and its output."""
        name = os.path.basename(self.database.shell("", "").split()[0])
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(self._wrapper())
        os.chmod(path, 0o700)
        # The last one counts, also where the words for make have one.
        ours = [f"SHELL={path}", "READINESS_TARGET=$@"]
        return self.copy.run([*command, *ours], {**extra, "READINESS_LINE": ""})

    def _wrapper(self) -> str:
        user = self.copy.env.get("SHELL")
        cases = [
            f"{shlex.quote(folder)}:{shlex.quote(target) if target else '*'})"
            f" shell={shlex.quote(shell)} ;;"
            for (folder, target), shell in self.database.shells()
        ]
        cases.append(f"*) shell={shlex.quote(self.database.shell('', ''))} ;;")
        return WRAPPER.format(
            user_shell="unset SHELL" if user is None else f"SHELL={shlex.quote(user)}",
            shells="\n".join(cases),
            records=shlex.quote(self.records),
        )

    def lines(self) -> list[RecipeLine]:
        """List the lines that make executed, in their order, and those of the makes in them.

        A make that a tool of a line starts, such as a test, is the tool's own.
        """
        executed: dict[str, RecipeLine] = {}
        for line in self._read():
            above = executed.get(line.parent)
            if not line.parent:
                executed[line.name] = line
            elif above and starts_make(above.command):
                executed[line.name] = replace(line, root=above.root)
        return list(executed.values())

    def _read(self) -> Iterator[RecipeLine]:
        order = os.path.join(self.records, "order")
        if not os.path.exists(order):
            return
        with open(order) as file:
            names = file.read().split()
        for name in names:
            path = os.path.join(self.records, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                parent, target, *words = file.read().split("\0")[:-1]
            status = None
            if os.path.exists(f"{path}.status"):
                with open(f"{path}.status") as file:
                    status = int(file.read())
            by_make = len(words) > 1 and any(
                word[0] == "-" and "c" in word for word in words[:-1] if word
            )
            yield RecipeLine(
                name=name,
                parent=parent,
                root=target,
                target=target,
                options=tuple(filter(None, words[:-1])) if by_make else (),
                command=words[-1] if by_make else shlex.join(words),
                status=status,
            )


def starts_make(command: str) -> bool:
    """Return whether a command line starts make itself, not only a tool that may do so."""
    return any(runs_make(words[0]) for words in simple_commands(command) or ())


def obeys(copy: Copy, shell: str, options: tuple[str, ...]) -> bool:
    """Return whether a shell, asked to fail, fails; what cannot be started does."""
    words = shell.split()
    if shutil.which(words[0], path=copy.env.get("PATH")) is None:
        return True
    done = subprocess.run(
        [*words, *(options or ("-c",)), "exit 23"],
        cwd=copy.folder,
        env=copy.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode != 0
