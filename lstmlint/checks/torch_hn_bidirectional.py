"""One step or one state taken as the summary of a layer that reads in both directions.

At the last step the backward half has read a single element; `h_n[-1]` is the backward direction alone. The summary of
both is `cat((h_n[-2], h_n[-1]), 1)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import is_torch_recurrent, layouts, mentioned, same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import is_surely_bidirectional, origin, stack_of
from lstmlint.events import Called, Combined, Gathered, Joined, PackedUp, Reduced, Reshaped, Selected, Sliced
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.ops.trail import LESS_ONE
from lstmlint.interpret.wording import shortened, subscripted
from lstmlint.sizes import Size
from lstmlint.source import Place
from lstmlint.values import Axis, Const, Role, Tensor, as_int, as_size, compatible

RULE = "torch-hn-bidirectional"


@check(RULE, on=Selected)
def last_step_of_both_directions(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """`output[:, -1]` of a bidirectional layer."""
    built = selected.source.axes[-1].directions or _added(selected.source, facts)
    if built is None or not selected.last or not selected.alone or selected.axis.is_single:
        return
    if selected.position == len(selected.source.axes) - 1 or not _is_time(selected, facts):
        return
    if _is_cut(selected.result, facts) or _is_fed_on(selected.result, facts):
        return
    text = shortened(selected.place.text)
    yield Finding(
        selected.place,
        f"`{text}` holds the backward direction after it has read one step only, the last one",
        because=(Evidence(built, "was built with bidirectional=True"),),
        cure=_both_directions("h_n"),
    )


def _added(source: Tensor, facts: Facts) -> Place | None:
    """Where the layer was built whose two directions were added to one another: `out[..., :n] + out[..., n:]`."""
    for combined in facts.events(Combined):
        if same_axes(combined.result, source):
            halves = [cut for cut in facts.events(Sliced) if any(same_axes(cut.result, one) for one in combined.parts)]
            built = {cut.axis.directions for cut in halves if cut.position == len(cut.source.axes) - 1}
            if len(combined.parts) == 2 == len({cut.place for cut in halves}) and len(built) == 1:
                return built.pop()
    return None


@check(RULE, on=Gathered)
def last_step_of_each_sample(gathered: Gathered, facts: Facts) -> Iterator[Finding]:
    """`output.gather(1, lengths - 1)`: each sample's own last step, where the backward direction has just begun."""
    built = gathered.source.axes[-1].directions
    positions = gathered.positions
    if built is None or not isinstance(positions, Tensor) or positions.noted(LESS_ONE) is None:
        return
    if gathered.result.axes[-1].directions is None or _are_parted(gathered.result.axes[-1], facts):
        return
    packed = _packed_with(gathered, positions, facts)
    if packed is None:
        return
    yield Finding(
        gathered.place,
        f"`{shortened(gathered.place.text)}` takes the backward direction where it has read one step only, the last",
        because=(
            Evidence(built, "was built with bidirectional=True"),
            Evidence(packed.place, "packs each sequence up to the length that the position is worked out from"),
        ),
        cure=_both_directions("h_n"),
    )


def _are_parted(feature: Axis, facts: Facts) -> bool:
    """True where the two directions that stand side by side are taken apart somewhere."""
    return any(sliced.axis.id == feature.id for sliced in facts.events(Sliced))


def _packed_with(gathered: Gathered, positions: Tensor, facts: Facts) -> PackedUp | None:
    """Where the source was packed with the lengths that the positions are one less than."""
    time = gathered.source.axes[gathered.position]
    for packed in facts.events(PackedUp):
        lengths = facts.world.tensor(packed.lengths) if packed.lengths is not None else None
        same = isinstance(lengths, Tensor) and {axis.id for axis in lengths.axes} == {positions.axes[0].id}
        from_padding = positions.axes[0].id == packed.result.batch.id
        if packed.result.time.id == time.id and (same or from_padding) and compatible(packed.path, gathered.path):
            return packed
    return None


def _is_time(selected: Selected, facts: Facts) -> bool:
    """False where the layer takes the axis for the batch, or where the layer's own layout is in doubt."""
    found = layouts(facts)
    readings = found.along(selected.axis, selected.source.axes)
    return all(reading.time.id == selected.axis.id and not found.is_at_fault(reading.layer) for reading in readings)


def _is_cut(result: Tensor, facts: Facts) -> bool:
    """True where a later slice takes the two directions apart: the same axes, the last with fewer entries."""
    halves = [tensor for tensor in mentioned(facts) if same_axes(tensor, result)]
    return any(half.axes[-1].size != result.axes[-1].size for half in halves)


def _is_fed_on(result: Tensor, facts: Facts) -> bool:
    """True where the step, as one step, is the next input of a recurrent layer."""
    wanted = {axis.id for axis in result.axes}
    sources = (called.source for called in facts.events(Called) if is_torch_recurrent(called.layer))
    return any(
        isinstance(source, Tensor)
        and wanted <= {axis.id for axis in source.axes}
        and all(axis.is_single for axis in source.axes if axis.id not in wanted)
        for source in sources
    )


@check(RULE, on=Selected)
def one_direction_of_a_state(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """`h_n[-1]` of a bidirectional layer whose other direction nobody reads."""
    stack = selected.axis
    called = origin(stack, facts) if stack.role is Role.STACK else None
    if called is None or selected.index is None or not is_surely_bidirectional(called):
        return
    if not selected.alone or selected.kept or len(_indices(stack, facts)) > 1 or _is_used_whole(selected, facts):
        return
    direction = "backward" if selected.index % 2 else "forward"
    where = "the last layer's" if selected.last else f"entry {selected.index}, the"
    yield Finding(
        selected.place,
        f"`{shortened(selected.place.text)}` is {where} {direction} direction alone; the other direction is never read",
        because=(Evidence(called.layer.place, "was built with bidirectional=True"),),
        cure=_both_directions(subscripted(selected.place, "h_n")),
    )


@check(RULE, on=Selected)
def both_directions_of_the_first_layer(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """`h_n[0]` and `h_n[1]` of several layers: the two directions of the first one; nobody reads the last one's."""
    stack = selected.axis
    called = origin(stack, facts) if stack.role is Role.STACK and selected.index == 0 else None
    if called is None or not is_surely_bidirectional(called) or _indices(stack, facts) != {0, 1}:
        return
    layers = called.layer.argument("num_layers")
    if not isinstance(layers, Const) or layers.assumed or (as_int(layers) or 1) < 2:
        return
    if not selected.alone or selected.kept or _is_used_whole(selected, facts):
        return
    state = subscripted(selected.place, "h_n")
    yield Finding(
        selected.place,
        f"`{state}[0]` and `{state}[1]` are the two directions of the first of {as_int(layers)} layers",
        because=(Evidence(called.layer.place, f"was built with num_layers={as_int(layers)} and bidirectional=True"),),
        cure=_both_directions(state),
        confidence=Confidence.LIKELY,
    )


def _both_directions(state: str) -> str:
    return f"join both directions' final states: `torch.cat(({state}[-2], {state}[-1]), dim=1)`"


def _indices(stack: Axis, facts: Facts) -> set[int | None]:
    return {event.index for event in facts.events(Selected) if event.axis.id == stack.id}


def _is_used_whole(selected: Selected, facts: Facts) -> bool:
    """True where the whole state goes on into a dense layer or a sum over its entries."""
    return any(event.axis.id == selected.axis.id for event in facts.events(Reduced))


@check(RULE, on=Joined)
def directions_joined_along_batch(joined: Joined, facts: Facts) -> Iterator[Finding]:
    """`cat([h_n[0], h_n[1]], 0)`: twice as many samples, each with one direction."""
    if joined.axis is None or len(joined.parts) != 2 or joined.parts[0] != joined.parts[1]:
        return
    entries = [
        event
        for event in facts.events(Selected)
        if event.result == joined.parts[0] and stack_of(event.source) == event.axis and len(event.source.axes) == 3
    ]
    if len({event.index for event in entries}) != 2 or joined.axis.id != entries[0].source.axes[1].id:
        return
    first = entries[0]
    called = origin(first.axis, facts)
    if called is None or not is_surely_bidirectional(called):
        return
    yield Finding(
        joined.place,
        f"`{shortened(joined.place.text)}` joins the two directions along the batch: twice the samples, half the width",
        because=(Evidence(called.layer.place, "was built with bidirectional=True"), _seen(first.place)),
        cure="join along the features: `dim=1`",
    )


@check(RULE, on=Reshaped)
def directions_split_off_before_layers(reshaped: Reshaped, facts: Facts) -> Iterator[Finding]:
    """`h_n.view(2, num_layers, batch, hidden)`: the two directions of one layer stand next to each other."""
    stack = stack_of(reshaped.source)
    called = None if stack is None else origin(stack, facts)
    if stack is None or called is None or not is_surely_bidirectional(called):
        return
    layers, sizes = as_size(called.layer.argument("num_layers")), [axis.size for axis in reshaped.result.axes[:2]]
    if layers is None or layers.known in (1, 2) or sizes != [Size.of(2), layers]:
        return
    if len(reshaped.result.axes) != len(reshaped.source.axes) + 1:
        return
    yield Finding(
        reshaped.place,
        f"`{shortened(reshaped.place.text)}` takes layers for directions: "
        "in a final state the two directions of a layer stand next to each other",
        because=(Evidence(called.layer.place, "was built with bidirectional=True and more than one layer"),),
        cure="split the first axis into (layers, directions), in this order",
    )


def _seen(place: Place) -> Evidence:
    return Evidence(place, "is (batch, hidden)")
