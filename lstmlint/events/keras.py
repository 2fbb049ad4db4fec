"""What happened to Keras models on their way from an input to a loss; beside `events`, of which these are kinds."""

from __future__ import annotations

from lstmlint.events import Event
from lstmlint.lean import dataclass
from lstmlint.values import Tensor, Value


@dataclass(frozen=True, kw_only=True)
class Compiled(Event):
    """A Keras model whose layers are known was given a loss: for each output the loss, and whether it takes logits."""

    output: Value
    loss_value: Value
    from_logits: bool | None


@dataclass(frozen=True, kw_only=True)
class Averaged(Event):
    """The mean was taken of what was computed from the difference of two tensors, one of which a Keras layer made."""

    parts: tuple[Tensor, Tensor]


@dataclass(frozen=True, kw_only=True)
class Unmasked(Event):
    """A function that is no layer computed with a tensor that had a mask; what came out has none."""

    source: Value


@dataclass(frozen=True, kw_only=True)
class Declared(Event):
    """The input of a Keras model was declared; `batch` is the size of axis 0 as given, None where it is left open."""

    tensor: Tensor
    batch: Value


@dataclass(frozen=True, kw_only=True)
class Ran(Event):
    """A Keras model was run on data by one of its methods: fit, evaluate, predict, train_on_batch ..."""

    method: str
    model: Value
    data: Value
    """What was given: arrays, a data set, a generator."""
    inputs: Value
    """What of it goes into the model: all rows of arrays, one batch of a data set."""
    output: Value
    arguments: tuple[tuple[str, Value], ...]
    """The arguments by name; those not given are left out."""
    uncertain: bool = False
    """True where `**kwargs` that do not fold may have set any argument."""
    is_new_each_round: bool = False
    """True where the innermost loop around it makes the data, or where that is not known."""

    def argument(self, name: str) -> Value | None:
        """An argument by name, None where it is not given."""
        return dict(self.arguments).get(name)


@dataclass(frozen=True, kw_only=True)
class Paired(Event):
    """TensorFlow 1's `LSTMStateTuple(c, h)` was made; `texts` are its positional arguments as written."""

    cell: Value
    hidden: Value
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Projected(Event):
    """A state was multiplied with a matrix, `tf.matmul(state, W)` or a dense layer; `text` is how it was written."""

    source: Tensor
    text: str
