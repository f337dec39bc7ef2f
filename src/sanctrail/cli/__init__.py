"""The command line: each command parses, calls one room and draws what it answers."""

import io
import sys

from sanctrail.errors import SanctrailError


def main() -> None:
    """Run the command line; errors meant for the user become one sentence and exit code 2."""
    from sanctrail.cli.app import app  # noqa: PLC0415

    _speak_utf8()
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


def _speak_utf8() -> None:
    """Names stand in every script, whatever the locale says of the terminal or the pipe.

    What UTF-8 cannot hold (a file name of raw bytes) is escaped rather than a crash.
    """
    for stream, errors in ((sys.stdout, "backslashreplace"), (sys.stderr, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
