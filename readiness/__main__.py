"""The entry point. It answers --version before anything is imported."""

import sys


def main() -> int:
    """Run the program with `sys.argv`; the result is the exit status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from readiness import __version__

        sys.stdout.write(f"readiness {__version__}\n")
        return 0
    try:
        from readiness.cli import main as run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130
    except ImportError as error:  # Python's own status for it, 1, would say "not ready"
        sys.stderr.write(f"readiness: cannot start: {error}\n")
        return 70


if __name__ == "__main__":
    sys.exit(main())
