"""What the program writes to the parameters of torch's recurrent layers, put together layer by layer."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from functools import lru_cache

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES
from lstmlint.checks.facts import Facts
from lstmlint.events import ParameterSet
from lstmlint.lean import dataclass
from lstmlint.values import compatible
from lstmlint.weights import Weight

_NAME = re.compile(r"(?P<kind>weight|bias)_(?P<side>ih|hh)(?P<suffix>.*)")
GATES = {3: "gru", 4: "lstm"}
"""The kind of layer by the number of its gates."""


@dataclass(frozen=True)
class Written:
    """A parameter of a recurrent layer was given an array of a Keras layer, and nothing else later."""

    event: ParameterSet
    array: Weight
    kind: str
    """weight or bias."""
    side: str
    """ih: the input's, hh: the recurrent one."""
    suffix: str
    """Which layer of a stack and which direction, as torch names them."""

    @property
    def owner(self) -> tuple[Hashable, str]:
        """The layer of a stack that the parameter belongs to."""
        return self.event.owner, self.suffix

    @property
    def family(self) -> str | None:
        """lstm, gru or rnn, where it is known what kind of layer it is."""
        layer = self.event.layer
        if layer is not None:
            return layer.spec.family.removesuffix("_cell")
        return GATES.get(len(self.array.blocks))

    @property
    def is_cell(self) -> bool:
        """True for a parameter of an LSTMCell and its like."""
        layer = self.event.layer
        return layer is not None and layer.spec.family in CELL_FAMILIES


@lru_cache(maxsize=1)
def written(facts: Facts) -> dict[int, Written]:
    """The writes that last, by the identity of their events."""
    events = facts.events(ParameterSet)
    found = {}
    for number, event in enumerate(events):
        match, array = _NAME.fullmatch(event.name), event.value
        if match is None or not isinstance(array, Weight) or array.root in facts.world.rewritten:
            continue
        if not any(_overwrites(later, event) for later in events[number + 1 :]):
            found[id(event)] = Written(event, array, match["kind"], match["side"], match["suffix"])
    return found


def _overwrites(later: ParameterSet, event: ParameterSet) -> bool:
    same = (later.owner, later.name) == (event.owner, event.name)
    return same and later.place != event.place and compatible(later.path, event.path)


def partners(one: Written, facts: Facts) -> Iterator[Written]:
    """The other bias of the same layer, if it was given an array, too."""
    for other in written(facts).values():
        is_partner = (other.owner, other.kind) == (one.owner, one.kind) and other.side != one.side
        if is_partner and compatible(other.event.path, one.event.path):
            yield other


def is_left_alone(event: ParameterSet, facts: Facts) -> bool:
    """True where nothing in the file may have written the other bias of the layer whose one bias was written."""
    match, events = _NAME.fullmatch(event.name), facts.events(ParameterSet)
    return match is not None and not any(_may_write_other(one, event, match["side"]) for one in events)


def _may_write_other(one: ParameterSet, event: ParameterSet, side: str) -> bool:
    match = _NAME.fullmatch(one.name)
    if match is None:
        return True
    return match["kind"] == "bias" and match["side"] != side and (one.owner == event.owner or not one.layer)


def copied_with(event: ParameterSet, facts: Facts) -> tuple[ParameterSet, ...]:
    """Where a layer's one bias is copied from somewhere: the copying of its two weights, if both are."""
    match = _NAME.fullmatch(event.name)
    if match is None or match["kind"] != "bias" or event.value is None:
        return ()
    wanted = {f"weight_{side}{match['suffix']}" for side in ("ih", "hh")}
    others = [one for one in facts.events(ParameterSet) if one.owner == event.owner and one.name in wanted]
    copied = {one.name: one for one in others if one.value is not None and compatible(one.path, event.path)}
    return tuple(copied.values()) if copied.keys() == wanted else ()
