"""numpy's own ways to make arrays: shapes as one argument, and random numbers by `size`.

`numpy.random.default_rng()` stands for the library class Generator, so that its methods are found by their names.
"""

from __future__ import annotations

from lstmlint.interpret.ops.create import made, sizes_given
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import axes_of_sizes, spread
from lstmlint.interpret.ops.trail import RANDOM
from lstmlint.interpret.registry import Call, Operation, operation
from lstmlint.values import External, Tensor, Value
from lstmlint.world import World

GENERATOR = "numpy.random.Generator"


@operation("numpy.zeros", "numpy.ones", "numpy.full")
def by_shape(world: World, call: Call) -> Value:
    """The shape as one number or a sequence."""
    return made(world, call, axes_of_sizes(world, sizes_given(world, call.arg(0, "shape"))))


@operation("numpy.empty")
def by_shape_unfilled(world: World, call: Call) -> Value:
    """The shape as one number or a sequence, without entries."""
    return made(world, call, axes_of_sizes(world, sizes_given(world, call.arg(0, "shape"))), RANDOM)


@operation("numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.Generator")
def generator(world: World, call: Call) -> Value:
    """A source of random numbers."""
    return External(GENERATOR)


@operation(*names("rand randn", "numpy.random", GENERATOR))
def by_sizes(world: World, call: Call) -> Value:
    """Sizes one by one (random_sample: as a sequence)."""
    sizes = spread(world, call, 0, "size")
    return made(world, call, axes_of_sizes(world, sizes), RANDOM) if call.args or call.kwargs else world.unknown()


def _sized(position: int) -> Operation:
    """Random numbers whose `size` is the argument at a position; without it a number."""

    def draw(world: World, call: Call) -> Value:
        given = call.arg(position, "size")
        return made(world, call, axes_of_sizes(world, sizes_given(world, given)), RANDOM)

    return draw


_SIZE_AT = {
    0: "random random_sample standard_normal ranf sample",
    1: "choice poisson exponential standard_gamma rayleigh geometric chisquare dirichlet standard_exponential",
    2: "randint integers normal uniform binomial beta gamma laplace lognormal gumbel logistic random_integers",
    3: "triangular hypergeometric",
}
for _position, _drawn in _SIZE_AT.items():
    operation(*names(_drawn, "numpy.random", GENERATOR))(_sized(_position))


@operation("numpy.random.shuffle", f"{GENERATOR}.shuffle", f"{GENERATOR}.permuted")
def shuffled(world: World, call: Call) -> Value:
    """Shuffles along the first axis; permuted gives a copy."""
    return call.args[0] if call.args and isinstance(call.args[0], Tensor) else world.unknown()
