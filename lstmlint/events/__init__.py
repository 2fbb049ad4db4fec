"""What happened in one interpretation, flat and in source order. Checks read these; they never see syntax."""

from __future__ import annotations

from collections.abc import Hashable

from lstmlint.events.axes import (
    Combined,
    Gathered,
    Inserted,
    Joined,
    Pooled,
    Reduced,
    Reshaped,
    Selected,
    Sliced,
    Squeezed,
    StateRepeated,
    Windowed,
    Zipped,
)
from lstmlint.events.base import Event, Inside, Round
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Class, Layer, Packed, Tensor, Tuple, Value

__all__ = [
    "Combined",
    "Event",
    "Gathered",
    "Inserted",
    "Inside",
    "Joined",
    "Pooled",
    "Reduced",
    "Reshaped",
    "Round",
    "Selected",
    "Sliced",
    "Squeezed",
    "StateRepeated",
    "Windowed",
    "Zipped",
]


@dataclass(frozen=True, kw_only=True)
class Built(Event):
    """A layer was constructed. `positional` are the arguments as given, `foreign` the keywords it does not have."""

    layer: Layer
    positional: tuple[Value, ...]
    positional_texts: tuple[str, ...]
    keywords: tuple[tuple[str, Value], ...]
    foreign: tuple[str, ...]
    owner: str = ""
    """The name it was bound to, where that is known."""


@dataclass(frozen=True, kw_only=True)
class BuiltByName(Event):
    """Something of a library's module was called whose name only a run knows: `getattr(keras.layers, kind)(...)`."""

    module: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Misplaced(Event):
    """A keyword stands on a call that does not take it (`model.add(LSTM(24), input_shape=...)`)."""

    call: str
    keyword: str
    layer: Layer | None


@dataclass(frozen=True, kw_only=True)
class LibraryName(Event):
    """The program imports or names something of a library that current versions lack; `name` is its dotted name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class MethodCalled(Event):
    """A method of a Keras model or layer was called that says something by itself (reset_states, fit_generator)."""

    owner: Value
    name: str
    keywords: tuple[tuple[str, Value], ...] = ()
    source: Value | None = None
    """The first argument."""


@dataclass(frozen=True, kw_only=True)
class Called(Event):
    """A layer was applied. `state` is the initial state given (None: none), `extra` further positional arguments."""

    layer: Layer
    source: Value
    state: Value | None
    result: Value
    extra: tuple[Value, ...] = ()
    masked: bool = False
    """True where a Keras layer is given a mask by hand."""
    owner: str = ""
    """The name that a recurrent Keras layer's result is bound to, where that is known."""
    stated: bool = False
    """True where the call of a torch layer has an argument for the initial state, be it None."""


@dataclass(frozen=True, kw_only=True)
class Unpacked(Event):
    """A value was unpacked into `names` (nested tuples of target texts), by assignment or a for loop."""

    value: Value
    names: tuple[str | tuple[str, ...], ...]
    starred: bool = False


@dataclass(frozen=True, kw_only=True)
class UsedAsTensor(Event):
    """A tuple was used where only a tensor will do: given to a layer or function, indexed by axes, computed with.

    `how` says it in the user's terms, e.g. "given to `self.fc`".
    """

    value: Tuple
    how: str


@dataclass(frozen=True, kw_only=True)
class PackedUp(Event):
    """pack_padded_sequence: `source` was read with the given layout. pack_sequence, of a list, has none."""

    source: Value
    batch_first: bool | None
    result: Packed
    lengths: Value | None = None


@dataclass(frozen=True, kw_only=True)
class PackedGiven(Event):
    """A PackedSequence was given to a torch layer that takes a tensor and raises."""

    packed: Packed


@dataclass(frozen=True, kw_only=True)
class PaddedBack(Event):
    """pad_packed_sequence: `packed` was laid out with the given layout, as `result`."""

    packed: Packed
    batch_first: bool
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class LossTaken(Event):
    """A loss function met a prediction and a target."""

    loss: str
    """Canonical path, e.g. torch.nn.CrossEntropyLoss or torch.nn.functional.cross_entropy."""
    prediction: Value
    target: Value
    loss_value: Value | None = None
    """A Keras loss that is an object."""
    from_logits: bool | None = None
    """Whether a Keras loss says that it takes logits; None for other losses, and where that is not known."""


@dataclass(frozen=True, kw_only=True)
class Entered(Event):
    """A tensor was given to a Keras model that declares its input, perhaps with more or fewer axes."""

    declared: Tensor
    given: Tensor


@dataclass(frozen=True, kw_only=True)
class Fitted(Event):
    """A Keras model met data: compile's loss, fit's inputs and targets, and the model's symbolic output."""

    loss: str | None
    inputs: Value
    output: Value
    target: Value
    loss_value: Value | None = None
    """The loss as it was given to compile, with its arguments where it is an object."""
    from_logits: bool | None = None
    """Whether that loss says that it takes logits; None where it has no say in that, or where it is not known."""


@dataclass(frozen=True, kw_only=True)
class Returned(Event):
    """A module's forward or call returned to nobody in the file: the model's own output."""

    function: str
    value: Value


@dataclass(frozen=True, kw_only=True)
class Dropped(Event):
    """torch.nn.functional's dropout. `rate` and `training` are as given, None where they were not."""

    rate: Value | None
    training: Value | None


@dataclass(frozen=True, kw_only=True)
class AttributeSet(Event):
    """An attribute was assigned: of an object of the program, of a layer, or of something unknown that has a root."""

    owner: Value
    name: str
    value: Value


@dataclass(frozen=True, kw_only=True)
class Randomised(Event):
    """A tensor was made with random entries, or with none, by a function of this canonical name."""

    function: str


@dataclass(frozen=True, kw_only=True)
class Filled(Event):
    """A tensor was made with the same entry everywhere, zero or one."""

    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Discarded(Event):
    """A statement drops the result of a call that does nothing else."""

    name: str
    """The path of a torch function, or the name of a tensor's method."""


@dataclass(frozen=True, kw_only=True)
class StaleOutput(Event):
    """An LSTM cell written by hand computes its output from the old cell state, beside the update of that state."""

    old: str
    """The variable of the old cell state."""
    new: str
    """The variable that gets the new one; empty where it is returned as it is computed."""
    update: Place


@dataclass(frozen=True, kw_only=True)
class ParameterSet(Event):
    """A weight or bias of a torch recurrent layer was written, `name` as torch names it (`weight_ih_l0`).

    `owner` is the identity of the layer, or of what stands for it; `layer` is None where that is not known. An event
    without a name stands for any parameter. `value` is None for numbers that come from nowhere else.
    """

    owner: Hashable
    layer: Layer | None
    name: str
    value: Value | None
    complete: bool = False
    """True where what writes it writes every parameter of the layer, or raises."""


@dataclass(frozen=True, kw_only=True)
class Backward(Event):
    """Gradients were computed, which frees the graph behind them unless `keeps` says otherwise."""

    keeps: bool = False
    by: str = ""
    """Who runs it, where the program does not do so itself."""


@dataclass(frozen=True, kw_only=True)
class CutOff(Event):
    """A tensor was cut off from its graph in place: `h.detach_()`."""

    source: Tensor


@dataclass(frozen=True, kw_only=True)
class Unfollowed(Event):
    """A function of unknown definition was called whose name says that it sets states anew, or cuts them off."""


@dataclass(frozen=True, kw_only=True)
class Instantiated(Event):
    """An object of one of the program's classes was made, with these arguments."""

    cls: Class
    positional: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
