"""Which versions of the frameworks a program is written for.

Unless a configuration says otherwise, it is the newest: what is told of a program is what it does there.
"""

from __future__ import annotations

import re

from lstmlint.lean import dataclass

_WRITTEN = re.compile(r"\d+(\.\d+){0,3}")


@dataclass(frozen=True)
class Version:
    """A version as far as it is given: `2` is any version 2, and so the last of them."""

    numbers: tuple[int, ...]

    def before(self, *other: int) -> bool:
        """True where this version is older than another."""
        return self.numbers < other[: len(self.numbers)]

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))


def parse(text: str) -> Version | None:
    """A version as it is written, `2.15`; None for anything else."""
    return Version(tuple(map(int, text.split(".")))) if _WRITTEN.fullmatch(text) else None


@dataclass(frozen=True)
class Versions:
    """The versions of both frameworks."""

    keras: Version = Version((3, 15))
    torch: Version = Version((2, 13))


NEWEST = Versions()
KERAS_2 = Version((2,))
"""What a file asks for that chooses Keras 2 by itself."""
