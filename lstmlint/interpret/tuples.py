"""What a recurrent layer returns is a tuple; here it is noticed where one is used as if it were a tensor.

Attribute access, a subscript over several axes, arithmetic and every layer or function that takes a tensor ask here.
"""

from __future__ import annotations

from lstmlint.events import UsedAsTensor
from lstmlint.source import Place
from lstmlint.values import Tuple, Value
from lstmlint.world import World


def needs_tensor(world: World, value: Value, place: Place, how: str) -> bool:
    """Says that `value` is used where only a tensor will do; True where it is a recurrent layer's tuple instead.

    `how` tells it in the user's terms, e.g. "given to `self.fc`". Only a tuple that surely came out of a layer
    counts: a value that is a tuple on some branches only may have been told apart by the program.
    """
    if not isinstance(value, Tuple) or value.layer is None:
        return False
    world.emit(UsedAsTensor(place=place, value=value, how=how))
    return True
