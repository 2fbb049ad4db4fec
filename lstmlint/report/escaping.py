"""Text for lines that other programs read: what would end a line, or steer a terminal, is written out."""

from __future__ import annotations

import re

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_POSITION = re.compile(r":(?=\d+:)")


def escaped(text: str) -> str:
    r"""The text on one line: a line end as `\n`, an escape as `\x1b`, a byte that is no character as `\udcff`."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


def in_front_of_position(path: str) -> str:
    """A path in a line that goes on with `:line:column:`. A colon that looks like the beginning of that is escaped."""
    return _POSITION.sub(r"\\x3a", f"{escaped(path)}:")[:-1]
