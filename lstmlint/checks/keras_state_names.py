"""What a variable's name says of the recurrent state in it: its direction (forward, backward) and its kind (h, c).

Only names that say it plainly count: `state_h`, `forward_c`, `bh`, `fw_h`, `enc_cell`. A bare `state` says nothing.
"""

from __future__ import annotations

from lstmlint.checks.names import is_output, words
from lstmlint.lean import dataclass

_DIRECTIONS = {
    "forward": "forward",
    "fwd": "forward",
    "fw": "forward",
    "f": "forward",
    "backward": "backward",
    "back": "backward",
    "bwd": "backward",
    "bw": "backward",
    "b": "backward",
}
_KINDS = {"h": "h", "hidden": "h", "c": "c", "cell": "c", "carry": "c"}
_TOGETHER = {
    "fh": ("forward", "h"),
    "fc": ("forward", "c"),
    "bh": ("backward", "h"),
    "bc": ("backward", "c"),
    "hf": ("forward", "h"),
    "cf": ("forward", "c"),
    "hb": ("backward", "h"),
    "cb": ("backward", "c"),
    "fwh": ("forward", "h"),
    "fwc": ("forward", "c"),
    "bwh": ("backward", "h"),
    "bwc": ("backward", "c"),
}
_SIDES = {
    "forward": "forward",
    "forwards": "forward",
    "fwd": "forward",
    "fw": "forward",
    "backward": "backward",
    "backwards": "backward",
    "bwd": "backward",
    "bw": "backward",
    "reverse": "backward",
    "reversed": "backward",
    "rev": "backward",
    "left": "left",
    "right": "right",
}


@dataclass(frozen=True)
class Meaning:
    """What a name says: None for what it leaves open."""

    direction: str | None
    kind: str | None

    def contradicts(self, state: str | None) -> bool:
        """True where a tensor's state ("h", "backward c") is another than the name says."""
        if state is None:
            return False
        direction, _, kind = state.rpartition(" ")
        other_kind = self.kind is not None and self.kind != kind
        return other_kind or (self.direction is not None and direction != "" and self.direction != direction)


def meaning(name: str) -> Meaning:
    """What a variable's name says of a state; a letter f or b says a direction only beside a word for the kind."""
    direction, kind, letter = None, None, None
    for word in words(name):
        if word in _TOGETHER:
            direction, kind = _TOGETHER[word]
        elif len(word) == 1 and word in _DIRECTIONS:
            letter = _DIRECTIONS[word]
        else:
            direction = _DIRECTIONS.get(word, direction)
            kind = _KINDS.get(word, kind)
    return Meaning(direction or (letter if kind is not None else None), kind)


def says_output(name: str) -> bool:
    """True for a name that says that the value is a layer's output; `out_h` and `h_out` are states that come out."""
    return meaning(name).kind is None and is_output(name)


def side_of(name: str) -> str | None:
    """Which of two directions a name says: forward, backward, left or right; None where it says none, or several."""
    found = {_SIDES[word] for word in words(name) if word in _SIDES}
    return found.pop() if len(found) == 1 else None
