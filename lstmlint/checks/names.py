"""What the names of variables say of a recurrent layer's output and states. Only plain names count."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HIDDEN = frozenset({"h", "hn", "ht", "hidden", "hiddens", "hs", "hx"})
_CELL = frozenset({"c", "cn", "ct", "cell", "cells", "cs", "cx", "carry"})
_MEMORY = frozenset({"mem", "memory"})
"""Words for a cell state where a hidden state stands beside it; alone they may mean either."""
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


def is_pair(first: str, second: str) -> bool:
    """True for the names of a hidden state and a cell state, in this order."""
    is_cell = kind_of_state(second) == "c" or not _MEMORY.isdisjoint(words(second))
    return kind_of_state(first) == "h" and is_cell


def is_output(name: str) -> bool:
    """True for a name of a layer's output (`out`, `lstm_output`)."""
    return any(word in OUTPUT for word in words(name))
