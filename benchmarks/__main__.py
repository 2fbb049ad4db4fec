"""`python -m benchmarks`: measures all parts, or those named, and prints the table."""

from __future__ import annotations

import argparse
import compileall
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import ROOT, BenchmarkError
from benchmarks.parts import dense, edit, growth, hook, parallel, tree
from benchmarks.rows import Row, draw, machine, markdown
from benchmarks.setup import Setup

PARTS: dict[str, Callable[[Setup], Iterator[Row]]] = {
    "dense": dense.measure,
    "tree": tree.measure,
    "hook": hook.measure,
    "again": hook.measure_again,
    "edit": edit.measure,
    "parallel": parallel.measure,
    "growth": growth.measure,
}


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line; 0 also where a goal is missed, for a slow machine is no mistake."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="generated inputs only, and nothing from the network")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median counts; default: 5")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the table there")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    setup = Setup(options.quick, max(1, options.rounds))
    rows: list[Row] = []
    compileall.compile_dir(ROOT / "lstmlint", quiet=1)  # as pip does with what it installs, such as libcst
    try:
        for name in options.parts or PARTS:
            begun = time.monotonic()
            rows += PARTS[name](setup)
            print(f"{name}: measured in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    except BenchmarkError as problem:
        print(f"benchmarks: {problem}", file=sys.stderr)
        return 2
    finally:
        draw(rows)
    if options.markdown:
        options.markdown.write_text(f"{machine()}\n\n{markdown(rows)}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
