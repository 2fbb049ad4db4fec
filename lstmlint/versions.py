"""Which versions of the frameworks a program is written for.

Unless a configuration says otherwise, it is the newest: what is told of a program is what it does there.
"""

from __future__ import annotations

import re

from lstmlint.lean import dataclass

_WRITTEN = re.compile(
    r"(?P<release>\d+(?:\.\d+){0,3})"
    r"(?:[._-]?(?:alpha|a|beta|b|preview|pre|c|rc|post|dev)[._-]?\d*)*"
    r"(?:\+[a-z0-9]+(?:[._-][a-z0-9]+)*)?",
    re.IGNORECASE,
)
"""A version as packages are named by it (PEP 440): a release, how far it is from it, and who built it."""


@dataclass(frozen=True)
class Version:
    """A version as far as it is given: `2` is any version 2, and so the last of them."""

    numbers: tuple[int, ...]

    def before(self, *other: int) -> bool:
        """True where this version is older than another."""
        return self.numbers < other[: len(self.numbers)]

    @property
    def major(self) -> int:
        """The first number."""
        return self.numbers[0]

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))


def parse(text: str) -> Version | None:
    """The release that a version belongs to, `2.13.0` of `2.13.0rc1` and `2.13.0+cpu`; None for other texts."""
    found = _WRITTEN.fullmatch(text)
    return Version(tuple(map(int, found["release"].split(".")))) if found else None


@dataclass(frozen=True)
class Versions:
    """The versions of both frameworks."""

    keras: Version = Version((3, 15))
    torch: Version = Version((2, 13))


NEWEST = Versions()
KERAS_2 = Version((2,))
"""What a file asks for that chooses Keras 2 by itself."""
