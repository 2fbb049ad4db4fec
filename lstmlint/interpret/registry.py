"""Where operations and layers say what they do: decorators that put functions into one table by canonical name.

Names are dotted library paths (`torch.transpose`, `keras.ops.mean`, `numpy.reshape`) for functions, `Tensor.NAME` for
methods of tensors and arrays (torch, numpy and TensorFlow alike), and layer paths (`torch.nn.Linear`) for applying a
layer. What has no entry gives Unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import NONE, Layer, Value
from lstmlint.world import World


@dataclass(frozen=True)
class Call:
    """A call with its arguments evaluated. For a method of a tensor the tensor is the first argument."""

    name: str
    args: tuple[Value, ...]
    kwargs: dict[str, Value] = field(hash=False)
    place: Place
    texts: tuple[str, ...] = ()
    """The source text of each positional argument (method receivers included)."""
    open_ended: bool = False
    """True where `*args` or `**kwargs` that did not fold may have added any argument."""
    partial: Place | None = None
    """Where the function was named and got its first arguments, for one made by `functools.partial`."""
    rest: Value | None = None
    """What `*rest` spreads that did not fold."""

    @property
    def owner(self) -> Value:
        """What a method is called on; None where a class's method is called on nothing."""
        return self.args[0] if self.args else NONE

    def arg(self, position: int, *names: str) -> Value | None:
        """An argument by its position or one of its names (dim/axis); None where it was not given."""
        if position < len(self.args):
            return self.args[position]
        return next((self.kwargs[name] for name in names if name in self.kwargs), None)


Operation = Callable[[World, Call], Value]
Application = Callable[[World, Layer, Call], Value]

OPERATIONS: dict[str, Operation] = {}
APPLICATIONS: dict[str, Application] = {}


def operation(*names: str) -> Callable[[Operation], Operation]:
    """Registers a function of (world, call) as what the named library functions or tensor methods do."""

    def register(function: Operation) -> Operation:
        OPERATIONS.update(dict.fromkeys(names, function))
        return function

    return register


def application(*paths: str) -> Callable[[Application], Application]:
    """Registers a function of (world, layer, call) as what applying a layer does; call.args are the layer's inputs."""

    def register(function: Application) -> Application:
        APPLICATIONS.update(dict.fromkeys(paths, function))
        return function

    return register
