"""The program `lstmlint`, which is also `python -m lstmlint`."""

import gc
import sys

from lstmlint.quick import answer, write


def run() -> None:
    """Runs the command line of this process and ends it."""
    said = answer(sys.argv[1:])
    if said is None:
        gc.disable()  # what is imported stays, and so does most of what a first file makes
        from lstmlint.cli import run as run_all

        run_all()
    else:
        status, text = said
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        write(text)
        sys.exit(status)


if __name__ == "__main__":
    run()
