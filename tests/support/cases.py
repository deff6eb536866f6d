"""What a recording is made of: a small project, parameters, and a service where one is needed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.projects import Files

Service = Callable[[Path], AbstractContextManager[Mapping[str, str]]]


@contextmanager
def no_service(folder: Path) -> Iterator[Mapping[str, str]]:
    """Start nothing."""
    yield {}


@dataclass(frozen=True)
class Case:
    """One project and parameters; `absent` takes the tools away.

    `service` is started in the project's folder; what it yields replaces `{name}` in `params`.
    """

    name: str
    files: Files
    params: dict[str, str] = field(default_factory=dict)
    absent: bool = False
    service: Service = no_service

    def filled(self, where: Mapping[str, str]) -> dict[str, str]:
        """Return the parameters, with what the service says filled in."""
        return {
            name: value.format_map(where) if where else value for name, value in self.params.items()
        }


def absent(files: Files, **params: str) -> Case:
    """Make the case of a tool that is not installed."""
    return Case("absent", files, params, absent=True)
