"""`python -m lstmlint` is `lstmlint`."""

from lstmlint.cli import run

if __name__ == "__main__":
    run()
