"""Makes random Keras programs, each statement run at once by real Keras on a (3, 5, 7) input.

A program is functional (symbolic tensors, a model at the end) or eager (what a subclassed model computes in `call`, on
arrays).
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf

from tests.interpret.drawing import Shape
from tests.interpret.generated import LARGEST, SIZES, Program

LIBRARIES = {"keras": keras, "layers": keras.layers, "tf": tf, "np": np, "K": tf.keras.backend}
INPUTS = (
    "keras.Input((5, 7))",
    "keras.Input(shape=(5, 7), batch_size=3)",
    "layers.Input(shape=(None, 7))",
    "tf.keras.Input(batch_shape=(3, 5, 7))",
    "keras.layers.Input(batch_shape=(None, None, 7))",
)
"""The same input with more or less said of its sizes; the real one is of SIZES."""


@dataclass
class KerasProgram(Program):
    """A Keras program.

    In a class its tensors are arrays, so that it may use TensorFlow's functions. `traced`: Keras will run it on
    symbolic tensors afterwards, as the `call` of a layer.
    """

    imports = (
        "import keras",
        "import numpy as np",
        "import tensorflow as tf",
        "from keras import layers",
        "from tensorflow.keras import backend as K",
    )
    method = "call"
    traced: bool = False

    @staticmethod
    def begun(random: Random, in_class: bool, traced: bool = False, shape: Shape = SIZES) -> KerasProgram:
        """A program that has its input only."""
        program = KerasProgram(random, in_class, {**LIBRARIES, "self": SimpleNamespace()}, traced=traced)
        program.begin(tf.zeros(shape) if in_class else keras.Input(batch_shape=shape))
        return program

    def asked_size(self, name: str, axis: int) -> tuple[str, ...]:
        """The ways to ask a tensor for a size."""
        static = f"{name}.shape[{axis}]"
        return (static, f"tf.shape({name})[{axis}]", f"keras.ops.shape({name})[{axis}]") if self.in_class else (static,)

    def made(self, rank: int, size: int) -> str:
        """A new tensor of a rank, made of the input."""
        if rank <= 2:
            return self.add("v0[:, -1]" if rank == 2 else "v0[:, 0, 0]" if rank else "v0[0, 0, 0]")
        inner = tuple(size + number % 2 for number in range(rank - 2))
        source = "v0" if self.chance() else self.fitting(3, size, most=LARGEST // 8)
        wide = self.add(self.dense(math.prod(inner), source))
        return self.add(f"{self.layer(f'layers.Reshape({(self.shapes[wide][1], *inner)})')}({wide})")

    def layer(self, construction: str) -> str:
        """A layer's text at its call: built on the spot, or before under a name."""
        return construction if not self.traced and self.chance(0.4) else self.bind("l", construction)

    def dense(self, width: int, source: str) -> str:
        """An expression for a tensor like another, but so wide."""
        return f"{self.layer(f'layers.Dense({width})')}({source})"

    def functional(self, start: str, until: str | None = None) -> str:
        """The program as top-level statements behind the input."""
        return self.whole([f"v0 = {start}", *self.body(until)])

    def subclassed(self, before: str, after: str, until: str | None = None) -> str:
        """The program as a model's `call`, which returns all its tensors."""
        return self.whole([*self.definition("Net", "keras.Model", before, self.returned(until), until), after])
