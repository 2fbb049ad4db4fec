"""nn.LSTMCell, nn.GRUCell and nn.RNNCell: one time step, input (batch, feature) or (feature), no time axis at all."""

from __future__ import annotations

from lstmlint.events import Called
from lstmlint.interpret.registry import Call, application
from lstmlint.interpret.torch.recurrent import notes_of_state
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.sizes import Opaque, Size
from lstmlint.values import NONE, Layer, Role, Strength, Tensor, Tuple, Value, as_size
from lstmlint.world import World


@application("torch.nn.LSTMCell", "torch.nn.GRUCell", "torch.nn.RNNCell")
def apply_cell(world: World, layer: Layer, call: Call) -> Value:
    """Input (B,F) or (F,); an LSTMCell returns the pair (h, c), the others h: each (B,H) or (H,)."""
    given, state = call.arg(0, "input"), call.arg(1, "hx")
    if given is None or needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return world.unknown()
    source = given if isinstance(given, Tensor) else world.tensor(given, rank=2, presumed=True)
    size = as_size(layer.argument("hidden_size")) or Size.symbol(Opaque(("hidden_size", layer.id)))
    rows = source.axes[:-1] if isinstance(source, Tensor) else (world.axis(),)
    if isinstance(source, Tensor) and len(source.axes) == 2:
        text = f"`{callee(call)}` reads axis 0 as batch (a cell takes one time step)"
        world.claim(source.axes[0], Role.BATCH, Strength.FACT, call.place, text, kind="cell")
    _claim_rows(world, state, call)
    notes = notes_of_state(world, layer, call.place)
    hidden = Tensor((*rows, world.axis(size, Role.FEATURE)), notes, state="h")
    result: Value = hidden
    if layer.spec.family == "lstm_cell":
        cell = Tensor((*rows, world.axis(size, Role.FEATURE)), notes, state="c")
        result = Tuple((hidden, cell), layer=layer, part="cell")
    state = None if state == NONE else state
    extra = tuple(call.args[2:])
    world.emit(Called(place=call.place, layer=layer, source=given, state=state, result=result, extra=extra))
    return result


def _claim_rows(world: World, state: Value | None, call: Call) -> None:
    """A state of rank 2 is (batch, hidden) for every cell: its first axis is the batch, too."""
    for part in state.items if isinstance(state, Tuple) else (state,):
        if isinstance(part, Tensor) and len(part.axes) == 2:
            text = f"`{callee(call)}` reads axis 0 of its state as batch (a cell takes one time step)"
            world.claim(part.axes[0], Role.BATCH, Strength.FACT, call.place, text, kind="cell")
