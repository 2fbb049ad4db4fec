"""Methods that every torch module has, and functions that wrap a module: most hand back the module itself."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.interpret.ops.trail import overwritten
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.torch.parameters import note_entries, note_filled
from lstmlint.values import Instance, Layer, Unknown, Value
from lstmlint.world import World

MODULE = "torch.nn.Module"

_SELF = (
    "to cuda cpu xpu half float double bfloat16 type eval train apply requires_grad_ zero_grad flatten_parameters "
    "share_memory reset_parameters to_empty compile"
)
_WRAPPERS = (
    "torch.compile",
    "torch.jit.script",
    "torch.jit.trace",
    "torch.nn.DataParallel",
    "torch.nn.parallel.DataParallel",
    "torch.nn.parallel.DistributedDataParallel",
    "torch.nn.utils.weight_norm",
    "torch.nn.utils.remove_weight_norm",
    "torch.nn.utils.spectral_norm",
    "torch.nn.utils.parametrizations.spectral_norm",
    "torch.quantization.quantize_dynamic",
    "torch.ao.quantization.quantize_dynamic",
)
_INITIALISERS = (
    "uniform_ normal_ trunc_normal_ xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ orthogonal_ "
    "sparse_ xavier_uniform xavier_normal kaiming_uniform kaiming_normal orthogonal uniform normal constant"
)
_FILLERS = "constant_ ones_ zeros_ eye_ dirac_"


@operation(
    *(f"{MODULE}.{name}" for name in _SELF.split()),
    *_WRAPPERS,
    *(f"torch.nn.init.{name}" for name in _INITIALISERS.split()),
)
def itself(world: World, call: Call) -> Value:
    """The first argument as it was."""
    if call.name.startswith("torch.nn.init."):
        note_filled(world, call)
    return call.args[0] if call.args else world.unknown()


@operation(*(f"torch.nn.init.{name}" for name in _FILLERS.split()))
def filled(world: World, call: Call) -> Value:
    """The first argument with known entries."""
    note_filled(world, call)
    return overwritten(call.args[0]) if call.args else world.unknown()


@operation(f"{MODULE}.forward", f"{MODULE}.__call__")
def forward(world: World, call: Call) -> Value:
    """Calling `forward` by name is calling the module."""
    if not call.args or world.apply is None:
        return world.unknown()
    return world.apply(call.args[0], replace(call, args=call.args[1:], texts=call.texts[1:]))


@operation(*(f"{MODULE}.{name}" for name in ("parameters", "named_parameters", "state_dict", "load_state_dict")))
def weights(world: World, call: Call) -> Value:
    """The weights of a module, taken by hand: whoever takes them may register, train or save them, too."""
    module = call.args[0] if call.args else None
    if isinstance(module, Layer):
        world.registered.add(module.id)
    elif isinstance(module, Instance):
        world.registered.add(module.address)
    name = call.name.rpartition(".")[2]
    if not world.ports or module is None:
        return world.unknown()
    if name == "load_state_dict":
        note_entries(world, call)
        return world.unknown()
    return Unknown((name, module))
