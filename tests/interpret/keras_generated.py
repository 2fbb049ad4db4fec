"""Makes random Keras programs, each statement run at once by real Keras on a (3, 5, 7) input.

A program is functional (symbolic tensors, a model at the end) or eager (what a subclassed model computes in `call`, on
arrays). The sizes of the input are different primes: an axis is known by its size.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf

from tests.interpret.drawing import Shape, Statement, needed

SIZES: Shape = (3, 5, 7)
"""Of the input's three axes: batch, time, features."""
LARGEST = 4_000
"""Elements beyond which a tensor is not grown further."""
LIBRARIES = {"keras": keras, "layers": keras.layers, "tf": tf, "np": np, "K": tf.keras.backend}
IMPORTS = (
    "import keras",
    "import numpy as np",
    "import tensorflow as tf",
    "from keras import layers",
    "from tensorflow.keras import backend as K",
)
INPUTS = (
    "keras.Input((5, 7))",
    "keras.Input(shape=(5, 7), batch_size=3)",
    "layers.Input(shape=(None, 7))",
    "tf.keras.Input(batch_shape=(3, 5, 7))",
    "keras.layers.Input(batch_shape=(None, None, 7))",
)
"""The same input with more or less said of its sizes; the real one is of SIZES."""


def is_tensor(value: Any) -> bool:
    """True for what has a shape of its own, symbolic or not."""
    return hasattr(value, "shape") and hasattr(value, "dtype")


@dataclass
class Program:
    """A program under construction.

    `eager`: its tensors are arrays, so that it may use TensorFlow's functions. `traced`: Keras will run it on symbolic
    tensors afterwards, as the `call` of a layer.
    """

    random: Random
    eager: bool
    traced: bool = False
    scope: dict[str, Any] = field(default_factory=dict)
    prelude: list[str] = field(default_factory=list)
    """Classes and functions in front."""
    statements: list[Statement] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    """Of every tensor so far, by name."""
    last: str = "v0"
    named: int = 0
    """How many layers, models and functions have names."""

    @staticmethod
    def begun(random: Random, eager: bool, traced: bool = False, shape: Shape = SIZES) -> Program:
        """A program that has its input only."""
        program = Program(random, eager, traced, {**LIBRARIES, "self": SimpleNamespace()})
        start = tf.zeros(shape) if eager else keras.Input(batch_shape=shape)
        program.scope["v0"] = start
        program.shapes["v0"] = shape
        return program

    # Drawing

    def choose(self, items: Sequence[Any]) -> Any:
        """One of some items."""
        return self.random.choice(items)

    def chance(self, share: float = 0.5) -> bool:
        """True as often as is said."""
        return self.random.random() < share

    def axis(self, rank: int, least: int = 0) -> int:
        """An axis, counted from either end."""
        number = self.random.randrange(least, rank)
        return number - rank if self.chance(0.4) else number

    def size(self, name: str, axis: int) -> str:
        """The size of an axis as a program would write it: the number, or asked of the tensor."""
        forms = [str(self.shapes[name][axis]), f"{name}.shape[{axis}]"]
        if self.eager:
            forms += [f"tf.shape({name})[{axis}]", f"keras.ops.shape({name})[{axis}]"]
        return str(self.choose(forms))

    def fitting(self, rank: int | None = None, least: int = 1, most: int = LARGEST) -> str:
        """A tensor of some rank with at least so many entries on each axis but the batch; made where there is none."""
        names = [
            name
            for name, shape in self.shapes.items()
            if len(shape) == (rank or max(len(shape), 1))
            and "float32" in str(self.scope[name].dtype)
            and None not in shape
            and all(size >= least for size in shape[1:])
            and 0 < math.prod(shape) <= most
            and len(shape) < 7
        ]
        if self.last in names:
            return self.last
        if names:
            return str(self.choose(names))
        return self.made(rank or 3, max(least, 2))

    def made(self, rank: int, size: int) -> str:
        """A new tensor of a rank, made of the input."""
        if rank <= 2:
            return self.add("v0[:, -1]" if rank == 2 else "v0[:, 0, 0]" if rank else "v0[0, 0, 0]")
        inner = tuple(size + number % 2 for number in range(rank - 2))
        source = "v0" if self.chance() else self.fitting(3, size, most=LARGEST // 8)
        wide = self.add(self.dense(math.prod(inner), source))
        return self.add(f"{self.layer(f'layers.Reshape({(self.shapes[wide][1], *inner)})')}({wide})")

    # Writing

    def bind(self, letter: str, construction: str) -> str:
        """A new name for a layer, model or function, bound; an attribute in an eager program."""
        name = f"{letter}{self.named}"
        self.named += 1
        value = eval(construction, self.scope)
        if self.eager:
            setattr(self.scope["self"], name, value)
            name = f"self.{name}"
        else:
            self.scope[name] = value
        self.statements.append(Statement(f"{name} = {construction}", (name,)))
        return name

    def do(self, statement: str, name: str) -> None:
        """A statement that changes what a name stands for."""
        exec(statement, self.scope)
        self.statements.append(Statement(statement, (name,)))

    def layer(self, construction: str) -> str:
        """A layer's text at its call: built on the spot, or before under a name."""
        return construction if not self.traced and self.chance(0.4) else self.bind("l", construction)

    def dense(self, width: int, source: str) -> str:
        """An expression for a tensor like another, but so wide."""
        return f"{self.layer(f'layers.Dense({width})')}({source})"

    def add(self, expression: str) -> str:
        """One more statement, run at once; gives the name of the (first) tensor that it makes."""
        return self.keep(eval(expression, self.scope), expression)

    def keep(self, value: Any, expression: str) -> str:
        """Writes the statement for what an expression gave, and keeps the tensors in it under names."""
        path = ""
        while isinstance(value, (list, tuple)) and self.chance(0.4):
            number = self.random.randrange(len(value))
            value, path = value[number], f"{path}[{number}]"
        if path and self.chance():
            whole = f"w{len(self.statements)}"
            self.statements.append(Statement(f"{whole} = {expression}", (whole,)))
            expression = whole
        names: list[str] = []
        targets = self._targets(value, names)
        self.statements.append(
            Statement(f"{targets} = {f'({expression}){path}' if path else expression}", tuple(names))
        )
        self.last = names[0]
        return names[0]

    def _targets(self, value: Any, names: list[str]) -> str:
        """What a value is assigned to, with a name for every tensor in it."""
        if isinstance(value, (list, tuple)):
            return "(" + "".join(f"{self._targets(item, names)}, " for item in value).rstrip() + ")"
        assert is_tensor(value), value
        name = f"v{len(self.shapes)}"
        self.scope[name] = value
        self.shapes[name] = tuple(value.shape)
        names.append(name)
        return name

    # Text

    def body(self, until: str | None = None) -> list[str]:
        """The statements, or those that one tensor needs."""
        return [one.text for one in (self.statements if until is None else needed(self.statements, until))]

    def functional(self, start: str, until: str | None = None) -> str:
        """The program as top-level statements behind the input."""
        lines = [*IMPORTS, *self.prelude, f"v0 = {start}", *self.body(until)]
        return "\n".join([*lines, ""])

    def subclassed(self, before: str, after: str, until: str | None = None) -> str:
        """The program as a model's `call`, which returns all its tensors."""
        lines = [*IMPORTS, *self.prelude, *self.definition("Net", "keras.Model", before, self.returned(until), until)]
        return "\n".join([*lines, after, ""])

    def returned(self, until: str | None = None) -> str:
        """All tensors as a tuple, or one of them."""
        return until or f"({', '.join(self.shapes)},)"

    def definition(self, name: str, base: str, before: str, returned: str, until: str | None = None) -> list[str]:
        """A class that builds the layers and computes in `call`."""
        body = self.body(until)
        building = [line for line in body if line.startswith("self.")]
        computing = [line for line in body if not line.startswith("self.")]
        lines = [f"class {name}({base}):", "    def __init__(self):", "        super().__init__()"]
        lines += [f"        {line}" for line in building]
        lines += ["", "    def call(self, v0):"]
        return lines + [f"        {line}" for line in ([before] if before else []) + [*computing, f"return {returned}"]]
