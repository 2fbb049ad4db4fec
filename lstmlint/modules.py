"""The modules of a package, found by listing its folder: what is put there takes part and is registered nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator


def below(package: str, folders: Iterable[str]) -> Iterator[str]:
    """The names of a package's modules, in the order of names; what lies in packages inside it comes behind them.

    `pkgutil.walk_packages` finds the same, and takes longer than importing the smaller half of what it finds.
    """
    for folder in folders:
        for entry in sorted(os.listdir(folder)):
            stem, ending = os.path.splitext(entry)
            if ending == ".py" and stem != "__init__":
                yield f"{package}.{stem}"
            elif os.path.isfile(os.path.join(folder, entry, "__init__.py")):
                yield f"{package}.{entry}"
                yield from below(f"{package}.{entry}", [os.path.join(folder, entry)])
