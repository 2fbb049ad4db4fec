"""Operations that work entry by entry: the axes stay, and those of several operands are aligned from the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmlint.events import Combined
from lstmlint.interpret.keras.masks import unmasked
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import broadcast, listed, tensor_argument
from lstmlint.interpret.ops.trail import (
    DIFFERENCE,
    LAST_STEP,
    LESS_ONE,
    MASK,
    SEQUENCE,
    SIGMOID,
    UNIFORM,
    is_mask,
    joint_state,
    joint_trail,
    noted,
    recomputed,
)
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.values import NONE, Const, External, Num, OpenTensor, Tensor, Tuple, Value, as_int
from lstmlint.world import World

F = "torch.nn.functional"
WHOLE = 3
"""A tensor with as many axes is rarely stretched further."""


def combine(world: World, call: Call, values: Sequence[Value]) -> Value:
    """Several operands entry by entry; numbers change nothing.

    An operand of unknown rank is taken to fit into one of known rank with three axes or more.
    """
    if any(needs_tensor(world, value, call.place, f"given to `{callee(call)}`") for value in values):
        return world.unknown()
    operands = [value for value in values if not isinstance(value, (Const, Num, External))]
    tensors = [world.tensor(value) for value in operands]
    known = [tensor for tensor in tensors if isinstance(tensor, Tensor)]
    open_ones = [tensor for tensor in tensors if isinstance(tensor, OpenTensor)]
    if not operands or len(known) + len(open_ones) < len(operands):
        return world.unknown()
    if not known:
        return open_ones[0] if all(one == open_ones[0] for one in open_ones) else _some_open(world, operands)
    axes = broadcast(tensor.axes for tensor in known)
    if open_ones:
        if len(axes) < WHOLE:
            return _wider(world, open_ones, len(axes))
        axes = tuple(world.axis() if axis.is_single else axis for axis in axes)
    result = Tensor(axes, joint_trail(known), joint_state(known) if not open_ones else None)
    if len(known) > 1:
        how = call.name.rpartition(".")[2]
        world.emit(Combined(place=call.place, how=how, parts=tuple(known), result=result))
        if how in _DIFFERENCES and any(part.noted(LAST_STEP) or part.noted(SEQUENCE) for part in known):
            result = noted(result, DIFFERENCE, call.place)
    return unmasked(world, result, call.place, *known)


def _some_open(world: World, operands: Sequence[Value]) -> Value:
    """Of several tensors of unknown rank the one that is surely a tensor says the axes, where there is just one."""
    sure = [value for value in operands if isinstance(value, OpenTensor)]
    return sure[0] if len(sure) == 1 else world.unknown()


def _wider(world: World, open_ones: Sequence[OpenTensor], rank: int) -> Value:
    """A tensor of unknown rank together with one that surely has no more axes."""
    first = open_ones[0]
    if len(open_ones) > 1 or len(first.head) + len(first.tail) < rank:
        return world.unknown()
    return first


_BINARY = """add sub subtract mul multiply div divide true_divide floor_divide remainder fmod pow maximum minimum
    fmax fmin atan2 arctan2 hypot logaddexp rsub bitwise_and bitwise_or bitwise_xor lerp addcmul addcdiv
    heaviside float_power copysign ldexp xlogy"""
_COMPARING = """eq ne lt le gt ge equal_to greater greater_equal less less_equal not_equal isclose
    logical_and logical_or logical_xor"""
_OPERATORS = "add sub mul truediv floordiv mod pow and_ or_ xor"
_DIFFERENCES = frozenset(("sub", "subtract", "squared_difference"))
_OF_TRUTHS = frozenset(("mul", "multiply", "bitwise_and", "bitwise_or", "bitwise_xor", "and", "or", "xor"))


@operation(
    *names(_BINARY, "torch", "Tensor", "numpy"),
    *(f"Tensor.{name}_" for name in _BINARY.split()),
    *names("mod power float_power", "numpy"),
    *names(_OPERATORS, "operator"),
)
def binary(world: World, call: Call) -> Value:
    """Two operands or three. Truth values multiplied or joined by bits are truth values."""
    named = [call.kwargs[name] for name in ("other", "exponent", "end", "tensor1", "tensor2") if name in call.kwargs]
    values = (*call.args, *named)
    found = combine(world, call, values)
    if not isinstance(found, Tensor):
        return found
    name = call.name.rpartition(".")[2].strip("_")
    if all(isinstance(value, (Const, Num)) or _is_uniform(value) for value in values):
        found = noted(found, UNIFORM, call.place)
    if name in _OF_TRUTHS and all(is_mask(value) for value in values):
        return noted(found, MASK, call.place)
    return noted(found, LESS_ONE, call.place) if name in ("sub", "subtract") and values[1:] == (Const(1),) else found


def _is_uniform(value: Value) -> bool:
    return isinstance(value, Tensor) and value.noted(UNIFORM) is not None


@operation(
    *names(_COMPARING, "torch", "Tensor", "numpy"),
    *(f"Tensor.{name}_" for name in _COMPARING.split()),
    *names("equal greater greater_equal less less_equal not_equal isin", "numpy"),
    *names("eq ne lt le gt ge", "operator"),
    "torch.isin",
)
def comparison(world: World, call: Call) -> Value:
    """Truth values in the shape of the operands together."""
    values = call.args[:1] if call.name.endswith("isin") else (*call.args[:2], *list(call.kwargs.values())[:1])
    found = combine(world, call, values)
    return noted(found, MASK, call.place) if isinstance(found, Tensor) else found


_TRUTHS = "isnan isinf isfinite logical_not signbit isreal isneginf isposinf"


@operation(*names(_TRUTHS, "torch", "Tensor", "numpy"), "Tensor.bool", "Tensor.logical_not_")
def truths(world: World, call: Call) -> Value:
    """Truth values in the shape of the operand."""
    source = tensor_argument(world, call)
    if source is None:
        return world.unknown()
    return noted(source, MASK, call.place) if isinstance(source, Tensor) else source


@operation("torch.where", "numpy.where")
def where(world: World, call: Call) -> Value:
    """where(condition, one, other); with the condition alone, positions."""
    one, other = call.arg(1, "input", "x"), call.arg(2, "other", "y")
    if one is None or other is None or not call.args:
        return world.unknown()
    return combine(world, call, (one, other, call.args[0]))


@operation("Tensor.where")
def where_method(world: World, call: Call) -> Value:
    """x.where(condition, other)."""
    return combine(world, call, (*call.args[:1], *call.args[2:3], *call.args[1:2]))


@operation(*names("masked_fill masked_scatter", "torch", "Tensor"), "Tensor.masked_fill_", "Tensor.masked_scatter_")
def masked_fill(world: World, call: Call) -> Value:
    """masked_fill(tensor, mask, value): the mask is stretched to the tensor."""
    source, mask = tensor_argument(world, call), call.arg(1, "mask")
    if not isinstance(source, Tensor):
        return world.unknown() if source is None else source
    source = recomputed(source)
    other = None if mask is None else world.tensor(mask)
    if isinstance(other, Tensor) and len(other.axes) <= len(source.axes):
        return replace(source, axes=broadcast((source.axes, other.axes)))
    return source


_UNARY = """abs absolute neg negative positive exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square reciprocal
    sin cos tan sinh cosh tanh asin acos atan arcsin arccos arctan asinh acosh atanh relu relu6
    erf erfc erfinv logit floor ceil round trunc frac sign sgn clamp clip clamp_min clamp_max nan_to_num
    sinc deg2rad rad2deg
    cumsum cumprod logcumsumexp argsort renorm fix digamma lgamma bernoulli angle real imag conj
    alpha_dropout feature_dropout celu selu elu leaky_relu rrelu prelu hardshrink softplus threshold
    index_fill index_add index_copy scatter scatter_add scatter_reduce put
    fill_diagonal index_put nancumsum nancumprod around rint degrees radians i0 unwrap"""
_FUNCTIONAL = """relu relu6 relu_ elu elu_ selu celu leaky_relu leaky_relu_ prelu rrelu gelu silu mish
    hardtanh hardtanh_ hardswish hardsigmoid softplus softsign tanhshrink hardshrink softshrink threshold logsigmoid
    tanh
    layer_norm batch_norm instance_norm group_norm local_response_norm rms_norm"""


@operation(
    *names(_UNARY, "torch", "Tensor", "numpy"),
    *(f"Tensor.{name}_" for name in _UNARY.split()),
    *names("relu_ selu_ celu_ rrelu_ tanh_ dropout_", "torch"),
    *names(_FUNCTIONAL, F),
    *names("logit gammaln xlogy entr erf erfinv softplus", "torch.special", "scipy.special"),
    "operator.neg",
    "operator.pos",
    "operator.invert",
    "torch.bitwise_not",
    "Tensor.bitwise_not",
    "torch.layer_norm",
    "torch.batch_norm",
)
def unary(world: World, call: Call) -> Value:
    """One operand; running sums and scatters run along an axis but keep them all."""
    source = tensor_argument(world, call)
    if source is None:
        return world.unknown()
    return recomputed(source) if isinstance(source, Tensor) else source


@operation("torch.gradient", "numpy.gradient")
def gradient(world: World, call: Call) -> Value:
    """One tensor for each axis that the differences run along; numpy gives the tensor itself for a single one."""
    source = tensor_argument(world, call)
    along = call.kwargs.get("dim", call.kwargs.get("axis", NONE))
    several = listed(world, along)
    if not isinstance(source, Tensor) or (several is None and along != NONE and as_int(along) is None):
        return world.unknown()
    count = len(several) if several is not None else len(source.axes) if along == NONE else 1
    found = recomputed(source)
    single = call.name.startswith("numpy.") and several is None and count == 1
    return found if single else Tuple((found,) * count)


@operation(
    *names("sigmoid sigmoid_", "torch", "Tensor"), f"{F}.sigmoid", *names("expit", "torch.special", "scipy.special")
)
def sigmoid(world: World, call: Call) -> Value:
    """Probabilities, entry by entry."""
    source = tensor_argument(world, call)
    if source is None:
        return world.unknown()
    return noted(recomputed(source), SIGMOID, call.place) if isinstance(source, Tensor) else source


@operation("torch.broadcast_tensors", "numpy.broadcast_arrays")
def broadcast_together(world: World, call: Call) -> Value:
    """Every tensor stretched to the axes of all together."""
    found = combine(world, call, call.args)
    return Tuple((found,) * len(call.args)) if isinstance(found, Tensor) else world.unknown()
