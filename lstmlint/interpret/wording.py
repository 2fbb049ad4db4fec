"""How a call is named in what is said to the user."""

from __future__ import annotations

import libcst as cst

from lstmlint.interpret.registry import Call
from lstmlint.source import Place
from lstmlint.syntax.parse import NodePlace

LONGEST = 60
"""Characters of the user's code that are quoted before the middle is left out."""


def shortened(text: str) -> str:
    """A piece of source as one short line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 4]} ..."


def callee(call: Call) -> str:
    """What is called, as written: `self.rnn` of `self.rnn(x)`, `self.layers[0]` of `self.layers[0](x)`."""
    return callee_text(call.place) or call.name


def callee_text(place: Place) -> str:
    """What is called at the place of a call, as written."""
    if isinstance(place, NodePlace) and isinstance(place.node, cst.Call):
        return shortened(place.unit.text(place.node.func))
    text = place.text
    depth, start = 0, len(text)
    for position, character in enumerate(text):
        if character in "([{":
            if depth == 0 and character == "(":
                start = position
            depth += 1
        elif character in ")]}":
            depth -= 1
    return shortened(text[:start])


def subscripted(place: Place, fallback: str) -> str:
    """The variable of which an entry is taken: `self.h` of `self.h[:, -1]`; a word for it where it is no variable."""
    name, bracket, _ = place.text.partition("[")
    return name if bracket and all(part.isidentifier() for part in name.split(".")) else fallback


def argument_text(call: Call, position: int, fallback: str) -> str:
    """A positional argument as written, or a word for it where it is not known how it was."""
    return shortened(call.texts[position]) if position < len(call.texts) else fallback
