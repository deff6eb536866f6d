"""Plan → Captures: starts the probes, keeps them within their limits, and leaves nothing behind.

What it offers stands in `interface`, and is loaded when it is asked for: the watcher (`supervise`)
lives in this package too, and has to be small.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from readiness.run.interface import Ending, Observer, Settled, run

__all__ = ["Ending", "Observer", "Settled", "run"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from readiness.run import interface

    return getattr(interface, name)
