"""What the names of variables say of a recurrent layer's output and states. Only plain names count."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HIDDEN = frozenset({"h", "hn", "ht", "hidden", "hiddens", "hs", "hx"})
_CELL = frozenset({"c", "cn", "ct", "cell", "cells", "cs", "cx", "carry"})
OUTPUT = frozenset({"out", "outs", "output", "outputs", "seq", "sequence", "sequences", "y"})
"""Words for what a layer gives for each step."""


def words(name: str) -> list[str]:
    """The words of the last part of a name, in lower case: `self.encH_1` is enc, h."""
    return [word.lower() for word in _WORD.findall(name.rpartition(".")[2])]


def kind_of_state(name: str) -> str | None:
    """ "h" for a name of a hidden state (`h0`, `hidden`), "c" for one of a cell state (`c_n`, `cell`), else None."""
    found = words(name)
    hidden = any(word in _HIDDEN for word in found)
    cell = any(word in _CELL for word in found)
    if hidden == cell:
        return None
    return "h" if hidden else "c"


def is_output(name: str) -> bool:
    """True for a name of a layer's output (`out`, `lstm_output`)."""
    return any(word in OUTPUT for word in words(name))
