"""What happened in one interpretation, flat and in source order. Checks read these; they never see syntax."""

from __future__ import annotations

from dataclasses import dataclass

from lstmlint.source import Place
from lstmlint.values import ALWAYS, Axis, Class, Layer, OpenTensor, Packed, Path, Slice, Tensor, Tuple, Value


@dataclass(frozen=True)
class Round:
    """A round of a loop, or of a comprehension, that was under way."""

    loop: int
    """The loop, a new one each time that it starts."""
    number: int
    text: str
    """What it goes over, or the condition it goes on, as written."""
    source: Value | None
    """What it goes over: what wraps a loader (enumerate, zip) counts as the loader."""


@dataclass(frozen=True)
class Inside:
    """A call of a function of the program that was under way."""

    function: str
    receiver: Value | None
    """The object whose method it is."""
    is_module: bool
    """True where that object is a torch module."""
    path: Path
    under: tuple[str, ...]
    """The branches taken, and the conditions around the call in its caller."""
    place: Place | None = None
    given: tuple[Value, ...] = ()
    """Where it was called, and with what."""
    rounds: tuple[Round, ...] = ()
    """The loops that were under way in its callers."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at a place of the program, on the branches `path`."""

    place: Place
    path: Path = ALWAYS
    inside: tuple[Inside, ...] = ()
    """The calls under way, the outermost first."""
    under: tuple[str, ...] = ()
    """The conditions of the `if` statements around it in the innermost call, folded ones too."""
    rounds: tuple[Round, ...] = ()
    """The loops under way, in the callers too, the outermost first."""
    recorded: bool = True
    """False where torch was told not to record what is computed."""

    def during(self, *functions: str) -> tuple[Inside, ...]:
        """The calls from the innermost one of a torch module's method of some name on; empty where there is none."""
        for number in reversed(range(len(self.inside))):
            if self.inside[number].is_module and self.inside[number].function in functions:
                return self.inside[number:]
        return ()


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
class Selected(Event):
    """One entry of an axis was taken, which drops the axis: `x[:, -1]`, `x.select(1, 0)`, `x[-1]`.

    `index` is the number where it is known; `last` is True for -1 and for size - 1. `alone` is False where the same
    subscript also cuts another axis (`x[:, -1, :half]`). `meant` is the axis whose last position, or running number,
    the index was worked out as; the program may have applied it to another one. `kept` is True where the axis stays
    with that one entry, which is told of for the last one only: `x[:, -1:]`, `x.narrow(1, n - 1, 1)`. `named` is
    where the axis was named, if it was by an argument.
    """

    source: Tensor
    position: int
    axis: Axis
    index: int | None
    last: bool
    result: Tensor
    alone: bool = True
    meant: int | None = None
    kept: bool = False
    named: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Gathered(Event):
    """One entry of an axis was taken for each sample: `x.gather(1, where)`, `x[torch.arange(n), lengths - 1]`."""

    source: Tensor
    position: int
    positions: Value
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Zipped(Event):
    """Several things were walked along together; a tensor is walked along its first axis.

    `lengths` are the numbers of their elements, unknown ones as numbers of their own.
    """

    parts: tuple[Value, ...]
    lengths: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Sliced(Event):
    """Some entries of an axis were taken, which keeps the axis: `h_n[:2]`, `x[:, 1:]`."""

    source: Tensor
    position: int
    axis: Axis
    part: Slice
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Reduced(Event):
    """An axis was summed, averaged, maximised (`how`: sum, mean, max, ...) or normalised over (softmax)."""

    source: Tensor
    position: int
    axis: Axis
    how: str


@dataclass(frozen=True, kw_only=True)
class Pooled(Event):
    """A one-dimensional pooling ran over the last axis. `window` is the kernel size given, None for adaptive ones."""

    source: Tensor
    window: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Reshaped(Event):
    """view, reshape or flatten of a tensor of known rank.

    `scrambled` is True only where it is proved that elements of different entries are mixed: the target is a
    permutation of the source's axes, or starts with an axis that is not the first. `moved` names the axes concerned.
    """

    source: Tensor
    result: Tensor
    scrambled: bool
    moved: tuple[Axis, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Squeezed(Event):
    """An axis was to be dropped because it has one entry, `x.squeeze(0)`; where it has more, nothing happens.

    `position` and `axis` are None for `x.squeeze()`, which drops every axis that happens to have one entry.
    """

    source: Tensor
    position: int | None
    axis: Axis | None
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Inserted(Event):
    """An axis with one entry was put into a tensor: `x.unsqueeze(1)`, `x[:, None]`, `x.view(len(x), 1, -1)`."""

    source: Tensor | OpenTensor
    axis: Axis


@dataclass(frozen=True, kw_only=True)
class Joined(Event):
    """torch.cat, stack, Concatenate and the like. `axis` is the joined axis of the first part (None for stack)."""

    how: str
    parts: tuple[Value, ...]
    position: int | None
    axis: Axis | None
    result: Value


@dataclass(frozen=True, kw_only=True)
class Combined(Event):
    """Several tensors were computed with entry by entry: `a + b`, Keras' Add, Average and the like."""

    how: str
    parts: tuple[Tensor, ...]
    result: Value


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
    """A tensor was given to a Keras model that declares its input."""

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
