"""The entry point. It answers --version before anything is imported."""

import sys


def main() -> int:
    """Run the program with `sys.argv`; the result is the exit status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from readiness import __version__

        sys.stdout.write(f"readiness {__version__}\n")
        return 0
    from readiness.cli import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
