"""Started by its path: `python .../verify/worker/__main__.py REQUEST_DESCRIPTOR ANSWER_DESCRIPTOR`.

The interpreter may have no lstmlint. So this file makes the package known by where it lies, without touching the
places where the user's program looks for modules.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]


def make_package_known() -> None:
    """Lets `lstmlint.verify` be imported from where it lies, and takes this folder off the search path."""
    sys.path[:] = [folder for folder in sys.path if folder != str(Path(__file__).resolve().parent)]
    spec = importlib.util.spec_from_file_location(
        "lstmlint", PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lstmlint"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    make_package_known()
    from lstmlint.verify.worker.serving import serve

    serve(int(sys.argv[1]), int(sys.argv[2]))
