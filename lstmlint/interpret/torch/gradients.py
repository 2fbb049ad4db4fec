"""torch's recording of gradients: where it is switched off, where gradients are computed, where graphs are cut off."""

from __future__ import annotations

import re

from lstmlint.events import Backward, CutOff, Unfollowed
from lstmlint.interpret.ops.trail import detached
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.wording import callee
from lstmlint.values import NONE, Const, Tensor, Value
from lstmlint.world import World

_UNRECORDED = re.compile(r"(?:^|\.)(?:no_grad|inference_mode)(?:\(\))?$|set_grad_enabled\(False\)$")

_RENEWS = re.compile(r"reset|clear|detach|repackage|forget|(?:init|zero|begin|new|start)\w*(?:hid|stat|mem)", re.I)


def is_unrecorded(text: str) -> bool:
    """True for the text of a context manager or decorator under which torch records nothing."""
    return _UNRECORDED.search(text) is not None


@operation("Tensor.backward", "torch.autograd.backward", "torch.nn.Module.manual_backward", "torch.nn.Module.backward")
def backward(world: World, call: Call) -> Value:
    """`loss.backward()`, also through what wraps it: `scaler.scale(loss).backward()`, `accelerator.backward(loss)`."""
    keeps = call.kwargs.get("retain_graph")
    if world.recording:
        world.emit(Backward(place=call.place, keeps=isinstance(keeps, Const) and bool(keeps.value)))
    return NONE


@operation("Tensor.detach_")
def cut_off(world: World, call: Call) -> Value:
    """`h.detach_()`: the tensor itself has no graph any more."""
    source = call.args[0] if call.args else None
    if isinstance(source, Tensor):
        world.emit(CutOff(place=call.place, source=source))
    return world.unknown() if source is None else detached(source, call.place)


def note_unfollowed(world: World, call: Call) -> None:
    """Tells of a call that is not followed where its name says that it may set states anew, or cut them off."""
    if _RENEWS.search(callee(call)):
        world.emit(Unfollowed(place=call.place))
