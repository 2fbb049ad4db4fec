"""Conversions: the same entries in another type, place or library, and tensors whose entries are overwritten."""

from __future__ import annotations

from lstmlint.events import Randomised
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import SOURCE, tensor_argument
from lstmlint.interpret.ops.trail import MASK, RANDOM, as_array, as_torch, detached, noted, overwritten, without_notes
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.torch.parameters import note_filled
from lstmlint.values import Tensor, Unknown, Value
from lstmlint.world import World

_PLACES = """to cuda cpu xpu contiguous clone detach requires_grad_ pin_memory share_memory_ to_dense coalesce
    copy resolve_conj resolve_neg refine_names rename data grad"""
_TYPES = "float double half bfloat16 long int short byte char type type_as astype"


@operation(*names(f"{_PLACES} {_TYPES}", "Tensor"), *names("clone detach", "torch"))
def converted(world: World, call: Call) -> Value:
    """The same in another type or place; what is not known to be a tensor stays what it is."""
    if not call.args:
        return world.unknown()
    value = call.args[0]
    tensor = world.tensor(value) if isinstance(value, Unknown) else value
    if not isinstance(tensor, Tensor):
        return value
    name = call.name.rpartition(".")[2]
    if name in ("detach", "data"):
        return detached(tensor, call.place)
    return without_notes(tensor, MASK) if name in _TYPES.split() else tensor


@operation("Tensor.numpy", "Tensor.__array__")
def to_numpy(world: World, call: Call) -> Value:
    """A torch tensor as a numpy array."""
    return as_array(detached(converted(world, call), call.place), call.place)


@operation("torch.nn.Parameter", "torch.nn.parameter.Parameter")
def to_parameter(world: World, call: Call) -> Value:
    """A tensor that is learned, whatever it starts from; one that every forward pass makes anew never is."""
    made = to_torch(world, call)
    is_made_anew = bool(world.inside) and world.inside[-1].function == "forward" and not world.under
    return made if is_made_anew else overwritten(made)


@operation("torch.from_numpy", "torch.autograd.Variable")
def to_torch(world: World, call: Call) -> Value:
    """A numpy array as a torch tensor; a tensor as itself."""
    source = tensor_argument(world, call, 0, "data", *SOURCE)
    return world.unknown() if source is None else detached(as_torch(source), call.place)


@operation(*names("zero_ fill_ copy_ set_", "Tensor"))
def filled(world: World, call: Call) -> Value:
    """The same tensor with other entries."""
    note_filled(world, call)
    source = tensor_argument(world, call)
    return world.unknown() if source is None else overwritten(source)


@operation(*names("normal_ uniform_ random_ exponential_ geometric_ log_normal_ cauchy_", "Tensor"))
def refilled(world: World, call: Call) -> Value:
    """The same tensor with random entries."""
    note_filled(world, call)
    source = tensor_argument(world, call)
    found = None if source is None else overwritten(source)
    world.emit(Randomised(place=call.place, function=call.name))
    return noted(found, RANDOM, call.place) if isinstance(found, Tensor) else found or world.unknown()
