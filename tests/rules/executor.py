"""Runs programs under a real framework, one after another, in a process of its own that has imported it once.

Started by `running.py` as a module, so that a program can import lstmlint. Each line of standard input names a file;
each answer is a line of JSON: the name of what the program raised and the traceback, both empty where it ran through.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import sys
import traceback
from collections.abc import Callable
from pathlib import Path


def run(path: Path, set_seed: Callable[[int], object]) -> tuple[str, str]:
    """Runs a file as the main program: the name of what it raised (empty: nothing) and the traceback."""
    before = set(sys.modules)
    sys.path.insert(0, str(path.parent))
    set_seed(0)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            runpy.run_path(str(path), run_name="__main__")
    except Exception as error:
        return type(error).__name__, traceback.format_exc()
    finally:
        sys.path.remove(str(path.parent))
        for name in set(sys.modules) - before:
            if str(path.parent) in str(getattr(sys.modules[name], "__file__", None)):
                del sys.modules[name]
    return "", ""


def prepare(framework: str) -> Callable[[int], object]:
    """Imports the framework, quietly, and gives the function that seeds it: each program starts from the same seed."""
    os.environ["OMP_NUM_THREADS"] = "1"  # small programs: more threads only wait for each other
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    loaded = importlib.import_module(framework)
    set_seed: Callable[[int], object] = loaded.manual_seed if framework == "torch" else loaded.utils.set_random_seed
    return set_seed


def main() -> None:
    """Answers until standard input ends."""
    set_seed = prepare(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(run(Path(line.rstrip("\n")), set_seed)), flush=True)


if __name__ == "__main__":
    main()
