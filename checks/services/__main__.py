"""Run one probe: parse its options, measure, print one JSON object."""

import pkgutil
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import TextIO, get_type_hints

import msgspec

from checks import services as probes
from checks.services._answer import ProbeError
from checks.services._options import OptionsError, ProbeOptions, parse
from readiness.model.errors import ExitStatus
from readiness.text.clean import clean

_INSTALL = "pip install 'readiness[services]'"


def names() -> list[str]:
    """Return the names of all probes."""
    modules = (module.name for module in pkgutil.iter_modules(probes.__path__))
    return sorted(name.replace("_", "-") for name in modules if not name.startswith("_"))


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Run the probe that the arguments name; return the exit status."""
    name, *rest = argv or [""]
    try:
        if name not in names():
            raise OptionsError(f"no probe is called {name!r}; there are {', '.join(names())}")
        module = import_module(f"checks.services.{name.replace('-', '_')}")
        options = parse(_options_of(module), rest, env)
        if library := getattr(module, "LIBRARY", ""):
            import_module(library)
        answer = module.measure(options)
    except OptionsError as error:
        return _failed(f"{name}: {error}", ExitStatus.USAGE)
    except ProbeError as error:
        return _failed(str(error), ExitStatus.UNDECIDED)
    except ImportError as error:
        return _failed(f"{error}: {_INSTALL}", ExitStatus.UNDECIDED)
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    return ExitStatus.READY


def _options_of(module: ModuleType) -> type[ProbeOptions]:
    kind: type[ProbeOptions] = get_type_hints(module.measure)["options"]
    return kind


def _failed(why: str, status: ExitStatus) -> int:
    # What follows these two words becomes the reason that the gate shows.
    sys.stderr.write(f"not measured: {clean(why, newlines=False)}\n")
    return status
