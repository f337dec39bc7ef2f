"""The command line: each command parses, calls one room and draws what it answers."""

import sys

from sanctrail.errors import SanctrailError


def main() -> None:
    """Run the command line; errors meant for the user become one sentence and exit code 2."""
    from sanctrail.cli.app import app  # noqa: PLC0415

    try:
        app()
    except SanctrailError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"{where}{error.strerror or error}. Check the path and run again.\n")
        raise SystemExit(SanctrailError.exit_code) from None
