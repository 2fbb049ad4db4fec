"""TensorFlow's and Keras' functions that are another library's function under another name or signature.

Each is bound to its own parameters first, then handed on: what the first parameter is stays positional, the others go
by the names of the function it is handed to.
"""

from __future__ import annotations

from lstmlint.interpret.registry import OPERATIONS, Call, operation
from lstmlint.lean import dataclass
from lstmlint.values import NONE, Const, Value
from lstmlint.world import World


@dataclass(frozen=True)
class Alias:
    """Another name for a known function: its own parameters in order, and what each is called there ("": dropped)."""

    target: str
    parameters: tuple[str, ...]
    there: tuple[str, ...]
    axis: int | None = None
    """What `axis` is unless given, where the other function has another default."""


def bound(call: Call, parameters: tuple[str, ...]) -> dict[str, Value]:
    """A call's arguments by name; those given as None are left out."""
    given = {**dict(zip(parameters, call.args, strict=False)), **call.kwargs}
    return {name: value for name, value in given.items() if value != NONE}


def hand_on(world: World, call: Call, target: str, *args: Value, **kwargs: Value) -> Value:
    """What a known function makes of some arguments at the place of a call; Unknown where nobody knows it."""
    found = OPERATIONS.get(target)
    if found is None:
        return world.unknown()
    return found(world, Call(target, args, kwargs, call.place, call.texts[:1], call.open_ended))


ALIASES: dict[str, Alias] = {}


def _add(target: str, parameters: str, there: str, *names: str, axis: int | None = None) -> None:
    alias = Alias(target, tuple(parameters.split()), tuple(part.strip(".") for part in there.split()), axis)
    ALIASES.update(dict.fromkeys(names, alias))


def _in(*modules: str, names: str) -> tuple[str, ...]:
    return tuple(f"{module}.{name}" for module in modules for name in names.split())


_REDUCTIONS = {
    "mean": "mean",
    "sum": "sum",
    "max": "amax",
    "min": "amin",
    "prod": "prod",
    "any": "any",
    "all": "all",
    "logsumexp": "logsumexp",
    "std": "std",
    "variance": "var",
    "var": "var",
}
for _name, _target in _REDUCTIONS.items():
    _add(
        f"torch.{_target}",
        "input_tensor axis keepdims",
        ". dim keepdim",
        *_in("tf", "tf.math", names=f"reduce_{_name}"),
    )
    _add(f"torch.{_target}", "x axis keepdims", ". dim keepdim", *_in("keras.ops", "keras.backend", names=_name))
for _name in ("argmax", "argmin"):
    _add(f"torch.{_name}", "input axis", ". dim", *_in("tf", "tf.math", names=_name), axis=0)
    _add(f"torch.{_name}", "x axis", ". dim", f"keras.backend.{_name}", axis=-1)
    _add(f"torch.{_name}", "x axis keepdims", ". dim keepdim", f"keras.ops.{_name}")
_add("torch.cumsum", "x axis", ". dim", *_in("tf", "tf.math", "keras.backend", names="cumsum"), axis=0)

_NN = ("tf.nn", "tf.math", "keras.ops", "keras.activations", "keras.backend")
_add("torch.softmax", "logits axis", ". dim", *_in(*_NN, names="softmax"), axis=-1)
_add("torch.log_softmax", "logits axis", ". dim", *_in(*_NN, names="log_softmax"), axis=-1)

_AXES = ("tf", "keras.ops", "keras.backend")
_add("torch.unsqueeze", "input axis", ". dim", *_in(*_AXES, names="expand_dims"))
_add("torch.reshape", "tensor shape", ". shape", *_in(*_AXES, names="reshape"))
_add("numpy.transpose", "a perm", ". axes", "tf.transpose")
_add("numpy.transpose", "x axes", ". axes", "keras.ops.transpose")
_add("numpy.transpose", "x pattern", ". axes", "keras.backend.permute_dimensions")
_add("numpy.swapaxes", "x axis1 axis2", ". axis1 axis2", "keras.ops.swapaxes")
_add("numpy.moveaxis", "x source destination", ". source destination", "keras.ops.moveaxis")
_add("torch.tile", "input multiples", ". dims", "tf.tile", "keras.backend.tile")
_add("torch.tile", "x repeats", ". dims", "keras.ops.tile")
_add("torch.repeat_interleave", "input repeats axis", ". repeats dim", *_in("tf", "keras.ops", names="repeat"))
_add("torch.repeat_interleave", "x rep axis", ". repeats dim", "keras.backend.repeat_elements")
_add("torch.flip", "tensor axis", ". dims", "tf.reverse", "keras.ops.flip", "keras.backend.reverse")

_add("torch.stack", "values axis", ". dim", *_in(*_AXES, names="stack"))
_add("torch.cat", "values axis", ". dim", "tf.concat", "keras.ops.concatenate")
_add("torch.unbind", "value num axis", ". . dim", *_in("tf", "keras.ops", names="unstack"))
_add("torch.where", "condition x y", ". input other", *_in("tf", "keras.ops", names="where"))
_add("torch.arange", "start limit delta", ". end step", "tf.range")
_add("torch.arange", "start stop step", ". end step", "keras.ops.arange", "keras.backend.arange")


@operation(*ALIASES)
def alias(world: World, call: Call) -> Value:
    """What the function of the other name makes of the arguments."""
    known = ALIASES[call.name]
    given = bound(call, known.parameters)
    first = next((given[name] for name in (known.parameters[0], *_FIRST) if name in given), None)
    if first is None:
        return world.unknown()
    if known.axis is not None:
        given.setdefault("axis", Const(known.axis))
    rest = {
        there: given[own]
        for own, there in zip(known.parameters[1:], known.there[1:], strict=True)
        if own in given and there
    }
    return hand_on(world, call, known.target, first, **rest)


@operation("keras.ops.cumsum")
def running_total(world: World, call: Call) -> Value:
    """Along one axis, or over all entries in a row."""
    source = call.arg(0, "x")
    if source is None:
        return world.unknown()
    axis = bound(call, ("x", "axis")).get("axis")
    return hand_on(world, call, "torch.cumsum" if axis else "torch.ravel", source, **({"dim": axis} if axis else {}))


_FIRST = ("x", "input", "inputs", "a", "tensor", "value", "values", "tensors", "xs", "input_tensor", "logits", "array")
"""What the first parameter is called in one version or library or another."""
